"""Addresses about the reader."""

from django.urls import path

from apps.accounts import views

urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("profile/", views.profile, name="profile"),
]
