"""Scores of what is typed: short text, what code prints, shapes. Imports no Django."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from apps.quizzes.kinds import CodeOutput, Shape, ShortText
from apps.quizzes.marks.quantities import missed
from apps.quizzes.results import Response, Score, clean, refuse, text_of
from apps.quizzes.variants import Variant
from studyhub.saying import gettext as _

MAX_OUTPUT = 2000
MAX_DIMENSIONS = 12
END_PUNCTUATION = " .,;:!?"
ARTICLE = re.compile(r"^(?:the|an|a) (?=.)")
# Blanks between two words separate them; all others are a matter of taste.
LOOSE_BLANK = re.compile(r"(?<!\w) +| +(?![\w.+-])")
SHAPE = re.compile(r"(?:torch\.)?(?:size)?\s*[(\[]*\s*(?P<inner>[\d\s,x×*]*?)\s*,?\s*[)\]]*", re.IGNORECASE | re.ASCII)


def normal(text: str, *, case_sensitive: bool = False) -> str:
    """Text as it is compared: without accents, hyphens, doubled blanks, quotes, end punctuation, leading article."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    if not case_sensitive:
        bare = bare.casefold()
    bare = re.sub(r"[-\u2010-\u2015_]+", " ", bare)
    bare = " ".join(re.sub(r"[\"'`“”„‘’*]+", "", bare).split()).strip(END_PUNCTUATION)
    # What stood behind an article is at the end of the text now.
    return ARTICLE.sub("", bare).strip(END_PUNCTUATION)


def short_text(variant: Variant, question: ShortText, response: Response) -> Score:
    """Right as written, or with as many typos as the question forgives, unless it is a known mistake."""
    text = text_of(response)
    given = normal(text, case_sensitive=question.case_sensitive)
    if not given:
        refuse("The answer holds no letters or digits. Type a word.")
    understood = clean(text, 200)
    answers = [normal(answer, case_sensitive=question.case_sensitive) for answer in question.answers]
    if given in answers:
        return Score(share=1.0, message="Right.", understood=understood)
    wrong = [normal(str(mistake.answer), case_sensitive=question.case_sensitive) for mistake in question.mistakes]
    if given in wrong:
        return missed(question.mistakes[wrong.index(given)], wrong.index(given), understood)
    for answer, shown in zip(answers, question.answers, strict=True):
        # In a word of three letters one typo makes another word.
        if question.typos and len(answer) > 3 * question.typos and distance(given, answer) <= question.typos:
            return Score(share=1.0, message=f"Right; it is written “{shown}”.", understood=understood)
    return Score(share=0.0, message="Not right.", understood=understood)


def distance(one: str, other: str) -> int:
    """How many letters must be put in, left out, changed or swapped with the next to turn `one` into `other`."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


def output(text: str, *, exact: bool = False) -> str:
    """What was printed, as it is compared: without blanks at line ends and empty lines around.

    Unless `exact`, blanks count only between words and numbers, and both kinds of quotes are the same.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    if not exact:
        lines = [LOOSE_BLANK.sub("", re.sub(r"\s+", " ", line.strip())).replace('"', "'") for line in lines]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def code_output(variant: Variant, question: CodeOutput, response: Response) -> Score:
    """All or nothing."""
    text = text_of(response, MAX_OUTPUT)
    given = output(text, exact=question.exact)
    understood = text.strip("\r\n")
    if given == output(str(question.answer), exact=question.exact):
        return Score(share=1.0, message="Right.", understood=understood)
    for number, mistake in enumerate(question.mistakes):
        if given == output(str(mistake.answer), exact=question.exact):
            return missed(mistake, number, understood)
    return Score(share=0.0, message="Not right.", understood=understood)


def read_shape(text: str) -> tuple[int, ...]:
    """A shape as people write it: (3, 4), [3, 4], 3x4, 3 4, torch.Size([3, 4]), (), scalar.

    Raises UnreadableError for anything else.
    """
    plain = text.strip()
    if plain.casefold().strip("().") in {"scalar", "a scalar"}:
        return ()
    found = SHAPE.fullmatch(plain)
    if found is None or not plain or (not found["inner"] and plain[0] not in "([tT"):
        said = _("“%(text)s” is no shape. Write the sizes in order, such as (3, 4); a scalar is ().")
        refuse(said % {"text": clean(text)})
    sizes = [size for size in re.split(r"[\s,x×*]+", found["inner"], flags=re.IGNORECASE) if size]
    if len(sizes) > MAX_DIMENSIONS or any(len(size) > 9 for size in sizes):
        refuse(_("The shape is too large. Write the sizes in order, such as (3, 4)."))
    return tuple(int(size) for size in sizes)


def stated_shape(answer: object) -> tuple[int, ...]:
    """The shape that a file states, as text or as a list. Raises UnreadableError for anything else."""
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return tuple(int(size) for size in answer)
    return read_shape(str(answer))


def show_shape(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it."""
    return str(shape)


def shape(variant: Variant, question: Shape, response: Response) -> Score:
    """All or nothing; says where the number of dimensions is another."""
    given = read_shape(text_of(response, 100))
    right = stated_shape(question.answer)
    understood = show_shape(given)
    if given == right:
        return Score(share=1.0, message="Right.", understood=understood)
    for number, mistake in enumerate(question.mistakes):
        if given == stated_shape(mistake.answer):
            return missed(mistake, number, understood)
    message = "Not right."
    if len(given) != len(right):
        sizes = f"{len(right)} dimension{'' if len(right) == 1 else 's'}"
        message = f"Not right: the result has {sizes}, your answer {len(given)}."
    return Score(share=0.0, message=message, understood=understood)
