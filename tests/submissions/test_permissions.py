"""Who may see whose hand-in."""

import pytest
from django.urls import reverse

from apps.submissions.constants import State
from tests.submissions.conftest import fresh

PAGES = ["detail", "live", "notebook", "download"]


def url(run, name: str) -> str:
    return reverse(f"submissions:{name}", args=[run.submission_id])


@pytest.mark.parametrize("name", PAGES)
def test_bob_sees_his_own(desk, client, bob, name):
    run = desk.done(bob)
    client.force_login(bob)
    assert client.get(url(run, name)).status_code in {200, 286}


@pytest.mark.parametrize("name", PAGES)
def test_alice_who_leads_sees_bobs(desk, client, alice, bob, name):
    run = desk.done(bob)
    client.force_login(alice)
    assert client.get(url(run, name)).status_code in {200, 286}


@pytest.mark.parametrize("name", PAGES)
def test_for_charlie_bobs_does_not_exist(desk, client, bob, charlie, name):
    run = desk.done(bob)
    client.force_login(charlie)
    assert client.get(url(run, name)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_asked_to_sign_in(desk, client, bob, name):
    run = desk.done(bob)
    response = client.get(url(run, name))
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_charlie_can_not_cancel_bobs(desk, client, bob, charlie):
    run = desk.hand_in(bob)
    client.force_login(charlie)
    assert client.post(url(run, "cancel")).status_code == 404
    assert fresh(run).state == State.QUEUED


def test_alice_cancels_bobs_and_that_is_on_record(desk, client, alice, bob):
    run = desk.hand_in(bob)
    client.force_login(alice)
    client.post(url(run, "cancel"))
    last = run.transitions.last()
    assert (last.to_state, last.actor, last.reason) == (State.CANCELLED, alice, "Cancelled by staff")


def test_bob_does_not_enter_the_admin(desk, client, bob):
    client.force_login(bob)
    assert client.get("/admin/submissions/run/").status_code == 302


@pytest.mark.parametrize("model", ["run", "submission"])
def test_an_administrator_looks_and_changes_nothing_by_hand(desk, admin_user_of_site, client, bob, model):
    run = desk.done(bob)
    client.force_login(admin_user_of_site)
    pk = run.pk if model == "run" else run.submission_id
    assert client.get(f"/admin/submissions/{model}/").status_code == 200
    response = client.get(f"/admin/submissions/{model}/{pk}/change/")
    assert response.status_code == 200
    assert 'name="_save"' not in response.text
    assert client.get(f"/admin/submissions/{model}/add/").status_code == 403


def test_an_administrator_runs_again_and_cancels(desk, admin_user_of_site, client, bob):
    waiting, cancelled, passed = desk.hand_in(bob), desk.hand_in(bob), desk.hand_in(bob)
    client.force_login(admin_user_of_site)

    def act(action: str, *runs):
        data = {"action": action, "_selected_action": [str(run.pk) for run in runs]}
        return client.post("/admin/submissions/run/", data, follow=True).text

    assert "1 of 1 runs were cancelled" in act("cancel", cancelled)
    assert "1 of 2 runs were queued again" in act("requeue", cancelled, passed)
    assert fresh(cancelled).attempt == 2
    assert fresh(waiting).attempt == 1


@pytest.fixture
def admin_user_of_site(db, django_user_model):
    return django_user_model.objects.create_user(
        "ada@example.org", "ada-secret", name="Ada", is_staff=True, is_superuser=True
    )
