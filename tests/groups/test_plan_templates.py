"""Plans to begin with: read strictly from their files, previewed, made."""

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from apps.catalog.curriculum import load_curriculum
from apps.catalog.yamlfile import CurriculumError
from apps.exercises.curriculum import load_packages
from apps.groups.clocks import NoSuchTime, instant, rhythm
from apps.groups.models import Group
from apps.groups.plan_templates import load_plans
from apps.quizzes.loading import load_quizzes

PLAN = """\
title: Trees
summary: Two meetings.
meetings:
  - title: Roots
    minutes: 60
    agenda: Look *down*.
    items:
      - resource: a-tree
        note: The first half
      - exercise: doubling
        optional: true
  - title: Leaves
"""
KNOWN = {"resource": {"a-tree"}, "quiz": set(), "exercise": {"doubling"}}


@pytest.fixture
def write(tmp_path, settings):
    """Put a plan into a curriculum of its own."""
    settings.CURRICULUM_DIR = tmp_path

    def write_(text: str = PLAN, name: str = "trees") -> Path:
        (tmp_path / "plans").mkdir(exist_ok=True)
        (tmp_path / "plans" / f"{name}.yaml").write_text(text)
        return tmp_path

    return write_


def test_every_plan_of_the_curriculum_is_sound():
    folder = Path(settings.CURRICULUM_DIR)
    curriculum = load_curriculum(folder)
    sections = [section for track in curriculum.tracks for section in track.sections]
    known = {
        "resource": {resource.slug for section in sections for resource in section.resources},
        "quiz": {quiz.slug for quiz in load_quizzes(folder, curriculum)},
        "exercise": {package.slug for package in load_packages(folder)},
    }
    plans = load_plans(folder, known)
    assert plans[0].slug == "the-course"
    assert len(plans) == 5


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("resource: a-tree", "resource: a-tre", 8, "There is no resource 'a-tre'. Did you mean 'a-tree'?"),
        ("optional: true", "optinal: true", 11, "Unknown key 'optinal'"),
        ("minutes: 60", "minutes: sixty", 5, "minutes:"),
        ("exercise: doubling", "resource: a-tree", 10, "is already on line 8"),
        ("  - title: Leaves", "  - agenda: None", 12, "The key 'title' is missing"),
        ("exercise: doubling", "exercise: doubling\n        quiz: doubling", 10, "An item is one thing"),
        ("summary: Two", "slug: trees\nsummary: Two", 2, "Remove slug"),
        ("summary: Two meetings.", "title: Again", 2, "stands here twice"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(write, old, new, line, advice):
    folder = write(PLAN.replace(old, new))
    with pytest.raises(CurriculumError) as caught:
        load_plans(folder, KNOWN)
    first = caught.value.problems[0]
    assert (first.path.name, first.line) == ("trees.yaml", line)
    assert advice in first.text


def test_all_mistakes_of_all_files_are_told_at_once(write):
    write(PLAN.replace("title: Trees", "titel: Trees"), "a")
    folder = write(PLAN.replace("a-tree", "no-tree"), "b")
    with pytest.raises(CurriculumError) as caught:
        load_plans(folder, KNOWN)
    assert {problem.path.name for problem in caught.value.problems} == {"a.yaml", "b.yaml"}


def test_a_file_that_has_changed_is_read_again(write):
    assert load_plans(write())[0].title == "Trees"
    path = write(PLAN.replace("title: Trees", "title: Woods")) / "plans" / "trees.yaml"
    os.utime(path, ns=(1, 1))
    assert load_plans(path.parent.parent)[0].title == "Woods"


def test_a_weekly_meeting_stays_at_its_hour_when_the_clocks_change():
    first = datetime(2026, 10, 15, 16, 0, tzinfo=UTC)  # 18:00 in Berlin
    times = list(rhythm(first, "Europe/Berlin", weeks=1, count=3))
    assert [one.hour for one in times] == [16, 16, 17]
    assert {one.astimezone(ZoneInfo("Europe/Berlin")).hour for one in times} == {18}


def test_an_hour_that_is_left_out_is_an_hour_later_that_once():
    first = instant(datetime(2027, 3, 21).date(), datetime(2027, 3, 21, 2, 30).time(), "Europe/Berlin")
    local = [one.astimezone(ZoneInfo("Europe/Berlin")) for one in rhythm(first, "Europe/Berlin", weeks=1, count=3)]
    assert [f"{one:%d %H:%M}" for one in local] == ["21 02:30", "28 03:30", "04 02:30"]


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    at = datetime(2026, 10, 25, 2, 30)
    assert instant(at.date(), at.time(), "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_there_is_not_is_refused():
    at = datetime(2027, 3, 28, 2, 30)
    with pytest.raises(NoSuchTime, match="put forward"):
        instant(at.date(), at.time(), "Europe/Berlin")


@pytest.fixture
def page(client, alice, circle, write, resource, exercise):
    """Alice at a page of templates."""
    Group.objects.filter(pk=circle.pk).update(time_zone="Europe/Berlin")
    write()
    client.force_login(alice)
    return lambda path="trees/", method="get", **data: getattr(client, method)(
        f"/groups/circle/plan/templates/{path}", data
    )


FORM = {"day": "2026-10-22", "at": "18:00", "weeks": "2", "place": "Room 2"}


def test_a_lead_sees_the_dates_before_anything_is_planned(page, circle):
    assert "Two meetings." in page("").text
    assert "Plan these" not in page().text
    text = page(**FORM).text
    assert "Thursday 22 October 2026, 18:00" in text
    assert "Thursday 5 November 2026, 18:00" in text
    assert "Plan these 2 meetings" in text
    assert not circle.meetings.exists()


def test_the_meetings_are_made_at_their_rhythm_with_what_is_to_be_done(page, circle):
    page(method="post", **FORM)
    roots, leaves = circle.meetings.all()
    assert (roots.title, roots.minutes, roots.agenda, roots.place) == ("Roots", 60, "Look *down*.", "Room 2")
    assert roots.starts_at == datetime(2026, 10, 22, 16, 0, tzinfo=UTC)
    assert leaves.starts_at == datetime(2026, 11, 5, 17, 0, tzinfo=UTC)
    assert [(str(one), one.note, one.optional) for one in circle.assignments.filter(meeting=roots)] == [
        ("A tree", "The first half", False),
        ("Doubling numbers", "", True),
    ]


def test_what_is_planned_already_stays_where_it_is(page, circle, assign, resource):
    there = assign(resource)
    assert "stays where it is" in page(**FORM).text
    page(method="post", **FORM)
    there.refresh_from_db()
    assert (there.meeting, circle.assignments.count()) == (None, 2)


def test_what_the_curriculum_no_longer_has_is_left_out(page, circle, resource):
    resource.retired = True
    resource.save()
    page(method="post", **FORM)
    assert [str(one) for one in circle.assignments.all()] == ["Doubling numbers"]


def test_without_a_date_nothing_is_made(page, circle):
    assert page(method="post", place="Room 2").status_code == 422
    assert not circle.meetings.exists()


def test_there_is_a_page_for_templates_alone_that_there_are(page):
    assert page("woods/").status_code == 404
