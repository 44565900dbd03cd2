"""Leaving: a week to take it back, then nothing of a person is left; what others have stays, without a name."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings as site
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db.models import CASCADE
from django.urls import reverse
from django.utils import timezone

from apps.accounts import leaving, packing
from apps.accounts.audit import record
from apps.accounts.models import DataExport, Mail, Notification, User
from apps.accounts.notifications import notify
from apps.accounts.personal import RELATIONS, Whose, portions, relations
from apps.accounts.tokens import make_token
from apps.groups.models import FormerFigure
from apps.submissions.models import Comment, Submission
from studyhub.models import Tally
from tests.groups.conftest import assign, circle, dana, resource  # noqa: F401 - fixtures
from tests.submissions.conftest import committed, desk, exercise, office, package  # noqa: F401 - fixtures

SECRET = "zora-secret-9"


@pytest.fixture
def zora(django_user_model, db):
    """Somebody whose name and address occur nowhere else."""
    user = django_user_model.objects.create_user("zora.quill@example.org", SECRET, name="Zora Quill")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def life(zora, alice, circle, assign, desk, client):  # noqa: F811
    """She signed in, handed in, was told of, was noted down."""
    client.post(reverse("account_login"), {"login": zora.email, "password": SECRET})
    circle.memberships.create(user=zora)
    assign(desk.exercise)
    run = desk.done(zora)
    Comment.objects.create(submission=run.submission, author=zora, text="I am Zora.")
    notify([alice], kind="group", naming=zora, text=f"{zora} joined {circle}.")
    notify([zora], kind="comment", text="Alice wrote to you.")
    record(actor=alice, subject=zora, act="pin", what="Recommended something to Zora Quill")
    record(actor=zora, subject=alice, act="pin", what="Looked at it")
    make_token(user=zora, name="Zora's laptop", scopes=["read"], days=30)
    LogEntry.objects.create(
        user=alice, content_type=ContentType.objects.get_for_model(User), object_id=zora.pk, object_repr=str(zora),
        action_flag=CHANGE, change_message="",
    )  # fmt: skip
    packing.ask(zora)
    packing.pack_due(timezone.now())
    return run


def confirm(client):
    client.post(reverse("account_reauthenticate"), {"password": SECRET})


def figure(what: str) -> float:
    """What operators are told of exports and deletions that failed."""
    return Tally.objects.get(name="own_data_failed", labels=json.dumps([what])).value


def traces(*words: str) -> list[str]:
    """Every field of every table, and every file, in which one of these words stands."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            found += [
                f"{model._meta.label}.{name}" for name, value in row.items() if any(w in str(value) for w in words)
            ]
    for path in site.VAR_DIR.rglob("*"):
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words):
            found.append(str(path))
    return found


def test_every_relation_to_a_person_is_decided_on():
    known = dict(relations())
    assert set(known) == set(RELATIONS), "Say in apps/accounts/personal.py whose such a row is."


def test_what_is_an_act_stays_and_what_is_their_own_goes():
    for name, one in relations():
        stays = one.remote_field.on_delete is not CASCADE
        library = name.startswith("lti_tool.")  # its rows are removed by hand
        assert stays == (RELATIONS[name] is Whose.ACT) or library, name


class TestExport:
    @pytest.fixture
    def pack(self, life, zora, client):
        confirm(client)
        export = DataExport.objects.get(user=zora)
        response = client.get(reverse("download_export", args=[export.pk]))
        return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))

    def test_it_has_a_file_for_everything_that_is_hers_and_her_notebooks(self, pack):
        names = {f"data/{portion.name}.json" for portion in portions()}
        assert names | {"README.txt", "data/you.json", "notebooks/doubling/1.ipynb"} == set(pack.namelist())
        assert json.loads(pack.read("data/you.json"))[0]["email"] == "zora.quill@example.org"
        assert json.loads(pack.read("data/submissions-submission.json"))[0]["number"] == 1
        assert json.loads(pack.read("data/submissions-checkresult.json"))

    def test_it_holds_no_secret(self, pack, zora, life):
        text = "".join(pack.read(name).decode() for name in pack.namelist())
        token = zora.access_tokens.get()
        for secret in (zora.password, token.digest, str(life.seed), zora.memberships.get().feed_key):
            assert secret not in text

    def test_it_holds_nothing_of_others(self, pack, bob):
        text = "".join(pack.read(name).decode() for name in pack.namelist())
        assert bob.email not in text

    def test_it_is_for_her_alone_who_shows_again_who_she_is(self, life, zora, bob, client):
        url = reverse("download_export", args=[DataExport.objects.get().pk])
        assert client.get(url).url.startswith(reverse("account_reauthenticate"))
        client.force_login(bob)
        assert client.get(url).status_code == 404

    def test_after_a_day_it_is_gone_with_its_file(self, life, client):
        export = DataExport.objects.get()
        assert default_storage.exists(export.file_name)
        packing.clear(timezone.now() + timedelta(hours=25))
        assert not default_storage.exists(export.file_name)
        assert not DataExport.objects.exists()

    def test_asking_twice_makes_one(self, zora):
        assert packing.ask(zora) == packing.ask(zora)

    def test_where_a_worker_died_it_is_made_by_the_next(self, zora):
        packing.ask(zora)
        now = timezone.now()
        DataExport.objects.update(state="making", claimed_at=now - timedelta(minutes=5))
        assert packing.pack_due(now) == 0
        assert packing.pack_due(now + timedelta(minutes=11)) == 1

    def test_what_fails_is_tried_again(self, zora, monkeypatch):
        packing.ask(zora)
        with monkeypatch.context() as patch:
            patch.setattr(packing, "_write", lambda *_: 1 / 0)
            packing.pack_due(timezone.now())
        assert not Notification.objects.exists()
        assert packing.pack_due(timezone.now()) == 1
        assert DataExport.objects.get().state == "ready"

    def test_what_fails_at_each_try_says_so_and_can_be_asked_for_again(
        self, zora, client, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(packing, "_write", lambda *_: 1 / 0)
        packing.ask(zora)
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(packing.MOST_TRIES + 2):
                packing.pack_due(timezone.now())
        told = Notification.objects.get(user=zora)
        assert "could not be packed" in told.text
        assert told.url == reverse("your_data")
        assert Mail.objects.get().to == zora.email
        assert figure("export") == 1
        client.force_login(zora)
        assert "The fault is ours" in client.get(reverse("your_data")).text
        assert packing.ask(zora).state == "waiting"

    def test_one_that_ends_its_workers_is_given_up(self, zora):
        packing.ask(zora)
        now = timezone.now()
        DataExport.objects.update(state="making", claimed_at=now - timedelta(hours=1), tries=packing.MOST_TRIES)
        assert packing.pack_due(now) == 0
        assert DataExport.objects.get().state == "failed"
        assert Notification.objects.filter(user=zora, kind="export").count() == 1

    def test_the_page_tells_how_far_it_is_until_it_is_made(self, zora, client):
        client.force_login(zora)
        packing.ask(zora)
        progress = client.get(reverse("export_progress"))
        assert (progress.status_code, "We are packing it" in progress.text) == (200, True)
        packing.pack_due(timezone.now())
        done = client.get(reverse("export_progress"))
        assert (done.status_code, "It is ready" in done.text) == (286, True)


class TestLeaving:
    def test_it_takes_the_password_again(self, life, client):
        assert client.get(reverse("leave")).url.startswith(reverse("account_reauthenticate"))
        confirm(client)
        page = client.get(reverse("leave")).text
        assert "What goes" in page
        assert "What stays" in page

    def test_all_sessions_end_and_signing_in_within_the_week_takes_it_back(self, life, zora, client):
        confirm(client)
        client.post(reverse("leave"))
        zora.refresh_from_db()
        assert zora.leaves_at > timezone.now() + timedelta(days=6)
        assert client.get(reverse("profile")).status_code == 302
        assert not UserSession.objects.exists()
        page = client.post(reverse("account_login"), {"login": zora.email, "password": SECRET}, follow=True).text
        assert "Your account stays as it is." in page
        assert leaving.erase_due(timezone.now() + timedelta(days=30)) == 0

    def test_before_the_week_is_over_nothing_goes(self, life, zora):
        leaving.schedule(zora)
        assert leaving.erase_due(timezone.now() + timedelta(days=6, hours=23)) == 0

    def test_afterwards_nothing_of_her_is_left_in_any_table_or_file(self, life, zora, circle):  # noqa: F811
        (life.stored.path / "executed.ipynb").write_text("Zora was here")
        before = traces("zora", "Zora", "Quill")
        assert {"accounts.User.email", "accounts.Notification.text", "admin.LogEntry.object_repr"} <= set(before)
        assert any(name.endswith("executed.ipynb") for name in before)
        export = DataExport.objects.get()
        leaving.schedule(zora)
        assert leaving.erase_due(timezone.now() + timedelta(days=8)) == 1
        assert traces("zora", "Zora", "Quill") == []
        assert not User.objects.filter(pk=zora.pk).exists()
        assert not default_storage.exists(export.file_name)

    def test_others_keep_what_is_theirs(self, life, zora, alice):
        leaving.schedule(zora)
        leaving.erase_due(timezone.now() + timedelta(days=8))
        told = Notification.objects.get(user=alice)
        assert told.text == "Somebody who has left joined The circle."
        assert alice.concerning.get().actor is None

    def test_a_group_keeps_a_number_and_its_leads_see_it_in_what_they_export(self, life, zora, alice, client):
        leaving.schedule(zora)
        leaving.erase_due(timezone.now() + timedelta(days=8))
        figure = FormerFigure.objects.get()
        assert (figure.people, figure.begun, figure.done) == (1, 1, 1)
        client.force_login(alice)
        text = client.get(reverse("groups:export", args=["circle", "heat-map", "csv"])).content.decode()
        assert "Have left,,,1 of 1 done" in text

    def test_a_run_that_goes_on_is_stopped_first(self, zora, desk):  # noqa: F811
        desk.hand_in(zora)
        leaving.schedule(zora)
        assert leaving.erase_due(timezone.now() + timedelta(days=8)) == 1
        assert not Submission.objects.exists()

    def test_of_one_that_fails_the_others_do_not_hear(self, zora, bob, monkeypatch):
        for user in (zora, bob):
            leaving.schedule(user)
        wrong = [zora.pk]
        monkeypatch.setattr(leaving, "_before", [lambda user: 1 / 0 if user.pk in wrong else None])
        assert leaving.erase_due(timezone.now() + timedelta(days=8)) == 1
        assert list(User.objects.all()) == [zora]

    @pytest.mark.parametrize("fault", [ZeroDivisionError, leaving.NotYet])
    def test_whose_account_is_a_day_late_is_told_once_and_operators_as_well(
        self, zora, monkeypatch, fault, django_capture_on_commit_callbacks
    ):
        def step(user):
            raise fault("no")

        monkeypatch.setattr(leaving, "_before", [step])
        now = timezone.now()
        User.objects.filter(pk=zora.pk).update(leaves_at=now - timedelta(hours=25))
        leaving.erase_due(now - timedelta(hours=2))
        assert not Notification.objects.exists()
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(3):
                leaving.erase_due(now)
        told = Notification.objects.get(user=zora)
        assert "is not deleted yet" in told.text
        assert "if you sign in, your account stays" in Mail.objects.get().text
        assert figure("deletion") == 1
        monkeypatch.setattr(leaving, "_before", [])
        assert leaving.erase_due(now) == 1
        assert not Notification.objects.exists()
