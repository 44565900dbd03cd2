"""What a lead does about a member's work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.submissions import services as submissions
from apps.submissions.forms import CommentForm
from apps.submissions.models import Submission

from .access import check_open, get_leadership, get_member
from .acting_forms import AttemptsForm, MessageForm, PinForm, ScoreForm, TakeBackForm
from .helping import get_work
from .models import Membership
from .services import acting
from .work_page import WorkPage

# Does what a valid form says, and returns where to go then: a part of the page's address, or nothing.
Act = Callable[[Form], str | None]


@login_required
@require_safe
def work(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """A member's hand-in, and what can be done about it. One's own has its own page."""
    leading = get_leadership(request.user, slug)
    submission = get_work(leading, pk)
    if submission.user_id == request.user.pk:
        return redirect(submission)
    return render(request, "groups/work.html", WorkPage(leading, submission).context)


@login_required
@require_POST
def comment(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Say something on it or on one of its cells."""
    leading, submission = _open(request, slug, pk)
    whose = {"author": request.user, "submission": submission, "where": leading.group.name}

    def act(form: Form) -> str:
        return f"#comment-{submissions.comment(**whose, **form.cleaned_data).pk}"

    return _act(request, leading, submission, "comment", CommentForm(request.POST), act)


@login_required
@require_POST
def score(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Give it a score by hand."""
    leading, submission = _open(request, slug, pk, planned=True)
    form = ScoreForm(request.POST, most=submission.run.max_score)

    def act(form: Form) -> None:
        submissions.override(by=request.user, submission=submission, where=leading.group.name, **form.cleaned_data)
        messages.success(request, _("Your score counts now. Its learner has been told, with your reason."))

    return _act(request, leading, submission, "score", form, act)


@login_required
@require_POST
def withdraw_score(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Let the grader's score count again."""
    leading, submission = _open(request, slug, pk, planned=True)

    def act(form: Form) -> None:
        whose = {"by": request.user, "submission": submission, "where": leading.group.name}
        if submissions.withdraw_override(**whose, **form.cleaned_data):
            messages.success(request, _("The grader's score counts again. Its learner has been told."))

    return _act(request, leading, submission, "withdraw", TakeBackForm(request.POST), act)


@login_required
@require_POST
def keep_score(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """After a second look, the score stays."""
    leading, submission = _open(request, slug, pk, planned=True)

    def act(form: Form) -> None:
        submissions.keep_override(by=request.user, submission=submission, where=leading.group.name)
        messages.success(request, _("The score stays as it is."))

    return _act(request, leading, submission, "keep", Form(request.POST), act)


@login_required
@require_POST
def attempts(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Give its learner further attempts."""
    leading, submission = _open(request, slug, pk, planned=True)

    def act(form: Form) -> None:
        whose = {"user": submission.user, "exercise": submission.exercise, "where": leading.group.name}
        submissions.grant_attempts(by=request.user, **whose, **form.cleaned_data)
        messages.success(request, _("%(who)s can hand in again, and has been told.") % {"who": submission.user})

    return _act(request, leading, submission, "attempts", AttemptsForm(request.POST), act)


@login_required
@require_POST
def pin(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """Recommend a resource to a member."""
    leading, member = _open_member(request, slug, user_id)
    form = PinForm(request.POST)
    if form.is_valid():
        acting.pin(by=leading, member=member, **form.cleaned_data)
        messages.success(request, _("Recommended. %(who)s has been told.") % {"who": member.user})
    else:
        messages.error(request, _("Choose a resource, and write at most 300 characters on it."))
    return _back(request, reverse("groups:members", args=[slug]))


@login_required
@require_POST
def unpin(request: HttpRequest, slug: str, user_id: int, pk: int) -> HttpResponse:
    """Take a recommendation back."""
    leading, member = _open_member(request, slug, user_id)
    pins = leading.group.pins.select_related("resource", "user")
    acting.unpin(by=leading, pin=get_object_or_404(pins, pk=pk, user=member.user))
    return _back(request, reverse("groups:members", args=[slug]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, slug: str) -> HttpResponse:
    """Write to some members. The dashboard sends who is ticked: then there is nothing to send yet."""
    leading = get_leadership(request.user, slug)
    everybody = leading.group.memberships.current().exclude(user=request.user).select_related("user")
    chosen = request.POST.getlist("members") or request.GET.getlist("members")
    # Those who are chosen come first: the list of a large group is longer than its box.
    others = sorted(everybody, key=lambda one: (str(one.user_id) not in chosen, one.user.display_name.lower()))
    writing = request.method == "POST" and "text" not in request.POST
    if request.method == "POST":
        check_open(leading.group)
    form = MessageForm(None if request.method != "POST" or writing else request.POST, others=others)
    form.initial = {"members": chosen}
    if form.is_valid():
        sent = acting.message(by=leading, **form.cleaned_data)
        text = ngettext("Sent to %(n)d member, each alone.", "Sent to %(n)d members, each alone.", sent)
        messages.success(request, text % {"n": sent})
        return redirect("groups:members", slug)
    context = {"group": leading.group, "membership": leading, "form": form, "chosen": set(chosen)}
    return render(request, "groups/message.html", context, status=422 if form.errors else 200)


def _open(request: HttpRequest, slug: str, pk: UUID, *, planned: bool = False) -> tuple[Membership, Submission]:
    leading = get_leadership(request.user, slug)
    submission = get_work(leading, pk, planned=planned)
    check_open(leading.group)
    return leading, submission


def _open_member(request: HttpRequest, slug: str, user_id: int) -> tuple[Membership, Membership]:
    leading = get_leadership(request.user, slug)
    member = get_member(leading, user_id)
    check_open(leading.group)
    return leading, member


def _act(
    request: HttpRequest, leading: Membership, submission: Submission, name: str, form: Any, act: Act
) -> HttpResponse:
    """Do what the form says and go back to the hand-in; what is wrong is said on its page, beside what was typed."""
    if form.is_valid():
        try:
            part = act(form) or ""
            return redirect(reverse("groups:work", args=[leading.group.slug, submission.pk]) + part)
        except submissions.ReviewRefused as refusal:
            form.add_error("text" if name == "comment" else None, str(refusal))
    page = WorkPage(leading, get_work(leading, submission.pk), {name: form})
    if isinstance(form, CommentForm):
        form.beside(page.conversation.by_cell)
    return render(request, "groups/work.html", page.context, status=422)


def _back(request: HttpRequest, otherwise: str) -> HttpResponse:
    there = request.POST.get("next", "")
    return redirect(there if url_has_allowed_host_and_scheme(there, None) else otherwise)
