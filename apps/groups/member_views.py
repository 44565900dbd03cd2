"""Who is in a group: the list, roles, leaving."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .access import check_open, get_leadership, get_member, get_membership
from .forms import RoleForm, roles_to_give
from .models import Role
from .services import members as services
from .services.members import MemberRefused


@login_required
@require_safe
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody in the group; for leads with what they may change."""
    membership = get_membership(request.user, slug)
    group = membership.group
    everybody = list(group.memberships.current().for_list())
    token = request.GET.get("undo", "")
    context = {
        "group": group,
        "membership": membership,
        "members": everybody,
        "roles": roles_to_give(membership),
        "changeable": membership.leads and not group.is_archived,
        "undo": token,
        "ended": services.ended(token=token, by=request.user) if token else None,
    }
    return render(request, "groups/members.html", context)


@login_required
@require_POST
def role(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """Make somebody a lead, a co-lead or a member."""
    membership = get_leadership(request.user, slug)
    check_open(membership.group)
    member = get_member(membership, user_id)
    form = RoleForm(request.POST, by=membership)
    if not form.is_valid():
        messages.error(request, _(services.NOT_YOURS))
        return redirect("groups:members", slug)
    try:
        services.set_role(by=membership, member=member, role=Role(form.cleaned_data["role"]))
        label = str(Role(form.cleaned_data["role"]).label).lower()
        messages.success(request, _("%(who)s: %(role)s.") % {"who": member.user, "role": label})
    except MemberRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("groups:members", slug)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """Take somebody out of the group; for ten minutes that can be undone."""
    membership = get_leadership(request.user, slug)
    check_open(membership.group)
    try:
        token = services.remove(by=membership, member=get_member(membership, user_id))
    except MemberRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("groups:members", slug)
    return redirect(f"{reverse('groups:members', args=[slug])}?{urlencode({'undo': token})}")


@login_required
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave, also an archived group; for ten minutes that can be undone."""
    try:
        token = services.leave(member=get_membership(request.user, slug))
    except MemberRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("groups:members", slug)
    return redirect(f"{reverse('groups:list')}?{urlencode({'undo': token})}")


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back that somebody was removed, or that one has left."""
    member = services.undo(token=request.POST.get("token", ""), by=request.user)
    if member is None:
        messages.warning(request, _("It is too late to undo that. An invitation brings them back."))
        return redirect("groups:list")
    if member.user_id == request.user.pk:
        messages.success(request, _("You are back."))
        return redirect(member.group)
    messages.success(request, _("%(who)s is back.") % {"who": member.user})
    return redirect("groups:members", member.group.slug)
