"""As hand-ins grow in number, of oneself and of others, pages ask the database just as often."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.submissions import services
from apps.submissions.models import Submission

from .conftest import SLUG

LEARNERS = {
    "home": reverse("home"),
    "exercises": reverse("exercises:list"),
    "upload form": reverse("submissions:new", args=[SLUG]),
    "hand-ins": reverse("submissions:list"),
    "hand-in": "",
}
OPERATORS = {
    "runners": reverse("submissions:runners"),
    "figures": reverse("metrics"),
    "regrades": reverse("submissions:regrades"),
    "hand-ins in the admin": reverse("admin:submissions_submission_changelist"),
    "runs in the admin": reverse("admin:submissions_run_changelist"),
}


def queries(act) -> int:
    act()  # what is asked once in a while is asked now
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


@pytest.fixture
def grow(desk, bob, django_user_model):
    """More hand-ins: Bob's, and those of people who were not there before."""

    def more(number: int) -> None:
        for place in range(number):
            desk.done(bob, points=(place % 4, place % 2))
            other = django_user_model.objects.create_user(f"{number}-{place}@example.org", "x")
            desk.done(other, points=(3, 1))

    return more


def test_pages_of_learners(client, grow, bob):
    grow(1)
    pages = LEARNERS | {"hand-in": Submission.objects.filter(user=bob).first().get_absolute_url()}
    client.force_login(bob)
    before = {name: queries(lambda path=path: client.get(path)) for name, path in pages.items()}
    grow(6)
    assert {name: queries(lambda path=path: client.get(path)) for name, path in pages.items()} == before


def test_pages_of_operators(client, grow, admin_user):
    grow(1)
    client.force_login(admin_user)
    before = {name: queries(lambda path=path: client.get(path)) for name, path in OPERATORS.items()}
    grow(6)
    assert {name: queries(lambda path=path: client.get(path)) for name, path in OPERATORS.items()} == before


def test_the_work_behind_them(grow):
    grow(1)
    acts = (services.reconcile, services.release_runs)
    before = [queries(act) for act in acts]
    grow(6)
    assert [queries(act) for act in acts] == before


def test_handing_in(desk, grow, alice, charlie):
    grow(1)
    with CaptureQueriesContext(connection) as few:
        desk.hand_in(alice)
    grow(6)
    with CaptureQueriesContext(connection) as many:
        desk.hand_in(charlie)
    assert len(many) == len(few)


def test_the_admin_counts_no_further_than_people_turn_pages(client, grow, admin_user, monkeypatch):
    grow(2)
    client.force_login(admin_user)
    for model in ("submission", "run"):
        path = reverse(f"admin:submissions_{model}_changelist")
        assert client.get(path).context["cl"].result_count == 4
        with monkeypatch.context() as patch:
            patch.setattr("apps.submissions.admin.COUNTED", 3)
            assert client.get(path).context["cl"].result_count == 3


def test_the_admin_shows_the_latest_runs_first(client, grow, admin_user):
    grow(2)
    client.force_login(admin_user)
    shown = client.get(reverse("admin:submissions_run_changelist")).context["cl"].result_list
    times = [run.submission.created_at for run in shown]
    assert times == sorted(times, reverse=True)
