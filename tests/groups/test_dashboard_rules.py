"""The rules behind the dashboard, on plain tuples: states, who is stuck and why, order, trend, concepts, exports."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from apps.groups.dashboard import exports, states
from apps.groups.dashboard.concepts import Concept, Earned, understood, word
from apps.groups.dashboard.heat import Heat, Row, Wanted, body, head, heat, kept
from apps.groups.dashboard.relevant import defined, names_of, relevant
from apps.groups.dashboard.states import Column, Completed, Facts, Hand, Member, Taken, matrix, words
from apps.groups.dashboard.stuck import Kind, stuck
from apps.groups.dashboard.trend import trend

HOUR, DAY = 3600, 86_400
NOW = 1_000 * DAY
PAST, FUTURE = NOW - 2 * DAY, NOW + 10 * DAY
BOB, EVE = Member(1, "Bob", NOW - DAY), Member(2, "Eve", NOW - DAY)


def column(kind="exercise", due: int | None = FUTURE, **fields) -> Column:
    return Column(**{"id": 10, "kind": kind, "item": 7, "title": "Lines", "due": due} | fields)


def hand(**fields) -> Hand:
    return Hand(**{"user": 1, "exercise": 7, "share": 0.6, "passed": None, "waiting": False, "at": NOW - DAY} | fields)


def code(facts: Facts) -> str:
    return matrix(facts, NOW)[1][0]


def of(*, columns=None, **fields) -> Facts:
    return Facts(members=[BOB], columns=columns or [column()], **fields)


def reasons(facts: Facts) -> list[tuple[Kind, str]]:
    return [(reason.kind, reason.words) for one in stuck(facts, matrix(facts, NOW), NOW) for reason in one.reasons]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (of(), "n"),
        (of(columns=[column(due=None)]), "n"),
        (of(columns=[column(due=PAST)]), "l"),
        (of(columns=[column(due=PAST, optional=True)]), "n"),
        (of(columns=[column(due=PAST)], extended={(1, 10): FUTURE}), "e"),
        (of(columns=[column(due=PAST - DAY)], extended={(1, 10): PAST}), "l"),
        (of(hands=[hand()]), "t60"),
        (of(hands=[hand(share=0.9999)]), "t99"),
        (of(columns=[column(due=PAST)], hands=[hand()]), "t60!"),
        (of(columns=[column(due=PAST, optional=True)], hands=[hand()]), "t60"),
        (of(hands=[hand(share=None)]), "b"),
        (of(hands=[hand(waiting=True)]), "w"),
        (of(hands=[hand(share=1.0, passed=NOW - DAY, waiting=True)]), "p"),
        (of(columns=[column(due=PAST)], hands=[hand(passed=NOW - DAY)]), "d"),
        (of(columns=[column(due=PAST)], hands=[hand(passed=NOW - DAY)], extended={(1, 10): FUTURE}), "p"),
        (of(columns=[column("quiz")], taken=[Taken(1, 7, NOW - DAY, None)]), "b"),
        (of(columns=[column("quiz", PAST)], taken=[Taken(1, 7, NOW - DAY, None)]), "b!"),
        (of(columns=[column("quiz")], taken=[Taken(1, 7, NOW - DAY, NOW)]), "p"),
        (of(columns=[column("quiz", PAST)], taken=[Taken(1, 7, NOW - DAY, NOW)]), "d"),
        (of(columns=[column("resource")], completed=[Completed(1, 7, NOW)]), "p"),
        (of(columns=[column("resource", PAST)], completed=[Completed(1, 7, NOW)]), "d"),
        # Keys of one kind say nothing of another.
        (of(columns=[column("resource")], hands=[hand(passed=NOW)]), "n"),
    ],
)
def test_a_cell_says_where_a_learner_stands(facts, expected):
    assert code(facts) == expected


def test_what_others_did_or_who_has_left_changes_nothing():
    assert code(of(hands=[hand(user=99, passed=NOW)], extended={(99, 10): NOW})) == "n"


def test_states_have_words():
    assert [words(one) for one in ("n", "t60!", "b!", "d")] == [
        "not begun", "60 % of the points, overdue", "begun, overdue", "done late",
    ]  # fmt: skip
    assert len({word for _, word, _ in states.legend()}) == len(states.CODES)


def test_three_attempts_at_the_same_check():
    facts = of(hands=[hand(streak=3, check="gradient", check_title="gradient has 1/n", latest=str(uuid4()))])
    assert reasons(facts) == [(Kind.SAME_CHECK, "Three attempts, same check: gradient has 1/n (Lines)")]


@pytest.mark.parametrize("fields", [{"streak": 2}, {"streak": 3, "passed": NOW}, {"streak": 3, "waiting": True}])
def test_who_may_still_get_it_or_has_got_it_is_not_stuck(fields):
    assert reasons(of(hands=[hand(check_title="x", **fields)])) == []


def test_no_attempt_left_until_a_lead_gives_some():
    columns = [column(attempts=3)]
    assert reasons(of(columns=columns, hands=[hand(attempts=3)])) == [
        (Kind.NO_ATTEMPTS, "Lines: all three attempts are used up")
    ]
    assert reasons(of(columns=columns, hands=[hand(attempts=3)], granted={(1, 7): 1})) == []


def test_days_without_activity_count_only_while_something_is_overdue():
    gone = [Member(1, "Bob", NOW - 9 * DAY)]
    overdue = Facts(members=gone, columns=[column(due=PAST)])
    assert reasons(overdue) == [(Kind.SILENT, "No activity for nine days"), (Kind.LATE, "One overdue: Lines")]
    assert reasons(Facts(members=gone, columns=[column()])) == []
    back = Facts(
        members=gone, columns=[column(due=PAST), column("resource", id=11)], completed=[Completed(1, 7, NOW - HOUR)]
    )
    assert [kind for kind, _ in reasons(back)] == [Kind.LATE]


def test_due_soon_and_not_begun():
    facts = of(columns=[column(due=NOW + 20 * HOUR), column("quiz", NOW + 40 * HOUR, id=11)])
    assert reasons(facts) == [(Kind.DUE_SOON, "Due in 20 hours, not begun: Lines")]
    assert reasons(of(columns=[column(due=NOW + 20 * HOUR, optional=True)])) == []
    assert reasons(of(columns=[column(due=PAST)], extended={(1, 10): NOW + HOUR})) == [
        (Kind.DUE_SOON, "Due in one hour, not begun: Lines")
    ]


def test_who_has_half_of_the_points_is_not_reminded_of_a_date():
    assert reasons(of(columns=[column(due=PAST)], hands=[hand(share=0.5)])) == []
    assert reasons(of(columns=[column(due=PAST)], hands=[hand(share=0.49)])) == [(Kind.LATE, "One overdue: Lines")]


def test_nobody_is_stuck_because_of_a_video_due_tomorrow():
    assert reasons(of(columns=[column("resource", NOW + 20 * HOUR)])) == []


def test_many_overdue_things_are_counted_not_listed():
    columns = [column(due=PAST, id=n, title=f"Item {n}") for n in range(5)]
    assert reasons(of(columns=columns)) == [(Kind.LATE, "Five overdue: Item 0, Item 1 and three more")]


def test_review_debt():
    assert reasons(Facts(members=[BOB._replace(cards=29)], columns=[column()])) == []
    facts = Facts(members=[BOB._replace(cards=40)], columns=[column()])
    assert reasons(facts) == [(Kind.CARDS, "Review debt: 40 cards are overdue")]


def test_the_list_begins_with_what_only_a_lead_can_end_then_the_worse_case():
    people = [Member(n, f"M{n}", NOW) for n in range(1, 6)]
    hands = [
        hand(user=1, streak=3, check_title="x"),
        hand(user=2, streak=5, check_title="x"),
        hand(user=3, attempts=4),
        hand(user=4, passed=NOW, share=1.0),
    ]
    facts = Facts(
        members=people, columns=[column(due=PAST, attempts=4)], hands=hands, second_looks={(4, 7): str(uuid4())}
    )
    assert [one.member.id for one in stuck(facts, matrix(facts, NOW), NOW)] == [4, 3, 2, 1, 5]


def test_a_trend_counts_what_is_new_since_the_meeting():
    met = NOW - 3 * DAY
    facts = Facts(
        members=[BOB, EVE],
        columns=[column(), column("quiz", id=11), column("resource", id=12)],
        hands=[
            hand(passed=NOW - DAY, attempts=4),
            hand(user=2, streak=4, check_title="x", at=NOW - DAY),
        ],
        taken=[Taken(1, 7, NOW, NOW), Taken(2, 7, met - DAY, met - DAY), Taken(9, 7, NOW, NOW)],
        completed=[Completed(2, 7, NOW)],
        handed_in={(1, 7): 2, (2, 7): 3},
        last_met=met,
    )
    listed = stuck(facts, matrix(facts, NOW), NOW)
    found = trend(facts, listed)
    assert (found.handed_in, found.passed, found.quizzes, found.resources) == (5, 1, 1, 1)
    assert (found.newly_stuck, found.resolved) == (1, 1)
    # The fourth failure in a row, three of them before the meeting: stuck already.
    facts.handed_in[2, 7] = 1
    assert trend(facts, stuck(facts, matrix(facts, NOW), NOW)).newly_stuck == 0


def test_there_is_no_trend_before_the_first_meeting():
    assert trend(of(), []) is None


def shown(wanted: Wanted, facts: Facts) -> list[str]:
    codes = matrix(facts, NOW)
    listed = stuck(facts, codes, NOW)
    return [row.name for row in heat(facts, codes, listed, states.last_active(facts), wanted).rows]


def test_rows_are_sorted_over_everybody():
    people = [Member(1, "Bob", NOW - 5 * DAY), Member(2, "Ann", NOW - 9 * DAY), Member(3, "Zoe", NOW - DAY)]
    facts = Facts(
        members=people,
        columns=[column(due=PAST)],
        hands=[hand(user=1, passed=PAST - DAY), hand(user=3, streak=3, check_title="x")],
    )
    assert shown(Wanted(), facts) == ["Zoe", "Ann", "Bob"]
    assert shown(Wanted(sort="name"), facts) == ["Ann", "Bob", "Zoe"]
    assert shown(Wanted(sort="done"), facts) == ["Ann", "Zoe", "Bob"]
    assert shown(Wanted(sort="active"), facts) == ["Ann", "Bob", "Zoe"]
    assert shown(Wanted(state="l"), facts) == ["Ann"]
    assert shown(Wanted(member=1), facts) == ["Bob"]


def test_columns_are_filtered():
    columns = [
        column(id=1, track="a", meeting=4),
        column(id=2, track="b", meeting=5, optional=True),
        column(id=3, track="b"),
    ]
    for query, expected in [
        ({}, [1, 2, 3]),
        ({"track": "b"}, [2, 3]),
        ({"meeting": "5"}, [2]),
        ({"meeting": "none"}, [3]),
        ({"required": "1"}, [1, 3]),
        ({"track": "c"}, []),
    ]:
        assert [one.id for one in kept(columns, Wanted.read(query))] == expected, query


def test_an_address_that_asks_for_nonsense_gets_the_page_as_it_opens():
    nonsense = {"sort": "x", "state": "zz", "member": "-1", "page": "0", "rows": "many", "required": "yes"}
    assert Wanted.read(nonsense) == Wanted()
    assert Wanted.read({"member": "9" * 40}).member is None
    assert Wanted.read({"page": "²"}).page == 1


def test_what_is_wanted_goes_through_an_address_and_back():
    wanted = Wanted(track="a b", meeting="3", state="l", member=5, required=True, sort="name", page=2, every_row=True)
    told = dict(pair.split("=") for pair in wanted.query()[1:].split("&"))
    assert Wanted.read({key: value.replace("+", " ") for key, value in told.items()}) == wanted
    assert Wanted().query() == ""


def test_names_and_titles_are_escaped_in_the_table():
    evil = "<script>alert('x')</script>\"&"
    columns = [column(title=evil, meeting=1, meeting_title=evil, meeting_at=NOW)]
    made = Heat(columns, [Row(1, evil, ["t60!"], 0, 1)], [(evil, NOW, 1)])
    html = head(made, items_url="/items/", dated=lambda at: "1 May") + body(made.rows, columns, members_url="/members/")
    assert "<script" not in html
    assert evil not in html
    assert html.count("&lt;script&gt;") == 5
    assert 'aria-label="60 % of the points, overdue">60</a>' in html


def test_a_group_understands_as_much_as_its_members_do():
    concepts = [Concept(1, "Loss", "/l"), Concept(2, "Chain rule", "/c"), Concept(3, "Never met", "/n")]
    earned = [Earned(1, 1, 3.0, 3.0), Earned(1, 1, 0.0, 1.0), Earned(2, 1, 0.25, 1.0), Earned(2, 2, 0.2, 1.0)]
    found = understood([BOB, EVE], concepts, [*earned, Earned(99, 1, 0.0, 50.0)])
    assert [one.title for one in found.concepts] == ["Chain rule", "Loss"]
    assert list(found.group) == [20, 50]
    assert [(member.name, list(percents)) for member, percents in found.rows] == [
        ("Eve", [20, 25]),
        ("Bob", [None, 75]),
    ]
    assert [word(percent) for percent in (None, 0, 49, 50, 69, 70, 100)] == [
        "nothing yet", "shaky", "shaky", "growing", "growing", "solid", "solid",
    ]  # fmt: skip


EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def evil_heat() -> Heat:
    columns = [column(title=EVIL[3], meeting=1, meeting_title=EVIL[0])]
    rows = [Row(n, name, ["p"], 1, 1) for n, name in enumerate([*EVIL, "Çağla Ðoe"])]
    return Heat(columns, rows, [(EVIL[0], None, 1)])


def test_csv_holds_no_formula_and_says_that_it_is_utf_8():
    content = exports.as_csv(exports.heat_table(evil_heat()))
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert all(not value.startswith(exports.FORMULA) for line in table for value in line)
    assert [line[0] for line in table[2:9]] == [f"'{name}" for name in EVIL]
    assert table[-1] == ["Çağla Ðoe", "1", "1", "done"]


def test_xlsx_holds_text_where_a_formula_would_be():
    content = exports.as_xlsx(exports.heat_table(evil_heat()), title="Heat-map", heads=2)
    sheet = load_workbook(io.BytesIO(content)).active
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [sheet.cell(row, 1).value for row in (3, 4, 5, 6)] == EVIL[:4]
    assert sheet.cell(3, 2).value == 1
    assert sheet.freeze_panes == "B3"


def test_xlsx_survives_what_xml_cannot_hold():
    content = exports.as_xlsx([["a\x00b\x1fc"]], title="x", heads=1)
    assert load_workbook(io.BytesIO(content)).active.cell(1, 1).value == "abc"


def test_the_cells_that_a_check_is_about():
    sources = [
        (1, "import numpy as np"),
        (2, "%matplotlib inline\ndef fit(X):\n    w = 1\n    return w"),
        (3, "model = fit(1)\nprint(model)"),
        (4, "fit("),
        (5, "class Net:\n    pass\nfor i in range(3):\n    losses = i"),
        (6, "model.weights[0] = 3"),
    ]
    assert names_of(["fit", "model.predict"]) == {"fit", "model"}
    assert [number for number, _ in relevant(sources, {"fit"})] == [2]
    # With what the model is made of.
    assert [number for number, _ in relevant(sources, {"model"})] == [2, 3, 6]
    assert [number for number, _ in relevant(sources, {"losses"})] == [5]
    assert [number for number, _ in relevant(sources, {"print"})] == [3]
    assert relevant(sources, set()) == []


def test_cells_that_are_as_the_starter_gave_them_are_left_out():
    sources = [(1, "def helper():\n    return answer()"), (2, "def answer():\n    return 3"), (3, "helper()")]
    given = ["def helper():\n    return  answer()", "def answer():\n    ..."]
    assert [number for number, _ in relevant(sources, {"helper"}, given)] == [2]
    assert relevant(sources, {"helper"}, [source for _, source in sources]) == []


def test_names_that_need_each_other_come_to_an_end():
    sources = [(n, f"def f{n}():\n    return f{(n + 1) % 9}()") for n in range(9)]
    assert len(relevant(sources, {"f0"})) == 3


def test_a_cell_that_is_no_python_is_looked_at_by_eye():
    assert defined("def fit(X:\n  return\nw = 3\nif w == 2") == {"fit", "w"}
    assert defined("a, (b, *c) = 1, (2, 3)\nwith open('x') as f:\n    d: int = 1\n[z for z in a]") >= {
        "a",
        "b",
        "c",
        "d",
        "f",
    }
