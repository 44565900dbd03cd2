"""Whether what a resource links to is still there: one row for each resource that was looked at."""

from __future__ import annotations

from django.db import models


class LinkState(models.TextChoices):
    """What is known of a link."""

    UNKNOWN = "unknown", "Not known"
    GOOD = "good", "There"
    FAILING = "failing", "Failing"
    DEAD = "dead", "Dead"


class LinkQuerySet(models.QuerySet["Link"]):
    """Reads of links, named for their purpose."""

    def to_see_to(self) -> LinkQuerySet:
        """Those that staff should mend: dead, or moved for good; the longest dead first."""
        current = models.Q(resource__retired=False, resource__section__retired=False)
        current &= models.Q(resource__section__track__retired=False, url=models.F("resource__url"))
        broken = models.Q(state=LinkState.DEAD) | ~models.Q(moved_to="")
        found = self.filter(current, broken).select_related("resource__section__track")
        return found.order_by("state", "since", "pk")


class Link(models.Model):
    """What came of looking at a resource's address."""

    resource = models.OneToOneField("catalog.Resource", on_delete=models.CASCADE, related_name="link")
    url = models.URLField(max_length=500, help_text="What was looked at; another one begins anew.")
    state = models.CharField(max_length=8, choices=LinkState.choices, default=LinkState.UNKNOWN)
    since = models.DateTimeField(null=True, help_text="For a dead link: when it first failed.")
    last_good_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Days in a row on which it failed.")
    failed_on = models.DateField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    said = models.CharField(max_length=200, blank=True, help_text="What was wrong, in words.")
    moved_to = models.URLField(max_length=500, blank=True, help_text="Where it has moved to for good.")
    next_look_at = models.DateTimeField()

    objects = LinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.url}: {self.state}"

    @property
    def is_dead(self) -> bool:
        """Whether it has failed for days, at the address that the resource still has."""
        return self.state == LinkState.DEAD and self.url == self.resource.url
