"""Addresses of the dashboard pages of a group."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
