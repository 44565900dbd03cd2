"""A question for whoever has come for the first time: answered without an account, and nothing of it is stored."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.quizzes.trial import LARGEST_SEED, Trial, on_trial


@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest) -> HttpResponse:
    """Ask one of the questions on trial; a POST says how its answer was."""
    questions = on_trial()
    if not questions:
        return render(request, "quizzes/trial.html", {"trial": None})
    sent = request.POST if request.method == "POST" else request.GET
    found = next((one for one in questions if str(one.pk) == sent.get("question", "")), questions[0])
    seed = sent.get("seed", "")
    known = seed.isascii() and seed.isdigit() and len(seed) <= len(str(LARGEST_SEED)) and int(seed) <= LARGEST_SEED
    page = Trial(found, int(seed) if known else secrets.randbelow(LARGEST_SEED), questions)
    if request.method == "POST":
        page.give(request.POST)
    return render(request, "quizzes/trial.html", {"trial": page})
