"""Whoever has left is named in nothing that others were told by them; what has only the word of their name stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts import leaving
from apps.accounts.models import Choice, Mail, Notification, User
from apps.accounts.notifications import choose, notify
from apps.catalog.models import Concept, Proposal
from apps.catalog.proposals import ProposalForm, propose
from apps.groups import reminders
from apps.groups.models import Role
from apps.groups.services import acting, extensions, groups, invitations, members
from apps.submissions import services
from tests.accounts.test_leaving import traces
from tests.groups.conftest import assign, circle, dana, resource  # noqa: F401 - fixtures
from tests.submissions.conftest import committed, desk, exercise, office, package  # noqa: F401 - fixtures

ZORA = ("Zora", "Quill", "zora.quill")
NOBODY = {"": "Somebody who has left", "fr": "Une personne qui est partie"}


@pytest.fixture
def zora(django_user_model, db) -> User:
    return django_user_model.objects.create_user("zora.quill@example.org", "zora-secret-9", name="Zora Quill")


@pytest.fixture(params=["", "fr"])
def language(request, alice, bob, dana) -> str:  # noqa: F811
    """What is told is told in it, on the site and by e-mail at once."""
    User.objects.update(language=request.param)
    for user in (alice, bob, dana):
        user.refresh_from_db()
        Choice.objects.bulk_create(
            Choice(user=user, kind=kind, channel="at-once")
            for kind in ("comment", "score", "message", "plan", "group", "proposal")
        )
    return request.param


def leaves(user: User, name: str | None = None) -> None:
    """Their week is over; by then they are called `name`."""
    User.objects.filter(pk=user.pk).update(leaves_at=timezone.now(), **({} if name is None else {"name": name}))
    assert leaving.erase_due(timezone.now()) == 1


def told() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("text", flat=True))


class TestWhatTheyCaused:
    """Every act of which others are told with a name, by its service."""

    @pytest.fixture
    def acts(self, zora, alice, bob, charlie, circle, assign, resource, desk, language):  # noqa: F811
        desk.exercise.current_version.manifest["attempts"] = 3
        desk.exercise.current_version.save()
        leads = circle.memberships.get(user=alice)
        invitation = invitations.make_link(by=leads, days=3, limit=None)
        member = invitations.accept(invitation=invitation, user=zora)
        members.leave(member=member)
        invitations.accept(invitation=invitation, user=zora)
        members.set_role(by=leads, member=member, role=Role.LEAD)
        member.refresh_from_db()
        bobs = circle.memberships.get(user=bob)
        acting.pin(by=member, member=bobs, resource=resource, note="Read it.")
        acting.pin(by=member, member=bobs, resource=resource, note="")
        acting.message(by=member, members=[bobs], subject="Thursday", text="Come.")
        given = extensions.extend(
            assignment=assign(resource), member=bobs, due_at=timezone.now() + timedelta(days=1), reason="Ill.", by=zora
        )
        extensions.withdraw(extension=given, member=bobs, by=zora)
        members.set_role(by=member, member=bobs, role=Role.COLEAD)
        members.undo(token=members.remove(by=member, member=bobs), by=zora)
        groups.archive(group=circle, by=zora)
        groups.restore(group=circle, by=zora)
        invitations.send(by=member, emails=["charlie@example.org"], days=3, link=str)
        assign(desk.exercise)
        theirs = desk.done(bob).submission
        services.comment(author=zora, submission=theirs, text="Look again.")
        services.override(by=zora, submission=theirs, points=1, reason="Nearly.")
        services.grant_attempts(by=zora, user=bob, exercise=desk.exercise, attempts=2, reason="Ours.")
        services.comment(author=zora, submission=desk.done(zora).submission, text="Why?")
        alice.is_staff = True
        alice.save()
        concept = Concept.objects.create(slug="tree", title="Tree")
        form = ProposalForm(
            {
                "url": "https://example.org/new", "title": "A new one", "author": "Grace", "why": "It draws.",
                "kind": "video", "level": "beginner", "minutes": "12", "track": resource.section.track.pk,
                "concepts": [concept.pk],
            }
        )  # fmt: skip
        assert form.is_valid(), form.errors
        assert propose(form=form, by=zora)
        assert Proposal.objects.count() == 1
        naming = {one.kind for one in Notification.objects.filter(text__startswith="Zora Quill")}
        assert naming == {"group", "pin", "message", "extension", "comment", "score", "attempts", "proposal"}
        assert Mail.objects.filter(text__contains="Zora Quill").count() > 10

    @pytest.mark.parametrize("name", [None, "Somebody else by now"])
    def test_has_no_name_any_more_whatever_they_were_called_by_the_end(self, acts, zora, alice, language, name):
        leaves(zora, name)
        assert traces(*ZORA) == []
        assert any(text.startswith(NOBODY[language]) for text in told())


class TestOthersWords:
    """A name may be any word that a sentence begins with."""

    @pytest.mark.parametrize("name", ["Quiz", "Your", "The circle", "Alice"])
    @pytest.mark.parametrize("named", [True, False])
    def test_stay(self, zora, alice, bob, name, named):
        User.objects.filter(pk=zora.pk).update(name=name)
        choose(bob, {"group": "at-once"})
        text = f"{name} has left, {name}: so it is."
        notify([bob], kind="group", naming=alice if named and name == "Alice" else None, text=text)
        leaves(zora)
        assert told() == [text]
        assert text in Mail.objects.get().text

    def test_stay_where_somebody_else_of_the_name_is_meant(self, zora, alice, bob):
        User.objects.filter(pk=zora.pk).update(name="Alice")
        notify([bob], kind="group", naming=alice, text="Alice joined.")
        leaves(zora)
        assert told() == ["Alice joined."]
        assert Notification.objects.get().named == alice

    def test_what_begins_with_another_word_loses_the_name_all_the_same(self, zora, bob):
        """No language does so today; a translation may."""
        notify([bob], kind="group", naming=zora, text="To The circle came Zora Quill.")
        leaves(zora)
        assert told() == ["To The circle came Somebody who has left."]


class TestMails:
    @pytest.fixture(autouse=True)
    def clock(self, bob):
        bob.time_zone = "Europe/Berlin"
        bob.save()

    def morning(self, zora, bob) -> None:
        notify([bob], kind="comment", naming=zora, text="Zora Quill commented.")
        at = timezone.now().replace(hour=7, minute=30)  # half past eight or nine in Berlin
        assert reminders.send_due(at) == 1

    def test_the_mornings_in_which_they_stand_go(self, zora, bob):
        self.morning(zora, bob)
        leaves(zora, "Somebody else by now")
        assert not Mail.objects.exists()

    def test_the_others_stay(self, zora, alice, bob):
        self.morning(alice, bob)
        leaves(zora)
        assert "Zora Quill commented." in Mail.objects.get().text

    def test_what_was_told_stays_when_its_mail_is_cleared(self, zora, bob):
        self.morning(zora, bob)
        Mail.objects.all().delete()
        assert told() == ["Zora Quill commented."]


class TestWrittenByTheVersionBefore:
    """It kept no more than the text."""

    def before(self, user, kind: str, text: str) -> None:
        Notification.objects.create(user=user, kind=kind, text=text, named_length=None)

    @pytest.mark.parametrize(
        ("kind", "text"), [("group", "Zora Quill joined."), ("extension", "Zora Quill\u202f: vous avez jusqu’à lundi.")]
    )
    def test_what_begins_with_the_name_loses_it(self, zora, bob, kind, text):
        self.before(bob, kind, text)
        leaves(zora)
        assert told() == [f"Somebody who has left{text.removeprefix('Zora Quill')}"]

    @pytest.mark.parametrize(
        "text", ["zora quill joined.", "Zora Quillan joined.", "To Zora Quill.", "Zora Quill Jr. left."]
    )
    def test_of_other_names_and_places_nothing_changes(self, zora, bob, django_user_model, text):
        django_user_model.objects.create_user("junior@example.org", "x", name="Zora Quill Jr.")
        self.before(bob, "group", text)
        leaves(zora)
        assert told() == [text]

    @pytest.mark.parametrize("kind", ["plan", "due", "graded", "webhook"])
    def test_in_kinds_that_name_nobody_a_groups_name_is_a_groups_name(self, zora, bob, kind):
        self.before(bob, kind, "Zora Quill: the meeting was cancelled.")
        leaves(zora)
        assert told() == ["Zora Quill: the meeting was cancelled."]

    def test_what_is_older_than_the_account_does_not_name_them(self, zora, bob):
        self.before(bob, "group", "Zora Quill joined.")
        Notification.objects.update(at=zora.date_joined - timedelta(days=1))
        leaves(zora)
        assert told() == ["Zora Quill joined."]


def test_the_one_who_is_told_may_leave_too(zora, bob):
    notify([bob], kind="group", naming=zora, text="Zora Quill joined.")
    leaves(bob)
    assert not Notification.objects.exists()


def test_the_export_says_what_others_were_told_of_them(zora, bob):
    from apps.accounts.packing import rows_of
    from apps.accounts.personal import portions

    notify([bob], kind="group", naming=zora, text="Zora Quill joined.", url=reverse("groups:list"))
    (portion,) = [one for one in portions() if one.name == "accounts-notification-named"]
    (row,) = rows_of(portion, zora)
    assert row["text"] == "Zora Quill joined."
    assert "user" not in row
