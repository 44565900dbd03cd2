"""One site with something at every address: Alice leads a group in which Bob is, and what is asked for is Bob's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.http import int_to_base36
from lti_tool.models import LtiRegistration, LtiUser

from apps.accounts.mails import stop_address
from apps.accounts.models import DataExport, Notification
from apps.accounts.tokens import make_token
from apps.catalog.models import Concept, Proposal
from apps.quizzes.models import Answer, Card
from apps.quizzes.services import finish, next_review, start
from apps.submissions.models import Regrade
from tests.accounts.passkey import registration
from tests.groups.conftest import ada, alice, assign, circle, dana, resource  # noqa: F401 - fixtures
from tests.quizzes.site import entry, load, respond
from tests.submissions.conftest import committed, desk, exercise, office, package  # noqa: F401 - fixtures


@pytest.fixture
def sam(db, django_user_model):
    """Of the staff, without a right in the admin and without a group."""
    return django_user_model.objects.create_user("sam@example.org", "sam-secret", name="Sam", is_staff=True)


@pytest.fixture
def world(desk, circle, resource, bob, monkeypatch) -> dict[str, object]:  # noqa: F811
    """What stands in the addresses, by the name of the place, or as `address.place`."""
    # The desk's exercise has no package on disk.
    for name, value in (("introduction", ""), ("starter_zip", b""), ("limits_in_words", "")):
        monkeypatch.setattr(f"apps.exercises.views.{name}", lambda _, value=value: value)
    run = desk.done(bob)
    waiting = desk.hand_in(bob)
    quiz = load(entry())
    attempt = start(user=bob, quiz=quiz)
    for answer in attempt.answers.all():
        respond(answer)
    finish(attempt=attempt)
    again = start(user=bob, quiz=quiz)
    open_answer = again.answers.first()
    Card.objects.update(due=timezone.now() - timedelta(days=1))
    review = next_review(user=bob)
    assert isinstance(review, Answer)
    regrade = Regrade.objects.create(exercise=desk.exercise, version=desk.exercise.current_version, reason="Wrong.")
    told = Notification.objects.create(user=bob, kind="score", text="A score.", url=run.submission.get_absolute_url())
    session = UserSession.objects.create(user=bob, ip="192.0.2.7", session_key="x" * 32, user_agent="Firefox")
    export = DataExport.objects.create(
        user=bob, state=DataExport.State.READY, expires_at=timezone.now() + timedelta(hours=1)
    )
    default_storage.save(export.file_name, ContentFile(b"zip"))
    passkey = Authenticator.objects.create(
        user=bob, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": registration(b"c" * 32)}
    )
    for kind, data in (("totp", {"secret": "A" * 32}), ("recovery_codes", {"seed": "a" * 40, "used_mask": 0})):
        Authenticator.objects.create(user=bob, type=kind, data=data)
    addresses = {name: f"https://school.example/{name}" for name in ("auth_url", "token_url", "keyset_url")}
    school = LtiRegistration.objects.create(name="School", issuer="https://school.example", client_id="a", **addresses)
    track = resource.section.track
    proposal = Proposal.objects.create(
        by=bob,
        url="https://example.org/new",
        key="example.org/new",
        title="New",
        why="It is.",
        kind="video",
        level="beginner",
        track=track,
    )
    token, _ = make_token(user=bob, name="laptop", scopes=["read"], days=30)
    regrades = ("regrade", "regrade-progress", "regrade-apply", "regrade-discard")
    reviews = ("answer", "waiting", "draft", "rate")
    return {
        "track": resource.section.track.slug,
        "resource.slug": resource.slug,
        **{f"{name}.slug": resource.slug for name in ("toggle-done", "rate", "note", "remove-note")},
        **{f"{name}.pk": proposal.pk for name in ("proposal", "decide-proposal")},
        "concept.slug": Concept.objects.first().slug,
        "exercises:detail.slug": desk.exercise.slug,
        "exercises:starter.slug": desk.exercise.slug,
        "quizzes:attempt.pk": again.pk,
        "quizzes:finish.pk": again.pk,
        **{f"quizzes:{name}.pk": open_answer.pk for name in ("answer", "draft", "hint", "understood")},
        "quizzes:picture.name": "0" * 40 + ".svg",
        **{f"quizzes:{name}.slug": quiz.slug for name in ("quiz", "start", "analysis", "preview")},
        "quizzes:preview.question": "which-one",
        "learning:map.slug": "numbers",
        **{f"learning:{name}.pk": review.pk for name in reviews},
        "learning:suspend.pk": Card.objects.filter(user=bob).first().pk,
        **{f"submissions:{name}.pk": regrade.pk for name in regrades},
        **{f"submissions:{name}.slug": desk.exercise.slug for name in ("leaderboard", "choose-entry", "new")},
        **{
            f"submissions:{name}.pk": run.submission_id
            for name in ("detail", "live", "comment", "notebook", "download")
        },
        "submissions:cancel.pk": waiting.submission_id,
        "submissions:picture.pk": run.submission_id,
        "submissions:picture.key": "no-such-key",
        "submissions:picture.number": 0,
        "revoke_token.pk": token.pk,
        **{f"lti:{name}.pk": school.pk for name in ("registration", "act")},
        "lti:unlink.pk": LtiUser.objects.create(registration=school, sub="17", auth_user=bob).pk,
        "lti:arrive.state": "no-such-launch",
        "end_session.pk": session.pk,
        "download_export.pk": export.pk,
        **{f"mfa_{name}_webauthn.pk": passkey.pk for name in ("remove", "edit")},
        **{f"openid_connect_{name}.provider_id": "no-such-one" for name in ("login", "callback")},
        "notification.pk": told.pk,
        "mark_notification.pk": told.pk,
        "stop_mail.token": stop_address(bob, "comment").rstrip("/").rpartition("/")[2],
        "account_confirm_email.key": "no-such-key",
        "account_reset_password_from_key.uidb36": int_to_base36(bob.pk),
        "account_reset_password_from_key.key": default_token_generator.make_token(bob),
    }
