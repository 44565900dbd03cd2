"""Addresses of hand-ins."""

from __future__ import annotations

from django.urls import path

from . import regrade_views, views

app_name = "submissions"

urlpatterns = [
    path("", views.history, name="list"),
    path("runners/", views.runners, name="runners"),
    path("regrades/", regrade_views.regrades, name="regrades"),
    path("regrades/<int:pk>/", regrade_views.regrade, name="regrade"),
    path("regrades/<int:pk>/progress/", regrade_views.progress, name="regrade-progress"),
    path("regrades/<int:pk>/apply/", regrade_views.apply, name="regrade-apply"),
    path("regrades/<int:pk>/discard/", regrade_views.discard, name="regrade-discard"),
    path("leaderboard/<slug:slug>/", views.leaderboard, name="leaderboard"),
    path("leaderboard/<slug:slug>/choose/", views.choose_entry, name="choose-entry"),
    path("new/<slug:slug>/", views.new, name="new"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/live/", views.live, name="live"),
    path("<uuid:pk>/comment/", views.comment, name="comment"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("<uuid:pk>/notebook/", views.notebook, name="notebook"),
    path("<uuid:pk>/pictures/<str:key>/<int:number>.png", views.picture, name="picture"),
    path("<uuid:pk>/download/", views.download, name="download"),
]
