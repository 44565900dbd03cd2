"""Beat's schedule, so that two beats are one: one holds a lease in the database, the others wait to take over."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import beat
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import Q
from django.db.models.functions import Now

from studyhub import alive
from studyhub.models import BeatEntry, BeatLease

logger = logging.getLogger(__name__)
LEASE_ROW = 1
# A holder says so once in each turn of its loop; who missed two turns has lost it.
TURNS = 3
RELEASE_S = 2.0


class LeasedScheduler(beat.Scheduler):
    """Celery's scheduler, whose memory and whose right to send lie in the database.

    A lease alone would not do: a process may be stopped between looking at it and sending. So each task is also taken
    by a conditional UPDATE of the time when it was sent last. All times are the database's: machines' clocks differ.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.holder = f"{socket.gethostname()}#{os.getpid()}#{uuid.uuid4().hex[:8]}"
        self.holds = False
        self._database_time, self._read_at = datetime.now(UTC), time.monotonic()
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Called by Celery at the start. When each task was sent last is read once the lease is ours."""
        self.merge_inplace(self.app.conf.beat_schedule)
        for entry in self.schedule.values():
            entry.schedule.nowfun = self.now

    def now(self) -> datetime:
        """The database's time, as it went on since it was read."""
        return self._database_time + timedelta(seconds=time.monotonic() - self._read_at)

    @property
    def lease(self) -> timedelta:
        """For how long nobody else sends after the holder was heard of."""
        return timedelta(seconds=TURNS * self.max_interval)

    def tick(self, **kwargs: Any) -> float:
        """Called by Celery for one turn of its loop; returns the seconds until the next."""
        alive.touch("beat")
        try:
            if not self._hold():
                return float(self.max_interval)
            return float(super().tick(**kwargs))
        except (DatabaseError, InterfaceError) as error:
            logger.warning("Beat waits for the database: %s", str(error).strip())
            self.holds = False
            close_old_connections()
            return float(self.max_interval)

    def apply_entry(self, entry: beat.ScheduleEntry, producer: Any = None) -> None:
        """Called by Celery for a task that is due, after its entry here has moved on: send it, unless it was sent."""
        sent_at = self.schedule[entry.name].last_run_at
        if BeatEntry.objects.filter(name=entry.name, last_run_at=entry.last_run_at).update(last_run_at=sent_at):
            super().apply_entry(entry, producer=producer)
        else:
            logger.warning("Another beat has sent %s", entry.name)
            self.holds = False  # read anew what was sent when, before anything else is

    def close(self) -> None:
        """Called by Celery at the end: the next beat need not wait for the lease to run out."""
        # This may be a signal in the midst of a query, whose connection is then taken: another thread has its own.
        release = threading.Thread(target=self._release, daemon=True)
        release.start()
        release.join(RELEASE_S)
        super().close()

    def _release(self) -> None:
        with suppress(DatabaseError, InterfaceError):  # then it runs out by itself
            BeatLease.objects.filter(pk=LEASE_ROW, holder=self.holder).update(until=Now())
            connection.close()

    def _hold(self) -> bool:
        """Take the lease, or renew it; False where another beat has it."""
        free = Q(holder=self.holder) | Q(until__lte=Now())
        held = BeatLease.objects.filter(free, pk=LEASE_ROW).update(holder=self.holder, until=Now() + self.lease)
        if not held and not BeatLease.objects.filter(pk=LEASE_ROW).exists():
            # The first beat of all; should two of them be, one row is made.
            nobodys = BeatLease(pk=LEASE_ROW, holder="", until=datetime.fromtimestamp(0, UTC))
            BeatLease.objects.bulk_create([nobodys], ignore_conflicts=True)
            return self._hold()
        if not held:
            if self.holds:
                logger.warning("Another beat has the lease")
            self.holds = False
            return False
        self._database_time = BeatLease.objects.get(pk=LEASE_ROW).until - self.lease
        self._read_at = time.monotonic()
        if not self.holds:
            self._recall()
        self.holds = True
        return True

    def _recall(self) -> None:
        """Read when each task was sent last; one that never was is due a whole period from now."""
        new = [BeatEntry(name=name, last_run_at=self.now()) for name in self.schedule]
        BeatEntry.objects.bulk_create(new, ignore_conflicts=True)
        sent = dict(BeatEntry.objects.values_list("name", "last_run_at"))
        for name, entry in self.schedule.items():
            entry.last_run_at = sent[name]
        self._heap = None
        logger.info("This beat sends what is due: %s", self.holder)
