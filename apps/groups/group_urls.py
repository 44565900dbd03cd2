"""Addresses of the group pages of a group."""

from __future__ import annotations

from django.urls import path

from . import group_views as views
from . import joining_views as joining
from . import member_views as members

urlpatterns = [
    path("", views.groups, name="list"),
    path("new/", views.new, name="new"),
    path("undo/", members.undo, name="undo"),
    path("join/<str:token>/", joining.join, name="join"),
    path("<slug:slug>/", views.group, name="group"),
    path("<slug:slug>/preferences/", views.preferences, name="preferences"),
    path("<slug:slug>/settings/", views.settings, name="settings"),
    path("<slug:slug>/archive/", views.archive, name="archive"),
    path("<slug:slug>/restore/", views.restore, name="restore"),
    path("<slug:slug>/leave/", members.leave, name="leave"),
    path("<slug:slug>/members/", members.members, name="members"),
    path("<slug:slug>/members/<int:user_id>/role/", members.role, name="role"),
    path("<slug:slug>/members/<int:user_id>/remove/", members.remove, name="remove"),
    path("<slug:slug>/invitations/", joining.invitations, name="invitations"),
    path("<slug:slug>/invitations/send/", joining.send, name="send_invitations"),
    path("<slug:slug>/invitations/<int:pk>/revoke/", joining.revoke, name="revoke"),
    path("<slug:slug>/invitations/reopen/", joining.reopen, name="reopen"),
]
