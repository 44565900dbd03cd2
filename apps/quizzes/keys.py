"""Names of options, lines and regions: a key on the author's side, an id on the page that tells nothing.

An id is a hash of the question, the seed and the key, so it is the same as long as the thing is, whatever is added
beside it, and another for the next seed. Sorted by id, things stand in an order that the seed has drawn. No Django.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2s

from apps.quizzes.kinds import Hotspot, Matching, MultipleChoice, Ordering, SingleChoice
from apps.quizzes.variants import Variant


@dataclass(frozen=True)
class Item:
    """One thing to choose: `index` is its place in the file, `id` what the page calls it."""

    index: int
    key: str
    id: str
    text: str


def _digest(*parts: str) -> str:
    return blake2s("\0".join(parts).encode(), digest_size=5).hexdigest()


def items(variant: Variant, texts: Iterable[str], kind: str, keys: Iterable[str | None] | None = None) -> list[Item]:
    """Items for `texts`, in the order of the file. Texts that are the same get keys that differ."""
    found: list[Item] = []
    seen: Counter[str] = Counter()
    listed = list(texts)
    for index, (text, own) in enumerate(zip(listed, keys or [None] * len(listed), strict=True)):
        key = own or _digest(text, str(seen[text]))
        seen[text] += 1
        found.append(Item(index, key, "i" + _digest(variant.ref, str(variant.seed), kind, key), text))
    return found


def options(variant: Variant, question: SingleChoice | MultipleChoice) -> list[Item]:
    """The options, in the order of the file."""
    return items(variant, [o.text for o in question.options], "option", [o.id for o in question.options])


def regions(variant: Variant, question: Hotspot) -> list[Item]:
    """The regions, in the order of the file."""
    return items(variant, [region.name for region in question.regions], "region")


def lines(variant: Variant, question: Ordering) -> list[Item]:
    """The lines of the first right order, then the distractors."""
    texts = [text for text, _ in question.orders[0]]
    return items(variant, [*texts, *(line.text.strip() for line in question.distractors)], "line")


def left_sides(variant: Variant, question: Matching) -> list[Item]:
    """The left sides, in the order of the file."""
    return items(variant, [pair.left for pair in question.pairs], "left")


def right_sides(variant: Variant, question: Matching) -> list[Item]:
    """The right sides, each once, in the order of the file."""
    return items(variant, question.choices, "right")


def drawn(found: list[Item]) -> list[Item]:
    """In the order that the seed draws."""
    return sorted(found, key=lambda item: item.id)
