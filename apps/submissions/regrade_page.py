"""What the pages of regrades say: who gains, who loses, by how much, and what could not be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .constants import RegradeState
from .models import Regrade, RegradeItem
from .said import figure

if TYPE_CHECKING:
    from django.db.models import QuerySet

PER_PAGE = 50
FATES = {
    "gains": gettext_lazy("Gain"),
    "loses": gettext_lazy("Lose"),
    "same": gettext_lazy("Unchanged"),
    "problem": gettext_lazy("Not compared"),
    "waiting": gettext_lazy("Being compared"),
}
APPLIED_PROBLEM = gettext_lazy("Left as they are")
BUCKETS = (
    gettext_lazy("0 %"),
    gettext_lazy("1 to 24 %"),
    gettext_lazy("25 to 49 %"),
    gettext_lazy("50 to 74 %"),
    gettext_lazy("75 to 99 %"),
    gettext_lazy("100 %"),
)
TONES = {
    RegradeState.COMPARING: ("busy", "loader"),
    RegradeState.READY: ("warn", "eye"),
    RegradeState.APPLYING: ("busy", "loader"),
    RegradeState.APPLIED: ("good", "circle-check"),
    RegradeState.DISCARDED: ("calm", "ban"),
}


@dataclass(frozen=True)
class Links:
    """Where the pages of regrades lie: of staff, or of one group."""

    namespace: str
    slug: str = ""

    @property
    def all(self) -> str:
        """The list."""
        return self._to("regrades")

    def to(self, name: str, regrade: Regrade) -> str:
        """One of a regrade's addresses: "regrade", "regrade-progress", "regrade-apply", "regrade-discard"."""
        return self._to(name, regrade.pk)

    def _to(self, name: str, *arguments: object) -> str:
        before = [self.slug] if self.slug else []
        return reverse(f"{self.namespace}:{name}", args=[*before, *arguments])


@dataclass(frozen=True)
class ListedRegrade:
    """A regrade in the list."""

    regrade: Regrade
    url: str

    @property
    def shown(self) -> dict[str, str]:
        """Its state for components/state.html."""
        return shown_state(self.regrade)


@dataclass(frozen=True)
class ChangedCheck:
    """One check of a hand-in that would earn something else."""

    title: str
    before: str
    after: str


class ShownItem:
    """A hand-in in a regrade as the page shows it."""

    def __init__(self, item: RegradeItem) -> None:
        self.item = item
        self.submission = item.run.submission

    @property
    def fate(self) -> str:
        """What it comes to, in a word."""
        words = {
            "gains": _("gains"),
            "loses": _("loses"),
            "same": _("unchanged"),
            "waiting": _("being compared"),
        }
        return words.get(self.item.fate, _("not compared") if self.item.new_score is None else _("left as it is"))

    @property
    def tone(self) -> str:
        """The tone of that word."""
        return {"gains": "good", "loses": "bad", "problem": "warn"}.get(self.item.fate, "calm")

    @property
    def change(self) -> str:
        """By how many points, or by how much of all the points where there are not as many as before."""
        item = self.item
        if item.new_score is None:
            return ""
        if item.new_max == item.old_max:
            by, unit = round(item.new_score - item.old_score, 2), ""
        else:
            by, unit = round(100 * (item.new_score / item.new_max - item.old_score / item.old_max)), " %"
        return f"{'+' if by > 0 else '−' if by < 0 else '±'}{figure(f'{abs(by):g}')}{unit}"

    @cached_property
    def checks(self) -> list[ChangedCheck]:
        """The checks that would earn something else, in the order of the new version."""
        if self.item.new_score is None:
            return []
        old, new = ({check["check_id"]: check for check in checks} for checks in self._checks)
        both = {**new, **{name: check for name, check in old.items() if name not in new}}
        changed = [name for name in both if _earned(old.get(name)) != _earned(new.get(name))]
        return [ChangedCheck(both[name]["title"], _earned(old.get(name)), _earned(new.get(name))) for name in changed]

    @property
    def _checks(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return self.item.old_checks, self.item.new_checks


@dataclass(frozen=True)
class Bucket:
    """How many hand-ins have such a share of the points, before and after."""

    label: str
    before: int
    after: int


class RegradePage:
    """A regrade's preview, or what it came to; of `users` (keys) only where they are given."""

    def __init__(
        self, regrade: Regrade, links: Links, *, show: str = "", page: str = "", users: Iterable[int] | None = None
    ) -> None:
        self.regrade, self.links = regrade, links
        self.show = show if show in FATES else ""
        self.number = page
        self.items: QuerySet[Any] = regrade.items.with_fate()
        if users is not None:
            self.items = self.items.filter(run__submission__user__in=list(users))

    @property
    def shown(self) -> dict[str, str]:
        """Its state for components/state.html."""
        return shown_state(self.regrade)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many hand-ins come to what."""
        rows = self.items.order_by().values("fate").annotate(n=Count("pk")).values_list("fate", "n")
        return {"": 0, **dict.fromkeys(FATES, 0), **dict(rows)}

    @property
    def total(self) -> int:
        """How many hand-ins there are."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """How many have been compared, or given up."""
        return self.total - self.counts["waiting"]

    @cached_property
    def applied(self) -> int:
        """How many have been applied."""
        return int(self.items.filter(applied=True).count())

    @property
    def is_moving(self) -> bool:
        """Whether something happens to it in the background."""
        return self.regrade.state in {RegradeState.COMPARING, RegradeState.APPLYING}

    @property
    def is_decided(self) -> bool:
        """Whether somebody let it count."""
        return self.regrade.state in {RegradeState.APPLYING, RegradeState.APPLIED}

    @property
    def progress(self) -> dict[str, Any]:
        """For components/progress.html."""
        if self.regrade.state == RegradeState.APPLYING:
            return {"done": self.applied, "total": self.total, "label": _("Applied")}
        return {"done": self.settled, "total": self.total, "label": _("Compared")}

    @property
    def filters(self) -> list[tuple[str, str, int, bool]]:
        """What can be shown: its word in the address, its label, how many, whether it is shown now."""
        labels = {"": _("All"), **FATES}
        if self.is_decided:
            labels["problem"] = APPLIED_PROBLEM
        counts = {**self.counts, "": self.total}
        return [
            (name, label, counts[name], name == self.show)
            for name, label in labels.items()
            if counts[name] or name in {"", "gains", "loses", "same"}
        ]

    @cached_property
    def page(self) -> Page[Any]:
        """The hand-ins that are shown: who loses first, then who gains, the largest change first."""
        rows = self.items.filter(fate=self.show) if self.show else self.items
        rows = rows.select_related("run__submission__user", "run__submission__exercise")
        order = ("-fate_loses", "-fate_gains", "-size", "run__submission__user__name", "run__submission__number", "pk")
        return Paginator(rows.by_change().order_by(*order), PER_PAGE).get_page(self.number)

    @property
    def shown_items(self) -> list[ShownItem]:
        """The same, as they are shown."""
        return [ShownItem(item) for item in self.page]

    @cached_property
    def buckets(self) -> list[Bucket]:
        """The distribution of what has been compared."""
        fields = ("old_score", "old_max", "new_score", "new_max")
        rows = self.items.filter(new_score__isnull=False).values_list(*fields)
        before, after = [0] * len(BUCKETS), [0] * len(BUCKETS)
        for old, old_max, new, new_max in rows:
            before[_bucket(old, old_max)] += 1
            after[_bucket(new, new_max)] += 1
        return [Bucket(str(label), *counts) for label, *counts in zip(BUCKETS, before, after, strict=True)]

    @property
    def compared(self) -> int:
        """How many have a new score."""
        return sum(bucket.before for bucket in self.buckets)

    @cached_property
    def run_again(self) -> int:
        """Of how many the notebook runs again, or has."""
        return int(self.items.filter(trial__isnull=False).count())

    @property
    def urls(self) -> dict[str, str]:
        """Its addresses."""
        names = {"progress": "regrade-progress", "apply": "regrade-apply", "discard": "regrade-discard"}
        return {"page": self.links.to("regrade", self.regrade), "all": self.links.all} | {
            short: self.links.to(name, self.regrade) for short, name in names.items()
        }


def shown_state(regrade: Regrade) -> dict[str, str]:
    """The parameters of components/state.html for a regrade."""
    state = RegradeState(regrade.state)
    tone, icon_name = TONES[state]
    label = state.label
    if state == RegradeState.APPLIED and regrade.keep_higher:
        label = _("Applied, the higher kept")
    return {"label": str(label), "tone": tone, "icon_name": icon_name}


def listed(regrades: Sequence[Regrade], links: Links) -> list[ListedRegrade]:
    """Regrades for the list."""
    return [ListedRegrade(regrade, links.to("regrade", regrade)) for regrade in regrades]


def _earned(check: dict[str, Any] | None) -> str:
    if check is None:
        return "–"
    return _("%(points)s of %(most)s") % {
        "points": figure(f"{check['points']:g}"),
        "most": figure(f"{check['max_points']:g}"),
    }


def _bucket(score: float, most: float) -> int:
    share = score / most if most else 0.0
    if share <= 0:
        return 0
    return len(BUCKETS) - 1 if share >= 1 else 1 + min(3, int(4 * share))
