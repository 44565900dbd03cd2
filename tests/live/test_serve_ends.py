"""Ctrl-C ends what `make run` started: every process by itself, none by force."""

import signal
import subprocess
import sys

import pytest

from tests.live.conftest import PROJECT, wait_for

pytestmark = [pytest.mark.live, pytest.mark.sandbox, pytest.mark.django_db(transaction=True)]


def test_ctrl_c_needs_no_force(site):
    output = site.folder / "serve.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(site.port)],
            env=site.environment,
            cwd=PROJECT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        site.running["web"] = process  # ended with the others, should this fail
        wait_for(lambda: "Ctrl-C ends it" in output.read_text(), "the site is up", 120)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    del site.running["web"]
    said = output.read_text()
    assert said.count("stopped (rc=") == 4, said
    assert "SIGKILL" not in said
    output.unlink()
