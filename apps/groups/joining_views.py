"""Ways into a group: a lead's page of invitations, and the page where one is used."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .access import check_open, get_leadership
from .forms import AddressesForm, LinkForm
from .invitation_page import InvitationPage
from .models import Membership
from .services import invitations as services
from .services.invitations import InvitationRefused

STATUS = {"unknown": 404, "address": 403}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """The ways into a group that are open; a POST makes a link."""
    membership = get_leadership(request.user, slug)
    link_form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        check_open(membership.group)
        if link_form.is_valid():
            made = services.make_link(by=membership, **link_form.cleaned_data)
            return redirect(f"{request.path}#invitation-{made.pk}")
    return _page(request, membership, link_form=link_form)


@login_required
@require_POST
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite by e-mail."""
    membership = get_leadership(request.user, slug)
    check_open(membership.group)
    form = AddressesForm(request.POST)
    if form.is_valid():
        try:
            sent, kept = services.send(by=membership, link=request.build_absolute_uri, **form.cleaned_data)
        except InvitationRefused as refusal:
            form.add_error("emails", str(refusal))
        else:
            _say(request, sent, kept)
            return redirect("groups:invitations", slug)
    return _page(request, membership, addresses_form=form)


def _say(request: HttpRequest, sent: int, kept: int) -> None:
    if sent:
        text = ngettext("%(n)d invitation sent.", "%(n)d invitations sent.", sent)
        messages.success(request, text % {"n": sent})
    if kept:
        text = ngettext(
            "%(n)d could not be sent by e-mail. Copy their links below and send them yourself.",
            "%(n)d could not be sent by e-mail. Copy their links below and send them yourself.",
            kept,
        )
        messages.warning(request, text % {"n": kept})
    if not (sent or kept):
        messages.info(request, _("They are in the group already."))


@login_required
@require_POST
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let nobody in by it any more; for ten minutes that can be undone."""
    membership = get_leadership(request.user, slug)
    check_open(membership.group)
    token = services.revoke(invitation=get_object_or_404(membership.group.invitations, pk=pk))
    page = reverse("groups:invitations", args=[slug])
    return redirect(f"{page}?{urlencode({'undo': token})}" if token else page)


@login_required
@require_POST
def reopen(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back that an invitation was withdrawn; for ten minutes that can be done."""
    membership = get_leadership(request.user, slug)
    check_open(membership.group)
    if services.reopen(token=request.POST.get("token", ""), group=membership.group):
        messages.success(request, _("The invitation is open again."))
    else:
        messages.warning(request, _("It is too late to undo that. Make a new invitation."))
    return redirect("groups:invitations", slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to; a POST comes in. Before that nothing is told of who is in the group."""
    try:
        invitation = services.read_token(token)
        inside = Membership.objects.current().filter(group=invitation.group, user=request.user.pk).first()
        if inside:
            return redirect(invitation.group)
        services.check(invitation=invitation, now=timezone.now())
        if request.user.is_authenticated:
            services.check_address(invitation=invitation, user=request.user)
        if request.method == "POST":
            if not request.user.is_authenticated:
                return redirect_to_login(request.path)
            services.accept(invitation=invitation, user=request.user)
            messages.success(request, _("Welcome to %(group)s.") % {"group": invitation.group})
            return redirect(invitation.group)
    except InvitationRefused as refusal:
        context = {"refusal": str(refusal), "other_address": refusal.id == "address"}
        return render(request, "groups/join.html", context, status=STATUS.get(refusal.id, 410))
    return render(request, "groups/join.html", {"invitation": invitation})


def _page(
    request: HttpRequest,
    membership: Membership,
    *,
    link_form: LinkForm | None = None,
    addresses_form: AddressesForm | None = None,
) -> HttpResponse:
    link_form, addresses_form = link_form or LinkForm(), addresses_form or AddressesForm()
    token = request.GET.get("undo", "")
    context = {
        "group": membership.group,
        "membership": membership,
        "link_form": link_form,
        "addresses_form": addresses_form,
        "undo": token,
        "withdrawn": services.withdrawn(token=token, group=membership.group) if token else None,
        "view": InvitationPage(membership.group, request.build_absolute_uri),
    }
    wrong = link_form.errors or addresses_form.errors
    return render(request, "groups/invitations.html", context, status=422 if wrong else 200)
