"""Resources that learners propose: the curriculum's files stay the place where they are added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from apps.accounts.models import User

WHY_LENGTH = 2000


class ProposalState(models.TextChoices):
    """Where a proposal is."""

    PROPOSED = "proposed", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted, waiting to be added")
    ADDED = "added", _("In the track")
    DECLINED = "declined", _("Not taken")


OPEN = (ProposalState.PROPOSED, ProposalState.ACCEPTED)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Reads of proposals, named for their purpose."""

    def of(self, user: User) -> ProposalQuerySet:
        """The user's own, the latest first."""
        return self.filter(by=user).select_related("track").order_by("-created_at", "-pk")

    def to_see_to(self) -> ProposalQuerySet:
        """Those that wait for staff: first what waits for an answer, the longest first."""
        return self.filter(state__in=OPEN).select_related("track", "by").order_by("-state", "created_at", "pk")


class Proposal(models.Model):
    """One resource that somebody proposes, and what came of it."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resource_proposals")
    url = models.URLField("address", max_length=500)
    key = models.CharField(max_length=600, help_text="The address, the same for all ways to write it.")
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=120, blank=True)
    why = models.TextField(max_length=WHY_LENGTH)
    kind = models.CharField(max_length=12)
    level = models.CharField(max_length=12)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    track = models.ForeignKey("catalog.Track", on_delete=models.PROTECT, related_name="proposals")
    concepts = models.ManyToManyField("catalog.Concept", related_name="proposals", blank=True)
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    reason = models.TextField(blank=True, help_text="What the proposer is told.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="resource_decisions"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            # Of two people who send the same at once, one proposes it.
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=OPEN), name="catalog_proposal_open_once")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The proposal's page."""
        return reverse("proposal", args=[self.pk])
