"""Addresses of what a learner knows: maps and reviews."""

from django.urls import path

from apps.quizzes import learning_views, practice_views, review_views

app_name = "learning"

urlpatterns = [
    path("map/<slug:slug>/", learning_views.track_map, name="map"),
    path("practice/", practice_views.practice, name="practice"),
    path("reviews/", review_views.reviews, name="reviews"),
    path("reviews/begin/", review_views.begin, name="begin"),
    path("reviews/session/", review_views.session, name="session"),
    path("reviews/undo/", review_views.undo, name="undo"),
    path("reviews/<int:pk>/answer/", review_views.answer, name="answer"),
    path("reviews/<int:pk>/waiting/", review_views.waiting, name="waiting"),
    path("reviews/<int:pk>/draft/", review_views.draft, name="draft"),
    path("reviews/<int:pk>/rate/", review_views.rate, name="rate"),
    path("reviews/<int:pk>/suspend/", review_views.suspend, name="suspend"),
]
