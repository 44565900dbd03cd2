"""Addresses of the catalogue's pages."""

from django.urls import path

from apps.catalog import opinion_views, proposal_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("tracks/<slug:track>/", views.track, name="track"),
    path("tracks/<slug:track>/resources/<slug:slug>/", views.resource, name="resource"),
    path("tracks/<slug:track>/resources/<slug:slug>/done/", views.toggle_done, name="toggle-done"),
    path("tracks/<slug:track>/resources/<slug:slug>/rating/", opinion_views.rate, name="rate"),
    path("tracks/<slug:track>/resources/<slug:slug>/note/", opinion_views.note, name="note"),
    path("tracks/<slug:track>/resources/<slug:slug>/note/remove/", opinion_views.remove_note, name="remove-note"),
    path("proposals/", proposal_views.own_proposals, name="proposals"),
    path("proposals/new/", proposal_views.propose, name="propose"),
    path("proposals/<int:pk>/", proposal_views.proposal, name="proposal"),
    path("proposals/<int:pk>/decide/", proposal_views.decide, name="decide-proposal"),
    path("notes/", opinion_views.own_notes, name="notes"),
    path("notes/undo/", opinion_views.undo_note, name="undo-note"),
    path("concepts/", views.concepts, name="concepts"),
    path("concepts/<slug:slug>/", views.concept, name="concept"),
]
