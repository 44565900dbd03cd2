"""Addresses of what a learner knows: maps and reviews."""

from django.urls import path

from apps.quizzes import learning_views as views

app_name = "learning"

urlpatterns = [
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/<int:pk>/suspend/", views.suspend, name="suspend"),
    path("map/<slug:slug>/", views.track_map, name="map"),
]
