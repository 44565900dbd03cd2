"""What a hand-in got: score, whose turn it is, each check with its feedback, and the notebook in its sealed frame."""

from dataclasses import replace

import nbformat
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog.models import Concept, Resource, Section, Track
from apps.grading import LookAgain
from apps.runner.contract import Outcome
from apps.submissions import services
from apps.submissions.constants import State, Verdict
from apps.submissions.messages import VERDICTS
from apps.submissions.models import Run, Submission
from studyhub.templatetags.ui import STATES
from tests.stores import drop, write
from tests.submissions.conftest import DIGEST, LESSON, SLUG, fresh, notebook_bytes

HOSTILE = "<script>parent.alert(1)</script><img src='https://evil.example/x.png'>"


def page(client, run: Run, name: str = "detail"):
    return client.get(reverse(f"submissions:{name}", args=[run.submission_id]))


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def test_a_passed_one(desk, bobs, bob):
    text = page(bobs, desk.done(bob)).text
    assert "<strong>4</strong> of 4 points" in text
    assert "Passed" in text
    assert "Your turn" not in text
    assert "Next:" not in text


def test_who_has_passed_is_led_on(desk, bobs, bob, exercise):
    later = Section.objects.create(track=exercise.section.track, slug="later", title="Later", position=2)
    after = Resource.objects.create(slug="more", title="More", section=later, url="https://example.org/")
    passed, partial = desk.done(bob), desk.done(bob, points=(0, 1))
    assert f'href="{after.get_absolute_url()}">Next: More' in page(bobs, passed).text
    assert "Next:" not in page(bobs, partial).text


def test_a_partly_right_one_shows_what_was_compared(desk, bobs, bob):
    text = page(bobs, desk.done(bob, points=(0, 1))).text
    assert "<strong>1</strong> of 4 points" in text
    assert "Your turn." in text
    assert "It gives <em>another</em> number." in text
    assert '<th scope="col">reference</th>' in text
    assert "<td>43</td>" in text
    assert "Multiply by two." in text
    assert 'role="img" aria-label="Yours beside the reference"' in text
    assert '<svg viewBox="0 0 1 1">' in text


@pytest.fixture
def doubling(exercise) -> Concept:
    """A concept that an article of another track teaches, and in this one an optional and a required video."""
    concept = Concept.objects.create(slug="doubling", title="Doubling", summary="Twice as much.")
    other = Track.objects.create(slug="words", title="Words", summary="Reading.", accent="rose", position=0)
    section = Section.objects.create(track=other, slug="first", title="First", position=0)
    rows = [("article", section, False), ("optional-video", exercise.section, True), ("video", exercise.section, False)]
    for position, (slug, place, optional) in enumerate(rows):
        resource = Resource.objects.create(
            slug=slug, title=slug.title(), section=place, optional=optional, position=position,
            url="https://example.org/", kind="video", level="beginner", why="It helps.",
        )  # fmt: skip
        resource.concepts.add(concept)
    return concept


def test_what_is_not_right_stands_beside_what_was_expected(desk, bobs, bob, lesson):
    lesson(LESSON)
    text = page(bobs, desk.done(bob, points=(0, 1))).text
    assert (
        '<th scope="row">Shape</th><td>(3,)</td><td><span class="hidden-label">Differs:</span> (3, 1) &lt;b&gt;' in text
    )
    assert '<th scope="row">Kind</th><td>numbers</td><td>a list</td>' in text
    assert "<code>w</code>" in text
    numbers = text.split("The picture in numbers")[1]
    assert "<td>NaN</td>" in numbers.split("</table>")[0]


def test_where_to_look_again_is_in_the_own_track_and_required(desk, bobs, bob, lesson, doubling):
    lesson(LESSON)
    text = page(bobs, desk.done(bob, points=(0, 1))).text
    again = text.split('class="look-again"')[1].split("</p>")[0]
    assert f'<a href="{doubling.get_absolute_url()}">Doubling</a>' in again
    assert ">Video</a>" in again
    assert text.count('class="look-again"') == 1, "not for a check that has passed"


def test_a_check_may_name_the_resource_and_the_time(desk, bobs, bob, lesson, doubling):
    lesson(replace(LESSON, look_again=LookAgain("article", "12:30")))
    again = page(bobs, desk.done(bob, points=(0, 0))).text.split('class="look-again"')[1].split("</p>")[0]
    assert ">Article</a> at 12:30" in again
    lesson(replace(LESSON, look_again=LookAgain("gone"), concept="gone"))
    assert 'class="look-again"' not in page(bobs, desk.done(bob, points=(0, 0))).text


def test_more_lessons_cost_no_more_queries(desk, bobs, bob, lesson, doubling, django_assert_num_queries):
    lesson(LESSON)
    run = desk.done(bob, points=(0, 1))
    address = reverse("submissions:detail", args=[run.submission_id])
    bobs.get(address)
    with CaptureQueriesContext(connection) as one:
        bobs.get(address)
    run.checks.update(passed=False)
    with django_assert_num_queries(len(one)):
        bobs.get(address)


def test_our_fault_is_owned_up_to_and_shows_no_score(desk, bobs, bob):
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(
        state=State.DONE, verdict=Verdict.PLATFORM_ERROR, score=0.0, reason="It broke.", detail="Traceback: secret"
    )
    text = page(bobs, run).text
    assert "did not cost you an attempt" in text
    assert "Our turn" in text
    assert "of 4 points" not in text
    assert "secret" not in text


@pytest.mark.parametrize("verdict", Verdict.values)
def test_each_verdict_has_its_words(desk, bobs, bob, verdict):
    run = desk.done(bob)
    Run.objects.filter(pk=run.pk).update(verdict=verdict)
    assert VERDICTS[verdict].text.split(",")[0].split("’")[0] in page(bobs, run).text.replace("&#x27;", "'")


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_called_the_same_on_badges_in_lists_and_by_the_api(verdict):
    assert STATES[verdict.value][0] == verdict.label == VERDICTS[verdict.value].title


def test_the_learners_error_is_shown_as_text(desk, bobs, bob):
    run = desk.done(
        bob,
        points=(3, 0),
        outcome=Outcome.LEARNER_ERROR,
        reason="Cell 3 raised ValueError: <b>no</b>",
        error={"traceback": "ValueError: <script>alert(1)</script>"},
    )
    text = page(bobs, run).text
    assert "Cell 3 raised ValueError: &lt;b&gt;no&lt;/b&gt;" in text
    assert "<script>alert" not in text
    assert "<strong>3</strong> of 4 points" in text


def test_resources_environment_and_moves_are_shown(desk, bobs, bob):
    text = page(bobs, desk.done(bob)).text
    assert "2.4.6" in text
    assert "A runner took it up" in text


def test_the_learners_seconds_stand_against_the_limit_and_ours_apart(desk, bobs, bob):
    run = desk.done(bob, phases_s={"starting": 5.0, "cells": 1.25, "probe": 0.5, "closing": 0.1})
    used, ours = page(bobs, run).text.split('id="used"')[1].split("What happened when")
    assert "<dt>Time in cells</dt><dd>1.2 s of 30 s</dd>" in used
    assert "<dt>Calling your functions</dt><dd>0.5 s</dd>" in used
    assert "5.0 s" not in used
    assert "<dt>Starting Python</dt><dd>5.0 s</dd>" in ours
    assert "<dt>NumPy</dt><dd>2.4.6</dd>" in used


@pytest.mark.parametrize(("version", "said"), [("e" * 64, True), (DIGEST, False), ("", False), ("1.0", False)])
def test_a_notebook_of_another_version_is_taken_and_told_so(desk, bobs, bob, version, said):
    starter = {"exercise": SLUG, "version": version}
    data = notebook_bytes(studyhub=starter)
    submission = services.submit(user=bob, exercise=desk.exercise, filename="mine.ipynb", data=data)
    assert ("another version of this exercise" in page(bobs, submission.run).text) == said


def test_a_long_file_name_and_a_long_error_are_shown_whole(desk, bobs, bob):
    name = "x" * 150
    run = desk.done(bob, outcome=Outcome.LEARNER_ERROR, reason="Cell 3 raised KeyError: " + "y" * 900)
    Submission.objects.filter(pk=run.submission_id).update(filename=name)
    text = page(bobs, run).text
    assert name in text
    assert "y" * 900 in text


def test_a_lead_reads_it_as_somebody_elses(desk, client, bob, alice):
    run = desk.done(bob, points=(3, 0))
    client.force_login(alice)
    text = page(client, run).text
    assert "Hand-ins of Bob" in text
    assert "by Bob" in text
    for words in ("Your turn", "Your hand-ins", "Hand in again", "Your notebook"):
        assert words not in text


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.COMPLETED, "It has run to its end"),
        (Outcome.LEARNER_ERROR, "It has run: stopped by an error"),
        (Outcome.TIMED_OUT, "It has run: out of time"),
    ],
)
def test_what_happened_is_told_in_words(desk, bobs, bob, outcome, words):
    assert words in page(bobs, desk.done(bob, outcome=outcome)).text


# The executed notebook


def executed(run: Run, *outputs: dict) -> None:
    cell = nbformat.v4.new_code_cell("double(21)", outputs=[nbformat.from_dict(output) for output in outputs])
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))


def test_it_stands_in_a_frame_without_any_right(desk, bobs, bob):
    run = desk.done(bob)
    text = page(bobs, run).text
    assert 'sandbox=""' in text
    assert "allow-" not in text
    assert f'src="{reverse("submissions:notebook", args=[run.submission_id])}"' in text


def test_the_frame_has_a_policy_of_its_own(desk, bobs, bob):
    run = desk.done(bob)
    executed(run, {"output_type": "display_data", "data": {"text/html": HOSTILE}, "metadata": {}})
    response = page(bobs, run, "notebook")
    policy = response["Content-Security-Policy"]
    directives = [part.strip() for part in policy.split(";")]
    assert [directives[0], directives[2]] == ["default-src 'none'", "style-src 'unsafe-inline'"]
    assert directives[1].startswith(f"img-src data: http://testserver/submissions/{run.submission_id}/pictures/")
    assert "sandbox" in directives
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_the_page_itself_loads_nothing_from_elsewhere(desk, bobs, bob):
    run = desk.done(bob)
    executed(run, {"output_type": "stream", "name": "stdout", "text": "42"})
    text = page(bobs, run, "notebook").text
    assert "42" in text
    assert "<script" not in text
    assert "http" not in text
    assert "@import" not in text


def test_it_is_converted_once(desk, bobs, bob):
    run = desk.done(bob)
    executed(run, {"output_type": "stream", "name": "stdout", "text": "forty-two"})
    first = page(bobs, run, "notebook").text
    drop(run.stored, "result/executed.ipynb")
    assert page(bobs, run, "notebook").text == first


def test_what_is_wider_than_the_frame_is_reached_by_keyboard(desk, bobs, bob):
    run = desk.done(bob)
    output = {"output_type": "display_data", "data": {"text/html": "<table></table>"}, "metadata": {}}
    sources = ["short", "x = " + "1 + " * 30 + "<1"]
    cells = [nbformat.v4.new_code_cell(source, outputs=[nbformat.from_dict(output)]) for source in sources]
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    text = page(bobs, run, "notebook").text
    assert text.count("<pre") == 2
    assert text.count('<pre aria-label="Code of cell 2" role="group" tabindex="0">') == 1
    assert text.count(' role="group" tabindex="0"><table>') == 2
    assert "&lt;" in text


def test_it_is_sent_packed(desk, bobs, bob):
    run = desk.done(bob)
    answer = bobs.get(reverse("submissions:notebook", args=[run.submission_id]), HTTP_ACCEPT_ENCODING="gzip")
    assert answer["Content-Encoding"] == "gzip"
    assert b"def double" not in answer.content


def cells_of(run: Run, *statuses: str) -> list[dict]:
    cells = [{"index": n, "status": status, "seconds": n + 0.25} for n, status in enumerate(statuses)]
    Run.objects.filter(pk=run.pk).update(cells=cells)
    sources = [nbformat.v4.new_code_cell(f"step({n})") for n in range(len(statuses))]
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=sources)))
    return cells


def test_each_cell_says_what_became_of_it(desk, bobs, bob):
    run = desk.done(bob, outcome=Outcome.LEARNER_ERROR, error={"cell": 2, "number": 3, "name": "KeyError"})
    cells_of(run, "completed", "failed", "failed", "pending")
    text = page(bobs, run, "notebook").text
    first, second, third, fourth = text.split('<section class="ran')[1:]
    assert "0.2 s" in first
    assert "This check did not pass; the run went on." in second
    assert 'id="cell-3"' in third
    assert "The run ended here, after 2.2 s" in third
    assert "Not run" in fourth
    assert '<a class="jump" href="#cell-3">Jump to cell 3: the run ended there</a>' in text
    assert 'Checks that did not pass: <a href="#cell-2">cell 2</a>' in text
    link = f'{reverse("submissions:notebook", args=[run.submission_id])}#cell-3" target="executed-notebook"'
    assert link in page(bobs, run).text


def test_the_outline_has_headings_their_seconds_and_what_became_of_their_cells(desk, bobs, bob):
    run = desk.done(bob, outcome=Outcome.LEARNER_ERROR, error={"cell": 6, "number": 4, "name": "KeyError"})
    cells = [
        nbformat.v4.new_markdown_cell("# Doubling *numbers*\n\nWords.\n\n```\n# no heading\n```"),
        nbformat.v4.new_code_cell("import numpy"),
        nbformat.v4.new_markdown_cell("## <script>alert(1)</script> of `double`\n### Its parts"),
        *(nbformat.v4.new_code_cell(f"step({n})") for n in range(2)),
        nbformat.v4.new_markdown_cell("## [Total](https://evil.example)"),
        nbformat.v4.new_code_cell("total()"),
    ]
    seconds = {1: ("completed", 0.25), 3: ("completed", 2.0), 4: ("failed", 1.5), 6: ("failed", 0.25)}
    Run.objects.filter(pk=run.pk).update(
        cells=[{"index": index, "status": status, "seconds": took} for index, (status, took) in seconds.items()]
    )
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    text = page(bobs, run, "notebook").text
    outline, notebook = text.split("</nav>", 1)
    entries = outline.split("<li ")[1:]
    assert len(entries) == 4
    assert '<a href="#part-0">Doubling numbers</a>' in entries[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; of double" in entries[1]
    assert "3.5 s" in entries[2]
    assert "a check did not pass" in entries[2]
    assert '<rect width="100.0" height="4"/>' in entries[2]
    assert ">Total</a>" in entries[3]
    assert "the run ended here" in entries[3]
    assert 'id="part-5"' in notebook


def test_a_notebook_without_headings_has_no_outline(desk, bobs, bob):
    run = desk.done(bob)
    cells_of(run, "completed", "completed")
    text = page(bobs, run, "notebook").text
    assert "<nav" not in text
    assert text.count('class="time"') == 2


def test_a_limit_ended_the_cell_that_was_running(desk, bobs, bob):
    run = desk.done(bob, outcome=Outcome.TIMED_OUT, phases_s={"starting": 1.0, "cells": 30.0})
    cells_of(run, "failed", "failed", "pending")
    assert "Jump to cell 2" in page(bobs, run).text
    Run.objects.filter(pk=run.pk).update(phases={"cells": 1.0, "probe": 30.0})
    assert "Jump to cell" not in page(bobs, run).text


def test_what_the_notebook_says_of_itself_counts_for_nothing(desk, bobs, bob):
    run = desk.done(bob)
    cells_of(run, "completed")
    cell = nbformat.v4.new_code_cell("1", metadata={"studyhub": {"number": 9, "words": "<b>mine</b>", "tone": "x"}})
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=[cell] * 2)))
    text = page(bobs, run, "notebook").text
    assert "mine" not in text
    assert 'id="cell-9"' not in text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("so $a_i < b$ holds", "<mo>&lt;</mo>"),
        ("$$\n\\frac{1}{n}\n$$", '<math display="block"><mrow><mfrac>'),
        ("a price of `$5` and `$6`", "<code>$5</code>"),
        ("$\\frac{$ stays", r"$\frac{$"),
        ("\\begin{align}a &= b\\end{align}", "<mtable"),
    ],
)
def test_formulas_are_typeset_without_a_script(desk, bobs, bob, source, shown):
    run = desk.done(bob)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    write(run.stored, "result/executed.ipynb", nbformat.writes(notebook))
    text = page(bobs, run, "notebook").text
    assert shown in text
    assert "<script" not in text


@pytest.mark.parametrize(("theme", "says"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_it_follows_the_readers_theme(desk, bobs, bob, theme, says):
    run = desk.done(bob)
    bobs.cookies["theme"] = theme
    assert says in page(bobs, run, "notebook").text.split("<head>")[0]
    bobs.cookies["theme"] = '"><script>'
    assert "<script>" not in page(bobs, run, "notebook").text


def test_one_that_is_broken_or_too_large_is_not_shown(desk, bobs, bob, monkeypatch):
    from apps.submissions import folders

    first, second = desk.done(bob), desk.done(bob)
    write(first.stored, "result/executed.ipynb", "{")
    assert "can&#x27;t be shown" in page(bobs, first, "notebook").text
    monkeypatch.setattr(folders, "EXECUTED_BYTES", 10)
    assert "too large" in page(bobs, second, "notebook").text


def test_without_one_there_is_no_frame(desk, bobs, bob):
    run = desk.done(bob)
    drop(run.stored, "result/executed.ipynb")
    assert "<iframe" not in page(bobs, run).text
    assert page(bobs, run, "notebook").status_code == 404


def test_ones_own_notebook_can_be_fetched_again(desk, bobs, bob):
    run = desk.done(bob)
    response = page(bobs, run, "download")
    assert nbformat.reads(response.text, as_version=4).cells[2].source == "double(21)"
    assert response["Content-Disposition"] == 'attachment; filename="doubling-1.ipynb"'


# History


def test_the_history_shows_all_and_the_best(desk, bobs, bob, charlie):
    desk.done(bob, points=(3, 0))
    best = desk.done(bob, points=(3, 1))
    desk.done(bob, points=(0, 0))
    desk.done(charlie)
    text = bobs.get("/submissions/").text
    assert text.count("row-link") == 3
    table = text.split("<tbody>")[1].split("</tbody>")[0]
    assert reverse("submissions:detail", args=[best.submission_id]) in table
    assert "4 of 4" in table


def test_an_empty_history_says_what_to_do(client, charlie, exercise):
    client.force_login(charlie)
    assert "Nothing handed in yet" in client.get("/submissions/").text


def test_a_long_history_has_pages_and_few_queries(desk, bobs, bob, settings, django_assert_max_num_queries):
    settings.RUN_SLOTS_CPU = 50
    for _ in range(35):
        run = desk.done(bob)
    with django_assert_max_num_queries(9):
        text = bobs.get("/submissions/").text
    assert text.count("row-link") == 30
    assert bobs.get("/submissions/?page=2").text.count("row-link") == 5
    assert fresh(run).state == State.DONE
