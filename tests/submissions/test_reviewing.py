"""Comments, scores by hand and further attempts: what they change, who is told, and what stands on record."""

import pytest
from django.urls import reverse

from apps.accounts.models import AuditEntry, Notification
from apps.quizzes.evidence import mastery_of
from apps.submissions import access, services
from apps.submissions.constants import Verdict
from apps.submissions.models import Comment, Override, Run, Submission
from apps.submissions.services import ReviewRefused, reviewing
from apps.submissions.validation import UploadRefused
from tests.submissions.conftest import best_of, fresh, with_manifest

REASON = "Right by another way."


def told(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def page(client, submission: Submission):
    return client.get(reverse("submissions:detail", args=[submission.pk]))


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


class TestAScoreByHand:
    def test_counts_and_says_who_gave_it_why_and_what_the_grader_says(self, desk, alice, bob, bobs):
        submission = desk.done(bob, points=(1, 0)).submission
        services.override(by=alice, submission=submission, points=3.5, reason=REASON)
        text = page(bobs, submission).text
        assert "<strong>3.5</strong> of 4 points" in text
        assert "Score given by Alice" in text
        assert REASON in text
        assert "The grader says 1 of 4." in text
        assert best_of(bob) == [3.5]
        history = bobs.get(reverse("submissions:list")).text
        assert "3.5 of 4" in history
        assert "1 of 4" not in history

    def test_its_learner_is_told_and_it_stands_on_record(self, desk, alice, bob):
        submission = desk.done(bob).submission
        services.override(by=alice, submission=submission, points=1, reason=REASON, where="The circle")
        assert told(bob) == [f"Alice gave your hand-in 1 of Doubling numbers 1 of 4 points: {REASON}"]
        entry = AuditEntry.objects.get()
        assert (entry.actor, entry.subject, entry.why, entry.where) == (alice, bob, REASON, "The circle")

    @pytest.mark.parametrize("points", [-1, 4.01, float("nan"), float("inf")])
    def test_is_between_nothing_and_the_most(self, desk, alice, bob, points):
        submission = desk.done(bob).submission
        with pytest.raises(ReviewRefused, match="between 0 and 4"):
            services.override(by=alice, submission=submission, points=points, reason=REASON)
        assert not Override.objects.exists()

    @pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
    def test_needs_a_reason(self, desk, alice, bob, reason):
        submission = desk.done(bob).submission
        with pytest.raises(ReviewRefused):
            services.override(by=alice, submission=submission, points=1, reason=reason)
        assert told(bob) == []

    def test_waits_for_the_run_to_end(self, desk, alice, bob):
        submission = desk.running(bob).submission
        with pytest.raises(ReviewRefused, match="not ended"):
            services.override(by=alice, submission=submission, points=1, reason=REASON)

    def test_nobody_gives_themselves_one(self, desk, alice):
        submission = desk.done(alice, points=(0, 0)).submission
        with pytest.raises(ReviewRefused, match="your own work"):
            services.override(by=alice, submission=submission, points=4, reason=REASON)

    def test_a_second_one_takes_the_place_of_the_first(self, desk, alice, bob):
        submission = desk.done(bob, points=(0, 0)).submission
        services.override(by=alice, submission=submission, points=1, reason=REASON)
        services.override(by=alice, submission=submission, points=2, reason=REASON)
        assert [(one.points, one.withdrawn_at is None) for one in Override.objects.order_by("pk")] == [
            (1, False),
            (2, True),
        ]
        assert best_of(bob) == [2]

    def test_can_be_taken_back(self, desk, alice, bob, bobs):
        submission = desk.done(bob, points=(3, 0)).submission
        services.override(by=alice, submission=submission, points=0, reason=REASON)
        assert services.withdraw_override(by=alice, submission=submission, reason="It was the wrong one.")
        assert not services.withdraw_override(by=alice, submission=submission, reason="Again.")
        assert best_of(bob) == [3]
        assert "<strong>3</strong> of 4 points" in page(bobs, submission).text
        assert told(bob)[-1].endswith("It was the wrong one.")

    def test_counts_where_our_fault_left_no_score(self, desk, alice, bob, bobs):
        run = desk.running(bob)
        services.faults.give_up(run, kind="lost", detail="Gone.")
        services.override(by=alice, submission=run.submission, points=4, reason=REASON)
        assert best_of(bob) == [4]
        text = page(bobs, run.submission).text
        assert "<strong>4</strong> of 4 points" in text
        assert "The grader says" not in text
        assert not Override.objects.get().second_look

    def test_is_evidence_of_what_its_learner_knows(self, desk, alice, bob, exercise):
        from apps.catalog.models import Concept

        concept = Concept.objects.create(slug="doubling", title="Doubling", summary="Twice as much.")
        exercise.concepts.add(concept)
        submission = desk.done(bob, points=(0, 0)).submission
        before = mastery_of(bob)[concept.pk].value
        services.override(by=alice, submission=submission, points=4, reason=REASON)
        assert mastery_of(bob)[concept.pk].value > before


class TestASecondLook:
    @pytest.fixture
    def given(self, desk, alice, bob) -> Override:
        submission = desk.done(bob, points=(3, 0)).submission
        return services.override(by=alice, submission=submission, points=4, reason=REASON)

    def rescored(self, given: Override, score: float) -> None:
        run = fresh(given.submission.run)
        Run.objects.filter(pk=run.pk).update(score=score)
        reviewing.scored(fresh(run))
        given.refresh_from_db()

    def test_is_asked_for_where_the_grader_says_something_else(self, given, alice, bob):
        self.rescored(given, 1)
        assert given.second_look
        assert best_of(bob) == [4]
        assert "the grader says 1 of 4 now. Your score of 4 of 4 counts." in told(alice)[0]

    def test_is_not_where_it_says_the_same(self, given, alice):
        self.rescored(given, 3)
        assert not given.second_look
        assert told(alice) == []

    def test_is_asked_for_once(self, given, alice):
        self.rescored(given, 1)
        self.rescored(given, 2)
        assert len(told(alice)) == 1

    def test_can_end_with_the_score_as_it_was(self, given, alice, bob):
        self.rescored(given, 1)
        assert services.keep_override(by=alice, submission=given.submission)
        assert not services.keep_override(by=alice, submission=given.submission)
        given.refresh_from_db()
        assert not given.second_look
        self.rescored(given, 1)
        assert not given.second_look
        assert best_of(bob) == [4]


class TestFurtherAttempts:
    def test_let_a_learner_hand_in_again(self, desk, alice, bob, bobs):
        with_manifest(desk.exercise, attempts=1)
        desk.done(bob)
        with pytest.raises(UploadRefused):
            desk.hand_in(bob)
        services.grant_attempts(by=alice, user=bob, exercise=desk.exercise, attempts=1, reason=REASON)
        assert "1 of 2 attempts used" in bobs.get(reverse("submissions:new", args=[desk.exercise.slug])).text
        assert "1 of 2 attempts used" in page(bobs, Submission.objects.get()).text
        desk.hand_in(bob)
        with pytest.raises(UploadRefused, match="all 2 attempts"):
            desk.hand_in(bob)
        assert told(bob) == [f"Alice gave you 1 more attempt at Doubling numbers: {REASON}"]

    def test_are_for_one_learner_alone(self, desk, alice, bob, charlie):
        with_manifest(desk.exercise, attempts=1)
        desk.done(charlie)
        services.grant_attempts(by=alice, user=bob, exercise=desk.exercise, attempts=3, reason=REASON)
        with pytest.raises(UploadRefused):
            desk.hand_in(charlie)

    @pytest.mark.parametrize("attempts", [0, -1, 21])
    def test_are_a_few_at_once(self, desk, alice, bob, attempts):
        with_manifest(desk.exercise, attempts=1)
        with pytest.raises(ReviewRefused, match="between 1 and 20"):
            services.grant_attempts(by=alice, user=bob, exercise=desk.exercise, attempts=attempts, reason=REASON)

    def test_make_no_sense_without_a_limit(self, desk, alice, bob):
        with pytest.raises(ReviewRefused, match="no limit"):
            services.grant_attempts(by=alice, user=bob, exercise=desk.exercise, attempts=1, reason=REASON)


class TestComments:
    def test_are_shown_by_cell_and_clean(self, desk, alice, bob, bobs):
        submission = desk.done(bob).submission
        services.comment(author=alice, submission=submission, text="Why *twice*? <script>alert(1)</script>", cell=1)
        text = page(bobs, submission).text
        assert "Why <em>twice</em>?" in text
        assert "<script>alert(1)" not in text
        assert "def double(x):" in text
        assert told(bob) == ["Alice commented on your hand-in 1 of Doubling numbers."]
        assert AuditEntry.objects.get().subject == bob

    def test_a_learner_answers_and_who_wrote_is_told(self, desk, alice, bob, bobs):
        submission = desk.done(bob).submission
        services.comment(author=alice, submission=submission, text="Why?")
        url = reverse("submissions:comment", args=[submission.pk])
        answer = bobs.post(url, {"cell": "1", "text": "Because."})
        made = Comment.objects.latest("pk")
        assert answer["Location"] == f"{submission.get_absolute_url()}#comment-{made.pk}"
        assert (made.author, made.cell) == (bob, 1)
        assert told(alice) == ["Bob wrote to you on hand-in 1 of Doubling numbers."]
        assert AuditEntry.objects.filter(subject=alice).count() == 0

    def test_the_first_word_of_a_learner_goes_to_all_who_help(self, desk, charlie, bob, monkeypatch):
        monkeypatch.setattr(access, "_sources", [lambda submission: {charlie.pk: "/somewhere/"}])
        services.comment(author=bob, submission=desk.done(bob).submission, text="I am lost.")
        notification = Notification.objects.get(user=charlie)
        assert notification.url.startswith("/somewhere/#comment-")

    @pytest.mark.parametrize(("cell", "text"), [("", " "), ("", "x" * 5001), ("7", "Hm."), ("-1", "Hm."), ("x", "Hm.")])
    def test_what_makes_no_sense_is_refused_and_what_was_typed_stays(self, desk, bob, bobs, cell, text):
        submission = desk.done(bob).submission
        response = bobs.post(reverse("submissions:comment", args=[submission.pk]), {"cell": cell, "text": text})
        assert response.status_code == 422
        assert "field-error" in response.text
        assert text.strip() in response.text
        assert not Comment.objects.exists()

    def test_a_stranger_reads_and_writes_none(self, desk, bob, charlie, client):
        submission = desk.done(bob).submission
        client.force_login(charlie)
        assert page(client, submission).status_code == 404
        assert client.post(reverse("submissions:comment", args=[submission.pk]), {"text": "Hi"}).status_code == 404

    def test_queries_do_not_grow_with_them(self, desk, alice, bob, bobs, django_assert_num_queries):
        submission = desk.done(bob).submission
        services.comment(author=alice, submission=submission, text="Why?")
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as once:
            page(bobs, submission)
        for cell in (0, 1, 2, None):
            services.comment(author=alice, submission=submission, text="And why?", cell=cell)
        with django_assert_num_queries(len(once)):
            page(bobs, submission)


def test_whoever_helps_is_sent_to_their_own_page_and_may_change_nothing(desk, bob, charlie, client, monkeypatch):
    monkeypatch.setattr(access, "_sources", [lambda submission: {charlie.pk: "/groups/circle/"}])
    run = desk.running(bob)
    client.force_login(charlie)
    assert page(client, run.submission)["Location"] == "/groups/circle/"
    for name in ("cancel", "comment"):
        assert client.post(reverse(f"submissions:{name}", args=[run.submission_id])).status_code == 404
    assert fresh(run).verdict != Verdict.PLATFORM_ERROR
    assert client.get(reverse("submissions:download", args=[run.submission_id])).status_code == 200
