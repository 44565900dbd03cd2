"""Answers a query: who may see it, in which order, with what stands around the words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User

from .backends import backend
from .keeping import in_step
from .models import Document, Kind
from .spelling import corrected
from .words import Asked, read, runs

# More than anybody looks through; also what a filter chooses from.
MOST = 400
# Fewer than that, and another spelling is offered.
FEW = 3
AROUND = 70
LONG = 190
NOUNS = {
    Kind.CONCEPT: _("Concept"),
    Kind.RESOURCE: _("Resource"),
    Kind.EXERCISE: _("Exercise"),
    Kind.QUIZ: _("Quiz"),
    Kind.QUESTION: _("Question of this quiz"),
    Kind.TRACK: _("Track"),
    Kind.GROUP: _("Your group"),
}


@dataclass(frozen=True)
class Hit:
    """One thing that was found."""

    document: Document
    asked: Asked

    @property
    def title(self) -> SafeString:
        """Its title, as HTML, with the words marked."""
        return marked(self.document.title, self.asked)

    @property
    def snippet(self) -> SafeString:
        """What stands around the first of the words, as HTML, with the words marked."""
        return excerpt(self.document.text, self.asked)

    @property
    def noun(self) -> str:
        """What it is."""
        return str(NOUNS[Kind(self.document.kind)])


@dataclass(frozen=True)
class Found:
    """The answer to a query: hits of the chosen kind and track, and how many there are of each."""

    hits: list[Hit] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    tracks: dict[str, int] = field(default_factory=dict)
    """By slug; what belongs to no track under the empty one."""
    instead: str = ""
    """What was looked for because nothing was found for what was asked."""
    rather: str = ""
    """What may have been meant, where little was found."""


def find(user: User | AnonymousUser, text: str, *, kind: str = "", track: str = "") -> Found:
    """What `user` may see that has all the words of `text`; a constant number of queries."""
    asked = read(text)
    if not asked.phrases:
        return Found()
    stamp = in_step()
    documents = _documents(user, asked)
    better = corrected(text, stamp) if len(documents) < FEW else ""
    instead = ""
    if better and not documents:
        asked, instead = read(better), better
        documents = _documents(user, asked)
        if not documents:
            instead = ""
    of_kind = [one for one in documents if kind in ("", one.kind)]
    of_track = [one for one in documents if track in ("", one.track)]
    counts = Counter(one.kind for one in of_track)
    return Found(
        hits=[Hit(one, asked) for one in of_kind if track in ("", one.track)],
        kinds={name: counts[name] for name in Kind.values if counts[name]},
        tracks=dict(Counter(one.track for one in of_kind)),
        instead=instead,
        rather="" if instead or not documents else better,
    )


def _documents(user: User | AnonymousUser, asked: Asked) -> list[Document]:
    ranks = backend().query(asked, Document.objects.visible_to(user), most=MOST)
    found = Document.objects.filter(pk__in=ranks)
    return sorted(found, key=lambda one: (-_place(one, asked), -ranks[one.pk], one.position, one.pk))


def _place(document: Document, asked: Asked) -> int:
    """3 where the title has all the words, 2 where its concepts help, else 0: saying them often counts for less."""
    if document.kind == Kind.QUESTION:
        return 0
    title = _has(document.title, asked)
    if len(title) == len(asked.words):
        return 3
    return 2 if len(title | _has(document.concepts, asked)) == len(asked.words) else 0


def _has(text: str, asked: Asked) -> set[str]:
    present = {word for _, _, words in runs(text) for word in words}
    last = asked.phrases[-1][-1] if asked.is_open else ""
    return {one for one in asked.words if one in present or (one == last and any(w.startswith(one) for w in present))}


def marked(text: str, asked: Asked) -> SafeString:
    """The text escaped, with what was looked for in `mark`."""
    parts: list[str] = []
    at = 0
    last = asked.phrases[-1][-1] if asked.is_open else ""
    for begin, end, words in runs(text):
        if any(word in asked.words or (last and word.startswith(last)) for word in words):
            parts += [escape(text[at:begin]), format_html("<mark>{}</mark>", text[begin:end])]
            at = end
    return mark_safe("".join([*parts, escape(text[at:])]))  # noqa: S308 - every part is escaped above


def excerpt(text: str, asked: Asked) -> SafeString:
    """About LONG signs of the text around the first word that was looked for."""
    last = asked.phrases[-1][-1] if asked.is_open else ""
    hits = (
        begin
        for begin, _, words in runs(text)
        if any(word in asked.words or (last and word.startswith(last)) for word in words)
    )
    first = next(hits, 0)
    begin = 0 if first <= AROUND else text.rfind(" ", 0, first - AROUND + 1) + 1
    end = len(text) if len(text) <= begin + LONG else max(text.rfind(" ", begin, begin + LONG), begin + AROUND)
    piece = marked(text[begin:end], asked)
    return format_html("{}{}{}", "… " if begin else "", piece, " …" if end < len(text) else "")
