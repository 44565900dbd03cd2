"""A result's way to the run store, also where that does not answer for a while."""

from __future__ import annotations

import logging
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from apps.runner import work
from apps.runner.contract import RESULT_FOLDER, Outcome, RunResult
from apps.runner.store import RESULT, Attempt, Store, StoreError, StoreRefused, StoreUnreachable, until_answered

logger = logging.getLogger(__name__)
BEAT_S = 2.0
# For so long the control side hears that the run lives. Then it falls silent and is queued again: that is better than
# to be ended, which is what happens to a run that goes on past its bound.
ALIVE_S = 30.0
# So long the result is kept ready here: this runner could do nothing else, and if nobody judged the silence it counts.
DELIVER_S = 300.0
LEFT = re.compile(r"([0-9a-f-]{36})\.([0-9]+)\Z")


def deliver(stored: Attempt, folder: Path, result: RunResult, *, beat: Callable[[], None]) -> bool:
    """Bring the result in `folder` to the store; False where that can't be done, and it waits for the next start.

    While it takes, `beat` is called every BEAT_S seconds. What the store refuses is replaced by the word that it did.
    """
    if stored.in_place:
        return True
    with _beating(beat):
        try:
            until_answered(lambda: stored.publish(folder), DELIVER_S)
        except StoreUnreachable as error:
            logger.error("%s: its result stays here: %s", stored, error)
            return False
        except StoreRefused as error:
            logger.error("%s: its result was refused: %s", stored, error)
            return _own_up(stored, folder, result, str(error))
    return True


def deliver_left(store: Store, send: Callable[[str, int], None]) -> None:
    """Bring what was left behind on this machine, and clear it away; `send` tells the control side of each.

    Most of them are superseded by now, and refused. What the store does not take now waits for another start.
    """
    for folder in work.left_behind():
        if (found := LEFT.match(folder.name)) and (folder / RESULT).is_file():
            run_id, number = found[1], int(found[2])
            try:
                store.attempt(run_id, number).publish(folder)
                send(run_id, number)
            except StoreUnreachable as error:
                logger.warning("What was left of run %s can't be brought yet: %s", run_id, error)
                continue
            except StoreError as error:
                logger.error("What was left of run %s was refused: %s", run_id, error)
        shutil.rmtree(folder, ignore_errors=True)


def _own_up(stored: Attempt, folder: Path, result: RunResult, detail: str) -> bool:
    shutil.rmtree(folder / RESULT_FOLDER)
    (folder / RESULT_FOLDER).mkdir()
    fault = replace(
        result,
        outcome=Outcome.PLATFORM_ERROR,
        reason="The result could not be stored. This is our fault, not yours.",
        detail=detail,
    )
    (folder / RESULT).write_text(fault.to_json(), encoding="utf-8")
    try:
        stored.publish(folder)
    except StoreError:
        return False
    return True


@contextmanager
def _beating(beat: Callable[[], None]) -> Iterator[None]:
    ended = threading.Event()

    def go_on() -> None:
        for _ in range(int(ALIVE_S / BEAT_S)):
            if ended.wait(BEAT_S):
                return
            beat()

    thread = threading.Thread(target=go_on, name="deliver", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
