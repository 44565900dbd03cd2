"""Addresses about the reader."""

from django.urls import path

from apps.accounts import account_views, proof_views, token_views, told_views, views

urlpatterns = [
    # In place of allauth's own page, which can't end one of them.
    path("accounts/sessions/", account_views.all_sessions, name="usersessions_list"),
    # In front of allauth's own, for who has no password and no second factor.
    path("accounts/email/", proof_views.email, name="account_email"),
    path("accounts/password/set/", proof_views.set_password, name="account_set_password"),
    path("accounts/2fa/totp/activate/", proof_views.activate_totp, name="mfa_activate_totp"),
    path("accounts/2fa/webauthn/add/", proof_views.add_webauthn, name="mfa_add_webauthn"),
    path("accounts/prove/", proof_views.prove, name="prove"),
    # For scripts of Google on pages of ours, of which there are none.
    path("accounts/google/login/token/", views.not_there, name="google_login_by_token"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("profile/", views.profile, name="profile"),
    path("profile/keys/", views.single_keys, name="single_keys"),
    path("profile/factor-hint/", views.factor_hint, name="factor_hint"),
    path("profile/sessions/<int:pk>/end/", account_views.end_session, name="end_session"),
    path("profile/data/", account_views.your_data, name="your_data"),
    path("profile/data/export/", account_views.ask_for_export, name="ask_for_export"),
    path("profile/data/export/progress/", account_views.export_progress, name="export_progress"),
    path("profile/data/export/<uuid:pk>/", account_views.download_export, name="download_export"),
    path("profile/leave/", account_views.leave, name="leave"),
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
