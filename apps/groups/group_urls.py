"""Addresses of the group pages of a group."""

from __future__ import annotations

from django.urls import path

from . import group_views as views

urlpatterns = [
    path("", views.groups, name="list"),
    path("<slug:slug>/", views.group, name="group"),
]
