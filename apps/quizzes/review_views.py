"""Reviews: the page of what is due, and a session of ten, one question after the other."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.quizzes import services
from apps.quizzes.access import get_own_review
from apps.quizzes.constants import AnswerState
from apps.quizzes.inputs import moved, read_inputs
from apps.quizzes.models import Card
from apps.quizzes.page import AskedQuestion
from apps.quizzes.results import Unreadable
from apps.quizzes.review_page import SESSION, ReviewPage, ratings
from apps.quizzes.view import public_view

COUNT = "reviewed"


@login_required
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """What is due, what is coming, how much is kept."""
    return render(request, "learning/reviews.html", {"view": ReviewPage(request.user)})


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new session of ten."""
    request.session[COUNT] = 0
    return redirect("learning:session")


@login_required
@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """The question that is next, or what came of it; back to the overview after ten, or when nothing is due."""
    done = request.session.get(COUNT, 0)
    answer = services.next_review(user=request.user) if done < SESSION else None
    if answer is None:
        reviewed = ngettext("%(done)s reviewed.", "%(done)s reviewed.", done) % {"done": done}
        messages.success(request, reviewed if done else _("Nothing is due now."))
        return redirect("learning:reviews")
    services.note_shown(answers=[answer])
    asked = AskedQuestion(answer)
    context = {
        "asked": asked,
        "card": Card.objects.filter(user=request.user, question=answer.question).first(),
        "done": done,
        "session": SESSION,
        "ratings": ratings(answer) if asked.revealed else [],
    }
    return render(request, "learning/session.html", context)


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the answer to a review; what can't be read stays in the fields with what to change."""
    found = get_own_review(request.user, pk)
    given = read_inputs(public_view(found.variant), request.POST, f"q{pk}")
    certainty = request.POST.get(f"q{pk}-certainty", "")
    outcome = services.give_answer(answer=found, response=given, certainty=certainty)
    if isinstance(outcome, Unreadable):
        services.keep_draft(answer=found, response=given, message=outcome.message)
    return _back(request)


@login_required
@require_safe
def waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Polled while a formula is being compared: nothing while it is, then back to the session."""
    found = get_own_review(request.user, pk)
    return HttpResponse(status=204) if found.state == AnswerState.CHECKING else _back(request)


@login_required
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the fields hold, a line moved where a button says so."""
    found = get_own_review(request.user, pk)
    given = read_inputs(public_view(found.variant), request.POST, f"q{pk}")
    if move := request.POST.get(f"q{pk}-move"):
        given = moved(given, move)
    services.keep_draft(answer=found, response=given)
    return _back(request)


@login_required
@require_POST
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """How well it was known, by the learner's own judgement."""
    word = request.POST.get("rating", "")
    rating = int(word) if word in {"1", "2", "3", "4"} else None
    if services.note_answer(answer=get_own_review(request.user, pk), rating=rating):
        request.session[COUNT] = request.session.get(COUNT, 0) + 1
    return redirect("learning:session")


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the latest review back."""
    if services.undo_last(user=request.user):
        request.session[COUNT] = max(0, request.session.get(COUNT, 0) - 1)
    else:
        messages.info(request, _("There is no review to take back."))
    return redirect("learning:session")


@login_required
@require_POST
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a card aside (`suspended=1`), or take it up again."""
    card = get_object_or_404(Card, pk=pk, user=request.user)
    aside = request.POST.get("suspended") == "1"
    services.suspend(card=card, suspended=aside)
    return redirect("learning:session" if aside else "learning:reviews")


def _back(request: HttpRequest) -> HttpResponse:
    there = reverse("learning:session")
    return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
