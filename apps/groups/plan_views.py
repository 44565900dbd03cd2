"""The plan of a group: as members read it, and as leads change it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import plan_undo
from .access import check_open, get_leadership, get_membership
from .models import Meeting, Membership
from .picking import picked, shelves
from .plan_forms import MeetingForm
from .plan_page import PlanPage, drafts
from .services import plan as services


def plan_context(request: HttpRequest, membership: Membership, **more: Any) -> dict[str, Any]:
    """What every page of a plan shows."""
    group = membership.group
    return {"group": group, "membership": membership, "undo": plan_undo.waiting(request, group), **more}


def lead_who_may_change(request: HttpRequest, slug: str) -> Membership:
    """Raises Http404 for a stranger, PermissionDenied for a member, GroupArchived for everybody else where it is."""
    membership = get_leadership(request.user, slug)
    check_open(membership.group)
    return membership


@login_required
@require_safe
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """All meetings, and how far the reader is with what is to be done for each."""
    membership = get_membership(request.user, slug)
    view = PlanPage(membership)
    context = plan_context(request, membership, view=view, feed=request.build_absolute_uri(view.feed))
    return render(request, "groups/plan.html", context)


@login_required
@require_safe
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for leads, to change it."""
    membership = lead_who_may_change(request, slug)
    return render(request, "groups/plan_edit.html", plan_context(request, membership, drafts=drafts(membership.group)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan a meeting."""
    membership = lead_who_may_change(request, slug)
    form = MeetingForm(request.POST or None, group=membership.group)
    if request.method == "POST" and form.is_valid():
        made = services.add_meeting(group=membership.group, fields=form.values)
        messages.success(request, _("The meeting is planned. Now say what is to be done before it."))
        return redirect(f"{reverse('groups:plan_add', args=[slug])}?meeting={made.pk}")
    context = plan_context(request, membership, form=form)
    return render(request, "groups/plan_meeting.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a meeting."""
    membership = lead_who_may_change(request, slug)
    found = _meeting(membership, pk)
    form = MeetingForm.of(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.change_meeting(meeting=found, by=request.user, fields=form.values)
        messages.success(request, _("Saved."))
        return redirect("groups:plan_edit", slug)
    context = plan_context(request, membership, form=form, meeting=found)
    return render(request, "groups/plan_meeting.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def delete_meeting(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a meeting off the plan."""
    membership = lead_who_may_change(request, slug)
    found = _meeting(membership, pk)
    said = _(
        "The meeting “%(meeting)s” is deleted. What was to be done for it is still on the plan, without a meeting."
    )
    said %= {"meeting": found}
    taken = services.delete_meeting(meeting=found, by=request.user)
    plan_undo.remember(request, group=membership.group, said=said, taken=taken)
    return redirect("groups:plan_edit", slug)


@login_required
@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Put back what was taken off last."""
    membership = lead_who_may_change(request, slug)
    if plan_undo.put_back(request, membership.group):
        messages.success(request, _("It is back on the plan."))
    else:
        messages.warning(request, _("That can't be undone any more: the plan has changed since."))
    return redirect("groups:plan_edit", slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Put things of the curriculum on the plan: what is ticked, or a section as a whole."""
    membership = lead_who_may_change(request, slug)
    group = membership.group
    number = request.GET.get("meeting", "")
    found = _meeting(membership, int(number)) if number.isdecimal() else None
    if request.method == "POST":
        items = picked(request.POST.getlist("item"), request.POST.get("section", ""))
        made = services.add(group=group, meeting=found, items=items)
        if made:
            messages.success(request, ngettext("%(n)d added.", "%(n)d added.", len(made)) % {"n": len(made)})
            return redirect(f"{reverse('groups:plan_edit', args=[slug])}#{_anchor(found)}")
        messages.warning(request, _("Nothing was added: tick what you want to add."))
        return redirect(request.get_full_path())
    search = request.GET.get("q", "").strip()
    context = plan_context(request, membership, meeting=found, search=search, tracks=shelves(group, search))
    return render(request, "groups/plan_add.html", context)


def _meeting(membership: Membership, pk: int) -> Meeting:
    return get_object_or_404(membership.group.meetings.select_related("group"), pk=pk)


def _anchor(found: Meeting | None) -> str:
    return f"meeting-{found.pk}" if found else "no-meeting"
