"""The dashboard of a group and what it leads to: what stands on it, what it leaves out, what it costs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts import audit
from apps.catalog.models import Completion, Concept
from apps.exercises.errors import PackageError
from apps.groups.models import Extension, Meeting, Membership
from apps.quizzes.constants import AnswerState
from apps.quizzes.models import Answer, Card, Question, QuestionVersion, Quiz, QuizAttempt
from apps.runner.contract import ProbeCall
from apps.submissions.models import AttemptGrant, CheckResult, Override, Standing
from studyhub import bench_dashboard

NOW = timezone.now()
YESTERDAY, LAST_WEEK, TOMORROW = NOW - timedelta(days=1), NOW - timedelta(days=7), NOW + timedelta(hours=20)
URL = reverse("groups:dashboard", args=["circle"])


@pytest.fixture
def lead(client, alice, circle):
    client.force_login(alice)
    return client


@pytest.fixture
def probed(package, monkeypatch):
    """The exercise's specification says what its checks look at."""
    spec = package.spec()
    spec.probes = (ProbeCall(id="p", target="double"), ProbeCall(id="q", target="other"))
    spec.checks = (SimpleNamespace(id="double", probe="p"), SimpleNamespace(id="total", probe="q"))
    monkeypatch.setattr(package, "spec", lambda: spec)


@pytest.fixture
def quiz(resource) -> Quiz:
    quiz = Quiz.objects.create(slug="roots", section=resource.section, title="On roots", summary="Some.")
    question = Question.objects.create(quiz=quiz, slug="which", kind="single", level="beginner")
    question.concepts.add(Concept.objects.create(slug="root", title="Root", summary="Below."))
    options = [{"text": "a", "right": True}, {"text": "b", "why": "no"}]
    content = {
        "id": "which", "kind": "single", "level": "beginner", "concepts": ["root"], "prompt": "Which one is *below*?",
        "options": options, "explanation": "It is.",
    }  # fmt: skip
    question.current_version = QuestionVersion.objects.create(question=question, digest="d", content=content)
    question.save()
    return quiz


def answered(quiz: Quiz, user, share: float = 0.0, at=YESTERDAY) -> QuizAttempt:
    attempt = QuizAttempt.objects.create(user=user, quiz=quiz, number=1, started_at=at, ended_at=at)
    for question in quiz.questions.all():
        Answer.objects.create(
            user=user, question=question, version=question.current_version, attempt=attempt, share=share,
            state=AnswerState.SCORED, answered_at=at,
        )  # fmt: skip
    return attempt


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_group_without_a_plan_says_so(lead):
    assert "Nothing is planned yet" in text_of(lead.get(URL))


def test_a_group_of_leads_alone_says_so(lead, assign, resource, circle, bob):
    assign(resource)
    circle.memberships.filter(user=bob).update(left_at=NOW)
    assert "Nobody is learning here yet" in text_of(lead.get(URL))


def test_everything_done_says_that_nobody_is_stuck(lead, assign, resource, bob):
    assign(resource, due_at=TOMORROW)
    Completion.objects.create(user=bob, resource=resource)
    page = text_of(lead.get(URL))
    assert "Nobody is stuck" in page
    assert 'aria-label="done"' in page


def test_an_archived_group_is_looked_at_and_nobody_is_written_to(lead, circle, bob, assign, resource):
    assign(resource, due_at=YESTERDAY)
    circle.archived_at = NOW
    circle.save()
    for address in (URL, reverse("groups:member", args=["circle", bob.pk])):
        page = text_of(lead.get(address))
        assert "One overdue: A tree" in page
        assert reverse("groups:message", args=["circle"]) not in page


def test_three_hand_ins_that_fail_the_same_check_lead_to_the_latest_one(lead, desk, bob, assign, exercise):
    assign(exercise, due_at=TOMORROW)
    runs = [desk.done(bob, points=(0, 1)) for _ in range(3)]
    page = text_of(lead.get(URL))
    assert "Three attempts, same check: Double (Doubling numbers)" in page
    assert 'aria-label="25 % of the points"' in page
    assert f'href="/groups/circle/work/{runs[-1].submission_id}/"' in page


def test_used_up_attempts_are_told_until_some_are_given(lead, desk, bob, assign, exercise):
    version = exercise.current_version
    version.manifest |= {"attempts": 1}
    version.save()
    assign(exercise)
    desk.done(bob, points=(0, 1))
    assert "all one attempts are used up" not in text_of(lead.get(URL))
    assert "the only attempt is used up" in text_of(lead.get(URL))
    AttemptGrant.objects.create(user=bob, exercise=exercise, attempts=1, reason="Go on.")
    assert "used up" not in text_of(lead.get(URL))


def test_a_score_that_wants_a_second_look_stands_first(lead, desk, bob, assign, exercise, resource):
    assign(exercise)
    assign(resource, due_at=LAST_WEEK)
    run = desk.done(bob, points=(3, 1))
    Override.objects.create(submission=run.submission, points=2, max_points=4, reason="x", second_look=True)
    help_ = lead.get(URL).context["board"].helps[0]
    assert [reason.kind.name for reason in help_.stuck.reasons] == ["SECOND_LOOK", "LATE"]


def test_more_time_counts(lead, bob, assign, resource):
    one = assign(resource, due_at=YESTERDAY)
    assert "One overdue: A tree" in text_of(lead.get(URL))
    Extension.objects.create(assignment=one, user=bob, due_at=NOW + timedelta(days=3))
    page = text_of(lead.get(URL))
    assert "overdue: A tree" not in page
    assert 'aria-label="extended"' in page


def test_review_debt_is_shown_only_of_those_who_share(lead, bob, circle, assign, resource, quiz):
    assign(resource)
    kinds = {"kind": "single", "level": "beginner"}
    Card.objects.bulk_create(
        Card(user=bob, question=Question.objects.create(quiz=quiz, slug=f"q{n}", **kinds), memory={}, due=YESTERDAY)
        for n in range(31)
    )
    assert "Review debt" not in text_of(lead.get(URL))
    circle.memberships.filter(user=bob).update(shares_all=True)
    assert "Review debt: 31 cards are overdue" in text_of(lead.get(URL))


def test_who_has_left_is_gone_from_every_page(lead, bob, circle, assign, exercise, desk, probed):
    one = assign(exercise)
    desk.done(bob, points=(0, 1))
    check = reverse("groups:check", args=["circle", one.pk, "double"])
    addresses = [URL, reverse("groups:item", args=["circle", one.pk]), check]
    addresses.append(reverse("groups:export", args=["circle", "heat-map", "csv"]))
    assert all("Bob" in lead.get(address).content.decode() for address in addresses)
    circle.memberships.filter(user=bob).update(left_at=NOW)
    assert not any("Bob" in lead.get(address).content.decode() for address in addresses)
    assert lead.get(check).status_code == 404
    assert lead.get(reverse("groups:member", args=["circle", bob.pk])).status_code == 404


def test_what_a_member_does_elsewhere_is_not_shown(lead, bob, assign, resource, quiz, exercise, desk):
    assign(resource)
    answered(quiz, bob)
    desk.done(bob, points=(0, 1))
    for address in (URL, reverse("groups:member", args=["circle", bob.pk])):
        page = text_of(lead.get(address))
        assert "On roots" not in page
        assert "Doubling" not in page
    concepts = lead.get(reverse("groups:dashboard_concepts", args=["circle"]))
    assert "Root" not in text_of(concepts)
    Membership.objects.filter(user=bob).update(shares_all=True)
    assert "Root" in text_of(lead.get(reverse("groups:dashboard_concepts", args=["circle"])))


def test_an_item_of_another_group_does_not_exist(lead, assign, resource, charlie):
    one = assign(resource)
    other = type(one.group).objects.create(slug="other", name="Other")
    Membership.objects.create(group=other, user=charlie, role="lead")
    one.group = other
    one.save()
    assert lead.get(reverse("groups:item", args=["circle", one.pk])).status_code == 404


def test_filters_hold_for_the_page_and_for_what_is_saved(lead, assign, resource, quiz, circle):
    meeting = Meeting.objects.create(group=circle, title="Roots", starts_at=LAST_WEEK)
    assign(resource, meeting=meeting)
    assign(quiz, optional=True)
    page = text_of(lead.get(URL, {"meeting": meeting.pk}))
    assert "On roots" not in page
    assert f"heat-map.csv?meeting={meeting.pk}" in page
    saved = lead.get(reverse("groups:export", args=["circle", "heat-map", "csv"]), {"meeting": meeting.pk})
    table = list(csv.reader(io.StringIO(saved.content.decode("utf-8-sig"))))
    assert table == [["Meeting", "", "", "Roots"], ["Learner", "Done", "Required", "A tree"], ["Bob", "0", "1", "late"]]
    assert "On roots" not in text_of(lead.get(URL, {"required": "1"}))
    assert "Nobody fits the filters" in text_of(lead.get(URL, {"state": "p"}))


def test_a_name_that_is_a_formula_is_text_in_what_is_saved(lead, bob, assign, resource):
    bob.name = '=HYPERLINK("https://example.org")'
    bob.save()
    assign(resource, due_at=YESTERDAY)
    for table in ("heat-map", "needs-help"):
        saved = lead.get(reverse("groups:export", args=["circle", table, "csv"]))
        assert saved["Content-Disposition"].startswith(f'attachment; filename="circle-{table}-')
        assert "\"'=HYPERLINK" in saved.content.decode()
        book = load_workbook(io.BytesIO(lead.get(reverse("groups:export", args=["circle", table, "xlsx"])).content))
        cells = [cell for line in book.active.iter_rows() for cell in line]
        assert [cell.data_type for cell in cells if str(cell.value).startswith("=")] == ["s"]


def test_there_is_no_other_export(lead):
    for table, form in (("heat-map", "pdf"), ("members", "csv")):
        assert lead.get(reverse("groups:export", args=["circle", table, form])).status_code == 404


def test_rows_beyond_a_page_are_folded_but_sorted_over_all(lead, circle, assign, resource, django_user_model, bob):
    assign(resource, due_at=YESTERDAY)
    for n in range(60):
        user = django_user_model.objects.create(email=f"m{n}@example.org", name=f"Member {n:02}")
        Membership.objects.create(group=circle, user=user)
        Completion.objects.create(user=user, resource=resource)
    page = lead.get(URL)
    assert page.context["board"].page[0].name == "Bob"
    assert len(page.context["board"].page) == 50
    assert len(lead.get(URL, {"page": "2"}).context["board"].page) == 11
    assert len(lead.get(URL, {"rows": "all"}).context["board"].page) == 61
    assert len(lead.get(reverse("groups:export", args=["circle", "heat-map", "csv"])).content.splitlines()) == 63


def test_a_members_page_shows_hand_ins_concepts_and_what_leads_did(lead, alice, bob, assign, exercise, quiz, desk):
    exercise.concepts.add(Concept.objects.create(slug="twice", title="Doubling", summary="Twice."))
    assign(exercise, due_at=TOMORROW)
    assign(quiz)
    answered(quiz, bob, share=1.0)
    desk.done(bob, points=(0, 1))
    audit.record(actor=alice, subject=bob, act="comment", what="Commented on “Doubling”", where="The circle")
    audit.record(actor=alice, subject=bob, act="comment", what="Elsewhere", where="Another group")
    page = text_of(lead.get(reverse("groups:member", args=["circle", bob.pk])))
    assert "Hand-in 1" in page
    assert "1 of 4" in page
    assert "1 of 1 right" in page
    assert "Doubling" in page
    assert "Commented on “Doubling”" in page
    assert "Elsewhere" not in page


def test_an_exercises_page_shows_scores_checks_and_attempts(lead, bob, dana, circle, assign, exercise, desk):
    circle.memberships.filter(user=dana).update(role="member")
    one = assign(exercise)
    desk.done(bob, points=(0, 1))
    desk.done(bob, points=(0, 1))
    desk.done(dana, points=(3, 1))
    view = lead.get(reverse("groups:item", args=["circle", one.pk])).context["view"]
    assert [(bar.label, bar.count, bar.of) for bar in view.checks] == [("Double", 1, 2), ("Total", 0, 2)]
    assert [(bar.label, bar.count) for bar in view.scores if bar.count] == [("25 to 49 %", 1), ("100 %", 1)]
    assert [(bar.label, bar.count) for bar in view.attempts] == [("1", 1)]
    assert [(one.name, one.words) for one in view.learners] == [("Bob", "25 % of the points"), ("Dana", "done")]
    assert [bar.note for bar in view.checks] == ["", ""]
    desk.done(bob, points=(3, 1))
    view = lead.get(reverse("groups:item", args=["circle", one.pk])).context["view"]
    assert [bar.note for bar in view.checks] == ["0 of 2, 1 more before", ""]


def test_a_quizs_page_shows_the_questions_that_are_missed(lead, bob, assign, quiz):
    one = assign(quiz)
    answered(quiz, bob, share=0.5)
    page = lead.get(reverse("groups:item", args=["circle", one.pk]))
    assert [(bar.label, bar.count, bar.of) for bar in page.context["view"].questions] == [
        ("Which one is *below*?", 1, 1)
    ]
    assert "Which one is <em>below</em>?" in text_of(page)


def test_a_question_whose_numbers_are_drawn_is_shown_with_some(lead, bob, assign, quiz):
    version = quiz.questions.get().current_version
    drawn = {"kind": "numeric", "answer": "{{n}}", "compute": "n", "variants": "def variant(rng): return {'n': 7}"}
    content = version.content | drawn | {"prompt": "Which {{n}}?\n\nThink."}
    del content["options"]
    QuestionVersion.objects.filter(pk=version.pk).update(content=content)
    one = assign(quiz)
    answered(quiz, bob, share=0.5)
    page = lead.get(reverse("groups:item", args=["circle", one.pk]))
    assert [bar.label for bar in page.context["view"].questions] == ["Which 7?"]


def test_a_resources_page_says_who_is_done(lead, bob, assign, resource):
    one = assign(resource)
    Completion.objects.create(user=bob, resource=resource)
    assert ">done<" in text_of(lead.get(reverse("groups:item", args=["circle", one.pk])))


def test_a_check_shows_the_cells_that_its_probe_calls(lead, bob, dana, circle, assign, exercise, desk, probed):
    circle.memberships.filter(user=dana).update(role="member")
    one = assign(exercise)
    desk.done(bob, points=(0, 1))
    desk.done(dana, points=(3, 1))
    CheckResult.objects.filter(check_id="double", passed=False).update(message="Look <b>here</b> & there.")
    page = text_of(lead.get(reverse("groups:check", args=["circle", one.pk, "double"])))
    assert "1 of 2 fails it" in page
    assert "def double(x): return 2 * x" in page
    assert "import numpy" not in page
    assert "<b>here</b>" not in page
    assert "Everybody passes it" in text_of(lead.get(reverse("groups:check", args=["circle", one.pk, "total"])))
    assert lead.get(reverse("groups:check", args=["circle", one.pk, "no-such"])).status_code == 404


def test_a_check_is_shown_without_its_package_too(lead, bob, assign, exercise, desk, package, monkeypatch):
    def broken():
        raise PackageError([])

    one = assign(exercise)
    desk.done(bob, points=(0, 1))
    monkeypatch.setattr(package, "spec", broken)
    assert "1 of 1 fails it" in text_of(lead.get(reverse("groups:check", args=["circle", one.pk, "double"])))


def test_the_part_with_concepts_comes_alone_for_htmx(lead, bob, assign, quiz):
    assign(quiz)
    answered(quiz, bob, share=0.4)
    address = reverse("groups:dashboard_concepts", args=["circle"])
    assert "<html" in text_of(lead.get(address))
    part = text_of(lead.get(address, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "shaky </span>40" in part
    boosted = lead.get(address, headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert "<html" in text_of(boosted)


@pytest.mark.parametrize(("members", "items"), [(3, 6), (30, 36)])
def test_the_dashboard_costs_thirteen_queries_whatever_the_size(
    client, db, members, items, django_assert_max_num_queries
):
    group = bench_dashboard.populate(members, items)
    client.force_login(group.created_by)
    for query in ("", "?rows=all&stuck=all", "?track=bench-1&sort=done&required=1"):
        with django_assert_max_num_queries(13):
            assert client.get(reverse("groups:dashboard", args=[group.slug]) + query).status_code == 200


@pytest.mark.parametrize("size", [(3, 6), (30, 36)])
def test_what_it_leads_to_costs_a_constant_number_too(client, db, size, django_assert_max_num_queries):
    group = bench_dashboard.populate(*size)
    client.force_login(group.created_by)
    exercise = group.assignments.filter(exercise__isnull=False).first()
    quiz = group.assignments.filter(quiz__isnull=False).first()
    member = Standing.objects.filter(exercise=exercise.exercise).first().user_id
    for most, address in (
        (13, reverse("groups:dashboard_concepts", args=[group.slug])),
        (25, reverse("groups:member", args=[group.slug, member])),
        (15, reverse("groups:item", args=[group.slug, exercise.pk])),
        (15, reverse("groups:item", args=[group.slug, quiz.pk])),
        (12, reverse("groups:export", args=[group.slug, "heat-map", "xlsx"])),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
