"""For staff: item analysis and previews."""

from __future__ import annotations

import secrets

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.quizzes.access import get_quiz
from apps.quizzes.inputs import moved, read_inputs
from apps.quizzes.models import Question
from apps.quizzes.scoring import score
from apps.quizzes.staff import AnalysisPage, PreviewPage
from apps.quizzes.view import public_view

LARGEST_SEED = 2**31 - 1


@login_required
@require_safe
def analysis(request: HttpRequest, slug: str) -> HttpResponse:
    """How the questions of a quiz measure."""
    _staff_only(request)
    return render(request, "quizzes/analysis.html", {"page": AnalysisPage(get_quiz(slug))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, slug: str, question: str) -> HttpResponse:
    """A question with any seed; a POST tries an answer, and stores nothing."""
    _staff_only(request)
    current = Question.objects.current().select_related("quiz__section__track", "current_version")
    found = get_object_or_404(current, quiz=get_quiz(slug), slug=question)
    wanted = request.GET.get("seed", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 10 and int(wanted) <= LARGEST_SEED):
        return redirect(f"{request.path}?seed={secrets.randbelow(10**6)}")
    page = PreviewPage(found, int(wanted))
    if request.method == "POST":
        variant = page.asked.answer.variant
        given = read_inputs(public_view(variant), request.POST, page.asked.prefix)
        move = request.POST.get(f"{page.asked.prefix}-move", "")
        page = PreviewPage(found, int(wanted), response=moved(given, move) if move else given)
        page.result = None if move else score(variant, given)
    return render(request, "quizzes/preview.html", {"page": page, "asked": page.asked})


def _staff_only(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied
