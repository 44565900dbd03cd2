"""Addresses of the exercises."""

from django.urls import path

from apps.exercises import views

app_name = "exercises"

urlpatterns = [
    path("", views.exercise_list, name="list"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/starter/", views.starter, name="starter"),
]
