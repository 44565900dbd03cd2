"""How well questions measure: difficulty, discrimination, what was chosen, time. Pure figures, without Django."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.quizzes import keys
from apps.quizzes.kinds import Hotspot, Matching, MultipleChoice, Ordering, SingleChoice
from apps.quizzes.variants import Variant

# With fewer answers than this a correlation says nothing yet.
ENOUGH = 10


@dataclass(frozen=True)
class Given:
    """One answer of somebody's first attempt; `seconds` may be unknown."""

    attempt: int
    question: int
    share: float
    chosen: Sequence[str] = ()
    seconds: float | None = None


@dataclass
class ItemStats:
    """What the answers to one question say about it.

    `difficulty` is the mean share (1 is easy). `discrimination` is the point-biserial correlation, or Pearson's where
    shares lie between, of the question with the mean of the rest of the attempt; None where it can't be had.
    """

    count: int = 0
    difficulty: float | None = None
    discrimination: float | None = None
    median_s: float | None = None
    chosen: Counter[str] = field(default_factory=Counter)

    @property
    def is_suspect(self) -> bool:
        """Who knows more gets it wrong more often: the key may be wrong, or the question misleads."""
        return self.count >= ENOUGH and self.discrimination is not None and self.discrimination < 0

    @property
    def is_early(self) -> bool:
        """Whether there are too few answers to judge by."""
        return self.count < ENOUGH


def analyse(answers: Iterable[Given]) -> dict[int, ItemStats]:
    """The figures of each question, by its key."""
    by_attempt: dict[int, list[Given]] = defaultdict(list)
    by_question: dict[int, list[tuple[Given, float | None]]] = defaultdict(list)
    for answer in answers:
        by_attempt[answer.attempt].append(answer)
    for listed in by_attempt.values():
        total = sum(answer.share for answer in listed)
        for answer in listed:
            rest = (total - answer.share) / (len(listed) - 1) if len(listed) > 1 else None
            by_question[answer.question].append((answer, rest))
    return {question: _stats(found) for question, found in by_question.items()}


def _stats(found: Sequence[tuple[Given, float | None]]) -> ItemStats:
    pairs = [(answer.share, rest) for answer, rest in found if rest is not None]
    seconds = [answer.seconds for answer, _ in found if answer.seconds is not None]
    return ItemStats(
        count=len(found),
        difficulty=statistics.fmean(answer.share for answer, _ in found),
        discrimination=correlation(pairs),
        median_s=statistics.median(seconds) if seconds else None,
        chosen=Counter(key for answer, _ in found for key in answer.chosen),
    )


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's correlation; None for fewer than three pairs, or where one side is always the same."""
    if len(pairs) < 3:
        return None
    one, other = zip(*pairs, strict=True)
    if len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return statistics.correlation(one, other)


def choices_of(variant: Variant) -> dict[str, tuple[str, bool]]:
    """What can be chosen, as Answer.chosen names it: its text (Markdown) in this variant, and whether it is right."""
    match asked := variant.question:
        case SingleChoice() | MultipleChoice():
            return {one.key: (one.text, asked.options[one.index].right) for one in keys.options(variant, asked)}
        case Hotspot():
            return {one.key: (one.text, asked.regions[one.index].right) for one in keys.regions(variant, asked)}
        case Matching():
            left = keys.left_sides(variant, asked)
            right = {f"{one.key}:right": (one.text, True) for one in left}
            return right | {f"{one.key}:wrong": (one.text, False) for one in left}
        case Ordering():
            lines = len(asked.orders[0])
            return {
                one.key: (f"`{one.text}`" if asked.language == "python" else one.text, one.index < lines)
                for one in keys.lines(variant, asked)
            }
        case _:
            mistakes: Sequence[Any] = getattr(asked, "mistakes", ())
            return {f"mistake-{n}": (f"`{mistake.answer}`", False) for n, mistake in enumerate(mistakes)}


def wrong_choices(stats: ItemStats, choices: Mapping[str, tuple[str, bool]]) -> list[tuple[str, int, int]]:
    """Each wrong choice with how often it was taken and in how many per cent of the answers, the commonest first."""
    taken = [(text, stats.chosen.get(key, 0)) for key, (text, right) in choices.items() if not right]
    listed = sorted(taken, key=lambda pair: -pair[1])
    return [(text, n, round(100 * n / stats.count) if stats.count else 0) for text, n in listed]
