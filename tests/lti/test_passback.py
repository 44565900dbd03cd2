"""Scores go to the platform's gradebook: the newest, in the order of their times, whatever answers in between."""

from __future__ import annotations

import threading
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lti_tool.models import LtiUser

from apps.accounts.events import Event, publish
from apps.lti import passing, roster
from apps.lti import platform as speaking
from apps.lti.models import Course, Passback, PassbackTry
from apps.lti.platform import Platform, PlatformError
from apps.quizzes.models import QuizAttempt
from apps.quizzes.services import taking
from apps.submissions.models import Standing
from studyhub import outside
from studyhub.outbox import State
from tests.lti.platform import INSTRUCTOR


@pytest.fixture
def bob_at_it(visitor):
    """Bob came by the link: his scores are wanted from then on."""
    return visitor().come().wsgi_request.user


@pytest.fixture
def score(exercise, bob_at_it):
    """What Bob's work at the exercise came to, and a look of beat at it."""

    def score_(share: float) -> None:
        Standing.objects.update_or_create(
            user=bob_at_it,
            exercise=exercise,
            defaults={"best_share": share, "latest_state": "done", "latest_at": timezone.now()},
        )
        publish(Event("submission.graded", learner=bob_at_it.pk, exercise=exercise.pk))
        passing.collect(timezone.now())

    return score_


def row() -> Passback:
    return Passback.objects.get()


def given(platform) -> list[float]:
    return [one["scoreGiven"] for one in platform.scores]


def test_a_score_arrives(score, platform):
    score(0.755)
    assert passing.send_due() == 1
    (told,) = platform.scores
    assert (told["userId"], told["scoreGiven"], told["scoreMaximum"]) == ("bob-17", 75.5, 100.0)
    assert (told["activityProgress"], told["gradingProgress"]) == ("Completed", "FullyGraded")
    assert platform.score_paths == ["/columns/5/scores?type=lti"]
    assert platform.tokens_for[0]["scope"] == passing.SCORE_SCOPE
    assert (row().state, row().sent_share) == (State.SENT, 0.755)


def test_before_there_is_a_score_nothing_is_sent(bob_at_it, platform):
    passing.collect(timezone.now())
    assert passing.send_due() == 0
    assert platform.scores == []


def test_the_same_score_is_sent_once(score, platform):
    score(0.5)
    passing.send_due()
    score(0.5)
    assert passing.send_due() == 0


def test_a_new_score_replaces_the_one_that_waits(score, platform):
    score(0.25)
    score(0.75)
    passing.send_due()
    assert given(platform) == [75.0]


def test_a_score_that_was_lowered_arrives_too(score, platform):
    for share in (0.75, 0.25):
        score(share)
        passing.send_due()
    assert given(platform) == [75.0, 25.0]
    first, second = (one["timestamp"] for one in platform.scores)
    assert first < second


@pytest.mark.parametrize("fault", [500, 503, 429, 401])
def test_a_platform_that_can_not_is_asked_again(score, platform, fault):
    platform.answers = [fault, fault, 200]
    score(0.5)
    moment = timezone.now()
    for wait in (0, 60, 300):
        moment += timedelta(seconds=wait)
        assert passing.send_due(moment) == 1
        assert passing.send_due(moment) == 0
    assert given(platform) == [50.0]
    assert [one.error for one in PassbackTry.objects.order_by("pk")] == [
        f"It answered {fault} {HTTPStatus(fault).phrase}.",
        f"It answered {fault} {HTTPStatus(fault).phrase}.",
        "",
    ]


def test_a_platform_that_hangs_is_left(score, platform, monkeypatch):
    platform.answers = ["hang"]
    score(0.5)
    with monkeypatch.context() as patch:
        patch.setattr(speaking, "DEADLINE_S", 0.5)
        passing.send_due()
    assert PassbackTry.objects.get().error == "It did not answer within 0.5 s."
    platform.answers = [200]
    assert passing.send_due(timezone.now() + timedelta(minutes=1)) == 1
    assert given(platform) == [50.0]


def test_a_platform_that_is_away(score, platform, registration):
    score(0.5)
    registration.token_url = "http://127.0.0.1:9/token"
    registration.save()
    passing.send_due()
    assert row().state == State.WAITING
    assert row().last_error == "Nobody listens there."


def test_in_the_end_it_is_given_up_and_sent_again_by_hand(score, platform, registration):
    platform.answers = [500]
    score(0.5)
    moment = timezone.now()
    for wait in (0, *passing.WAITS_S):
        moment += timedelta(seconds=2 * wait)
        assert passing.send_due(moment) == 1
    assert row().state == State.FAILED
    assert passing.send_due(moment + timedelta(days=9)) == 0
    platform.answers = [200]
    assert passing.send_again(registration, moment) == 1
    assert passing.send_due(moment) == 1
    assert given(platform) == [50.0]


def test_after_it_was_given_up_a_new_score_is_sent(score, platform):
    platform.answers = [404, 200]
    score(0.5)
    passing.send_due()
    assert row().state == State.FAILED  # the column is gone: no use in trying
    score(0.75)
    passing.send_due()
    assert given(platform) == [75.0]


def test_a_platform_that_has_a_newer_score_keeps_it(score, platform):
    platform.answers = [409]
    score(0.5)
    passing.send_due()
    assert row().state == State.SENT


def test_a_score_that_comes_meanwhile_goes_afterwards(score, platform, registration):
    score(0.25)
    sending = Passback.objects.sendable(timezone.now()).get()
    assert sending.claim(timezone.now())
    score(0.75)
    # While one is on the way no other worker sends the newer one: it could be overtaken.
    assert passing.send_due() == 0
    passing.send(sending, Platform(registration))
    assert (row().state, row().sent_share) == (State.WAITING, 0.25)
    assert passing.send_due() == 1
    assert given(platform) == [25.0, 75.0]
    assert (row().state, row().sent_share) == (State.SENT, 0.75)


def test_what_a_dead_worker_had_is_sent(score, platform):
    score(0.25)
    Passback.objects.sendable(timezone.now()).get().claim(timezone.now() - timedelta(hours=1))
    assert passing.send_due() == 1
    assert given(platform) == [25.0]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_sends(score, platform, monkeypatch):
    score(0.5)
    monkeypatch.setattr(passing.outbox, "turn", always_mine)
    start = threading.Barrier(2)
    tries = []

    def work() -> None:
        start.wait(10)
        tries.append(passing.send_due())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(tries) == [0, 1]
    assert given(platform) == [50.0]


class always_mine:
    """As where the cache is out of reach: it is everybody's turn."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        pass


def test_who_teaches_gets_no_score(visitor):
    visitor().teach()
    assert not Passback.objects.exists()


@pytest.mark.parametrize("endpoint", [None, {"scope": [], "lineitem": "https://a/5"}, {"scope": [passing.SCORE_SCOPE]}])
def test_without_a_column_that_we_may_write_nothing_is_kept(visitor, endpoint):
    visitor().come(endpoint=endpoint)
    assert not Passback.objects.exists()


def test_a_track_has_no_score(visitor):
    visitor().come(custom={"studyhub": "track:numbers"})
    assert not Passback.objects.exists()


def test_what_was_done_before_counts(visitor, exercise, platform):
    someone = visitor()
    user = someone.come(custom={}).wsgi_request.user
    Standing.objects.create(user=user, exercise=exercise, best_share=1.0, latest_state="done", latest_at=timezone.now())
    someone.come()
    passing.collect(timezone.now())
    passing.send_due()
    assert given(platform) == [100.0]


def test_the_best_attempt_at_a_quiz_counts(visitor, platform, quiz):
    user = visitor().come(custom={"studyhub": f"quiz:{quiz.slug}"}).wsgi_request.user
    assert Passback.objects.exists()
    question = quiz.questions.first()
    for number, shares in enumerate(((1.0, 0.0), (0.0, 0.0)), start=1):
        attempt = QuizAttempt.objects.create(user=user, quiz=quiz, number=number, ended_at=timezone.now())
        for position, (share, asked) in enumerate(zip(shares, quiz.questions.all(), strict=False)):
            attempt.answers.create(
                user=user, question=asked, version=asked.current_version, position=position, state="scored", share=share
            )
    assert question
    passing.collect(timezone.now())
    passing.send_due()
    assert given(platform) == [50.0]


def test_what_is_graded_rings(exercise, bob_at_it, monkeypatch, django_capture_on_commit_callbacks, charlie):
    rung = []
    monkeypatch.setattr(passing.bell, "send", lambda name, *_, **__: rung.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        publish(Event("submission.graded", learner=charlie.pk, exercise=exercise.pk, facts=dict))
    assert rung == []
    with django_capture_on_commit_callbacks(execute=True):
        publish(Event("submission.graded", learner=bob_at_it.pk, exercise=exercise.pk, facts=dict))
    assert passing.TASK in rung


def test_a_look_costs_the_same_for_many(visitor, exercise, django_assert_num_queries):
    users = [visitor().come(sub=f"learner-{n}").wsgi_request.user for n in range(3)]
    for user in users:
        Standing.objects.create(
            user=user, exercise=exercise, best_share=0.5, latest_state="done", latest_at=timezone.now()
        )
    with CaptureQueriesContext(connection) as first:
        assert passing.collect(timezone.now()) == 3
    with django_assert_num_queries(3):  # one, and a savepoint
        assert passing.collect(timezone.now()) == 0
    assert len(first) < 20


class TestManyRows:
    """Of a thousand scores a minute costs those that something was heard of."""

    @pytest.fixture
    def many(self, bob_at_it, exercise, registration, django_user_model):
        bobs = row()
        people = django_user_model.objects.bulk_create(
            django_user_model(email=f"learner-{n}@example.org", password="!") for n in range(1000)
        )
        there = LtiUser.objects.bulk_create(
            LtiUser(registration=registration, sub=f"learner-{one.pk}", auth_user=one) for one in people
        )
        Standing.objects.bulk_create(
            Standing(user=one, exercise=exercise, best_share=0.5, latest_state="done", latest_at=timezone.now())
            for one in people
        )
        later = timezone.now() + passing.LOOK_AGAIN
        Passback.objects.bulk_create(
            Passback(placement=bobs.placement, lti_user=one, state=State.SENT, share=0.5, look_at=later)
            for one in there
        )
        Passback.objects.filter(pk=bobs.pk).update(look_at=later)
        return people

    def test_where_nothing_was_heard_nothing_is_read(self, many, django_assert_num_queries):
        with django_assert_num_queries(3):  # one, and a savepoint
            assert passing.collect(timezone.now()) == 0

    def test_only_what_was_heard_of_is_looked_at(self, many, exercise):
        changed = many[7]
        Standing.objects.filter(user__in=many[:20]).update(best_share=1.0)
        publish(Event("submission.graded", learner=changed.pk, exercise=exercise.pk))
        with CaptureQueriesContext(connection) as queries:
            assert passing.collect(timezone.now()) == 1
        assert len(queries) < 12
        assert Passback.objects.get(share=1.0).lti_user.auth_user == changed

    def test_what_was_not_heard_of_is_found_within_the_hour(self, many):
        Standing.objects.filter(user__in=many[:20]).update(best_share=1.0)
        moment = timezone.now() + passing.LOOK_AGAIN
        looks = [passing.collect(moment) for _ in range(4)]
        assert sum(looks) == 20
        assert looks[-1] == 0
        assert Passback.objects.filter(look_at__lte=moment).count() == 0

    def test_what_was_heard_of_comes_before_what_is_only_due(self, many, exercise, monkeypatch):
        monkeypatch.setattr(passing, "LOOKED_AT_ONCE", 1)
        Standing.objects.filter(user__in=many).update(best_share=1.0)
        publish(Event("submission.graded", learner=many[500].pk, exercise=exercise.pk))
        passing.collect(timezone.now() + 2 * passing.LOOK_AGAIN)
        assert Passback.objects.get(share=1.0).lti_user.auth_user == many[500]

    def test_an_index_finds_them(self, many):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")  # it would read a small table as a whole
        assert "lti_passback_look" in Passback.objects.to_look_at(timezone.now()).explain()


def test_what_is_heard_of_while_it_is_looked_at_is_looked_at_again(score, exercise, bob_at_it, monkeypatch):
    score(0.25)
    best = passing._best_at_exercises

    def meanwhile(rows):
        found = best(rows)
        Standing.objects.update(best_share=0.75)
        publish(Event("submission.graded", learner=bob_at_it.pk, exercise=exercise.pk))
        return found

    monkeypatch.setattr(passing, "_best_at_exercises", meanwhile)
    publish(Event("submission.graded", learner=bob_at_it.pk, exercise=exercise.pk))
    passing.collect(timezone.now())
    monkeypatch.setattr(passing, "_best_at_exercises", best)
    assert passing.collect(timezone.now()) == 1
    assert row().share == 0.75


def test_the_end_of_a_quiz_rings(visitor, quiz, monkeypatch, django_capture_on_commit_callbacks):
    user = visitor().come(custom={"studyhub": f"quiz:{quiz.slug}"}).wsgi_request.user
    passing.collect(timezone.now())
    attempt = taking.start(user=user, quiz=quiz)
    rung = []
    monkeypatch.setattr(passing.bell, "send", lambda name, *_, **__: rung.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        taking.finish(attempt=attempt)
    assert rung == [passing.TASK]
    assert passing.collect(timezone.now()) == 1


def test_no_redirect_is_followed_with_our_token(score, platform):
    platform.answers = [302]
    score(0.5)
    passing.send_due()
    assert row().last_error == "It sends us elsewhere; redirects are not followed."


@pytest.mark.parametrize(
    "column", ["http://169.254.169.254/columns/5", "http://127.0.0.2:9/columns/5", "http://[::1]/5"]
)
def test_a_column_leads_into_no_network_of_ours(visitor, exercise, platform, monkeypatch, column):
    """A platform says where its columns are. On its own hosts, or out there: nothing else is asked by us."""
    endpoint = {"scope": [passing.SCORE_SCOPE], "lineitem": column}
    user = visitor().come(endpoint=endpoint).wsgi_request.user
    Standing.objects.create(user=user, exercise=exercise, best_share=0.5, latest_state="done", latest_at=timezone.now())
    passing.collect(timezone.now())
    gone_to, connect = [], outside.socket.create_connection

    def noted(address, **options):
        gone_to.append(address[0])
        return connect(address, **options)

    monkeypatch.setattr(outside.socket, "create_connection", noted)
    assert passing.send_due() == 1
    assert row().last_error == outside.PRIVATE
    assert set(gone_to) == {"127.0.0.1"}  # for the token


@pytest.mark.parametrize(
    ("meant", "goes"), [("10.1.2.3", True), ("93.184.215.14", True), ("127.0.0.9", False), ("169.254.169.254", False)]
)
def test_a_platform_may_be_in_a_schools_network_and_not_on_this_machine(registration, monkeypatch, meant, goes):
    """Whoever has a platform's name says what it means."""
    registration.keyset_url = "http://moodle.school.example/keys"
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (meant, 80))])
    gone_to = []

    def refuse(address, **_):
        gone_to.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(outside.socket, "create_connection", refuse)
    with pytest.raises(PlatformError) as problem:
        Platform(registration).public_keys()
    assert str(problem.value) == (outside.NOBODY if goes else outside.PRIVATE)
    assert gone_to == ([meant] if goes else [])


def test_an_answer_that_is_too_long_is_none(registration, platform, monkeypatch):
    monkeypatch.setattr(speaking, "MOST_BYTES", 2**20)
    platform.published = {"keys": [], "more": "x" * 2**20}
    with pytest.raises(PlatformError, match="more than 1 MB"):
        Platform(registration).public_keys()


@pytest.mark.parametrize("token", [None, "", 5, ["a"], "a\r\nHost: elsewhere", "é"])
def test_what_no_header_can_hold_is_no_token(registration, platform, token):
    platform.gives = {"access_token": token}
    with pytest.raises(PlatformError, match="no access token"):
        Platform(registration).token([passing.SCORE_SCOPE])


def test_a_list_does_not_lead_our_token_elsewhere(visitor, platform, monkeypatch):
    visitor().teach(roles=[INSTRUCTOR])
    platform.members = [{"user_id": "tina-1", "roles": ["Instructor"], "status": "Active"}] * 3
    platform.page_size = 1
    monkeypatch.setattr(platform, "next_host", "http://127.0.0.2:9")
    course = Course.objects.select_related("context__deployment__registration", "group").get()
    assert roster.sync(course, timezone.now())
    assert len(platform.tokens_for) == 1
