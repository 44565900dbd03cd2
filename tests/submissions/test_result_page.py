"""What a hand-in got: score, whose turn it is, each check with its feedback, and the notebook in its sealed frame."""

import nbformat
import pytest
from django.urls import reverse

from apps.runner.contract import Outcome
from apps.submissions.constants import State, Verdict
from apps.submissions.messages import VERDICTS
from apps.submissions.models import Run
from tests.submissions.conftest import fresh

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


# The executed notebook


def executed(run: Run, *outputs: dict) -> None:
    cell = nbformat.v4.new_code_cell("double(21)", outputs=[nbformat.from_dict(output) for output in outputs])
    path = run.folder / "result" / "executed.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))


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
    assert directives[:3] == ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'"]
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
    (run.folder / "result" / "executed.ipynb").unlink()
    assert page(bobs, run, "notebook").text == first


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
    (first.folder / "result" / "executed.ipynb").write_text("{")
    assert "can&#x27;t be shown" in page(bobs, first, "notebook").text
    monkeypatch.setattr(folders, "EXECUTED_BYTES", 10)
    assert "too large" in page(bobs, second, "notebook").text


def test_without_one_there_is_no_frame(desk, bobs, bob):
    run = desk.done(bob)
    (run.folder / "result" / "executed.ipynb").unlink()
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
