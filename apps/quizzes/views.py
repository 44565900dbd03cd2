"""Pages of the quizzes. Everybody may read what there is; taking one needs an account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling

from apps.catalog import retired
from apps.quizzes import pictures, services
from apps.quizzes.access import get_attempt, get_own_answer, get_own_attempt, get_quiz
from apps.quizzes.constants import AnswerState
from apps.quizzes.inputs import is_blank, moved, read_inputs
from apps.quizzes.models import Answer, Quiz, QuizAttempt
from apps.quizzes.page import AttemptPage
from apps.quizzes.querysets import AttemptQuerySet
from apps.quizzes.result import ResultPage
from apps.quizzes.results import Undecided, Unreadable
from apps.quizzes.scoring import score
from apps.quizzes.view import public_view


def is_fragment(request: HttpRequest) -> bool:
    """Whether a part of a page was asked for."""
    return bool(request.htmx) and not request.htmx.boosted


@require_safe
def quiz_list(request: HttpRequest) -> HttpResponse:
    """All quizzes on offer, by track, and how the reader stands with each."""
    return render(request, "quizzes/list.html", {"quizzes": Quiz.objects.for_list().with_standing(request.user)})


@require_safe
def quiz(request: HttpRequest, slug: str) -> HttpResponse:
    """What a quiz is about, and the way into it."""
    found = Quiz.objects.for_list().filter(slug=slug).first()
    mine = QuizAttempt.objects.none()
    if request.user.is_authenticated:
        mine = QuizAttempt.objects.of(request.user).filter(quiz__slug=slug).with_counts().order_by("-number")
    if found is None:
        return _retired(request, slug, mine)
    context = {"quiz": found, "concepts": found.concepts_asked(), "attempts": list(mine[:10])}
    return render(request, "quizzes/quiz.html", context)


def _retired(request: HttpRequest, slug: str, attempts: AttemptQuerySet) -> HttpResponse:
    found = get_object_or_404(Quiz.objects.select_related("section__track"), slug=slug)
    kept = [
        retired.Kept(
            one.name,
            one.get_absolute_url(),
            gettext("%(right)d of %(all)d right") % {"right": one.right, "all": one.asked},
        )
        for one in attempts
    ]
    return retired.page(request, thing=found, words=gettext("This quiz is no longer in the curriculum."), kept=kept)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin an attempt, or go on with the one that has not ended. A GET comes from signing in."""
    found = get_quiz(slug)
    if request.method != "POST":
        return redirect(found)
    return redirect(services.start(user=request.user, quiz=found))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """One question, or all, of an attempt; its result once it has ended. A POST keeps what the fields hold."""
    if request.method == "POST":
        found = get_own_attempt(request.user, pk)
        _keep_drafts(request, found)
        return redirect(found)
    found = get_attempt(request.user, pk)
    if found.has_ended:
        return _result(request, found)
    page = AttemptPage(found, request.GET.get("question", ""))
    if found.user_id == request.user.pk:
        services.note_shown(answers=[asked.answer for asked in page.shown])
    return render(request, "quizzes/attempt.html", {"page": page, "asked": page.current})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an answer (POST), or see what has become of it (GET, polled while it is being compared)."""
    found = get_own_answer(request.user, pk)
    page = AttemptPage(get_own_attempt(request.user, found.attempt_id))
    if request.method != "POST":
        if found.state == AnswerState.CHECKING and is_fragment(request):
            return HttpResponse(status=204)  # nothing is new, and nobody's focus moves
        response = _question(request, page, page.show(found))
        return response if found.state == AnswerState.CHECKING else _stop_polling(response)
    if page.attempt.has_ended:
        return _too_late(request, page)
    given = read_inputs(public_view(found.variant), request.POST, f"q{pk}")
    _keep_drafts(request, page.attempt, besides=pk)
    certainty = request.POST.get(f"q{pk}-certainty", "")
    outcome = services.give_answer(answer=found, response=given, certainty=certainty)
    if isinstance(outcome, Unreadable):
        services.keep_draft(answer=found, response=given)
        asked = page.show(found, response=given, error=outcome.message, certainty=certainty)
        return _question(request, page, asked, status=422)
    asked = page.show(outcome)
    if is_fragment(request) and (page.reveal or page.all_on_one):
        return _question(request, page, asked)
    there = page.feedback_url if page.reveal else page.next_url
    return HttpResponseClientRedirect(there) if is_fragment(request) else redirect(there)


@login_required
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the fields of a question hold, a line moved where a button says so."""
    found = get_own_answer(request.user, pk)
    page = AttemptPage(get_own_attempt(request.user, found.attempt_id))
    if page.attempt.has_ended:
        return _too_late(request, page)
    _keep_drafts(request, page.attempt, besides=pk)
    given = read_inputs(public_view(found.variant), request.POST, f"q{pk}")
    if move := request.POST.get(f"q{pk}-move"):
        given = moved(given, move)
    services.keep_draft(answer=found, response=given)
    asked = page.show(found)
    return _question(request, page, asked) if is_fragment(request) else redirect(page.current_url)


@login_required
@require_POST
def hint(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one more hint, at its cost."""
    found = get_own_answer(request.user, pk)
    page = AttemptPage(get_own_attempt(request.user, found.attempt_id))
    if page.attempt.has_ended:
        return _too_late(request, page)
    _keep_drafts(request, page.attempt)
    services.take_hint(answer=found)
    asked = page.show(found, certainty=request.POST.get(f"q{pk}-certainty", ""))
    return _question(request, page, asked, hinted=True) if is_fragment(request) else redirect(page.current_url)


@login_required
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """End the attempt; with open questions only on a second word. On a page of all, what is filled in is handed in."""
    found = get_own_attempt(request.user, pk)
    page = AttemptPage(found)
    if page.all_on_one and not found.has_ended:
        unread = services.give_all(responses=_responses(request, found))
        page = AttemptPage(get_own_attempt(request.user, pk))
        for one, message in unread:
            page.show(one, error=message)
    elif not found.has_ended:
        _keep_drafts(request, found)
    if page.open_count and request.POST.get("sure") != "1" and not found.has_ended:
        return render(request, "quizzes/attempt.html", {"page": page, "asked": page.current, "unsure": True})
    services.finish(attempt=found)
    return redirect(found)


@login_required
@require_safe
def understood(request: HttpRequest, pk: int) -> HttpResponse:
    """How an expression that is being typed would be read."""
    found = get_own_answer(request.user, pk)
    given = read_inputs(public_view(found.variant), request.GET, f"q{pk}")
    blank = is_blank(public_view(found.variant), given)
    outcome = None if blank else score(found.variant, given)
    context = {
        "latex": outcome.understood if isinstance(outcome, Undecided) else "",
        "error": outcome.message if isinstance(outcome, Unreadable) else "",
    }
    return render(request, "quizzes/_understood.html", context)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of a question, by its content: it never changes."""
    path = pictures.find(name)
    if path is None:
        raise Http404("There is no such picture.")
    response = FileResponse(path.open("rb"), content_type=pictures.TYPES[path.suffix])
    response["Content-Security-Policy"] = pictures.POLICY
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _question(
    request: HttpRequest, page: AttemptPage, asked: Any, *, status: int = 200, hinted: bool = False
) -> HttpResponse:
    """One question by itself for htmx, which takes nothing from an error; else its whole page."""
    context = {"page": page, "asked": asked, "changed": True, "hinted": hinted}
    if is_fragment(request):
        return render(request, "quizzes/_question.html", context)
    return render(request, "quizzes/attempt.html", context, status=status)


def _result(request: HttpRequest, found: QuizAttempt) -> HttpResponse:
    """What an attempt came to. Polled while formulas are compared: nothing until one more is, an end at the last."""
    page = ResultPage(found, request.user)
    left = page.checking_count
    if is_fragment(request) and left and request.GET.get("checking") == str(left):
        return HttpResponse(status=204)  # nobody who reads it loses their place
    response = render(request, "quizzes/result.html", {"page": page})
    return response if left or not is_fragment(request) else _stop_polling(response)


def _too_late(request: HttpRequest, page: AttemptPage) -> HttpResponse:
    """The attempt has ended, in another tab perhaps: nothing is taken any more, and its result says what was."""
    there = page.attempt.get_absolute_url()
    return HttpResponseClientRedirect(there) if is_fragment(request) else redirect(there)


def _stop_polling(response: HttpResponse) -> HttpResponse:
    return HttpResponseStopPolling(response.content)


def _responses(request: HttpRequest, found: QuizAttempt) -> list[tuple[Answer, dict[str, Any], str]]:
    """What the form holds for open questions of the attempt: each with the response and the certainty."""
    sent = {name.partition("-")[0] for name in request.POST}
    open_ones = [one for one in found.answers.all() if one.is_open and f"q{one.pk}" in sent]
    return [
        (one, given, request.POST.get(f"q{one.pk}-certainty", ""))
        for one in open_ones
        if not is_blank(view := public_view(one.variant), given := read_inputs(view, request.POST, f"q{one.pk}"))
    ]


def _keep_drafts(request: HttpRequest, found: QuizAttempt, besides: int = 0) -> None:
    for one, given, _ in _responses(request, found):
        if one.pk != besides and one.response != given:
            services.keep_draft(answer=one, response=given)
