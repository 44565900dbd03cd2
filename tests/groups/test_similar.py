"""What hand-ins of members have in common: for leads, among those who are in the group now."""

import pytest
from django.utils import timezone

from apps.exercises.publishing import published_notebook
from apps.groups.models import Membership

LIST = "/groups/circle/similar/doubling/"
OWN = "\n".join(
    f"def part_{n}(a, b):\n    total = a.{name}(b) - {n}\n    return [total * {n} for step in range({n}, len(b))]"
    for n, name in enumerate(("mean", "sum", "dot", "max", "copy"), 1)
)
DISGUISED = (
    OWN.replace("total", "found").replace("part_", "mine_").replace("(a, b)", "(left, b)").replace("a.", "left.")
)


@pytest.fixture
def lead(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def handed_in(circle, assign, desk, bob, dana):
    """Bob's and Dana's, Dana's a copy of Bob's in disguise."""
    assign(desk.exercise)
    return desk.hand_in(bob, OWN).submission, desk.hand_in(dana, DISGUISED).submission


def between(one, other) -> str:
    return f"{LIST}{one.pk}/{other.pk}/"


def test_a_pair_is_shown_as_a_hint(lead, handed_in):
    text = lead.get(LIST).text
    assert "Bob" in text
    assert "Dana" in text
    assert "A hint, and nothing more" in text


def test_both_notebooks_stand_side_by_side(lead, handed_in):
    text = lead.get(between(*handed_in)).text
    assert "the same but for names" in text
    assert "def part_1(a, b):" in text
    assert "def mine_1(left, b):" in text


def test_strangers_to_the_group_are_not_compared(lead, circle, assign, desk, bob, charlie):
    assign(desk.exercise)
    mine, theirs = desk.hand_in(bob, OWN).submission, desk.hand_in(charlie, OWN).submission
    assert "Charlie" not in lead.get(LIST).text
    assert lead.get(between(mine, theirs)).status_code == 404


def test_who_has_left_is_not_compared(lead, handed_in, bob):
    assert "Bob" in lead.get(LIST).text
    Membership.objects.filter(user=bob).update(left_at=timezone.now())
    assert "Bob" not in lead.get(LIST).text
    assert lead.get(between(*handed_in)).status_code == 404


def test_only_the_latest_hand_in_of_each_is_compared(lead, handed_in, desk, dana):
    desk.hand_in(dana, "x = 1")
    assert "Dana" not in lead.get(LIST).text


def test_an_exercise_that_is_not_assigned_is_not_there(lead, circle, desk, bob, dana):
    desk.hand_in(bob, OWN)
    assert lead.get(LIST).status_code == 404


def test_what_is_added_for_colab_is_nobodys_work(lead, circle, assign, desk, package, bob, dana, monkeypatch, tmp_path):
    (tmp_path / "numbers.csv").write_text("1")
    monkeypatch.setattr(package, "data_files", lambda: {"data/numbers.csv": tmp_path / "numbers.csv"})
    cells = published_notebook(package, "https://study.example.org").cells
    added = [cell.source for cell in cells if cell.cell_type == "code"]
    assign(desk.exercise)
    for user in (bob, dana):
        desk.hand_in(user, *added)
    assert "Dana" not in lead.get(LIST).text


def test_members_may_not(client, handed_in, bob):
    client.force_login(bob)
    assert client.get(LIST).status_code == 403


def test_pairs_are_worked_out_once(lead, handed_in, django_assert_max_num_queries, monkeypatch):
    lead.get(LIST)
    monkeypatch.setattr("apps.groups.similar_page.alike", None)
    with django_assert_max_num_queries(9):
        assert "Bob" in lead.get(LIST).text


def test_code_is_shown_as_text(lead, handed_in, desk, bob):
    submission = desk.hand_in(bob, OWN + "\nx = '<script>alert(1)</script>'").submission
    text = lead.get(between(submission, handed_in[1])).text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
