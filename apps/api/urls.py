"""Addresses for programs, the page that describes them, and the file that hands in."""

from __future__ import annotations

from django.urls import path, re_path

from . import views
from .api import api

urlpatterns = [
    path("api/docs", views.docs, name="docs"),
    path("api/", api.urls),
    re_path(r"^api(?:/.*)?$", views.unknown, name="unknown"),
]
app_name = "api"
