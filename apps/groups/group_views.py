"""Pages of groups: the list, the group itself, its settings."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .access import check_open, get_leadership, get_membership
from .forms import GroupForm, PreferencesForm
from .models import Membership, Role
from .overview import Overview, own_groups
from .services import groups as services
from .services.members import ended


@login_required
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """The groups that one is in."""
    token = request.GET.get("undo", "")
    context = {"own": own_groups(request.user), "undo": token, "ended": ended(token=token, by=request.user)}
    return render(request, "groups/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a group, and lead it."""
    form = GroupForm(
        request.POST if request.method == "POST" else None, initial={"time_zone": request.user.time_zone or "UTC"}
    )
    if request.method == "POST" and form.is_valid():
        made = services.create(by=request.user, **form.cleaned_data)
        messages.success(request, _("Your group is there. Now invite the others."))
        return redirect("groups:invitations", made.slug)
    return render(request, "groups/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """What comes next in a group, and what one has to do for it."""
    view = Overview(get_membership(request.user, slug))
    return render(request, "groups/group.html", view.context | {"view": view})


@login_required
@require_POST
def preferences(request: HttpRequest, slug: str) -> HttpResponse:
    """What a member lets the leads see; also in an archived group, because it is theirs to say."""
    membership = get_membership(request.user, slug)
    form = PreferencesForm(request.POST, instance=membership)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    return redirect(membership.group)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """What the group is called and is about."""
    membership = get_leadership(request.user, slug)
    group = membership.group
    form = GroupForm(request.POST if request.method == "POST" else None, instance=group)
    if request.method == "POST":
        check_open(group)
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("groups:settings", slug)
        group.refresh_from_db()
    context = {"group": group, "membership": membership, "form": form}
    return render(request, "groups/settings.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the group aside."""
    membership = _lead(request, slug)
    check_open(membership.group)
    services.archive(group=membership.group, by=request.user)
    messages.success(request, _("Archived. You can bring it back here whenever you like."))
    return redirect("groups:settings", slug)


@login_required
@require_POST
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring it back."""
    membership = _lead(request, slug)
    services.restore(group=membership.group, by=request.user)
    messages.success(request, _("The group goes on."))
    return redirect("groups:settings", slug)


def _lead(request: HttpRequest, slug: str) -> Membership:
    membership = get_leadership(request.user, slug)
    if membership.role != Role.LEAD:
        raise PermissionDenied(_("Only a lead may archive a group or bring it back."))
    return membership
