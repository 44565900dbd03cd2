"""Addresses of webhooks: below their group; and the guide for receivers."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "webhooks"

OF_GROUP = "groups/<slug:slug>/webhooks/"

urlpatterns = [
    path("webhooks/", views.guide, name="guide"),
    path(OF_GROUP, views.endpoints, name="endpoints"),
    path(f"{OF_GROUP}<int:pk>/", views.endpoint, name="endpoint"),
    path(f"{OF_GROUP}<int:pk>/secret/", views.rotate, name="rotate"),
    path(f"{OF_GROUP}<int:pk>/test/", views.ping, name="ping"),
    path(f"{OF_GROUP}<int:pk>/switch/", views.switch, name="switch"),
    path(f"{OF_GROUP}<int:pk>/remove/", views.remove, name="remove"),
    path(f"{OF_GROUP}<int:pk>/messages/<int:delivery>/", views.delivery, name="delivery"),
    path(f"{OF_GROUP}<int:pk>/messages/<int:delivery>/retry/", views.retry, name="retry"),
]
