"""Addresses for programs, the page that describes them, and the file that hands in."""

from __future__ import annotations

from django.urls import path, re_path

from . import views
from .api import api

urlpatterns = [
    path("submit.py", views.submit_file, name="submit_file"),
    path("api/docs", views.docs, name="docs"),
    re_path(r"^api/?$", views.unknown),
    path("api/", api.urls),
    path("api/<path:rest>", views.unknown),
]
app_name = "api"
