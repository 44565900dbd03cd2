"""Groups by a program: one's own work, and the tables of the dashboard for those who lead."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from apps.catalog.services import mark_done
from apps.groups.models import Extension, Meeting


def test_ones_groups_and_the_part_one_has_in_them(program, alice, bob, circle):
    [found] = program(alice, "read").get("/groups").json()["items"]
    assert (found["slug"], found["role"], found["members"], found["next_meeting_at"]) == ("circle", "lead", 3, None)
    assert program(bob, "read").get("/groups").json()["items"][0]["role"] == "member"


def test_what_is_to_be_done_with_the_date_that_counts_for_oneself(program, bob, circle, assign, resource, exercise):
    now = timezone.now()
    meeting = Meeting.objects.create(group=circle, title="Trees", starts_at=now + timedelta(days=3), agenda="*Roots*")
    item = assign(resource, meeting=meeting, note="The first half")
    assign(exercise, due_at=now - timedelta(days=1))
    Extension.objects.create(assignment=item, user=bob, due_at=now + timedelta(days=9))
    mark_done(user=bob, resource=resource)
    found = program(bob, "read").get("/groups/circle").json()
    assert (found["meeting"]["title"], found["members"]) == ("Trees", ["Alice", "Dana", "Bob"])
    items = {one["slug"]: one for one in found["items"]}
    tree, doubling = items["a-tree"], items["doubling"]
    assert (tree["kind"], tree["what"], tree["done"], tree["note"]) == ("resource", "Read", True, "The first half")
    assert tree["due_at"].startswith(f"{now + timedelta(days=9):%Y-%m-%d}")
    assert (doubling["late"], doubling["progress"]) == (True, "Not handed in")


@pytest.fixture
def leads(program, alice, circle, assign, resource):
    assign(resource)
    return program(alice, "lead")


def test_where_everybody_stands_as_json(leads):
    found = leads.get("/groups/circle/exports/heat-map").json()
    assert (found["title"], found["heads"]) == ("Heat-map", 2)
    assert found["lines"][1][:4] == ["Learner", "Done", "Required", "A tree"]
    assert "Bob" in [line[0] for line in found["lines"][2:]]


@pytest.mark.parametrize("table", ["heat-map", "needs-help"])
def test_the_same_as_a_file(leads, table):
    lines = leads.get(f"/groups/circle/exports/{table}").json()["lines"]
    response = leads.get(f"/groups/circle/exports/{table}", {"format": "csv"})
    assert f"circle-{table}-" in response["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows == [[str(value) for value in line] for line in lines]
    sheet = openpyxl.load_workbook(
        io.BytesIO(leads.get(f"/groups/circle/exports/{table}", {"format": "xlsx"}).content)
    ).active
    assert sheet.max_row == len(lines)


def test_a_table_that_there_is_not(leads):
    assert leads.get("/groups/circle/exports/grades").status_code == 422
    assert leads.get("/groups/circle/exports/heat-map", {"format": "pdf"}).status_code == 422
