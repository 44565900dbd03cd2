"""Pages about the reader: the account itself is django-allauth's."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.forms import ProfileForm, ThemeForm

THEME_COOKIE_S = 365 * 24 * 3600


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in a cookie: the server writes it into the page, so that no page flashes."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Choose auto, light or dark.", content_type="text/plain")
    back = form.cleaned_data["next"]
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "home"
    from_script = request.headers.get("X-Requested-With") == "fetch"
    response = HttpResponse(status=204) if from_script else redirect(back)
    _remember_theme(response, form.cleaned_data["theme"])
    return response


def _remember_theme(response: HttpResponse, choice: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie("theme", choice, THEME_COOKIE_S, samesite="Lax", httponly=True, secure=secure)


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
        messages.success(request, "Saved.")
        response = redirect("profile")
        if form.cleaned_data["theme"]:
            _remember_theme(response, form.cleaned_data["theme"])
        return response
    return render(request, "accounts/profile.html", {"form": form})
