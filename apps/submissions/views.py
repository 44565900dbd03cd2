"""Pages of a hand-in: upload, history, the live page, the executed notebook."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseStopPolling
from prometheus_client import CONTENT_TYPE_LATEST

from apps.exercises.access import get_exercise
from apps.exercises.models import Exercise

from . import pictures, rendering, services
from .access import get_readable, get_submission, may_change, page_for
from .forms import CappedUpload, CommentForm, UploadForm
from .leaderboard import Leaderboard
from .metrics import exposition
from .models import Submission
from .operations import Operations
from .page import RunPage, is_fragment
from .said import refused
from .validation import UploadRefused

PER_PAGE = 30


@csrf_exempt
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand in a notebook. The token is checked inside: reading it reads the body, which the handler has to cap."""
    request.upload_handlers.insert(0, CappedUpload(request))
    return _new(request, slug)


@login_required
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _new(request: HttpRequest, slug: str) -> HttpResponse:
    exercise = get_exercise(slug)
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, too_large=getattr(request, "upload_too_large", False))
    belongs_to = None
    if form.is_valid():
        file = form.file()
        try:
            handed_in = services.submit(user=request.user, exercise=exercise, filename=file.name, data=file.read())
            return redirect(handed_in)
        except UploadRefused as refusal:
            form.add_error("notebook", refused(refusal))
            belongs_to = Exercise.objects.on_offer().filter(slug=refusal.facts.get("other", "")).first()
    mine = Submission.objects.of(request.user).filter(exercise=exercise)
    used, attempts = Submission.objects.allowance(request.user, exercise, exercise.current_version)
    context = {
        "exercise": exercise,
        "form": form,
        "belongs_to": belongs_to,
        "used": used,
        "attempts": attempts,
        "limit_mb": settings.UPLOAD_LIMIT_MB,
        "latest": mine.prefetch_related("runs").order_by("-number").first(),
    }
    template = "submissions/_upload.html" if is_fragment(request) else "submissions/new.html"
    return render(request, template, context, status=422 if form.errors else 200)


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """All that one has handed in, the latest first, and the best score for each exercise."""
    page = Paginator(Submission.objects.of(request.user).with_runs(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "best": Submission.objects.best_list(request.user)}
    return render(request, "submissions/list.html", context)


@login_required
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One hand-in: how it runs now, or what it got."""
    submission = get_readable(request.user, pk)
    if not may_change(request.user, submission):
        return redirect(page_for(request.user, submission))
    return _detail(request, submission)


def _detail(request: HttpRequest, submission: Submission, form: CommentForm | None = None) -> HttpResponse:
    view = RunPage(submission)
    if form:
        form.beside(view.conversation.spoken_of)
    context = {"submission": submission, "view": view, "comment_form": form}
    return render(request, "submissions/detail.html", context, status=422 if form else 200)


@login_required
@require_POST
def comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something on a hand-in: its learner, or staff. Who leads a group does it on the group's page."""
    submission = get_submission(request.user, pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            made = services.comment(author=request.user, submission=submission, **form.cleaned_data)
            return redirect(f"{submission.get_absolute_url()}#comment-{made.pk}")
        except services.ReviewRefused as refusal:
            form.add_error("text", str(refusal))
    return _detail(request, submission, form)


@login_required
@require_safe
def live(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes; its last answer, with status 286, ends the polling."""
    submission = get_submission(request.user, pk)
    view = RunPage(submission)
    context = {"submission": submission, "view": view, "told": request.GET.get("told") == view.status_key, "live": True}
    response = render(request, "submissions/_live.html", context)
    return HttpResponseStopPolling(response.content) if view.run.is_final else response


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a hand-in that has not been graded."""
    submission = get_submission(request.user, pk)
    if not services.cancel(run=submission.run, actor=request.user):
        messages.warning(request, _("It was too late to cancel: it had run already."))
    return redirect(submission)


@login_required
@require_safe
@xframe_options_sameorigin
@gzip_page
def notebook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The executed notebook as a document of its own, for the sandboxed frame: nothing in it may run.

    Packed: what it holds of ours, the key to its pictures, is none that a length could tell, and good for those alone.
    """
    run = get_readable(request.user, pk).run
    folder = pictures.folder(run, request.user)
    page = rendering.executed_page(run, theme=request.COOKIES.get("theme", ""), pictures=folder)
    if page is None:
        raise Http404("There is no executed notebook.")
    response = HttpResponse(page)
    response["Content-Security-Policy"] = rendering.frame_policy(request.build_absolute_uri(folder))
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def picture(request: HttpRequest, pk: UUID, key: str, number: int) -> HttpResponse:
    """A picture of the executed notebook, for whom the key was made: the frame that asks for it has no session."""
    content = rendering.picture(pictures.run_for(pk, key), number)
    if content is None:
        raise Http404("There is no such picture.")
    response = HttpResponse(content, content_type=pictures.MEDIA)
    response["Cache-Control"] = f"private, max-age={pictures.SAME_S}, immutable"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # the frame's document is of no origin, ours neither
    return response


@login_required
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One's own notebook again, as it was handed in (without outputs)."""
    submission = get_readable(request.user, pk)
    name = f"{submission.exercise.slug}-{submission.number}.ipynb"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(submission.notebook.text, content_type="application/x-ipynb+json", headers=headers)


@login_required
@require_safe
def runners(request: HttpRequest) -> HttpResponse:
    """For operators: what runs notebooks, what waits, and what has stopped."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "submissions/runners.html", {"view": Operations()})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The same figures as Prometheus gets (studyhub/probes.py), for staff who look."""
    if not request.user.is_staff:
        raise PermissionDenied
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


@require_safe
def leaderboard(request: HttpRequest, slug: str) -> HttpResponse:
    """The places in a competition."""
    exercise = get_exercise(slug)
    context = {"exercise": exercise, "board": Leaderboard(exercise, request.user)}
    return render(request, "submissions/leaderboard.html", context)


@login_required
@require_POST
def choose_entry(request: HttpRequest, slug: str) -> HttpResponse:
    """Let one of the reader's entries count; without `run`, the best one again."""
    board = Leaderboard(get_exercise(slug), request.user)
    chosen = request.POST.get("run", "")
    if board.has_ended:
        messages.error(request, _("The competition has ended: what counted then counts."))
    elif not chosen:
        services.choose_entry(user=request.user, exercise=board.exercise, entry=None)
        messages.success(request, _("Your best entry counts."))
    else:
        entry = next((own.entry for own in board.mine if str(own.entry.pk) == chosen), None)
        if entry is None:
            raise Http404("There is no such entry of yours.")
        services.choose_entry(user=request.user, exercise=board.exercise, entry=entry)
        messages.success(request, _("Hand-in %(number)s counts.") % {"number": entry.run.submission.number})
    return redirect("submissions:leaderboard", slug)
