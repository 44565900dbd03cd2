"""A worker whose broker goes while it is at work hears again once the broker is back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery import Celery

from tests.live.conftest import wait_for
from tests.servers import running

pytestmark = [pytest.mark.live, pytest.mark.servers]
# A worker with two places, as ours have; a task says when it begins, and ends when it is told.
PROGRAM = """
import pathlib, sys, time
from celery import Celery
from studyhub import broker, listening
app = Celery("listener")
app.config_from_object(broker.celery_settings())
listening.listen(app)
folder = pathlib.Path(sys.argv[1])

@app.task(name="work")
def work(name):
    (folder / name).touch()
    while not (folder / "go").exists():
        time.sleep(0.02)

app.worker_main("--quiet worker --queues control --concurrency 2 "
                "--without-gossip --without-mingle --without-heartbeat".split())
"""


@pytest.fixture
def redis():
    with running("redis") as server:
        yield server


def test_a_worker_whose_hands_are_full_when_the_broker_goes(redis, tmp_path: Path):
    sender = Celery("sender", broker=redis.url)
    environment = {**os.environ, "STUDYHUB_BROKER_URL": redis.url}
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-c", PROGRAM, tmp_path], env=environment, stderr=log)
    try:
        for name in ("one", "two", "three", "four"):
            sender.send_task("work", args=[name], queue="control")
        wait_for((tmp_path / "two").exists, "two tasks have begun, and two are in hand")
        redis.crash()
        (tmp_path / "go").touch()
        wait_for((tmp_path / "four").exists, "those in hand are begun, and can't be confirmed")
        redis.start()
        sender.send_task("work", args=["after"], queue="control")
        wait_for((tmp_path / "after").exists, "it hears again")
    finally:
        worker.terminate()
        worker.wait()
