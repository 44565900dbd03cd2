"""Pages that belong to no app."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe


@require_safe
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """In place of the admin's own form, which would be a second way in: without a limit on guesses."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", "") or reverse("admin:index"))
