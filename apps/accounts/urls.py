"""Addresses about the reader."""

from django.urls import path

from apps.accounts import token_views, told_views, views

urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("profile/", views.profile, name="profile"),
    path("profile/audit/", told_views.audit, name="audit"),
    path("profile/tokens/", token_views.tokens, name="tokens"),
    path("profile/tokens/<int:pk>/revoke/", token_views.revoke, name="revoke_token"),
    path("notifications/", told_views.notifications, name="notifications"),
    path("notifications/read/", told_views.read_notifications, name="read_notifications"),
    path("notifications/<int:pk>/", told_views.open_notification, name="notification"),
    path("notifications/<int:pk>/mark/", told_views.mark_notification, name="mark_notification"),
    path("notifications/stop/<str:token>/", told_views.stop, name="stop_mail"),
    path("profile/notifications/", told_views.notification_choices, name="notification_choices"),
    path("profile/mails/", told_views.mails, name="mails"),
]
