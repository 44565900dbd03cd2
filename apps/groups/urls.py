"""Addresses of groups: what everybody opens; the plan's, the dashboard's and a lead's acts in files of their own."""

from __future__ import annotations

from django.urls import include, path

from . import reminder_views

app_name = "groups"

urlpatterns = [
    path("unsubscribe/<str:token>/", reminder_views.unsubscribe, name="unsubscribe"),
    path("", include("apps.groups.group_urls")),
    path("<slug:slug>/", include("apps.groups.plan_urls")),
    path("<slug:slug>/", include("apps.groups.dashboard_urls")),
    path("<slug:slug>/", include("apps.groups.acting_urls")),
    path("<slug:slug>/", include("apps.groups.regrade_urls")),
]
