"""A provider whose every ID token is looked at: signature, issuer, audience, time, and that it was made for this try.

allauth trusts the connection by which it fetched a token, and sends no nonce. A provider is somebody else's machine,
often behind somebody else's proxy: that its token is signed for us, now and for this browser costs one request more.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

# With a public key only: a secret that both sides know proves nothing, and `none` less.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCKS_APART_S = 30


def nonce_for(verifier: str) -> str:
    """The nonce of one try to sign in, made of the secret that its session holds: nothing more is to be kept."""
    return hashlib.sha256(f"nonce of {verifier}".encode()).hexdigest()


class StrictAdapter(OpenIDConnectOAuth2Adapter):
    """Reads what a provider says of somebody, and believes it once it is proved."""

    verifier = ""

    def get_access_token_data(self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: Any = None):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """Called by allauth with the secret of this try."""
        self.verifier = pkce_code_verifier or ""
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Called by allauth with what was got for the code. Raises OAuth2Error for what doesn't prove who it is."""
        found = {"id_token": self._proved(app, kwargs["response"].get("id_token") or "")}
        if "email" not in found["id_token"]:
            found["userinfo"] = self._fetch_user_info(token.token)
            if found["userinfo"].get("sub") != found["id_token"]["sub"]:
                raise OAuth2Error("The provider speaks of two people.")
        return self.get_provider().sociallogin_from_response(request, found)

    def _proved(self, app: SocialApp, text: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            kid = jwt.get_unverified_header(text).get("kid")
            keys = [key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if kid in (None, key.key_id)]
            if not keys:
                raise OAuth2Error("The ID token is signed with a key that its provider doesn't name.")
            claims: dict[str, Any] = jwt.decode(
                text,
                keys[0].key,
                algorithms=ALGORITHMS,
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=CLOCKS_APART_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError) as error:
            raise OAuth2Error(f"The ID token proves nothing: {type(error).__name__}.") from error
        if not self.verifier or not hmac.compare_digest(str(claims.get("nonce", "")), nonce_for(self.verifier)):
            raise OAuth2Error("The ID token was made for another try.")
        return claims


class StrictProvider(OpenIDConnectProvider):
    """allauth's, with a nonce in each try."""

    pkce_enabled_default = True
    oauth2_adapter_class = StrictAdapter

    def get_pkce_params(self) -> dict[str, str]:
        """Called by allauth for what goes to the provider in the address; the verifier itself stays in the session."""
        params: dict[str, str] = super().get_pkce_params()
        return params | {"nonce": nonce_for(params["code_verifier"])}


provider_classes = [StrictProvider]
