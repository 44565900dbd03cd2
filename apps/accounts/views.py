"""Pages about the reader: the account itself is django-allauth's."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
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
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(
        "theme", form.cleaned_data["theme"], THEME_COOKIE_S, samesite="Lax", httponly=True, secure=secure
    )
    return response


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The reader's own name, where it shows, and the ways to address and password."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})
