"""The page of a hand-in while it waits and runs: where it is, what runs, and a fragment that ends its own polling."""

import pytest
from django.urls import reverse

from apps.submissions.constants import State
from apps.submissions.models import Run
from apps.submissions.services import release_runs
from studyhub import broker
from tests.submissions.conftest import age, fresh, say


def page(client, run: Run, name: str = "detail", **query: str):
    return client.get(reverse(f"submissions:{name}", args=[run.submission_id]), query)


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def test_its_place_in_the_queue(desk, bobs, bob, charlie, settings):
    settings.RUN_SLOTS_CPU = 1
    desk.running(charlie)
    run = desk.hand_in(bob)
    assert "You are next." in page(bobs, run).text
    assert "Number 2 in the queue" in page(bobs, desk.hand_in(bob)).text


def test_the_estimate_comes_from_the_latest_runs(desk, bobs, bob, charlie, settings):
    settings.RUN_SLOTS_CPU = 1
    age(desk.done(charlie), started_at=120)
    desk.running(charlie)
    run = desk.hand_in(bob)
    assert "It should start in about 2 minutes." in page(bobs, run).text


def test_without_a_graphics_card_it_says_why_it_waits(desk, bobs, bob):
    run = desk.hand_in(bob)
    Run.objects.filter(pk=run.pk).update(queue=broker.GPU_QUEUE)
    assert "graphics card" in page(bobs, run).text


def test_the_running_cell_with_its_source(desk, bobs, bob):
    text = page(bobs, desk.running(bob, cell=1)).text
    assert "Cell 2 of 3" in text
    assert "def double(x):" in text
    assert "of 30 s" in text


def test_only_seconds_in_cells_count_against_the_limit(desk, bobs, bob):
    run = desk.released(bob)
    say(run, phase="starting", cell=None, elapsed_s=9.0)
    assert "0 s of 30 s" in page(bobs, run).text
    say(run, phase="cells", cell=0, elapsed_s=10.0)
    say(run, phase="cells", cell=0, elapsed_s=15.2)
    assert "5 s of 30 s" in page(bobs, run).text
    say(run, phase="probe", cell=None, elapsed_s=25.0)
    text = page(bobs, run).text
    assert "All cells have run" in text
    assert "0 s of 30 s" in text  # as much as the cells of this message took


def test_each_cell_has_a_mark_of_how_it_went(desk, bobs, bob):
    run = desk.running(bob, cell=1)
    statuses = [("completed", 0.1), ("failed", 0.2), ("running", 0.3), ("pending", 0.0)]
    cells = [{"index": n, "status": status, "seconds": s} for n, (status, s) in enumerate(statuses)]
    Run.objects.filter(pk=run.pk).update(cells=cells)
    text = page(bobs, run).text
    for words in ("Cell 1: done", "Cell 2: its check did not pass", "Cell 3: running", "Cell 4: waiting"):
        assert words in text
    Run.objects.filter(pk=run.pk).update(cells=cells * 50)
    text = page(bobs, run).text
    assert "strip" not in text
    assert 'max="200"' in text


def test_a_long_cell_is_cut_and_says_so(desk, bobs, bob):
    run = desk.hand_in(bob, "x = 1\n" * 5000, "1", "2")
    release_runs()
    say(run, cell=0)
    text = page(bobs, run).text
    assert text.count("x = 1") < 1000
    assert "…</code>" in text


def test_the_source_is_shown_as_text(desk, bobs, bob):
    run = desk.hand_in(bob, "'<script>alert(1)</script>'", "1", "2")
    release_runs()
    say(run, cell=0)
    text = page(bobs, run).text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_while_it_runs_the_fragment_goes_on_polling(desk, bobs, bob, settings):
    settings.RUN_SLOTS_CPU = 3
    for run in (desk.hand_in(bob), desk.running(bob), desk.grading(bob)):
        response = page(bobs, run, "live")
        assert response.status_code == 200
        assert "<html" not in response.text
    assert 'hx-trigger="every 2s"' in page(bobs, run).text


@pytest.mark.parametrize("end", ["done", "cancelled"])
def test_once_it_has_ended_the_fragment_stops_polling(desk, bobs, bob, end):
    run = desk.done(bob) if end == "done" else desk.hand_in(bob)
    if end == "cancelled":
        bobs.post(reverse("submissions:cancel", args=[run.submission_id]))
    response = page(bobs, run, "live")
    assert response.status_code == 286
    assert "Cancelled" in response.text if end == "cancelled" else "What was checked" in response.text
    assert "every 2s" not in page(bobs, run).text


def test_a_change_is_told_once_to_those_who_can_not_see_it(desk, bobs, bob):
    run = desk.running(bob)
    assert 'hx-swap-oob="innerHTML"' in page(bobs, run, "live", told="queued-1").text
    assert "hx-swap-oob" not in page(bobs, run, "live", told="running-1").text


def test_it_can_be_cancelled_and_refreshed_without_a_script(desk, bobs, bob):
    run = desk.running(bob)
    text = page(bobs, run).text
    assert f'action="{reverse("submissions:cancel", args=[run.submission_id])}"' in text
    assert "Refresh" in text
    response = bobs.post(reverse("submissions:cancel", args=[run.submission_id]), follow=True)
    assert fresh(run).state == State.CANCELLED
    assert "This hand-in was stopped" in response.text


def test_too_late_to_cancel_is_said(desk, bobs, bob):
    run = desk.done(bob)
    response = bobs.post(reverse("submissions:cancel", args=[run.submission_id]), follow=True)
    assert "too late to cancel" in response.text
    assert fresh(run).state == State.DONE


def test_cancelling_takes_a_post(desk, bobs, bob):
    run = desk.hand_in(bob)
    assert page(bobs, run, "cancel").status_code == 405
    assert fresh(run).state == State.QUEUED


def test_a_second_attempt_is_explained(desk, bobs, bob):
    run = desk.hand_in(bob)
    Run.objects.filter(pk=run.pk).update(attempt=2, faults=1)
    assert "does not cost you an attempt" in page(bobs, run).text


@pytest.mark.parametrize("step", ["hand_in", "running", "done"])
def test_the_number_of_queries_does_not_grow(desk, bobs, bob, charlie, django_assert_max_num_queries, settings, step):
    settings.RUN_SLOTS_CPU = 20
    for _ in range(4):
        desk.hand_in(charlie)
        desk.done(bob)
    run = getattr(desk, step)(bob)
    # Who has passed is told what comes next in the track; a site keeps its rows, these tests don't.
    limit = 20 if step == "done" else 12
    with django_assert_max_num_queries(limit + 2):
        page(bobs, run)
    with django_assert_max_num_queries(limit):
        page(bobs, run, "live")
