"""Addresses of the acting pages of a group."""

from __future__ import annotations

from django.urls import path

from . import acting_views as views

urlpatterns = [
    path("work/<uuid:pk>/", views.work, name="work"),
    path("work/<uuid:pk>/comment/", views.comment, name="work_comment"),
    path("work/<uuid:pk>/score/", views.score, name="work_score"),
    path("work/<uuid:pk>/score/withdraw/", views.withdraw_score, name="work_score_withdraw"),
    path("work/<uuid:pk>/score/keep/", views.keep_score, name="work_score_keep"),
    path("work/<uuid:pk>/attempts/", views.attempts, name="work_attempts"),
    path("members/<int:user_id>/pin/", views.pin, name="pin"),
    path("members/<int:user_id>/pins/<int:pk>/remove/", views.unpin, name="unpin"),
    path("messages/", views.message, name="message"),
]
