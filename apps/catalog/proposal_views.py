"""Proposing resources, and answering. Whose it is sees a proposal, and staff."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.catalog import proposals
from apps.catalog.models import Kind, Link, Proposal
from apps.catalog.proposal_models import ProposalState
from apps.catalog.proposals import ProposalForm

SHOWN = 100


def _proposal(request: HttpRequest, pk: int) -> Proposal:
    """Raises Http404 for a stranger's."""
    found = Proposal.objects.select_related("track", "by").filter(pk=pk).first()
    if found is None or (found.by_id != request.user.pk and not request.user.is_staff):
        raise Http404("There is no such proposal.")
    return found


@login_required
@require_safe
def own_proposals(request: HttpRequest) -> HttpResponse:
    """One's proposals; for staff also those that wait, and the links to mend."""
    waiting = Proposal.objects.to_see_to()[:SHOWN] if request.user.is_staff else []
    broken = Link.objects.to_see_to()[:SHOWN] if request.user.is_staff else []
    context = {"proposals": Proposal.objects.of(request.user)[:SHOWN], "waiting": waiting, "broken": broken}
    return render(request, "catalog/proposals.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a resource; `track` in the address chooses its track."""
    form = ProposalForm(request.POST) if request.method == "POST" else ProposalForm(initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        made = proposals.propose(form=form, by=request.user)
        if made:
            messages.success(request, _("Thank you. Staff are told, and you will be told what they say."))
            return redirect(made)
        form.add_error("url", _("Somebody else has just proposed it."))
    return render(request, "catalog/propose.html", {"form": form}, status=400 if form.errors else 200)


def _initial(request: HttpRequest) -> dict[str, object]:
    tracks = ProposalForm.base_fields["track"].queryset.all()
    return {"track": tracks.filter(slug=request.GET.get("track", "")).first()}


@login_required
@require_safe
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal and what came of it; for staff with the means to answer."""
    found = _proposal(request, pk)
    accepted = found.state == ProposalState.ACCEPTED and request.user.is_staff
    context = {
        "proposal": found,
        "kind": Kind(found.kind).label,
        "concepts": list(found.concepts.all()),
        "entry": proposals.entry(found) if accepted else "",
        "may_decide": request.user.is_staff and found.state == ProposalState.PROPOSED,
    }
    return render(request, "catalog/proposal.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept (`answer=accept`) or decline with a reason."""
    found = _proposal(request, pk)
    if not request.user.is_staff:
        raise PermissionDenied(_("Only staff may answer a proposal."))
    accept, reason = request.POST.get("answer") == "accept", request.POST.get("reason", "").strip()[:2000]
    if not accept and not reason:
        messages.error(request, _("Say why it is not taken: whoever proposed it reads it."))
    elif proposals.decide(proposal=found, accept=accept, reason=reason, by=request.user):
        messages.success(request, _("%(name)s is told.") % {"name": found.by.display_name})
    else:
        messages.warning(request, _("Somebody has answered it before you."))
    return redirect(found)
