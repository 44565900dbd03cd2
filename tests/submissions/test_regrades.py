"""Regrades: compared without consequences, applied once, each learner told why."""

import pytest
from django.utils import timezone

from apps.accounts.models import AuditEntry, Notification
from apps.runner.contract import Outcome
from apps.submissions import services
from apps.submissions.constants import Files, Lane, RegradeState, State, Verdict
from apps.submissions.models import CheckResult, LeaderboardEntry, Override, Regrade, Run, Standing, Submission
from apps.submissions.services import applying, comparing, regrading
from tests.stores import read, write
from tests.submissions.conftest import age, finish, fresh, say


def item_of(regrade: Regrade, run: Run):
    return regrade.items.get(run=run)


# Compared


def test_comparing_grades_what_is_stored_and_changes_nothing(office, desk, bob):
    run = desk.done(bob, points=(1, 1))
    office.kinder.bonus = 2
    regrade = office.compared()
    assert regrade.state == RegradeState.READY
    item = item_of(regrade, run)
    assert (item.old_score, item.new_score, item.new_max, item.new_verdict) == (2, 4, 4, Verdict.PASSED)
    assert [check["points"] for check in item.old_checks] == [1, 1]
    assert [check["points"] for check in item.new_checks] == [3, 1]
    assert item.trial is None
    assert (fresh(run).score, fresh(run).version) == (2, None)
    assert not Notification.objects.exists()


def test_every_hand_in_with_a_score_is_compared(office, desk, bob, charlie):
    runs = {desk.done(bob).pk, desk.done(bob).pk, desk.done(charlie).pk}
    broken = desk.done(charlie)
    Run.objects.filter(pk=broken.pk).update(verdict=Verdict.PLATFORM_ERROR)
    desk.running(bob)
    assert set(office.compared().items.values_list("run", flat=True)) == runs


def test_only_the_hand_ins_of_those_asked_for(office, desk, bob, charlie):
    desk.done(bob)
    run = desk.done(charlie)
    assert [item.run_id for item in office.compared(users=[charlie.pk]).items.all()] == [run.pk]


def test_one_without_a_result_to_grade_keeps_its_verdict(office, desk, bob):
    run = desk.done(bob, outcome=Outcome.TIMED_OUT)
    item = item_of(office.compared(), run)
    assert (item.new_score, item.new_max, item.new_verdict) == (0, 4, Verdict.TIMED_OUT)


def test_what_the_version_has_graded_already_is_left_out(office, desk, bob):
    desk.done(bob)
    office.apply(office.compared())
    with pytest.raises(regrading.RegradeRefused, match="nothing to regrade"):
        office.start()
    assert Regrade.objects.count() == 1


def test_one_regrade_of_an_exercise_at_a_time(office, desk, bob):
    desk.done(bob)
    office.start()
    with pytest.raises(regrading.RegradeRefused, match="Another regrade"):
        office.start()


def test_a_version_that_can_grade_nothing_costs_nobody_anything(office, desk, bob):
    run = desk.done(bob)
    office.kinder.broken = RuntimeError("a slip of the author's")
    regrade = office.compared()
    assert regrade.state == RegradeState.READY
    assert item_of(regrade, run).problem == comparing.UNGRADABLE
    office.apply(regrade)
    assert fresh(run).score == 4


def test_what_kills_its_grader_is_given_up_and_holds_up_no_other(office, desk, bob, monkeypatch):
    first, second = desk.done(bob), desk.done(bob)
    honest = comparing.report_on

    def deadly(result, **options):
        if result.run_id == str(first.pk):
            raise SystemExit
        return honest(result, **options)

    monkeypatch.setattr(comparing, "report_on", deadly)
    regrade = office.start()
    for _ in range(comparing.TRIES):
        regrade.refresh_from_db()
        with pytest.raises(SystemExit):
            regrading.work(pk=regrade.pk, number=regrade.slices)
    regrade = office.work(regrade)
    assert regrade.state == RegradeState.READY
    assert item_of(regrade, first).problem == comparing.NEVER_ENDED
    assert item_of(regrade, second).new_score == 4


# Run again


def test_another_question_is_run_again_in_the_low_lane(office, desk, bob):
    run = desk.done(bob)
    office.kinder.asks = 22
    regrade = office.compared()
    assert regrade.state == RegradeState.COMPARING
    trial = item_of(regrade, run).trial
    assert (trial.trial, trial.lane, trial.version, trial.seed) == (True, Lane.REGRADE, office.version, run.seed)
    assert run.submission.run == run
    assert Submission.objects.attempts_used(bob, desk.exercise) == 1


@pytest.mark.parametrize("files", [Files.NOTEBOOK, Files.NONE])
def test_a_run_without_its_files_is_run_again(office, desk, bob, files):
    run = desk.done(bob)
    Run.objects.filter(pk=run.pk).update(files=files)
    assert item_of(office.compared(), run).trial is not None


@pytest.mark.parametrize("name", ["request.json", "result/result.json"])
def test_a_run_with_a_damaged_folder_is_run_again(office, desk, bob, name):
    run = desk.done(bob)
    write(run.stored, name, "{")
    assert item_of(office.compared(), run).trial is not None


@pytest.mark.parametrize("change", [{"forbid": []}, {"profile": "torch"}])
def test_other_terms_are_run_again(office, desk, bob, change):
    run = desk.done(bob)
    vars(office.kinder.manifest).update(change)
    assert item_of(office.compared(), run).trial is not None


def rerun(office, desk, run, points=(3, 1)) -> tuple[Regrade, Run]:
    office.kinder.asks = 22
    regrade = office.compared()
    trial = fresh(item_of(regrade, run).trial)
    services.release_runs()
    assert say(fresh(trial))
    finish(trial, points=points)
    assert services.accept_result(run_id=str(trial.pk), attempt=1)
    assert services.grade_run(run_id=str(trial.pk), attempt=1)
    regrade.refresh_from_db()
    return regrade, fresh(trial)


def test_a_trial_writes_its_score_on_its_item_and_counts_for_nothing(office, desk, bob):
    run = desk.done(bob, points=(1, 1))
    standing = Standing.objects.filter(user=bob).values().first()
    regrade, trial = rerun(office, desk, run, points=(0, 1))
    assert regrade.state == RegradeState.READY
    assert (item_of(regrade, run).new_score, trial.score) == (1, 1)
    assert run.submission.run == run
    assert Standing.objects.filter(user=bob).values().first() == standing
    assert not Notification.objects.exists()


def test_a_trial_that_fails_by_our_fault_is_a_problem_of_its_item(office, desk, bob, settings):
    settings.RUN_PLATFORM_RETRIES = 0
    run = desk.done(bob)
    office.kinder.asks = 22
    regrade = office.compared()
    trial = item_of(regrade, run).trial
    services.release_runs()
    finish(trial, outcome=Outcome.PLATFORM_ERROR)
    assert services.accept_result(run_id=str(trial.pk), attempt=1)
    regrade.refresh_from_db()
    assert (regrade.state, item_of(regrade, run).problem) == (RegradeState.READY, services.trials.FAULT)


def test_applied_the_new_run_counts_and_the_old_one_no_longer(office, desk, bob):
    run = desk.done(bob, points=(1, 1))
    regrade, trial = rerun(office, desk, run)
    regrade = office.apply(regrade)
    assert regrade.state == RegradeState.APPLIED
    assert run.submission.run == trial
    assert (fresh(run).trial, fresh(run).score) == (True, 2)
    assert Standing.objects.get(user=bob).best_share == 1
    assert Submission.objects.attempts_used(bob, desk.exercise) == 1


def test_discarding_stops_the_runs_that_are_under_way(office, desk, bob, charlie):
    run, other = desk.done(bob), desk.done(charlie)
    office.kinder.asks = 22
    regrade = office.compared()
    services.release_runs()
    assert regrading.discard(regrade=regrade, by=office.lead)
    office.work(regrade)
    for item in regrade.items.all():
        assert item.trial.state == State.CANCELLED
    assert (run.submission.run.pk, other.submission.run.pk) == (run.pk, other.pk)
    assert not AuditEntry.objects.exists()


def test_a_living_hand_in_keeps_a_place_free_of_regrades(office, desk, bob, charlie, settings):
    settings.RUN_SLOTS_CPU = 2
    for user in (bob, charlie, bob):
        desk.done(user)
    office.kinder.asks = 22
    office.compared()
    services.release_runs()
    assert Run.objects.filter(trial=True, released_at__isnull=False).count() == 1
    run = desk.hand_in(bob)
    services.release_runs()
    assert fresh(run).released_at is not None


def test_a_trial_of_a_learner_does_not_put_their_hand_in_behind_another(office, desk, bob, charlie, settings):
    settings.RUN_SLOTS_CPU = 2
    desk.done(bob)
    office.kinder.asks = 22
    office.compared()
    services.release_runs()
    mine, theirs = desk.hand_in(bob), desk.hand_in(charlie)
    assert list(Run.objects.waiting("run.cpu")) == [mine, theirs]


# Applied


def test_applying_writes_score_checks_version_and_tells_the_learner(office, desk, bob, committed):
    run = desk.done(bob, points=(1, 1))
    office.kinder.bonus = 2
    regrade = office.apply(office.compared())
    assert regrade.state == RegradeState.APPLIED
    assert regrade.ended_at is not None
    after = fresh(run)
    assert (after.score, after.verdict, after.version) == (4, Verdict.PASSED, office.version)
    assert [check.points for check in CheckResult.objects.filter(run=run)] == [3, 1]
    assert run.transitions.last().reason == "Regraded: A wrong test."
    note = Notification.objects.get()
    assert note.user == bob
    assert "4 of 4 points now, 2 of 4 before. Why: A wrong test." in note.text
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject, entry.why) == (office.lead, bob, "A wrong test.")
    assert Standing.objects.get(user=bob).best_share == 1


def test_who_keeps_their_score_is_not_troubled(office, desk, bob):
    run = desk.done(bob, points=(1, 1))
    office.apply(office.compared())
    assert fresh(run).version == office.version
    assert not Notification.objects.exists()
    assert not AuditEntry.objects.exists()


def test_keeping_the_higher_takes_nothing_from_anybody(office, desk, bob, charlie):
    low, high = desk.done(bob, points=(0, 0)), desk.done(charlie, points=(3, 1))
    office.kinder.bonus = -1
    regrade = office.apply(office.compared(), keep_higher=True)
    assert regrade.state == RegradeState.APPLIED
    assert (fresh(low).score, fresh(high).score) == (0, 4)
    assert not item_of(regrade, high).applied


def test_applied_twice_it_counts_once(office, desk, bob):
    run = desk.done(bob, points=(1, 1))
    office.kinder.bonus = 1
    regrade = office.compared()
    office.apply(regrade)
    assert not regrading.apply(regrade=regrade, by=office.lead, keep_higher=False)
    assert not regrading.discard(regrade=regrade, by=office.lead)
    assert not regrading.work(pk=regrade.pk, number=regrade.slices)
    assert (fresh(run).score, Notification.objects.count()) == (3, 1)


def test_a_run_that_changed_meanwhile_is_left_as_it_is(office, desk, bob):
    run = desk.done(bob, points=(1, 1))
    office.kinder.bonus = 1
    regrade = office.compared()
    Run.objects.filter(pk=run.pk).update(score=1.5)
    regrade = office.apply(regrade)
    assert fresh(run).score == 1.5
    item = item_of(regrade, run)
    assert (item.applied, item.problem) == (False, applying.CHANGED)
    assert [check.points for check in CheckResult.objects.filter(run=run)] == [1, 1]


def test_a_score_by_hand_stays_and_asks_for_a_second_look(office, desk, bob, charlie):
    run, other = desk.done(bob, points=(1, 1)), desk.done(charlie)
    for one in (run, other):
        Override.objects.create(
            submission=one.submission, points=3, max_points=4, auto_points=one.score, reason="Argued.", by=office.lead
        )
    office.kinder.bonus = 1
    office.apply(office.compared())
    override = Override.objects.get(submission=run.submission)
    assert (override.points, override.second_look, override.withdrawn_at) == (3, True, None)
    assert not Override.objects.get(submission=other.submission).second_look


def test_a_slice_is_worked_on_once(office, desk, bob):
    desk.done(bob)
    regrade = office.start()
    assert regrading.work(pk=regrade.pk, number=0)
    assert not regrading.work(pk=regrade.pk, number=0)


def test_the_reconciler_goes_on_with_a_regrade_whose_task_died(office, desk, bob, reconcile, settings):
    run = desk.done(bob, points=(1, 1))
    regrade = office.start()
    Regrade.objects.update(slices=5)  # a slice that was begun and never ended
    desk.messages.clear()
    reconcile()
    assert not [message for message in desk.messages if "regrade" in message[0]]
    settings.RUN_GRADING_LEASE_S = 0
    reconcile()
    assert ("submissions.regrade", (regrade.pk, 5), "control") in desk.messages
    office.work(regrade)
    assert item_of(regrade, run).new_score == 2


def test_trials_that_were_not_applied_lose_their_files(office, desk, bob, settings):
    run = desk.done(bob)
    regrade, trial = rerun(office, desk, run)
    regrading.discard(regrade=regrade, by=office.lead)
    days = (settings.RUN_KEEP_DAYS + 1) * 86_400
    age(trial, finished_at=days)
    services.reconcile()
    services.reconcile()
    assert fresh(trial).files == Files.NONE
    assert fresh(run).files == Files.ALL


def test_the_name_of_a_run_is_not_what_it_was_asked(office, desk, bob):
    """A history for a demonstration holds copies of one run."""
    run = desk.done(bob)
    asked = read(run.stored, "request.json").decode()
    write(run.stored, "request.json", asked.replace(str(run.pk), "reference"))
    assert item_of(office.compared(), run).trial is None


def test_an_entry_gets_its_new_figures_and_keeps_its_time_and_its_learners_choice(office, desk, bob):
    run = desk.done(bob)
    at, chosen = run.submission.created_at, timezone.now()
    figures = {"handed_in_at": at, "chosen_at": chosen, "public": 0.5, "private": 0.5}
    LeaderboardEntry.objects.create(run=run, exercise=desk.exercise, user=bob, **figures)
    regrade = office.compared()
    regrade.items.update(new_entry={"public": 0.7, "private": 0.6})
    office.apply(regrade)
    entry = LeaderboardEntry.objects.get()
    assert (entry.run, entry.public, entry.private) == (run, 0.7, 0.6)
    assert (entry.handed_in_at, entry.chosen_at) == (at, chosen)


def test_the_entry_goes_over_to_the_run_that_counts(office, desk, bob):
    run = desk.done(bob)
    figures = {"handed_in_at": run.submission.created_at, "public": 0.5, "private": 0.5}
    LeaderboardEntry.objects.create(run=run, exercise=desk.exercise, user=bob, **figures)
    regrade, trial = rerun(office, desk, run)
    assert LeaderboardEntry.objects.get().run == run
    regrade.items.update(new_entry={"public": 0.7, "private": 0.6})
    office.apply(regrade)
    assert LeaderboardEntry.objects.get().run == trial


def test_while_a_living_hand_in_is_under_way_slices_pause(office, desk, bob, monkeypatch):
    for _ in range(3):
        desk.done(bob)
    regrade, living = office.start(), desk.hand_in(bob)
    pauses = []

    def send(name, *arguments, in_s=0.0, **options):
        if name == regrading.bell.REGRADE_TASK:
            pauses.append(in_s)
        return True

    monkeypatch.setattr(regrading.bell, "send", send)
    monkeypatch.setattr(regrading, "SLICE_S", 0.0)  # nothing is done in so short a slice, so there is always a next one
    for number, state in enumerate((State.QUEUED, State.GRADING, State.DONE)):
        Run.objects.filter(pk=living.pk).update(state=state)
        assert regrading.work(pk=regrade.pk, number=number)
    assert pauses == [regrading.PAUSE_S, regrading.PAUSE_S, 0.0]
