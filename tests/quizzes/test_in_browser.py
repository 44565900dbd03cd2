"""Each kind of question by keyboard alone, by pointer, and without scripts; what only a browser shows of the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Route, expect

from apps.quizzes import services
from apps.quizzes.answers import right_response
from apps.quizzes.expression import read_expression
from apps.quizzes.kinds import KINDS
from apps.quizzes.models import Answer, Card
from apps.quizzes.trees import evaluate
from apps.quizzes.view import public_view
from studyhub import bell

from .conftest import SVG
from .pages import asked, begin, load_examples
from .site import entry, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def messages(monkeypatch):
    sent = []
    monkeypatch.setattr(bell, "send", lambda name, *arguments, queue: sent.append(arguments))
    return sent


@pytest.fixture
def quiz(tmp_path, settings):
    return load_examples(tmp_path / "notebooks", settings)


@pytest.fixture
def attempt(quiz, bob):
    return begin(bob, quiz)


@pytest.fixture
def visit(open_page, attempt, bob):
    """Open the question of one kind: its page and its answer."""

    def go(kind: str, **options):
        answer = asked(attempt, kind)
        return open_page(f"{attempt.get_absolute_url()}?question={answer.position + 1}", user=bob, **options), answer

    return go


class Keyboard:
    """Somebody who has no pointer: goes on with Tab until the wanted field has the focus."""

    def __init__(self, page) -> None:
        self.page = page

    def reach(self, selector: str) -> None:
        behind = "wanted => document.activeElement.compareDocumentPosition(document.querySelector(wanted)) & 2"
        key = "Shift+Tab" if self.page.evaluate(behind, selector) else "Tab"
        for _ in range(120):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{selector} can't be reached by {key}.")

    def press(self, selector: str, key: str = "Enter") -> None:
        self.reach(selector)
        self.page.keyboard.press(key)

    def choose(self, name: str, value: str) -> None:
        """One of a group of radio buttons, by the arrows."""
        self.reach(f"input[name='{name}']")
        self.page.keyboard.press("Space")
        for _ in range(20):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError("The arrows don't reach it.")

    def type(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.type(text)


class Pointer:
    """Somebody who clicks and drags; only texts are typed."""

    def __init__(self, page) -> None:
        self.page = page

    def press(self, selector: str, key: str = "") -> None:
        self.page.locator(selector).click()

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"label.choice:has(input[value='{value}'])").click()

    def type(self, selector: str, text: str) -> None:
        self.page.locator(selector).click()
        self.page.keyboard.type(text)


def fill_in(hand, answer: Answer, response: dict) -> None:
    """Put a response into the fields of its question."""
    name, page = f"q{answer.pk}", hand.page
    match public_view(answer.variant).kind:
        case "single":
            hand.choose(name, response["option"])
        case "multiple":
            for option in response["options"]:
                box = f"input[value='{option}']"
                hand.press(box if isinstance(hand, Keyboard) else f"label.choice:has({box})", "Space")
        case "hotspot":
            if isinstance(hand, Keyboard):
                hand.choose(name, response["region"])
            else:
                hand.press(f"[data-region-label='{response['region']}']")
        case "matching":
            view = public_view(answer.variant)
            for left, right in response["pairs"].items():
                if isinstance(hand, Keyboard):
                    hand.reach(f"#{name}-{left}")
                    for _ in range(1 + [one.id for one in view.right].index(right)):
                        page.keyboard.press("ArrowDown")
                else:
                    page.locator(f"#{name}-{left}").select_option(right)
        case "ordering":
            order(hand, response["lines"])
        case "matrix":
            given = public_view(answer.variant).cells
            for i, row in enumerate(response["cells"]):
                for j, cell in enumerate(row):
                    if given[i][j] is None:
                        hand.type(f"[name='{name}-{i}-{j}']", cell)
        case _:
            hand.type(f"#{name}", response["text"])


def order(hand, lines: list[dict]) -> None:
    page = hand.page
    if isinstance(hand, Keyboard):
        for line in lines:
            row = f"[data-line='{line['id']}']"
            hand.press(f"{row} [data-move=add]")
            field = page.locator(f"{row} [data-indent]")
            while (now := int(field.input_value())) != line["indent"]:
                hand.press(f"{row} [data-move={'in' if now < line['indent'] else 'out'}]")
        return
    for number, line in enumerate(lines):
        row = page.locator(f"[data-line='{line['id']}']")
        target = page.locator("[data-placed]").bounding_box()
        grip = row.locator(".line-text").bounding_box()
        x, y = grip["x"] + 4, grip["y"] + grip["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 10, y - 4, steps=2)
        end = target["y"] + target["height"] - 2 if number else target["y"] + 10
        page.mouse.move(x + 32 * line["indent"], end, steps=6)
        page.mouse.up()


def settle(answer: Answer, messages) -> None:
    """What the sandbox would find for the right formula."""
    question = answer.variant.question
    tree = read_expression(question.reference, tuple(question.variables))
    pk, check, task = messages[-1]
    points = [{name: float(value) for name, value in point.items()} for point in task["points"]]
    found = [repr(evaluate(tree, point)) for point in points]
    assert services.accept_outcome(answer_id=pk, check=check, outcome={"status": "ok", "values": found})


@pytest.mark.parametrize("hand", [Keyboard, Pointer])
@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_is_answered_in_place(visit, messages, kind, hand):
    # High enough that nothing has to be dragged beyond its edge.
    page, answer = visit(kind, viewport={"width": 1280, "height": 1600})
    page.evaluate("window.stayed = true")
    by = hand(page)
    fill_in(by, answer, right_response(answer.variant))
    if hand is Keyboard:
        by.choose(f"q{answer.pk}-certainty", "fairly")
    else:
        page.get_by_label("Fairly sure").click()
    by.press("[data-answer]")
    if kind == "expression":
        page.get_by_text("Your formula is being compared").wait_for()
        settle(answer, messages)
    expect(page.locator(".feedback--good")).to_be_visible()
    answer.refresh_from_db()
    assert (answer.share, answer.certainty) == (1.0, "fairly")
    assert page.evaluate("window.stayed")
    # The focus is where it goes on, and the count above has moved too.
    expect(page.locator(".feedback")).to_be_focused()
    expect(page.locator("#progress")).to_contain_text("1 of 11 answered")
    if hand is Keyboard:
        by.press(".feedback ~ .form-actions .btn-primary")
    else:
        page.get_by_role("link", name="Next question").click()
    expect(page.get_by_role("heading", name=re.compile("^Question"))).not_to_contain_text(
        f"Question {answer.position + 1} "
    )


def test_tab_leads_from_a_fresh_page_into_its_fields(visit):
    page, answer = visit("numeric")
    expect(page.locator(f"#title-{answer.position + 1}")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(f"#q{answer.pk}")).to_be_focused()


@pytest.mark.parametrize("script", ["in time", "late"])
def test_a_review_is_reached_by_one_key_and_says_how_it_was(open_page, bob, quiz, attempt, script):
    answer = asked(attempt, "single")
    services.give_answer(answer=answer, response=right_response(answer.variant))
    Card.objects.update(due=timezone.now() - timedelta(days=1))
    page = open_page(reverse("learning:session"), user=bob, viewport={"width": 390, "height": 260})
    expect(page.locator("#title-1")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("input[type=radio]").first).to_be_focused()
    held: list[Route] = []
    if script == "late":
        page.route("**/review*.js", lambda route: held.append(route))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("[data-ratings] button[autofocus]")).to_be_focused()
    for route in held:
        route.continue_()
    assert bool(held) == (script == "late")
    expect(page.locator(".verdict")).to_be_in_viewport()


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_is_answered_without_scripts(visit, messages, kind):
    page, answer = visit(kind, java_script_enabled=False)
    response = right_response(answer.variant)
    if kind == "ordering":
        for line in response["lines"]:
            page.locator(f"[data-line='{line['id']}'] [data-move=add]").click()
            field = f"[data-line='{line['id']}'] [data-indent]"
            while (now := int(page.locator(field).get_attribute("value"))) != line["indent"]:
                move = "in" if now < line["indent"] else "out"
                page.locator(f"[data-line='{line['id']}'] [data-move={move}]").click()
    else:
        fill_in(Pointer(page), answer, response)
    page.get_by_role("button", name="Answer", exact=True).last.click()
    if kind == "expression":
        page.get_by_text("Your formula is being compared").wait_for()
        settle(answer, messages)
        page.get_by_role("link", name="See whether it is done").click()
    page.locator(".feedback--good").wait_for()
    answer.refresh_from_db()
    assert answer.share == 1.0


def test_enter_in_a_field_answers_its_own_question(open_page, bob):
    attempt = begin(bob, load(entry(layout="all")))
    last = attempt.answers.last()
    page = open_page(attempt.get_absolute_url(), user=bob)
    page.locator(f"#q{last.pk}").fill("tensor")
    page.keyboard.press("Enter")
    page.locator("#question-3 .feedback--good").wait_for()
    assert [answer.is_open for answer in attempt.answers.all()] == [True, True, False]


def test_enter_answers_without_scripts_too(visit):
    page, answer = visit("text", java_script_enabled=False)
    page.locator(f"#q{answer.pk}").fill(answer.version.asked.answers[0])
    page.keyboard.press("Enter")
    page.locator(".feedback--good").wait_for()


def test_a_formula_is_shown_as_it_is_understood(visit):
    page, answer = visit("expression")
    page.locator(f"#q{answer.pk}").press_sequentially("2x^2/3")
    page.locator(".understood .katex .mfrac").wait_for()
    page.locator(f"#q{answer.pk}").fill("import os")
    page.locator(".understood-error").wait_for()


def test_the_polling_ends_itself(visit, messages):
    page, answer = visit("expression")
    page.locator(f"#q{answer.pk}").fill("x")
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_text("Your formula is being compared").wait_for()
    settle(answer, messages)
    page.locator(".feedback--good").wait_for()
    with pytest.raises(Exception, match="Timeout"), page.expect_request("**/answers/**", timeout=2500):
        pass


def test_the_result_shows_a_formula_once_it_is_compared(visit, messages):
    page, answer = visit("expression")
    page.locator(f"#q{answer.pk}").fill("x")
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_text("Your formula is being compared").wait_for()
    services.finish(attempt=answer.attempt)
    page.goto(answer.attempt.get_absolute_url())
    page.evaluate("window.stayed = true")
    expect(page.get_by_text("1 formula still being compared")).to_be_visible()
    settle(answer, messages)
    expect(page.get_by_text("still being compared")).to_have_count(0)
    expect(page.locator(f"#question-{answer.position + 1} .feedback--good")).to_be_visible()
    assert page.evaluate("window.stayed")
    with pytest.raises(Exception, match="Timeout"), page.expect_request("**/attempts/**", timeout=2500):
        pass


def test_a_hint_comes_in_place_and_keeps_what_was_typed(visit, attempt):
    answer = next(one for one in attempt.answers.all() if one.version.asked.hints)
    page, answer = visit(answer.question.kind)
    text = answer.variant.question.hints[0].text
    assert text not in page.content()
    page.get_by_role("button", name=re.compile("Take a hint")).click()
    page.locator(".hints").wait_for()
    expect(page.locator(".hints")).to_be_focused()


def test_lines_are_moved_back_and_told(visit):
    page, _ = visit("ordering")
    first, second = (page.locator("[data-left] [data-line]").nth(n).get_attribute("data-line") for n in (0, 1))
    for line in (first, second):
        page.locator(f"[data-line='{line}'] [data-move=add]").click()
    page.locator(f"[data-line='{second}'] [data-move=up]").click()
    assert page.locator("[data-placed] [data-line]").first.get_attribute("data-line") == second
    assert "is line 1" in page.locator("[data-told]").text_content()
    expect(page.locator(f"[data-line='{second}'] [data-move=up]")).to_be_focused()
    page.locator(f"[data-line='{second}'] [data-move=remove]").click()
    assert page.locator("[data-placed] [data-line]").count() == 1
    assert page.locator(f"[data-line='{second}'] input").first.is_disabled()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_fits(visit, kind, width):
    page, _ = visit(kind, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_region_lights_up_with_its_name(visit):
    page, answer = visit("hotspot")
    region = public_view(answer.variant).regions[0].id
    page.locator(f"input[value='{region}']").check()
    expect(page.locator(f"[data-region='{region}']")).to_have_class(re.compile("is-picked"))


def test_a_whole_quiz_from_the_list_to_the_result(open_page, bob, db):
    load(entry())
    page = open_page("/quizzes/", user=bob)
    page.get_by_role("link", name="Basics").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Uphill").check()
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_role("link", name="Next question").click()
    page.get_by_role("link", name="Skip for now").click()
    page.get_by_label("Your answer").fill("matrix")
    page.get_by_role("button", name="Answer", exact=True).click()
    page.locator(".feedback--bad").wait_for()
    page.get_by_role("link", name="Next question").click()
    page.get_by_text("Finish early").click()
    page.get_by_role("button", name="Finish now").click()
    page.get_by_role("button", name="Finish all the same").click()
    page.get_by_role("heading", name="1 of 3 points").wait_for()
    page.get_by_role("button", name="Take it again").click()
    page.get_by_text("0 of 3 answered").wait_for()


ROUND = """\
- id: where
  kind: hotspot
  level: beginner
  concepts: [gradient]
  prompt: Pick the triangle.
  picture: {file: losses.svg, alt: Three shapes.}
  regions:
    - {name: The triangle, polygon: [[10, 10], [110, 10], [10, 110]], right: true}
    - {name: The disc, circle: [250, 100, 60], why: It is round.}
    - {name: The small disc, circle: [250, 100, 15], why: It is small.}
  explanation: It has three corners.
"""


@pytest.mark.parametrize(
    ("x", "y", "picked"),
    [(20, 20, "The triangle"), (105, 105, None), (250, 60, "The disc"), (250, 105, "The small disc"), (200, 50, None)],
)
def test_what_is_pointed_at_is_the_shape_and_not_the_box_around_it(open_page, bob, tmp_path, settings, x, y, picked):
    settings.CURRICULUM_DIR = tmp_path
    (folder := tmp_path / "numbers" / "quizzes").mkdir(parents=True)
    (folder / "losses.svg").write_text(SVG)
    attempt = begin(bob, load(entry(questions=ROUND)))
    page = open_page(attempt.get_absolute_url(), user=bob)
    box = page.locator(".hotspot-picture").bounding_box()
    page.mouse.click(box["x"] + x * box["width"] / 360, box["y"] + y * box["height"] / 220)
    assert page.locator(".hotspot .choice:has(:checked)").all_inner_texts() == ([picked] if picked else [])
