"""Old runs lose their files, a few at a time; grades stay, and so does what a learner wants to look at again."""

import pytest
from django.urls import reverse

from apps.submissions import services
from apps.submissions.constants import CLEARED_PER_PASS, Files, State
from apps.submissions.models import Run, Standing
from tests.stores import names
from tests.submissions.conftest import age, fresh

MONTHS = 40 * 24 * 3600


@pytest.fixture(autouse=True)
def many_slots(settings):
    settings.RUN_SLOTS_CPU = 50


def old(run: Run) -> Run:
    return age(run, finished_at=MONTHS)


def left_of(run: Run) -> list[str]:
    found = [name for attempt in range(1, run.attempt + 1) for name in names(run.stored_at(attempt))]
    return sorted(name.split("/")[-1] for name in found)


def passes(times: int = 3) -> int:
    return sum(services.reconcile()["cleared"] for _ in range(times))


def test_the_best_and_the_latest_keep_their_executed_notebook(desk, bob):
    middling, best, worse, latest = (old(desk.done(bob, points=points)) for points in [(3, 0), (3, 1), (0, 1), (0, 0)])
    passes()
    assert [left_of(run) for run in (middling, worse)] == [[], []]
    assert [left_of(run) for run in (best, latest)] == [["executed.ipynb"]] * 2
    assert [fresh(run).files for run in (middling, best)] == [Files.NONE, Files.NOTEBOOK]
    assert fresh(middling).score == 3.0
    assert fresh(middling).checks.count() == 2


def test_of_two_equal_ones_the_earlier_is_the_best(desk, bob):
    first, second, latest = (old(desk.done(bob, points=points)) for points in [(3, 0), (3, 0), (0, 0)])
    passes()
    assert [left_of(run) for run in (first, second, latest)] == [["executed.ipynb"], [], ["executed.ipynb"]]


def test_what_is_outdone_later_goes_then(desk, bob):
    run = old(desk.done(bob, points=(3, 0)))
    passes()
    assert left_of(run) == ["executed.ipynb"]
    desk.done(bob, points=(3, 1))
    passes()
    assert left_of(run) == []


def test_what_people_wrote_on_or_gave_a_score_keeps_it(desk, alice, bob):
    commented, given, taken_back = (old(desk.done(bob, points=(0, 1))) for _ in range(3))
    desk.done(bob)
    services.comment(author=alice, submission=commented.submission, text="Look at the plot.")
    for run in (given, taken_back):
        services.override(by=alice, submission=run.submission, points=2, reason="Half of it.")
    services.withdraw_override(by=alice, submission=taken_back.submission, reason="The wrong one.")
    passes()
    assert [left_of(run) for run in (commented, given, taken_back)] == [["executed.ipynb"], ["executed.ipynb"], []]


def test_another_learners_hand_in_outdoes_nothing(desk, bob, charlie):
    run = old(desk.done(bob, points=(3, 0)))
    old(desk.done(charlie, points=(3, 1)))
    passes()
    assert left_of(run) == ["executed.ipynb"]


def test_young_and_unfinished_ones_keep_everything(desk, bob, settings):
    young = age(desk.done(bob), finished_at=29 * 24 * 3600)
    running = desk.running(bob)
    Run.objects.filter(pk=running.pk).update(finished_at=young.finished_at)
    before = left_of(young), left_of(running)
    assert passes() == 0
    assert (left_of(young), left_of(running)) == before
    settings.RUN_KEEP_DAYS = 20
    passes()
    assert left_of(young) == ["executed.ipynb"]


def test_a_pass_clears_a_few_at_most(desk, bob):
    for _ in range(CLEARED_PER_PASS + 2):
        old(desk.done(bob))
    assert services.reconcile()["cleared"] == CLEARED_PER_PASS
    assert passes(5) > 0
    assert passes(1) == 0


def test_rendered_pages_go_too_and_the_page_says_so(desk, bob, client, settings):
    run, _ = old(desk.done(bob, points=(0, 0))), desk.done(bob)
    client.force_login(bob)
    notebook = reverse("submissions:notebook", args=[run.submission_id])
    assert client.get(notebook).status_code == 200
    assert list(settings.VAR_DIR.glob("rendered/*"))
    passes()
    assert not list(settings.VAR_DIR.glob("rendered/*"))
    assert client.get(notebook).status_code == 404
    assert "no longer kept" in client.get(reverse("submissions:detail", args=[run.submission_id])).text


def test_one_that_is_queued_again_has_files_again(desk, bob, alice):
    run = desk.released(bob)
    services.cancel(run=run, actor=bob)
    old(run)
    passes()
    run = fresh(run)
    assert (run.files, run.state) == (Files.NOTEBOOK, State.CANCELLED)
    assert left_of(run) == []
    assert services.requeue(run=run, actor=alice)
    services.release_runs()
    run = fresh(run)
    assert run.files == Files.ALL
    assert "request.json" in left_of(run)


def test_a_link_in_place_of_the_result_is_not_followed(desk, bob, settings, tmp_path):
    settings.RUN_STORE = tmp_path / "runs"
    run = old(desk.done(bob))
    elsewhere = tmp_path / "elsewhere"
    (run.stored.path / "result").rename(elsewhere)
    (run.stored.path / "result").symlink_to(elsewhere)
    passes()
    assert (elsewhere / "result.json").is_file()
    assert left_of(run) == []


def test_a_store_that_fails_is_tried_again(desk, bob, settings, tmp_path, monkeypatch):
    settings.RUN_STORE = tmp_path / "runs"
    run = old(desk.done(bob))
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda path: (_ for _ in ()).throw(PermissionError(path)))
        assert passes(1) == 0
    assert fresh(run).files == Files.ALL
    assert passes(1) == 1


def test_who_changed_nothing_is_not_looked_through_again(desk, bob):
    old(desk.done(bob))
    passes()
    assert not Standing.objects.filter(to_tidy=True).exists()
    desk.done(bob)
    assert Standing.objects.get(user=bob).to_tidy
