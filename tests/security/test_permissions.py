"""Who may open and who may change what, at every address of the site. An address without a line here fails.

Groups and the API have walks of their own (tests/groups/test_roles.py, tests/api). For a new address: put its name
into PAGES, with what each role gets by GET and by POST. What stands in it is Bob's, and goes into the fixture `world`.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.db import transaction

from tests.security.addresses import of_admin, of_pages


class Expected(NamedTuple):
    """What each role gets: "ok" (a page, a form, what it sends on to), "login", or a status."""

    anonymous: object
    other: object  # a learner whose it isn't, and a lead of Bob's group: what leads may they do on the group's pages
    owner: object
    staff: object  # also with all rights in the admin


NOTHING = Expected(405, 405, 405, 405)
NOTHING_SIGNED_IN = Expected("login", 405, 405, 405)
EVERYBODY = Expected("ok", "ok", "ok", "ok")
SIGNED_IN = Expected("login", "ok", "ok", "ok")
OWNER = Expected("login", 404, "ok", 404)
OWNER_AND_STAFF = Expected("login", 404, "ok", "ok")
STAFF = Expected("login", 403, 403, "ok")
NOBODY = Expected(404, 404, 404, 404)

PAGES: dict[str, tuple[Expected, Expected]] = {
    # name: (by GET, by POST)
    "home": (EVERYBODY, NOTHING),
    "track": (EVERYBODY, NOTHING),
    "resource": (EVERYBODY, NOTHING),
    "toggle-done": (NOTHING, SIGNED_IN),
    "rate": (NOTHING, SIGNED_IN),
    "note": (NOTHING, SIGNED_IN),
    "remove-note": (NOTHING, SIGNED_IN),
    "notes": (SIGNED_IN, NOTHING_SIGNED_IN),
    "undo-note": (NOTHING_SIGNED_IN, SIGNED_IN),
    "proposals": (SIGNED_IN, NOTHING_SIGNED_IN),
    "propose": (SIGNED_IN, SIGNED_IN),
    "proposal": (OWNER_AND_STAFF, NOTHING_SIGNED_IN),
    "decide-proposal": (NOTHING_SIGNED_IN, Expected("login", 404, 403, "ok")),
    "concept": (EVERYBODY, NOTHING),
    "concepts": (EVERYBODY, NOTHING),
    "search:search": (EVERYBODY, NOTHING),
    "search:palette": (EVERYBODY, NOTHING),
    "exercises:list": (EVERYBODY, NOTHING),
    "exercises:detail": (EVERYBODY, NOTHING),
    "exercises:starter": (EVERYBODY, NOTHING),
    "styleguide": (NOBODY, NOTHING),  # with DEBUG only
    "quizzes:list": (EVERYBODY, NOTHING),
    "quizzes:quiz": (EVERYBODY, NOTHING),
    "quizzes:try": (EVERYBODY, EVERYBODY),
    "quizzes:picture": (NOBODY, NOTHING),  # whoever knows the hash of its content; here nobody does
    "quizzes:start": (SIGNED_IN, SIGNED_IN),
    "quizzes:attempt": (OWNER_AND_STAFF, OWNER),
    "quizzes:finish": (NOTHING_SIGNED_IN, OWNER),
    "quizzes:answer": (OWNER, OWNER),
    "quizzes:draft": (NOTHING_SIGNED_IN, OWNER),
    "quizzes:hint": (NOTHING_SIGNED_IN, OWNER),
    "quizzes:understood": (OWNER, NOTHING_SIGNED_IN),
    "quizzes:analysis": (STAFF, NOTHING_SIGNED_IN),
    "quizzes:preview": (STAFF, STAFF),
    "learning:map": (EVERYBODY, NOTHING),
    "learning:practice": (SIGNED_IN, SIGNED_IN),
    "learning:reviews": (SIGNED_IN, NOTHING_SIGNED_IN),
    "learning:begin": (NOTHING_SIGNED_IN, SIGNED_IN),
    "learning:session": (SIGNED_IN, NOTHING_SIGNED_IN),
    "learning:undo": (NOTHING_SIGNED_IN, SIGNED_IN),
    "learning:answer": (NOTHING_SIGNED_IN, OWNER),
    "learning:waiting": (OWNER, NOTHING_SIGNED_IN),
    "learning:draft": (NOTHING_SIGNED_IN, OWNER),
    "learning:rate": (NOTHING_SIGNED_IN, OWNER),
    "learning:suspend": (NOTHING_SIGNED_IN, OWNER),
    "submissions:list": (SIGNED_IN, NOTHING_SIGNED_IN),
    "submissions:new": (SIGNED_IN, SIGNED_IN),
    "submissions:detail": (OWNER_AND_STAFF, NOTHING_SIGNED_IN),
    "submissions:live": (OWNER_AND_STAFF, NOTHING_SIGNED_IN),
    "submissions:comment": (NOTHING_SIGNED_IN, OWNER_AND_STAFF),
    "submissions:cancel": (NOTHING_SIGNED_IN, OWNER_AND_STAFF),
    "submissions:notebook": (OWNER_AND_STAFF, NOTHING_SIGNED_IN),
    "submissions:picture": (NOBODY, NOTHING),  # whoever was given the key to it; here nobody was
    "submissions:download": (OWNER_AND_STAFF, NOTHING_SIGNED_IN),
    # Bob's exercise is no competition; of one everybody sees the board (tests/submissions/test_leaderboard.py).
    "submissions:leaderboard": (NOBODY, NOTHING),
    "submissions:choose-entry": (NOTHING_SIGNED_IN, Expected("login", 404, 404, 404)),
    "submissions:runners": (STAFF, NOTHING_SIGNED_IN),
    "submissions:regrades": (STAFF, STAFF),
    "submissions:regrade": (STAFF, NOTHING_SIGNED_IN),
    "submissions:regrade-progress": (STAFF, NOTHING_SIGNED_IN),
    "submissions:regrade-apply": (NOTHING_SIGNED_IN, STAFF),
    "submissions:regrade-discard": (NOTHING_SIGNED_IN, STAFF),
    "theme": (NOTHING, EVERYBODY),
    "language": (NOTHING, EVERYBODY),
    "profile": (SIGNED_IN, SIGNED_IN),
    "single_keys": (NOTHING_SIGNED_IN, SIGNED_IN),
    "factor_hint": (NOTHING_SIGNED_IN, SIGNED_IN),
    "audit": (SIGNED_IN, NOTHING_SIGNED_IN),
    "tokens": (SIGNED_IN, SIGNED_IN),
    "revoke_token": (NOTHING_SIGNED_IN, OWNER),
    "notifications": (SIGNED_IN, NOTHING_SIGNED_IN),
    "read_notifications": (NOTHING_SIGNED_IN, SIGNED_IN),
    "notification": (NOTHING_SIGNED_IN, OWNER),
    "mark_notification": (NOTHING_SIGNED_IN, OWNER),
    "notification_choices": (SIGNED_IN, SIGNED_IN),
    "mails": (SIGNED_IN, NOTHING_SIGNED_IN),
    "stop_mail": (EVERYBODY, EVERYBODY),  # whoever has its signed address
    "account_login": (EVERYBODY, EVERYBODY),
    "account_logout": (EVERYBODY, EVERYBODY),
    "account_signup": (EVERYBODY, EVERYBODY),
    "account_inactive": (EVERYBODY, NOTHING),
    "account_reauthenticate": (SIGNED_IN, SIGNED_IN),
    "prove": (SIGNED_IN, SIGNED_IN),
    "account_email": (SIGNED_IN, SIGNED_IN),
    "account_email_verification_sent": (EVERYBODY, NOTHING),
    "account_confirm_email": (EVERYBODY, NOBODY),  # whoever has the key; here nobody has
    "account_change_password": (SIGNED_IN, SIGNED_IN),
    "account_set_password": (SIGNED_IN, SIGNED_IN),
    "account_reset_password": (EVERYBODY, EVERYBODY),
    "account_reset_password_done": (EVERYBODY, NOTHING),
    "account_reset_password_from_key": (EVERYBODY, EVERYBODY),  # whoever has the key
    "account_reset_password_from_key_done": (EVERYBODY, NOTHING),
    "account_confirm_login_code": (SIGNED_IN, SIGNED_IN),  # nobody is sent codes
    "socialaccount_login_cancelled": (EVERYBODY, NOTHING),
    "socialaccount_login_error": (Expected(401, 401, 401, 401), NOTHING),
    # Whoever comes back from a provider; others are sent to sign in.
    "socialaccount_signup": (
        Expected("login", "login", "login", "login"),
        Expected("login", "login", "login", "login"),
    ),
    "socialaccount_connections": (SIGNED_IN, SIGNED_IN),
    **{f"{name}_login": (NOBODY, NOBODY) for name in ("github", "google", "openid_connect")},  # none is set up here
    **{f"{name}_callback": (NOBODY, NOBODY) for name in ("github", "google", "openid_connect")},
    "google_login_by_token": (NOBODY, NOBODY),
    "mfa_index": (SIGNED_IN, NOTHING_SIGNED_IN),
    "mfa_authenticate": (Expected("login", "ok", "ok", "ok"), Expected("login", "ok", "ok", "ok")),  # after a password
    "mfa_reauthenticate": (SIGNED_IN, SIGNED_IN),
    "mfa_activate_totp": (SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": (OWNER, OWNER),
    "mfa_view_recovery_codes": (OWNER, NOTHING_SIGNED_IN),
    "mfa_generate_recovery_codes": (SIGNED_IN, SIGNED_IN),
    "mfa_download_recovery_codes": (OWNER, OWNER),
    "mfa_list_webauthn": (SIGNED_IN, NOTHING_SIGNED_IN),
    "mfa_add_webauthn": (SIGNED_IN, SIGNED_IN),
    "mfa_login_webauthn": (Expected("login", "ok", "ok", "ok"), Expected("login", "ok", "ok", "ok")),  # by a script
    "mfa_reauthenticate_webauthn": (SIGNED_IN, Expected("login", "ok", "login", "ok")),  # of nothing it knows nobody
    # Asked who they are first; whose it isn't gets 404 then (tests/accounts/test_factors.py).
    "mfa_remove_webauthn": (SIGNED_IN, SIGNED_IN),
    "mfa_edit_webauthn": (SIGNED_IN, SIGNED_IN),
    "usersessions_list": (SIGNED_IN, SIGNED_IN),
    "end_session": (NOTHING_SIGNED_IN, OWNER),
    "your_data": (SIGNED_IN, NOTHING_SIGNED_IN),
    "ask_for_export": (NOTHING_SIGNED_IN, SIGNED_IN),
    "export_progress": (SIGNED_IN, NOTHING_SIGNED_IN),
    "download_export": (OWNER, NOTHING_SIGNED_IN),
    "leave": (SIGNED_IN, SIGNED_IN),
    "lti:home": (STAFF, STAFF),
    "lti:registration": (STAFF, STAFF),
    "lti:act": (NOTHING_SIGNED_IN, STAFF),
    "lti:unlink": (OWNER, OWNER),
    "lti:configuration": (EVERYBODY, NOTHING),
    "lti:jwks": (EVERYBODY, NOTHING),
    # Platforms send people there; what it takes to be believed: tests/lti.
    "lti:login": (EVERYBODY, EVERYBODY),
    "lti:launch": (NOTHING, EVERYBODY),
    "lti:deep_link": (NOTHING, EVERYBODY),
    "lti:choose": (NOTHING, EVERYBODY),
    "lti:arrive": (NOBODY, NOBODY),  # whoever has the launch's cookie; here nobody has
    "metrics": (Expected(403, 403, 403, "ok"), NOTHING),  # and whoever has the token
}
ADDRESSES = of_pages()


def outcome(response) -> object:
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "login"
    return "ok" if response.status_code in {200, 204, 286, 302, 400, 422} else response.status_code


@pytest.fixture
def cast(alice, bob, charlie, sam, ada) -> dict[str, tuple[str, object]]:
    """Somebody for each role, and the column they belong to."""
    return {
        "anonymous": ("anonymous", None),
        "another learner": ("other", charlie),
        "a lead of his group": ("other", alice),
        "Bob": ("owner", bob),
        "staff": ("staff", sam),
        "an administrator": ("staff", ada),
    }


def found_by(client, cast, method: str, url: str) -> dict[str, object]:
    found = {}
    for who, (_, user) in cast.items():
        # Whatever one of them changes is as it was for the next.
        with transaction.atomic():
            client.logout()
            if user:
                client.force_login(user)
            found[who] = outcome(getattr(client, method)(url))
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_each_role_gets_what_it_should(address, world, cast, client):
    assert address.name in PAGES, (
        f"{address.name} ({address.route}) has no expectation: add it to PAGES in tests/security/test_permissions.py, "
        "with what a visitor (login), another learner (404), its owner and staff get."
    )
    url = address.filled(world)
    for method, expected in zip(("get", "post"), PAGES[address.name], strict=True):
        wanted = {who: getattr(expected, column) for who, (column, _) in cast.items()}
        assert found_by(client, cast, method, url) == wanted, method


def test_every_expectation_has_its_address():
    assert set(PAGES) - {address.name for address in ADDRESSES} == set()


def test_nobody_without_its_rights_sees_the_admin(cast, client):
    """Every address of it, those of models that come later too."""
    fixed = {"object_id": 1, "content_type_id": 1, "id": 1, "app_label": "groups", "url": "x"}
    # They show nothing that is anybody's: its first page, and one's own way out and password.
    own = {"admin:index", "admin:logout", "admin:password_change", "admin:password_change_done", "admin:jsi18n"}
    wrong = {}
    for address in of_admin():
        url = address.filled(fixed)
        for who, (_, user) in cast.items():
            if who == "an administrator" or (who == "staff" and address.name in own):
                continue
            client.logout()
            if user:
                client.force_login(user)
            response = client.get(url)
            # Staff are told of what there isn't on the first page.
            elsewhere = response.get("Location", "")
            if not (response.status_code in {403, 404, 405} or "/login/" in elsewhere or elsewhere == "/admin/"):
                wrong[address.name, who] = response.status_code
    assert wrong == {}
