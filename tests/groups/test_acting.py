"""What a lead does about a member's work, and what the member sees of it."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from apps.accounts import mails
from apps.accounts.models import AuditEntry, Mail, Notification
from apps.groups.models import Group, Membership, Pin, Role
from apps.submissions.models import AttemptGrant, Comment, Override, Run
from tests.submissions.conftest import fresh, with_manifest

REASON = "Right by another way."


@pytest.fixture
def work(desk, circle, bob, assign):
    """Bob's graded hand-in for an exercise that is on the circle's plan."""
    assign(desk.exercise)
    return desk.done(bob, points=(1, 0)).submission


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


def at(name: str, work, **more) -> str:
    return reverse(f"groups:{name}", kwargs={"slug": "circle", "pk": work.pk} | more)


def told(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


class TestWhoMayLook:
    def test_a_lead_at_what_is_on_the_plan(self, work, alices):
        text = alices.get(at("work", work)).text
        assert "Bob: Doubling numbers" in text
        assert "<strong>1</strong> of 4 points" in text
        assert "def double(x):" in text

    def test_not_at_what_is_not(self, desk, circle, bob, alices):
        submission = desk.done(bob).submission
        assert alices.get(at("work", submission)).status_code == 404
        assert alices.get(submission.get_absolute_url()).status_code == 404

    def test_at_everything_of_who_shares_all_but_gives_no_score_there(self, desk, circle, bob, alices):
        Membership.objects.filter(user=bob).update(shares_all=True)
        submission = desk.done(bob).submission
        text = alices.get(at("work", submission)).text
        assert "Bob shares all of their learning with you." in text
        assert "Give this score" not in text
        assert alices.post(at("work_comment", submission), {"text": "Well done."}).status_code == 302
        assert alices.post(at("work_score", submission), {"points": 4, "reason": REASON}).status_code == 404
        assert not Override.objects.exists()

    def test_not_at_what_somebody_left_behind(self, work, bob, alices):
        Membership.objects.filter(user=bob).update(left_at=timezone.now())
        assert alices.get(at("work", work)).status_code == 404
        assert alices.get(reverse("submissions:notebook", args=[work.pk])).status_code == 404

    def test_not_at_a_strangers(self, desk, circle, charlie, assign, alices):
        assign(desk.exercise)
        assert alices.get(at("work", desk.done(charlie).submission)).status_code == 404

    def test_the_address_of_the_hand_in_leads_there_and_the_frame_is_shown(self, work, alices):
        assert alices.get(work.get_absolute_url())["Location"] == at("work", work)
        assert alices.get(reverse("submissions:notebook", args=[work.pk])).status_code == 200

    def test_ones_own_has_its_own_page(self, desk, circle, alice, assign, alices):
        assign(desk.exercise)
        own = desk.done(alice).submission
        assert alices.get(at("work", own))["Location"] == own.get_absolute_url()

    def test_one_that_runs_has_no_result_to_act_on(self, desk, circle, bob, assign, alices):
        assign(desk.exercise)
        run = desk.running(bob)
        text = alices.get(at("work", run.submission)).text
        assert "It has no result yet." in text
        assert "Cancel" not in text

    def test_another_member_looks_at_nothing(self, work, client, circle, charlie):
        Membership.objects.create(group=circle, user=charlie)
        client.force_login(charlie)
        assert client.get(at("work", work)).status_code == 403
        assert client.get(work.get_absolute_url()).status_code == 404


class TestActing:
    def test_a_comment_on_a_cell_goes_to_its_learner_and_the_answer_to_the_lead(self, work, alice, bob, alices):
        response = alices.post(at("work_comment", work), {"cell": "1", "text": "Why *two*?"})
        made = Comment.objects.get()
        assert response["Location"] == f"{at('work', work)}#comment-{made.pk}"
        assert AuditEntry.objects.get(subject=bob).where == "The circle"
        alices.force_login(bob)
        assert "Why <em>two</em>?" in alices.get(work.get_absolute_url()).text
        alices.post(reverse("submissions:comment", args=[work.pk]), {"cell": "1", "text": "It doubles."})
        answer = Comment.objects.latest("pk")
        notification = Notification.objects.get(user=alice)
        assert notification.url == f"{at('work', work)}#comment-{answer.pk}"
        alices.force_login(alice)
        assert "It doubles." in alices.get(at("work", work)).text

    def test_what_a_member_asks_first_goes_to_all_leads(self, work, alice, dana, bob, client):
        client.force_login(bob)
        client.post(reverse("submissions:comment", args=[work.pk]), {"text": "I am lost."})
        assert told(alice) == told(dana) == ["Bob wrote to you on hand-in 1 of Doubling numbers."]

    def test_a_comment_without_words_is_refused_beside_its_cell(self, work, alices):
        response = alices.post(at("work_comment", work), {"cell": "1", "text": " "})
        assert response.status_code == 422
        assert "Write something first." in response.text

    def test_a_score(self, work, bob, alices):
        assert alices.post(at("work_score", work), {"points": "3.5", "reason": REASON}).status_code == 302
        text = alices.get(at("work", work)).text
        assert "Score given by Alice" in text
        assert "<strong>3.5</strong> of 4 points" in text
        assert told(bob) == [f"Alice gave your hand-in 1 of Doubling numbers 3.5 of 4 points: {REASON}"]

    def test_a_score_that_is_none_is_refused_and_what_was_typed_stays(self, work, alices):
        response = alices.post(at("work_score", work), {"points": "5", "reason": REASON})
        assert response.status_code == 422
        assert "Give points between 0 and 4." in response.text
        assert REASON in response.text

    def test_a_score_is_taken_back(self, work, bob, alices):
        alices.post(at("work_score", work), {"points": "4", "reason": REASON})
        alices.post(at("work_score_withdraw", work), {"reason": "The wrong one."})
        assert "<strong>1</strong> of 4 points" in alices.get(at("work", work)).text
        assert told(bob)[-1] == "The grader's score counts again for your hand-in 1 of Doubling numbers: The wrong one."

    def test_a_second_look(self, work, alices):
        alices.post(at("work_score", work), {"points": "4", "reason": REASON})
        Run.objects.update(score=2)
        Override.objects.update(second_look=True)
        text = alices.get(at("work", work)).text
        assert "Look again" in text
        assert "It says 2 of 4 now." in text
        alices.post(at("work_score_keep", work))
        assert "Look again" not in alices.get(at("work", work)).text

    def test_attempts(self, desk, work, bob, alices):
        with_manifest(desk.exercise, attempts=1)
        assert "1 of 1 attempts used." in alices.get(at("work", work)).text
        alices.post(at("work_attempts", work), {"attempts": "2", "reason": REASON})
        assert AttemptGrant.objects.get().user == bob
        assert "1 of 3 attempts used." in alices.get(at("work", work)).text
        desk.hand_in(bob)

    def test_attempts_where_there_is_no_limit(self, work, alices):
        assert "Give attempts back" not in alices.get(at("work", work)).text
        response = alices.post(at("work_attempts", work), {"attempts": "2", "reason": REASON})
        assert response.status_code == 422
        assert not AttemptGrant.objects.exists()

    def test_a_resource_is_recommended_and_taken_back(self, work, resource, bob, alices):
        url = reverse("groups:pin", args=["circle", bob.pk])
        alices.post(url, {"resource": resource.pk, "note": "Watch this first.", "next": at("work", work)})
        pin = Pin.objects.get()
        assert (pin.user, pin.note) == (bob, "Watch this first.")
        assert told(bob) == ["Alice recommends “A tree” to you: Watch this first."]
        assert "Watch this first." in alices.get(at("work", work)).text
        alices.post(reverse("groups:unpin", args=["circle", bob.pk, pin.pk]))
        assert not Pin.objects.exists()
        assert AuditEntry.objects.filter(subject=bob, act="pin").count() == 2

    @pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
    def test_one_is_not_sent_elsewhere_afterwards(self, work, resource, bob, alices, there):
        url = reverse("groups:pin", args=["circle", bob.pk])
        response = alices.post(url, {"resource": resource.pk, "next": there})
        assert response["Location"] == reverse("groups:members", args=["circle"])

    def test_nothing_in_an_archived_group(self, work, circle, alices):
        Group.objects.update(archived_at=timezone.now())
        text = alices.get(at("work", work)).text
        assert "What you can do" not in text
        assert 'name="text"' not in text
        assert alices.post(at("work_score", work), {"points": 4, "reason": REASON}).status_code == 403
        assert not Override.objects.exists()

    def test_queries_do_not_grow(self, desk, work, alice, bob, alices, django_assert_max_num_queries):
        with django_assert_max_num_queries(21):
            alices.get(at("work", work))
        for cell in ("0", "1", "2", ""):
            alices.post(at("work_comment", work), {"cell": cell, "text": "And this?"})
        for _ in range(3):
            desk.done(bob)
        with django_assert_max_num_queries(21):
            alices.get(at("work", work))
        assert fresh(work.run).submission_id == work.pk


class TestWriting:
    URL = "/groups/circle/messages/"

    def test_those_that_were_ticked_are_chosen_and_come_first(self, circle, bob, dana, alices):
        for response in (
            alices.post(self.URL, {"members": [dana.pk], "step": "write"}),
            alices.get(self.URL, {"members": [dana.pk]}),
        ):
            assert response.status_code == 200
            assert f'value="{dana.pk}" id="messageform-members_0" checked>' in response.text
            assert response.text.count(" checked>") == 1
        assert mail.outbox == []

    def test_each_gets_it_alone_here_and_by_e_mail(self, circle, bob, dana, alices):
        letter = {"members": [bob.pk, dana.pk], "subject": "Thursday", "text": "Bring your *questions*."}
        assert alices.post(self.URL, letter).status_code == 302
        mails.send_due()
        assert [message.to for message in mail.outbox] == [["bob@example.org"], ["dana@example.org"]]
        for message in mail.outbox:
            assert message.cc == message.bcc == message.reply_to == []
            assert "alice@example.org" not in message.body
            assert "Bring your *questions*." in message.body
            assert "http://localhost:8000/notifications/" in message.body
        assert told(bob) == told(dana) == ["Alice wrote to you: Thursday"]
        assert {entry.subject for entry in AuditEntry.objects.filter(act="message")} == {bob, dana}
        alices.force_login(bob)
        assert "Bring your <em>questions</em>." in alices.get("/notifications/").text

    def test_mail_that_does_not_work_loses_nothing(self, circle, bob, alices, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
        response = alices.post(self.URL, {"members": [bob.pk], "subject": "Thursday", "text": "Come."})
        mails.send_due()
        assert Mail.objects.get().state == "waiting"
        assert response.status_code == 302
        assert told(bob) == ["Alice wrote to you: Thursday"]

    def test_a_line_break_in_the_subject_is_none_in_the_mail(self, circle, bob, alices):
        Group.objects.update(name="The\ncircle")
        alices.post(self.URL, {"members": [bob.pk], "subject": "Thursday", "text": "Come."})
        mails.send_due()
        assert mail.outbox[0].subject == "The circle: Thursday"

    @pytest.mark.parametrize("missing", ["members", "subject", "text"])
    def test_what_is_missing_is_asked_for(self, circle, bob, alices, missing):
        letter = {"members": [bob.pk], "subject": "Thursday", "text": "Come."} | {missing: ""}
        response = alices.post(self.URL, letter)
        assert response.status_code == 422
        assert "field-error" in response.text
        assert told(bob) == []

    def test_nobody_outside_the_group_is_written_to(self, circle, charlie, alice, alices):
        for user in (charlie, alice):
            letter = {"members": [user.pk], "subject": "Thursday", "text": "Come."}
            assert alices.post(self.URL, letter).status_code == 422
        assert mail.outbox == []

    def test_a_co_lead_may_too(self, circle, bob, dana, client):
        assert Membership.objects.get(user=dana).role == Role.COLEAD
        client.force_login(dana)
        assert client.post(self.URL, {"members": [bob.pk], "subject": "Hi", "text": "Come."}).status_code == 302
