"""The pages of regrades: for staff; nothing changes before somebody decides."""

import pytest

from apps.submissions import services
from apps.submissions.constants import RegradeState
from apps.submissions.models import Regrade
from apps.submissions.services import regrading
from tests.submissions.conftest import fresh

LIST = "/submissions/regrades/"


@pytest.fixture
def lead(client, alice):
    client.force_login(alice)
    return client


def page_of(regrade: Regrade, name: str = "") -> str:
    return f"{LIST}{regrade.pk}/{name}"


@pytest.fixture
def regrade(office, desk, bob, charlie) -> Regrade:
    """Bob gains, Charlie loses nothing and gains nothing."""
    desk.done(bob, points=(1, 1))
    desk.done(charlie, points=(3, 1))
    office.kinder.bonus = 1
    return office.compared()


@pytest.mark.parametrize("path", [LIST, f"{LIST}1/", f"{LIST}1/progress/"])
def test_learners_may_not(client, bob, path):
    client.force_login(bob)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("name", ["apply/", "discard/"])
def test_learners_may_not_decide(client, bob, regrade, name):
    client.force_login(bob)
    assert client.post(page_of(regrade, name)).status_code == 403
    regrade.refresh_from_db()
    assert regrade.state == RegradeState.READY


def test_the_list_offers_exercises_with_hand_ins_of_earlier_versions(lead, office, desk, bob):
    assert "Nothing to do" in lead.get(LIST).text
    desk.done(bob)
    desk.done(bob)
    assert "Doubling numbers (2 hand-ins)" in lead.get(LIST).text


def test_begun_by_the_form_it_goes_by_the_current_version(lead, office, desk, bob):
    desk.done(bob)
    response = lead.post(LIST, {"exercise": desk.exercise.pk, "reason": "A wrong test."})
    regrade = Regrade.objects.get()
    assert response["Location"] == page_of(regrade)
    assert (regrade.version, regrade.reason, regrade.state) == (office.version, "A wrong test.", RegradeState.COMPARING)


def test_a_second_one_is_refused_with_what_to_do(lead, office, desk, bob):
    desk.done(bob)
    office.start()
    response = lead.post(LIST, {"exercise": desk.exercise.pk, "reason": "Again."})
    assert response.status_code == 422
    assert "Another regrade of this exercise is open" in response.text


def test_the_preview_says_who_gains_and_by_how_much(lead, regrade):
    text = lead.get(page_of(regrade)).text
    assert "Nothing has changed so far" in text
    assert "Apply to all" in text
    assert "Keep the higher score" not in text  # nobody loses
    row = text[text.index("Bob") :]
    assert row.index("+1") < row.index("2 of 4") < row.index("3 of 4") < row.index("1 of 3 → 2 of 3")


def test_the_preview_filters(lead, regrade):
    text = lead.get(page_of(regrade) + "?show=gains").text
    assert "Bob" in text
    assert "Charlie" not in text
    assert "None." in lead.get(page_of(regrade) + "?show=loses").text


def test_who_would_lose_comes_first_and_can_be_spared(lead, office, desk, bob, charlie):
    desk.done(bob, points=(0, 0))
    desk.done(charlie, points=(3, 1))
    office.kinder.bonus = -2
    text = lead.get(page_of(office.compared())).text
    assert text.index("Charlie") < text.index("Bob")
    assert "−2" in text
    assert "Keep the higher score" in text


def test_what_could_not_be_compared_says_why(lead, office, desk, bob):
    desk.done(bob)
    office.kinder.broken = RuntimeError("a slip")
    text = lead.get(page_of(office.compared())).text
    assert "could not grade it" in text
    assert "a slip" not in text


def test_applied_by_the_button(lead, office, desk, regrade, bob):
    run = regrade.items.get(run__submission__user=bob).run
    lead.post(page_of(regrade, "apply/"), {"how": "apply"})
    office.work(regrade)
    assert fresh(run).score == 3
    assert "What it came to" in lead.get(page_of(regrade)).text


def test_a_second_click_is_told_that_it_was_too_late(lead, regrade):
    lead.post(page_of(regrade, "discard/"))
    response = lead.post(page_of(regrade, "apply/"), follow=True)
    assert "Nothing was done" in response.text
    regrade.refresh_from_db()
    assert regrade.state == RegradeState.DISCARDED


def test_polling_ends_once_it_is_compared(lead, office, desk, bob):
    desk.done(bob)
    regrade = office.start()
    assert lead.get(page_of(regrade, "progress/")).status_code == 200
    assert "0 of 1" in lead.get(page_of(regrade)).text
    office.work(regrade)
    response = lead.get(page_of(regrade, "progress/"))
    assert (response.status_code, response["HX-Refresh"]) == (286, "true")


def test_the_learner_reads_when_why_and_what_it_was_before(client, office, regrade, bob):
    office.apply(regrade)
    client.force_login(bob)
    run = regrade.items.get(run__submission__user=bob).run
    text = client.get(run.submission.get_absolute_url()).text
    assert "because: A wrong test." in text
    assert "Before: 2 of 4." in text


def test_whose_score_stayed_reads_nothing(client, office, regrade, charlie):
    office.apply(regrade)
    client.force_login(charlie)
    run = regrade.items.get(run__submission__user=charlie).run
    assert "Regraded" not in client.get(run.submission.get_absolute_url()).text.partition("What happened when")[0]


def test_the_preview_costs_the_same_for_many(lead, office, desk, bob, charlie, django_assert_max_num_queries):
    for user in (bob, charlie) * 3:
        desk.done(user)
    regrade = office.compared()
    with django_assert_max_num_queries(11):
        lead.get(page_of(regrade))


def test_a_trial_is_nowhere_on_its_learners_pages(client, office, desk, bob):
    run = desk.done(bob, points=(1, 1))
    office.kinder.asks = 22
    office.compared()
    services.release_runs()
    client.force_login(bob)
    for path in ("/submissions/", run.submission.get_absolute_url()):
        text = client.get(path).text.partition("What happened when")[0]
        assert "Partly right" in text
        assert "Waiting" not in text


def test_it_can_be_discarded_while_it_is_compared(lead, office, desk, bob):
    desk.done(bob)
    regrade = office.start()
    lead.post(page_of(regrade, "discard/"))
    regrade.refresh_from_db()
    assert regrade.state == RegradeState.DISCARDED
    assert not regrading.work(pk=regrade.pk, number=0)
