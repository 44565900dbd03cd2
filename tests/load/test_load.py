"""What `make load` and its kin are made of, on a small scale."""

import json
from dataclasses import replace

import pytest
from django.urls import reverse

from tests.load import __main__ as program
from tests.load import capacity, million, yardstick


def test_the_calculation_is_the_one_in_the_document():
    written = (capacity.HERE / "CAPACITY.md").read_text(encoding="utf-8")
    assert written == capacity.document(capacity.Assumed(), capacity.Measured())


def test_twice_the_learners_take_twice_as_much():
    once = capacity.estimate(capacity.Assumed(), capacity.Measured())
    twice = capacity.estimate(replace(capacity.Assumed(), learners=200_000), capacity.Measured())
    for name in ("requests a day", "hand-ins a day", "database rows a day", "run store GB kept"):
        assert twice[name] == pytest.approx(2 * once[name])


def test_the_calculation_takes_what_was_measured(tmp_path):
    load = {"requests": 1000, "seconds": 100, "messages": 400, "cores": {"web": 0.1, "database": 0.02, "control": 0.01}}
    report = {"load": load, "hand_ins": {"accepted": 20, "run_store_kb_each": 90}}
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    known = capacity.measured(tmp_path)
    assert (known.web_ms, known.database_ms, known.control_ms) == (10.0, 2.0, 50.0)
    assert (known.messages, known.run_store_kb) == (20.0, 90)
    assert known.release_ms == capacity.Measured().release_ms


def test_what_is_full_first_comes_first():
    found = capacity.bounds(capacity.Assumed(), capacity.Measured())
    assert [bound.used for bound in found] == sorted((bound.used for bound in found), reverse=True)


def test_a_page_that_got_slower_or_asks_more_is_named():
    before = {"queries": 5, "p95_ms": 10.0}
    pages = {
        "home": {"before": before, "after": {"queries": 5, "p95_ms": 17.0}},
        "track": {"before": before, "after": {"queries": 6, "p95_ms": 10.0}},
        "exercise": {"before": before, "after": {"queries": 5, "p95_ms": 60.0}},
    }
    assert [problem.partition(":")[0] for problem in million.problems(pages)] == ["track", "exercise"]


def report(**changes):
    ends = {"accepted": 3, "ended": 3}
    yard = {"stranger": {"share_of_empty_view": 0.6}, "signed in": {"share_of_empty_view": 0.55}}
    return {"load": {"faults": []}, "yardstick": yard, "hand_ins": ends} | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"load": {"faults": ["GET home: 500 (2)"]}}, ["GET home: 500 (2)"]),
        ({"hand_ins": {"accepted": 3, "ended": 2}}, ["1 hand-ins did not end"]),
        (
            {"yardstick": {"stranger": {"share_of_empty_view": 0.4}}},
            ["the track's page has 0.4 of an empty view's throughput (stranger)"],
        ),
    ],
)
def test_what_was_promised_and_is_not_so_is_said(changes, said):
    assert program.problems(report(**changes)) == said


@pytest.mark.django_db(transaction=True)
def test_the_yardstick_counts_answers(live_server):
    address = live_server.url
    assert yardstick.throughput(address, reverse("home"), {}, 0.2) > 0
    with pytest.raises(RuntimeError, match="404"):
        yardstick.throughput(address, "/nowhere/", {}, 0.2)
