"""The two addresses of a provider: on the way there, and back."""

from __future__ import annotations

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse

from .provider import StrictAdapter


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sends the reader to the provider, by a form."""
    return _by(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends them back."""
    return _by(OAuth2CallbackView, request, provider_id)


def _by(view: type[OAuth2LoginView] | type[OAuth2CallbackView], request: HttpRequest, key: str) -> HttpResponse:
    try:
        response: HttpResponse = view.adapter_view(StrictAdapter(request, key))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return response
