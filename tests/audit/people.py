"""Who looks at the site, and which pages the demo group's data makes worth a look."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.groups.management.commands.demo_group import SLUG as GROUP
from apps.quizzes.constants import RIGHT
from apps.quizzes.models import Answer
from apps.submissions.constants import Verdict
from apps.submissions.models import CheckResult, Submission
from studyhub.management.commands.serve import DEMO_USERS

NOBODY = "nobody"
EMAILS = {role: email for role, email, _, _ in DEMO_USERS}
TRACK = "neural-nets"
EXERCISE = "pytorch-in-15-minutes"
QUIZ = "neurons-and-layers"


@dataclass(frozen=True)
class Page:
    """A page and who looks at it; `name` is that of a main page, which Lighthouse looks at too."""

    path: str
    role: str = NOBODY
    name: str = ""


def cookies(role: str, address: str) -> list[dict[str, str]]:
    """What the browser of somebody who has signed in sends; nothing for nobody."""
    if role == NOBODY:
        return []
    client = Client()
    client.force_login(User.objects.get(email=EMAILS[role]), backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": address}]


def drawn_hand_in() -> tuple[str, str]:
    """The learner's first hand-in with a check that drew what is not right: its path, and the check before that one."""
    wrong = CheckResult.objects.filter(run__submission__user__email=EMAILS["learner"], passed=False)
    found = wrong.exclude(plot_svg="").select_related("run").order_by("run__submission__created_at", "position")[0]
    return reverse("submissions:detail", args=[found.run.submission_id]), f"#check-{max(found.position, 1)}"


def missed_question() -> tuple[str, str]:
    """The learner's first question about a picture that was not answered rightly: its result's path, and its place."""
    found = Answer.objects.filter(
        user__email=EMAILS["learner"], attempt__ended_at__isnull=False, question__kind="hotspot", share__lt=RIGHT
    ).order_by("attempt__started_at", "position")[0]
    return reverse("quizzes:attempt", args=[found.attempt_id]), f"#question-{found.position + 1}"


def main_pages() -> list[Page]:
    """Home, track, exercise, a graded hand-in with something lost, quiz, the leads' dashboard."""
    learner = User.objects.get(email=EMAILS["learner"])
    theirs = Submission.objects.filter(user=learner).order_by("number", "pk")
    graded = theirs.filter(runs__verdict=Verdict.PARTIAL).last() or theirs.last()
    return [
        Page("/", "learner", "home"),
        Page(reverse("track", args=[TRACK]), "learner", "track"),
        Page(reverse("exercises:detail", args=[EXERCISE]), "learner", "exercise"),
        Page(reverse("submissions:detail", args=[graded.pk]), "learner", "submission"),
        Page(reverse("quizzes:quiz", args=[QUIZ]), "learner", "quiz"),
        Page(reverse("groups:dashboard", args=[GROUP]), "lead", "dashboard"),
    ]
