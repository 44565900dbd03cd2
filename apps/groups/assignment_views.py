"""One thing on a plan: its date, its place, and who has more time for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from . import plan_undo
from .access import get_member
from .models import Assignment, Membership
from .plan_forms import AssignmentForm, ExtensionForm
from .plan_page import drafts
from .plan_views import lead_who_may_change, plan_context
from .services import extensions
from .services import plan as services


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change it."""
    membership = lead_who_may_change(request, slug)
    found = _assignment(membership, pk)
    form = AssignmentForm.of(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.change(assignment=found, fields=form.values)
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('groups:plan_edit', args=[slug])}#item-{found.pk}")
    return _page(request, membership, found, form, ExtensionForm(group=membership.group))


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take it off the plan."""
    membership = lead_who_may_change(request, slug)
    found = _assignment(membership, pk)
    said = _("“%(what)s” is off the plan.") % {"what": found}
    plan_undo.remember(request, group=membership.group, said=said, taken=services.remove(assignment=found))
    return redirect("groups:plan_edit", slug)


@login_required
@require_POST
def move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One step (`step=up` or `down`), or to `meeting` (empty: to none) in front of the item `before` (empty: last)."""
    membership = lead_who_may_change(request, slug)
    whole = not request.htmx or request.htmx.boosted
    found = None
    try:
        found = _move(request, membership, pk)
    except Http404:
        # Somebody else took it off, or what it was to stand before: whoever drags is shown the plan as it is now.
        if whole:
            raise
    if whole:
        return redirect(f"{reverse('groups:plan_edit', args=[slug])}#item-{pk}")
    now = drafts(membership.group)
    context = plan_context(
        request, membership, drafts=now, moved=found, moved_to_past=now.in_past(found), outdated=found is None
    )
    return render(request, "groups/_plan_drafts.html", context)


@login_required
@require_POST
def extend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a member more time."""
    membership = lead_who_may_change(request, slug)
    found = _assignment(membership, pk)
    form = ExtensionForm(request.POST, group=membership.group)
    if not form.is_valid():
        return _page(request, membership, found, AssignmentForm.of(found), form)
    member = get_member(membership, form.cleaned_data["member"].pk)
    extensions.extend(
        assignment=found,
        member=member,
        due_at=form.cleaned_data["moment"],
        reason=form.cleaned_data["reason"],
        by=request.user,
    )
    messages.success(request, _("%(who)s has more time, and is told.") % {"who": member.user})
    return redirect("groups:assignment", slug, pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int, user_id: int) -> HttpResponse:
    """Take the extension of a member back."""
    membership = lead_who_may_change(request, slug)
    found = _assignment(membership, pk)
    member = get_member(membership, user_id)
    extension = found.extensions.select_related("assignment").filter(user=member.user).first()
    if extension:
        extensions.withdraw(extension=extension, member=member, by=request.user)
        messages.success(request, _("Everybody's date counts for %(who)s again.") % {"who": member.user})
    return redirect("groups:assignment", slug, pk)


def _page(
    request: HttpRequest, membership: Membership, found: Assignment, form: AssignmentForm, extension: ExtensionForm
) -> HttpResponse:
    current = membership.group.memberships.current().values("user")
    context: dict[str, Any] = plan_context(
        request,
        membership,
        assignment=found,
        form=form,
        extension_form=extension,
        extensions=found.extensions.filter(user__in=current).select_related("user", "by").order_by("due_at"),
    )
    failed = form.errors or extension.errors
    return render(request, "groups/plan_item.html", context, status=422 if failed else 200)


def _assignment(membership: Membership, pk: int) -> Assignment:
    return get_object_or_404(membership.group.assignments.with_items().select_related("group"), pk=pk)


def _move(request: HttpRequest, membership: Membership, pk: int) -> Assignment:
    """Raises Http404 where it, its new meeting or what it should stand before is not there."""
    found = _assignment(membership, pk)
    if request.POST.get("step") in {"up", "down"}:
        services.step(assignment=found, down=request.POST["step"] == "down")
    else:
        meetings, rows = membership.group.meetings.all(), membership.group.assignments.all()
        meeting = get_object_or_404(meetings, pk=_number(request, "meeting")) if request.POST.get("meeting") else None
        before = get_object_or_404(rows, pk=_number(request, "before")) if request.POST.get("before") else None
        services.place(assignment=found, meeting=meeting, before=before)
    found.refresh_from_db()
    return found


def _number(request: HttpRequest, name: str) -> int:
    """A key out of the form; nothing has the key 0."""
    value = request.POST.get(name, "")
    return int(value) if value.isdecimal() else 0
