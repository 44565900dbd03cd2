"""Addresses of quizzes, grouped under what they are about."""

from __future__ import annotations

from django.urls import path, re_path

from apps.quizzes import staff_views, trial_views, views

app_name = "quizzes"

urlpatterns = [
    path("", views.quiz_list, name="list"),
    path("attempts/<int:pk>/", views.attempt, name="attempt"),
    path("attempts/<int:pk>/finish/", views.finish, name="finish"),
    path("answers/<int:pk>/", views.answer, name="answer"),
    path("answers/<int:pk>/draft/", views.draft, name="draft"),
    path("answers/<int:pk>/hint/", views.hint, name="hint"),
    path("answers/<int:pk>/understood/", views.understood, name="understood"),
    re_path(r"^pictures/(?P<name>[0-9a-f]{40}\.(?:svg|png))$", views.picture, name="picture"),
    path("try/", trial_views.trial, name="try"),
    path("<slug:slug>/", views.quiz, name="quiz"),
    path("<slug:slug>/start/", views.start, name="start"),
    path("<slug:slug>/analysis/", staff_views.analysis, name="analysis"),
    path("<slug:slug>/questions/<slug:question>/", staff_views.preview, name="preview"),
]
