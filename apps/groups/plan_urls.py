"""Addresses of the plan of a group."""

from __future__ import annotations

from django.urls import path

from . import assignment_views as items
from . import course_views as courses
from . import plan_views as views
from . import reminder_views as reminders

urlpatterns = [
    path("plan/", views.plan, name="plan"),
    path("plan/edit/", views.edit, name="plan_edit"),
    path("plan/add/", views.add, name="plan_add"),
    path("plan/undo/", views.undo, name="plan_undo"),
    path("plan/templates/", courses.courses, name="plan_templates"),
    path("plan/templates/<slug:name>/", courses.course, name="plan_template"),
    path("plan/meetings/new/", views.new_meeting, name="meeting_new"),
    path("plan/meetings/<int:pk>/", views.meeting, name="meeting"),
    path("plan/meetings/<int:pk>/delete/", views.delete_meeting, name="meeting_delete"),
    path("plan/items/<int:pk>/", items.assignment, name="assignment"),
    path("plan/items/<int:pk>/move/", items.move, name="assignment_move"),
    path("plan/items/<int:pk>/remove/", items.remove, name="assignment_remove"),
    path("plan/items/<int:pk>/extend/", items.extend, name="extend"),
    path("plan/items/<int:pk>/extensions/<int:user_id>/withdraw/", items.withdraw, name="extension_withdraw"),
    path("calendar/renew/", reminders.renew, name="calendar_renew"),
    path("calendar/<str:key>.ics", reminders.feed, name="calendar"),
]
