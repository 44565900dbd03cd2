"""Addresses of the dashboard pages of a group."""

from __future__ import annotations

from django.urls import path

from . import dashboard_views as views

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/concepts/", views.concepts, name="dashboard_concepts"),
    path("dashboard/<slug:table>.<slug:form>", views.export, name="export"),
    path("members/<int:user_id>/", views.member, name="member"),
    path("items/<int:pk>/", views.item, name="item"),
    path("items/<int:pk>/checks/<slug:check>/", views.check, name="check"),
]
