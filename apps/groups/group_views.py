"""Pages of groups: the list, the group itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .access import get_membership
from .models import Group


@login_required
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """The groups that one is in."""
    return render(request, "groups/list.html", {"groups": Group.objects.of(request.user)})


@login_required
@require_safe
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """What a group is about."""
    membership = get_membership(request.user, slug)
    return render(request, "groups/group.html", {"group": membership.group, "membership": membership})
