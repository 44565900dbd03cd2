"""Addresses of the acting pages of a group."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
