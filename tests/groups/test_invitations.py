"""Ways into a group: a link for whoever has it, a message to one address."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from apps.accounts.models import Notification
from apps.groups.models import Group, Invitation, Membership, Role
from apps.groups.services import invitations as services
from apps.groups.services.invitations import REFUSALS, InvitationRefused, address_of


@pytest.fixture
def alices(circle, alice) -> Membership:
    return Membership.objects.select_related("group", "user").get(user=alice)


@pytest.fixture
def link(alices):
    """Make an invitation by link: `link(limit=1)`."""
    return lambda days=7, limit=None: services.make_link(by=alices, days=days, limit=limit)


@pytest.fixture
def letter(circle, alice):
    """An invitation to Charlie's address."""
    later = timezone.now() + timedelta(days=7)
    return Invitation.objects.create(group=circle, email="charlie@example.org", created_by=alice, expires_at=later)


@pytest.fixture
def visit(client):
    """Open an invitation, as somebody or as nobody."""

    def open_(invitation, user=None, method: str = "get"):
        client.logout()
        if user:
            client.force_login(user)
        return getattr(client, method)(address_of(invitation))

    return open_


def is_in(user) -> bool:
    return Membership.objects.current().filter(user=user, group__slug="circle").exists()


def test_a_lead_makes_a_link_and_copies_it(client, circle, alice):
    client.force_login(alice)
    response = client.post("/groups/circle/invitations/", {"days": "30", "limit": "12"})
    made = Invitation.objects.get()
    assert response["Location"] == f"/groups/circle/invitations/#invitation-{made.pk}"
    assert timedelta(days=29) < made.expires_at - timezone.now() <= timedelta(days=30)
    text = client.get("/groups/circle/invitations/").text
    assert "0 of 12 joined" in text
    shown = re.search(r'value="http://testserver(/groups/join/[^"]+)"', text)[1]
    assert client.get(shown)["Location"] == "/groups/circle/"


@pytest.mark.parametrize("form", [{"days": "365"}, {"days": "7", "limit": "0"}, {"days": "7", "limit": "many"}, {}])
def test_a_form_that_can_not_be_used_makes_no_link(client, circle, alice, form):
    client.force_login(alice)
    assert client.post("/groups/circle/invitations/", form).status_code == 422
    assert not Invitation.objects.exists()


def test_charlie_joins_by_a_link_and_leads_are_told(link, visit, charlie, alice, dana, bob):
    invitation = link()
    text = visit(invitation, charlie).text
    assert "Alice invites you" in text
    assert "Join as Charlie" in text
    assert not is_in(charlie)
    response = visit(invitation, charlie, "post")
    assert response["Location"] == "/groups/circle/"
    assert Membership.objects.get(user=charlie).role == Role.MEMBER
    assert Invitation.objects.get().used == 1
    assert list(Notification.objects.values_list("user", "text")) == [
        (dana.pk, "Charlie joined The circle."),
        (alice.pk, "Charlie joined The circle."),
    ]


def test_a_visitor_reads_what_they_are_invited_to_and_comes_back_once_signed_in(link, client, visit, charlie):
    invitation = link()
    text = visit(invitation).text
    assert "The circle" in text
    assert "We <em>read</em> on Thursdays." in text
    ways_in = re.findall(r'href="(/accounts/(?:login|signup)/\?next=/groups/join/[^"]+)"', text)
    sign_in = next(way for way in ways_in if "login" in way)
    form = {"login": charlie.email, "password": "charlie-secret"}
    assert client.post(sign_in, form)["Location"] == address_of(invitation)


def test_who_makes_an_account_comes_back_too(link, client, visit):
    invitation = link()
    sign_up = re.search(r'href="(/accounts/signup/\?next=[^"]+)"', visit(invitation).text)[1]
    password = "correct-horse-battery"
    form = {"email": "new@example.org", "password1": password, "password2": password}
    response = client.post(sign_up, form)
    assert response["Location"] == address_of(invitation)
    assert "Join as new" in client.get(response["Location"]).text


def test_a_visitor_who_sends_the_form_signs_in_first(link, visit):
    response = visit(link(), None, "post")
    assert response["Location"].startswith("/accounts/login/?next=/groups/join/")


def test_before_joining_nothing_is_told_of_the_members(link, visit, charlie):
    for user in (None, charlie):
        text = visit(link(), user).text
        assert "Dana" not in text
        assert "Bob" not in text
        assert "member" not in text.lower().replace("remember", "")


def refused(response, why: str, status: int = 410) -> bool:
    return response.status_code == status and REFUSALS[why] in response.text.replace("&#x27;", "'")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_withdrawn_link_is_dead(link, client, visit, alice, charlie, method):
    invitation = link()
    client.force_login(alice)
    text = client.post(f"/groups/circle/invitations/{invitation.pk}/revoke/", follow=True).text
    assert "Withdrawn. Nobody can join by it any more." in text
    assert "None: nobody can join at the moment." in text
    assert refused(visit(invitation, charlie, method), "revoked")
    assert not is_in(charlie)


@pytest.fixture
def undo(link, client, alice):
    """Withdraws a link; then posts its undo, and returns the page that follows."""
    client.force_login(alice)

    def withdraw(invitation: Invitation) -> str:
        response = client.post(f"/groups/circle/invitations/{invitation.pk}/revoke/", follow=True)
        return response.context["undo"]

    def undo_(invitation: Invitation, *, token: str = "", slug: str = "circle") -> str:
        token = token or withdraw(invitation)
        return client.post(f"/groups/{slug}/invitations/reopen/", {"token": token}, follow=True).text

    undo_.withdraw = withdraw
    return undo_


def test_that_a_link_was_withdrawn_can_be_undone(link, undo, visit, charlie):
    invitation = link()
    assert "The invitation is open again." in undo(invitation)
    visit(invitation, charlie, "post")
    assert is_in(charlie)


def test_it_is_undone_once(link, undo):
    invitation = link()
    token = undo.withdraw(invitation)
    assert "The invitation is open again." in undo(invitation, token=token)
    undo.withdraw(invitation)
    assert "It is too late to undo that." in undo(invitation, token=token)
    invitation.refresh_from_db()
    assert invitation.revoked_at


def test_after_ten_minutes_it_is_not_undone(link, undo, monkeypatch):
    invitation = link()
    monkeypatch.setattr(services, "UNDO_FOR", timedelta(seconds=-1))
    assert "It is too late to undo that." in undo(invitation)


def test_of_an_address_that_has_a_newer_invitation_it_is_not_undone(letter, undo, alices):
    token = undo.withdraw(letter)
    services.send(by=alices, emails=[letter.email], days=7, link=str)
    assert "It is too late to undo that." in undo(letter, token=token)
    letter.refresh_from_db()
    assert letter.revoked_at


def test_what_has_expired_meanwhile_is_not_undone(link, undo):
    invitation = link()
    token = undo.withdraw(invitation)
    Invitation.objects.update(expires_at=timezone.now())
    assert "It is too late to undo that." in undo(invitation, token=token)


def test_the_lead_of_another_group_undoes_nothing(link, undo, alice):
    invitation = link()
    token = undo.withdraw(invitation)
    other = Group.objects.create(slug="other", name="Other")
    Membership.objects.create(group=other, user=alice, role=Role.LEAD)
    assert "It is too late to undo that." in undo(invitation, token=token, slug="other")
    invitation.refresh_from_db()
    assert invitation.revoked_at


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_link_is_dead(link, visit, charlie, method):
    invitation = link()
    Invitation.objects.update(expires_at=timezone.now())
    assert refused(visit(invitation, charlie, method), "expired")
    assert not is_in(charlie)


def test_by_a_link_for_one_person_one_person_joins(link, visit, charlie, ada):
    invitation = link(limit=1)
    visit(invitation, ada, "post")
    assert refused(visit(invitation, charlie, "post"), "used-up")
    assert not is_in(charlie)
    assert Invitation.objects.get().used == 1


def test_of_two_who_want_the_last_place_at_once_one_gets_it(link, charlie, ada):
    invitation = link(limit=1)
    stale = Invitation.objects.get(pk=invitation.pk)  # read before the other one came in
    services.accept(invitation=invitation, user=ada)
    assert stale.is_open(timezone.now())
    with pytest.raises(InvitationRefused, match="As many people"):
        services.accept(invitation=stale, user=charlie)
    assert not is_in(charlie)
    assert Invitation.objects.get().used == 1


def test_what_is_withdrawn_between_reading_and_joining_lets_nobody_in(link, charlie):
    stale = link()
    services.revoke(invitation=stale)
    assert stale.revoked_at is None
    with pytest.raises(InvitationRefused, match="withdrawn"):
        services.accept(invitation=stale, user=charlie)
    assert not is_in(charlie)


def test_two_clicks_take_one_place(link, visit, charlie):
    invitation = link(limit=2)
    visit(invitation, charlie, "post")
    assert visit(invitation, charlie, "post")["Location"] == "/groups/circle/"
    assert Invitation.objects.get().used == 1
    assert Membership.objects.filter(user=charlie).count() == 1


def test_a_member_who_opens_a_link_is_in_already_and_stays_what_they_are(link, visit, dana):
    assert visit(link(limit=1), dana, "post")["Location"] == "/groups/circle/"
    assert Membership.objects.get(user=dana).role == Role.COLEAD
    assert Invitation.objects.get().used == 0


def test_who_comes_back_finds_their_row_as_a_member_who_shares_nothing_yet(link, visit, dana):
    Membership.objects.filter(user=dana).update(left_at=timezone.now(), shares_all=True)
    before = Membership.objects.get(user=dana)
    visit(link(), dana, "post")
    after = Membership.objects.get(user=dana)
    assert (after.pk, after.joined_at, after.feed_key) == (before.pk, before.joined_at, before.feed_key)
    assert (after.left_at, after.role, after.shares_all) == (None, Role.MEMBER, False)


def test_nobody_joins_an_archived_group(link, visit, charlie):
    invitation = link()
    Group.objects.update(archived_at=timezone.now())
    assert refused(visit(invitation, charlie, "post"), "archived")
    assert not is_in(charlie)


@pytest.mark.parametrize("token", ["x", "MQ:1:2", "MQ:é"])
def test_what_we_did_not_sign_is_no_invitation(client, db, token):
    response = client.get(f"/groups/join/{token}/")
    assert response.status_code == 404
    assert "This is no invitation of ours." in response.text


def test_a_token_is_good_for_its_own_purpose_alone(link, client, charlie):
    forged = signing.Signer(salt="something else").sign_object(link().pk)
    assert client.get(f"/groups/join/{forged}/").status_code == 404


def send(client, user, emails: str, days: str = "7"):
    client.force_login(user)
    return client.post("/groups/circle/invitations/send/", {"emails": emails, "days": days}, follow=True)


def test_each_address_gets_a_message_of_its_own(client, circle, alice, mailoutbox):
    text = send(client, alice, "Erin <erin@example.org>, frank@example.org\nERIN@example.org").text
    assert "2 invitations sent." in text
    assert "Not answered yet" in text
    assert [message.to for message in mailoutbox] == [["erin@example.org"], ["frank@example.org"]]
    first = mailoutbox[0]
    assert first.subject == "Alice invites you to The circle on StudyHub"
    assert "frank" not in first.body
    path = re.search(r"http://testserver(/groups/join/\S+)", first.body)[1]
    client.logout()
    assert "Alice invites you" in client.get(path).text


def test_names_can_not_break_a_message(client, circle, alice, mailoutbox):
    Group.objects.update(name="Trees\r\nBcc: all@example.org & <b>")
    send(client, alice, "erin@example.org")
    assert mailoutbox[0].subject == "Alice invites you to Trees Bcc: all@example.org & <b> on StudyHub"
    assert "& <b>" in mailoutbox[0].body


@pytest.mark.parametrize(
    ("emails", "words"),
    [
        ("erin@example.org, nonsense", "“nonsense” is no e-mail address."),
        ("", "This field is required."),
        (" , ", "At least one address."),
        (" ".join(f"m{n}@example.org" for n in range(51)), "at most 50 at once"),
    ],
)
def test_addresses_that_can_not_be_used_send_nothing(client, circle, alice, mailoutbox, emails, words):
    response = send(client, alice, emails)
    assert response.status_code == 422
    assert words in response.text
    assert (mailoutbox, Invitation.objects.count()) == ([], 0)


def test_a_group_sends_no_more_than_its_share(client, circle, alice, mailoutbox, monkeypatch):
    monkeypatch.setattr(services, "MESSAGES_A_DAY", 2)
    send(client, alice, "a@example.org b@example.org")
    response = send(client, alice, "c@example.org")
    assert response.status_code == 422
    assert "Make a link instead" in response.text
    assert len(mailoutbox) == 2


def test_who_is_in_the_group_gets_no_message(client, circle, alice, mailoutbox):
    assert "They are in the group already." in send(client, alice, "Bob@Example.org").text
    assert mailoutbox == []


def test_a_second_message_ends_the_first_ones_link(client, circle, alice, visit, charlie, letter):
    send(client, alice, "Charlie@example.org")
    assert refused(visit(letter, charlie, "post"), "revoked")
    assert visit(Invitation.objects.first(), charlie, "post")["Location"] == "/groups/circle/"


def test_who_has_an_account_is_told_on_the_site_too(client, circle, alice, charlie):
    send(client, alice, "charlie@EXAMPLE.org")
    told = Notification.objects.get(user=charlie)
    assert told.text == "Alice invites you to the group The circle."
    client.force_login(charlie)
    assert "Join as Charlie" in client.get(told.url).text


def test_where_messages_can_not_be_sent_the_links_are_there(client, circle, alice, settings):
    settings.EMAIL_BACKEND = "tests.groups.test_invitations.Unreachable"
    text = send(client, alice, "erin@example.org").text
    assert "1 could not be sent by e-mail. Copy their links below" in text
    assert "Link for erin@example.org" in text


class Unreachable:
    """A mail server that is not there."""

    def __init__(self, **options) -> None: ...

    def __enter__(self):
        raise ConnectionRefusedError

    def __exit__(self, *error) -> None: ...


def test_only_the_address_it_was_sent_to_joins_by_it(letter, visit, charlie, ada):
    for method in ("get", "post"):
        assert refused(visit(letter, ada, method), "address", 403)
    assert not is_in(ada)
    assert "charlie" not in visit(letter, ada).text
    assert "Sign out" in visit(letter, ada).text
    assert visit(letter, charlie, "post")["Location"] == "/groups/circle/"


def test_the_case_of_an_address_does_not_matter(letter, visit, charlie):
    type(charlie).objects.filter(pk=charlie.pk).update(email="Charlie@Example.org")
    charlie.refresh_from_db()
    visit(letter, charlie, "post")
    assert is_in(charlie)


def test_an_invitation_of_another_group_is_not_theirs_to_withdraw(client, link, circle, bob):
    invitation = link()
    other = Group.objects.create(slug="other", name="Other")
    Membership.objects.create(group=other, user=bob, role=Role.LEAD)
    client.force_login(bob)
    assert client.post(f"/groups/other/invitations/{invitation.pk}/revoke/").status_code == 404
    assert Invitation.objects.get(pk=invitation.pk).revoked_at is None


def test_what_has_ended_is_told_apart(client, link, letter, alice, charlie):
    services.revoke(invitation=link())
    services.accept(invitation=link(limit=1), user=charlie)
    Invitation.objects.filter(pk=link().pk).update(expires_at=timezone.now())
    client.force_login(alice)
    text = client.get("/groups/circle/invitations/").text
    for words in ("Withdrawn", "All 1 joined", "Expired", "Not answered yet"):
        assert words in text


def test_many_invitations_take_as_many_queries(client, link, alice, django_assert_max_num_queries):
    for _ in range(15):
        link()
    client.force_login(alice)
    with django_assert_max_num_queries(5):
        client.get("/groups/circle/invitations/")
