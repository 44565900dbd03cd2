"""`manage.py serve`: prepares, starts, and says what is wrong before it starts."""

import socket

import pytest
from django.core.management import CommandError, call_command

from studyhub.management.commands import serve


def test_a_taken_port_is_named_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is taken.*PORT={port + 1}"):
            call_command("serve", port=port)


def test_a_machine_without_a_sandbox_is_told_what_to_do_before_anything_starts(monkeypatch):
    monkeypatch.setattr(serve, "canary", lambda: "bubblewrap is missing.")
    with pytest.raises(CommandError, match=r"(?s)No notebook can be run.*is missing.*apt install bubblewrap"):
        call_command("serve", port=0)


@pytest.mark.django_db
def test_demo_users_are_made_once_and_only_for_development(django_user_model, settings, write_package):
    write_package()
    settings.DEBUG = True
    for _ in range(2):
        call_command("serve", port=0, prepare_only=True, verbosity=0)
    assert django_user_model.objects.count() == len(serve.DEMO_USERS)
    lead = django_user_model.objects.get(email="lead@studyhub.example")
    assert (lead.is_staff, lead.is_superuser) == (True, False)


@pytest.mark.django_db
def test_without_debug_there_are_no_demo_users(django_user_model, settings, tmp_path, write_package):
    write_package()
    settings.DEBUG = False
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("serve", port=0, prepare_only=True, verbosity=0)
    assert not django_user_model.objects.exists()


def test_health(client, db):
    assert client.get("/healthz").content == b"ok\n"
