"""Groups in French: pages and what they work out, and to each member in their own language what they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from apps.accounts import mails
from apps.accounts.models import AuditEntry, Notification
from apps.groups import reminders
from apps.groups.dashboard import states
from apps.groups.models import Group, Meeting, Role
from apps.groups.services import extensions, invitations, members, plan, regrades
from apps.submissions.said import said

MORNING = datetime(2030, 1, 15, 7, 0, tzinfo=UTC)


@pytest.fixture
def bob(bob):
    bob.language = "fr"
    bob.save()
    return bob


@pytest.fixture
def read(client):
    """The text of a page of the circle, for somebody who reads French."""

    def read_(user, path: str = "") -> str:
        user.language = "fr"
        user.save()
        client.force_login(user)
        response = client.get(f"/groups/circle/{path}")
        assert response.status_code == 200
        return " ".join(response.text.split())

    return read_


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "À faire avant"),
        ("plan/", "Dans votre calendrier"),
        ("members/", "3 membres"),
        ("invitations/", "Combien de personnes peuvent l’utiliser"),
        ("dashboard/", "Où en est chacun"),
        ("messages/", "Écrire à des membres"),
        ("settings/", "Archiver ce groupe"),
        ("plan/edit/", "Tel que les membres le voient"),
        ("plan/add/", "Ajouter ce qui est coché"),
        ("plan/templates/", "Partir d’un modèle"),
    ],
)
def test_a_lead_reads_french(read, circle, alice, assign, resource, path, said):
    meeting = Meeting.objects.create(group=circle, title="Roots", starts_at=timezone.now() + timedelta(days=1))
    assign(resource, meeting=meeting)
    text = read(alice, path)
    assert '<html lang="fr"' in text
    assert said in text


def test_the_dashboard_says_in_each_readers_language_where_members_stand(read, client, alice, dana, assign, resource):
    assign(resource, due_at=timezone.now() - timedelta(days=1))
    assert 'aria-label="en retard"' in read(alice, "dashboard/")
    client.force_login(dana)
    text = client.get("/groups/circle/dashboard/").text
    assert 'aria-label="late"' in text
    assert "en retard" not in text


def test_states_are_said_in_french():
    with translation.override("fr"):
        assert [states.words(one) for one in ("n", "t60!", "b!")] == [
            "pas commencé",
            "60\u202f% des points, en retard",
            "commencé, en retard",
        ]


def test_an_export_has_french_heads(client, alice, assign, resource):
    alice.language = "fr"
    alice.save()
    assign(resource, due_at=timezone.now() - timedelta(days=1))
    client.force_login(alice)
    text = client.get("/groups/circle/dashboard/heat-map.csv").content.decode("utf-8-sig")
    assert text.splitlines()[1] == "Apprenant,Fait,Obligatoire,A tree"


def test_what_a_lead_does_is_told_in_the_members_language_and_recorded_in_ours(circle, alice, bob, assign, resource):
    due = datetime(2031, 2, 3, 18, 0, tzinfo=UTC)
    member = circle.memberships.get(user=bob)
    extensions.extend(assignment=assign(resource), member=member, due_at=due, reason="Soyez tranquille.", by=alice)
    assert Notification.objects.get(user=bob).text == (
        "Alice vous accorde plus de temps pour «\u00a0A tree\u00a0»\u202f: jusqu’au 3 février, 18:00 (UTC)."
        " Soyez tranquille."
    )
    with translation.override("fr"):
        members.set_role(by=circle.memberships.get(user=alice), member=member, role=Role.COLEAD)
    assert [entry.what for entry in AuditEntry.objects.order_by("pk")] == [
        "Bob has more time for “A tree”: until 3 February, 18:00 (UTC)",
        "Made Bob a co-lead of The circle",
    ]


def test_a_cancelled_meeting_is_told_to_each_in_their_language(circle, alice, bob, dana):
    meeting = Meeting.objects.create(group=circle, title="Roots", starts_at=timezone.now() + timedelta(days=1))
    plan.delete_meeting(meeting=meeting, by=alice)
    assert dict(Notification.objects.values_list("user", "text")) == {
        bob.pk: "The circle\u202f: la rencontre «\u00a0Roots\u00a0» est annulée.",
        dana.pk: "The circle: the meeting “Roots” was cancelled.",
    }


def test_the_morning_mail_is_in_its_readers_language(circle, bob, assign, resource):
    Group.objects.filter(pk=circle.pk).update(time_zone="Europe/Berlin")
    assign(resource, due_at=MORNING + timedelta(hours=40))
    reminders.send_due(MORNING)
    mails.send_due()
    (message,) = [one for one in mail.outbox if one.to == [bob.email]]
    assert message.subject == "1 chose à faire bientôt"
    html = message.alternatives[0].content
    assert '<html lang="fr">' in html
    for text in (message.body, html):
        assert "Bonjour Bob." in text
        assert "À faire avant jeudi 17 janvier, 00:00\u202f:" in text
        assert "(pas encore)" in text


@pytest.mark.parametrize(
    ("known", "inviting", "subject"),
    [
        ("", "fr", "Alice invites you to The circle on StudyHub"),
        ("fr", "en-gb", "Alice vous invite dans The circle sur StudyHub"),
        (None, "fr", "Alice vous invite dans The circle sur StudyHub"),
    ],
)
def test_an_invitation_speaks_the_language_of_whom_it_goes_to_as_far_as_it_is_known(
    circle, alice, charlie, known, inviting, subject
):
    charlie.language = known or ""
    charlie.save()
    by = circle.memberships.get(user=alice)
    to = charlie.email if known is not None else "nobody@example.org"
    with translation.override(inviting):
        invitations.send(by=by, emails=[to], days=7, link=lambda path: f"https://here.example{path}")
    assert [message.subject for message in mail.outbox] == [subject]


def test_a_calendar_speaks_its_members_language(client, circle, bob, assign, resource):
    assign(resource, due_at=timezone.now() + timedelta(days=1))
    feed = client.get(f"/groups/circle/calendar/{circle.memberships.get(user=bob).feed_key}.ics").text
    assert "SUMMARY:À faire\u202f: A tree" in feed


def test_why_a_hand_in_was_left_out_of_a_regrade_is_stored_in_english_and_told_in_french():
    with translation.override("fr"):
        assert said(regrades.LEFT) == "La personne a quitté le groupe."
