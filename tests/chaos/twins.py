"""What each hand-in comes to without faults: found out once they are over, by handing the same in again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from unittest import mock
from uuid import UUID

from apps.accounts.models import User
from apps.submissions.constants import Verdict
from apps.submissions.models import Submission
from apps.submissions.services import submit
from tests.chaos.handins import Learner
from tests.chaos.promises import Result, result_of
from tests.chaos.waiting import unfinished, wait_for

TWINS_EACH, FEWEST = 25, 6
END_S = 300.0


def results(
    originals: Sequence[Submission], kinds: dict[str, str], files: dict[str, bytes], *, most: int, at_once: int
) -> tuple[dict[UUID, Result], int]:
    """What the hand-ins `originals` should have come to, and how many of that were found out for themselves.

    `kinds` says of each file name which of `files` it is. At most `most` are run again with the same hidden inputs,
    each kind as often as any other. The others are compared with their kind, where all of that came to the same.
    """
    chosen = _in_turns(originals, kinds)[:most]
    users = [Learner.named(f"twin{n}").user for n in range(max(FEWEST, len(chosen) // TWINS_EACH))]
    twins: dict[UUID, UUID] = {}
    for number, original in enumerate(chosen):
        wait_for(lambda: unfinished() < at_once, "a place for another one", END_S)
        text = files[kinds[original.filename]]
        twins[_hand_in_again(original, users[number % len(users)], text).pk] = original.pk
    with suppress(TimeoutError):
        wait_for(lambda: not unfinished(), "all twins have ended", END_S)
    found = {
        twins[twin.pk]: result_of(twin.run)
        for twin in Submission.objects.filter(pk__in=twins)
        if twin.run.is_final and twin.run.verdict != Verdict.PLATFORM_ERROR
    }
    of_kind: dict[str, set[Result]] = defaultdict(set)
    for original in chosen:
        if original.pk in found:
            of_kind[kinds[original.filename]].add(found[original.pk])
    alike = {kind: next(iter(results)) for kind, results in of_kind.items() if len(results) == 1}
    by_kind = {one.pk: alike[kinds[one.filename]] for one in originals if kinds[one.filename] in alike}
    return by_kind | found, len(found)


def _in_turns(originals: Sequence[Submission], kinds: dict[str, str]) -> list[Submission]:
    """The first one of each kind, then the second one of each."""
    seen: Counter[str] = Counter()
    turns = []
    for original in originals:
        turns.append(seen[kinds[original.filename]])
        seen[kinds[original.filename]] += 1
    return [original for _, original in sorted(zip(turns, originals, strict=True), key=lambda pair: pair[0])]


def _hand_in_again(original: Submission, user: User, data: bytes) -> Submission:
    with mock.patch("apps.submissions.services.handin.secrets.randbits", return_value=original.run.seed):
        return submit(user=user, exercise=original.exercise, filename=original.filename, data=data)
