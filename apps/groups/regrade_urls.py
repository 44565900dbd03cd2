"""Addresses of a group's regrades, and of what its hand-ins have in common."""

from __future__ import annotations

from django.urls import path

from . import regrade_views as views

urlpatterns = [
    path("regrades/", views.regrades, name="regrades"),
    path("regrades/<int:pk>/", views.regrade, name="regrade"),
    path("regrades/<int:pk>/progress/", views.progress, name="regrade-progress"),
    path("regrades/<int:pk>/apply/", views.apply, name="regrade-apply"),
    path("regrades/<int:pk>/discard/", views.discard, name="regrade-discard"),
]
