"""Addresses of a group's regrades, and of what its hand-ins have in common."""

from __future__ import annotations

from django.urls import path

from . import regrade_views as views
from . import similar_views

urlpatterns = [
    path("regrades/", views.regrades, name="regrades"),
    path("regrades/<int:pk>/", views.regrade, name="regrade"),
    path("regrades/<int:pk>/progress/", views.progress, name="regrade-progress"),
    path("regrades/<int:pk>/apply/", views.apply, name="regrade-apply"),
    path("regrades/<int:pk>/discard/", views.discard, name="regrade-discard"),
    path("similar/<slug:exercise>/", similar_views.similar, name="similar"),
    path("similar/<slug:exercise>/<uuid:one>/<uuid:other>/", similar_views.side_by_side, name="side-by-side"),
]
