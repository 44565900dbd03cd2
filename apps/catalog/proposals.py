"""Proposing a resource, deciding on it, and finding it in the curriculum one day."""

from __future__ import annotations

from functools import partial
from typing import Any

import yaml
from django import forms
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.notifications import notify
from apps.catalog.addresses import address_key
from apps.catalog.models import Concept, Kind, Level, Proposal, Resource, Track
from apps.catalog.proposal_models import OPEN, WHY_LENGTH, ProposalState

CONCEPTS_AT_MOST = 5


class ProposalForm(forms.ModelForm):
    """A resource that somebody proposes. Says where it is already, if it is."""

    url = forms.URLField(
        label=_("Address"), max_length=500, assume_scheme="https", widget=forms.URLInput({"placeholder": "https://"})
    )
    why = forms.CharField(
        label=_("Why this one"),
        max_length=WHY_LENGTH,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What it does better than what is there, and for whom."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=1, max_value=10_000, help_text=_("How long it takes.")
    )
    track = forms.ModelChoiceField(Track.objects.current(), label=_("Track"), empty_label=_("Choose one"))
    concepts = forms.ModelMultipleChoiceField(
        Concept.objects.current(), label=_("Concepts"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Proposal
        fields = ["url", "title", "author", "why", "kind", "level", "minutes", "track", "concepts"]
        labels = {"title": _("Title"), "author": _("Author")}

    def clean_url(self) -> str:
        """An address that the curriculum's files would take, and that isn't there yet."""
        url: str = self.cleaned_data["url"]
        if not url.startswith("https://"):
            raise forms.ValidationError(gettext("The address has to begin with https://."))
        if found := already_there(url):
            raise forms.ValidationError(found)
        return url

    def clean_concepts(self) -> Any:
        """No more than say something."""
        found = self.cleaned_data["concepts"]
        if len(found) > CONCEPTS_AT_MOST:
            text = gettext("At most %(most)s: those that it is most about.")
            raise forms.ValidationError(text % {"most": CONCEPTS_AT_MOST})
        return found


def already_there(url: str) -> SafeString | str:
    """Where the resource is already, or that it is proposed, in words; empty where it is new (two queries)."""
    key = address_key(url)
    for resource in Resource.objects.current().select_related("section__track"):
        if address_key(resource.url) == key:
            track = resource.section.track
            where = resource.get_absolute_url()
            text = gettext('It is there already: <a href="{url}">{resource}</a> in {track}.')
            return format_html(text, url=where, resource=resource, track=track)
    if Proposal.objects.filter(key=key, state__in=OPEN).exists():
        return gettext("It is proposed already, and waits for an answer or to be added.")
    return ""


def propose(*, form: ProposalForm, by: User) -> Proposal | None:
    """Keep what a valid form says and tell staff. None where somebody else proposed it in the same moment."""
    proposal = form.save(commit=False)
    proposal.by, proposal.key = by, address_key(proposal.url)
    try:
        with transaction.atomic():
            proposal.save()
            form.save_m2m()
            staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk=by.pk)
            names = {"name": by.display_name, "proposal": proposal, "track": proposal.track}
            notify(
                staff,
                kind="proposal",
                naming=by,
                text=lambda: gettext("%(name)s proposes “%(proposal)s” for %(track)s.") % names,
                url=proposal.get_absolute_url(),
            )
    except IntegrityError:
        return None
    return proposal


@transaction.atomic
def decide(*, proposal: Proposal, accept: bool, reason: str, by: User) -> bool:
    """Accept or decline, and tell the proposer. False where somebody has decided before."""
    state = ProposalState.ACCEPTED if accept else ProposalState.DECLINED
    waiting = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.PROPOSED)
    if not waiting.update(state=state, reason=reason, decided_by=by, decided_at=timezone.now()):
        return False
    notify(
        [proposal.by],
        kind="proposal",
        text=lambda: _answer(accept) % {"proposal": proposal},
        url=proposal.get_absolute_url(),
        body=reason,
    )
    return True


def _answer(accepted: bool) -> str:
    if accepted:
        return gettext("Your proposal “%(proposal)s” is accepted and waits to be added to its track.")
    return gettext("Your proposal “%(proposal)s” is not taken.")


def find_added() -> int:
    """Accepted ones that the curriculum has by now are done, and their proposers told. Called by each sync."""
    accepted = Proposal.objects.filter(state=ProposalState.ACCEPTED).select_related("by")
    waiting = {proposal.key: proposal for proposal in accepted}
    if not waiting:
        return 0
    added = 0
    for resource in Resource.objects.current().select_related("section__track"):
        proposal = waiting.pop(address_key(resource.url), None)
        mine = Proposal.objects.filter(pk=proposal.pk if proposal else None, state=ProposalState.ACCEPTED)
        if proposal and mine.update(state=ProposalState.ADDED):
            notify([proposal.by], kind="proposal", text=partial(_thanks, resource), url=resource.get_absolute_url())
            added += 1
    return added


def _thanks(resource: Resource) -> str:
    text = gettext("“%(resource)s”, which you proposed, is in %(track)s now. Thank you.")
    return text % {"resource": resource, "track": resource.section.track}


def entry(proposal: Proposal) -> str:
    """The resource as its track's track.yaml would have it, to be pasted below `resources:` of a section."""
    values: dict[str, Any] = {
        "slug": slugify(proposal.title)[:80].strip("-") or f"proposal-{proposal.pk}",
        "title": proposal.title,
        "url": proposal.url,
        "kind": proposal.kind,
        "level": proposal.level,
    }
    if proposal.author:
        values["author"] = proposal.author
    if proposal.minutes:
        values["minutes"] = proposal.minutes
    if concepts := sorted(concept.slug for concept in proposal.concepts.all()):
        values["concepts"] = concepts
    values["why"] = proposal.why.replace("\r\n", "\n").strip()
    text = yaml.safe_dump([values], allow_unicode=True, sort_keys=False, width=110)
    return "".join(f"      {line}" for line in text.splitlines(keepends=True))
