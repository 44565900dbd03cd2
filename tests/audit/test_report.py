"""The audit's verdict: what is out of bounds is said in words, and the rest of a page stays silent."""

import json
import subprocess

import pytest

from tests.audit import lighthouse, report
from tests.audit.people import Page

GOOD = {
    "kb": 80.0,
    "third_party_requests": 0,
    "layout_shift": 0.0,
    "axe_violations": 0,
    "axe": [],
    "lighthouse": dict.fromkeys(lighthouse.CATEGORIES, 100),
    "lighthouse_costs": [],
}
PAGE = Page("/", "nobody")


def complaints(**changes):
    return report.complaints({"/ as nobody": {"light": GOOD | changes}})


def test_at_the_bounds_nothing_is_said():
    assert complaints(kb=120.0, lighthouse=dict.fromkeys(lighthouse.CATEGORIES, 98)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"axe_violations": 1, "axe": ["color-contrast: .tag"]}, "color-contrast: .tag"),
        ({"kb": 120.1}, "120.1 kB"),
        ({"third_party_requests": 1}, "1 requests to other sites"),
        ({"layout_shift": 0.02}, "shifts by 0.02"),
        ({"lighthouse": GOOD["lighthouse"] | {"seo": 97}, "lighthouse_costs": ["meta-description"]}, "seo 97"),
    ],
)
def test_what_is_out_of_bounds_is_named_with_page_and_theme(changes, said):
    (line,) = complaints(**changes)
    assert line.startswith("/ as nobody (light): ")
    assert said in line


def test_of_telephone_and_desktop_the_lower_figure_counts():
    assert report.worse([{"seo": 100, "performance": 97}, {"seo": 99, "performance": 100}]) == {
        "seo": 99,
        "performance": 97,
    }
    assert report.worse([]) == {}


def test_the_table_has_a_line_for_each_page_and_theme_and_gaps_where_lighthouse_did_not_look():
    lines = report.table({"/": {"light": GOOD, "dark": GOOD | {"lighthouse": {}}}}).splitlines()
    assert lines[0].split() == ["page", "theme", "axe", "kB", "others", "shift", "perf", "a11y", "best", "seo"]
    assert lines[1].split() == ["/", "light", "0", "80.0", "0", "0.0", "100", "100", "100", "100"]
    assert lines[2].split() == ["/", "dark", "0", "80.0", "0", "0.0"]


def test_figures_of_lighthouse_in_percent_with_what_cost_something():
    audits = {
        "meta-description": {"score": 0, "displayValue": ""},
        "fast": {"score": 1},
        "hint": {"score": 0},
        "not-asked": {"score": None},
    }
    references = [{"id": name, "weight": int(name != "hint")} for name in audits]
    categories = {name: {"score": 0.985, "auditRefs": []} for name in lighthouse.CATEGORIES}
    categories["seo"] = {"score": 0.5, "auditRefs": references}
    scores, costly = lighthouse.figures({"audits": audits, "categories": categories})
    assert scores == {"performance": 98, "accessibility": 98, "best-practices": 98, "seo": 50}
    assert costly == ["seo: meta-description 0"]


def test_of_three_looks_the_middle_one_counts(monkeypatch):
    seen = _seen(monkeypatch, [99, 92, 98])
    looks = lighthouse.lighthouse("command", PAGE, "http://here", "light", "mobile")
    assert looks == [({"performance": 92}, []), ({"performance": 98}, []), ({"performance": 99}, [])]
    assert len(seen) == lighthouse.LOOKS


def test_a_fault_of_lighthouse_itself_is_no_figure_and_it_looks_again(monkeypatch):
    seen = _seen(monkeypatch, [None, None, 99, None, 98, 97])
    looks = lighthouse.lighthouse("command", PAGE, "http://here", "light", "mobile")
    assert [scores["performance"] for scores, _ in looks] == [97, 98, 99]
    assert len(seen) == 6


def test_what_always_fails_is_told(monkeypatch):
    seen = _seen(monkeypatch, [None] * 9)
    with pytest.raises(subprocess.CalledProcessError):
        lighthouse.lighthouse("command", PAGE, "http://here", "light", "mobile")
    assert len(seen) == lighthouse.TRIES


def _seen(monkeypatch, figures: list[int | None]) -> list[Page]:
    """The pages looked at: each look brings the next of `figures`, or fails where that is none."""
    seen = []

    def look(command, page, *_):
        seen.append(page)
        figure = figures[len(seen) - 1]
        if figure is None:
            raise subprocess.CalledProcessError(1, command)
        return {"performance": figure}, []

    monkeypatch.setattr(lighthouse, "_look", look)
    return seen


def test_the_lock_file_names_no_registry():
    lock = json.loads((lighthouse.HERE / "package-lock.json").read_text())
    assert all("resolved" not in entry and entry.get("integrity") for name, entry in lock["packages"].items() if name)
