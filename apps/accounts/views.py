"""Pages about the reader: the account itself is django-allauth's."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.forms import LanguageForm, ProfileForm, ThemeForm

CHOICE_COOKIE_S = 365 * 24 * 3600


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in a cookie: the server writes it into the page, so that no page flashes."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Choose auto, light or dark.", content_type="text/plain")
    from_script = request.headers.get("X-Requested-With") == "fetch"
    response = HttpResponse(status=204) if from_script else redirect(_back(request, form.cleaned_data["next"]))
    _remember(response, "theme", form.cleaned_data["theme"])
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language of pages: in a cookie, and in the profile of who has one."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Choose one of the languages at a page's foot.", content_type="text/plain")
    choice = form.cleaned_data["language"]
    if request.user.is_authenticated:
        request.user.language = choice
        request.user.save(update_fields=["language"])
    response = redirect(_back(request, form.cleaned_data["next"]))
    _remember(response, settings.LANGUAGE_COOKIE_NAME, choice)
    return response


@login_required
@require_POST
def single_keys(request: HttpRequest) -> HttpResponse:
    """The switch in the list of keys: whether single ones do something."""
    request.user.single_keys = "single_keys" in request.POST
    request.user.save(update_fields=["single_keys"])
    return HttpResponse(status=204)


@login_required
@require_POST
def factor_hint(request: HttpRequest) -> HttpResponse:
    """No more word of a second factor on the pages of what the reader leads; under Signing in it stands on."""
    request.user.factor_hint = False
    request.user.save(update_fields=["factor_hint"])
    messages.success(request, _("All right. Under your account, at “Signing in”, you can add one at any time."))
    return redirect(_back(request, request.POST.get("next", "")))


def _back(request: HttpRequest, back: str) -> str:
    """Where the reader was, as long as that is a page of this site."""
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if ours else "home"


def _remember(response: HttpResponse, name: str, choice: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, choice, CHOICE_COOKIE_S, samesite="Lax", httponly=True, secure=secure)


def not_there(request: HttpRequest) -> HttpResponse:
    """In place of a page of a library that this site does without. Raises Http404."""
    raise Http404


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The reader's own name, where it shows, and how pages look and read to them."""
    chosen = request.COOKIES.get("theme", "auto")
    form = ProfileForm(request.POST or None, instance=request.user, initial={"theme": chosen})
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        response = redirect("profile")
        if form.cleaned_data["theme"]:
            _remember(response, "theme", form.cleaned_data["theme"])
        return response
    return render(request, "accounts/profile.html", {"form": form})
