"""Addresses of the catalogue's pages."""

from django.urls import path

from apps.catalog import views

urlpatterns = [
    path("", views.home, name="home"),
    path("tracks/<slug:track>/", views.track, name="track"),
    path("tracks/<slug:track>/resources/<slug:slug>/", views.resource, name="resource"),
    path("tracks/<slug:track>/resources/<slug:slug>/done/", views.toggle_done, name="toggle-done"),
    path("concepts/", views.concepts, name="concepts"),
    path("concepts/<slug:slug>/", views.concept, name="concept"),
]
