"""Words that nobody wrote: the nearest that the curriculum has. Of groups' own words it knows none."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .models import Document
from .words import STOP, stem, tokens

# Shorter words have too many neighbours.
SHORTEST = 4
ALIKE = 0.7


@lru_cache(maxsize=1)
def vocabulary(stamp: str) -> dict[str, int]:
    """Every word of what is everybody's, with how often it stands there; kept until the index has another stamp."""
    found: Counter[str] = Counter()
    for texts in Document.objects.filter(group__isnull=True).values_list("title", "concepts", "text"):
        found.update(word for text in texts for word in tokens(text))
    return dict(found)


def corrected(text: str, stamp: str) -> str:
    """The query with each unknown word replaced by the nearest known one; empty where there is nothing to replace."""
    known = vocabulary(stamp)
    stems = {stem(word) for word in known}
    words = tokens(text)
    better = [_nearest(word, known, stems, is_last=place == len(words) - 1) for place, word in enumerate(words)]
    return " ".join(better) if better != words else ""


def _nearest(word: str, known: dict[str, int], stems: set[str], *, is_last: bool) -> str:
    if len(word) < SHORTEST or word in STOP or stem(word) in stems:
        return word
    if is_last and any(one.startswith(word) for one in known):
        return word
    near = process.extract(word, known.keys(), scorer=OSA.normalized_similarity, score_cutoff=ALIKE, limit=5)
    return max(near, key=lambda one: (round(one[1], 2), known[one[0]]))[0] if near else word
