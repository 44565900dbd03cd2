"""The keys that we sign with; django-lti keeps them, platforms read the public halves at our JWKS address."""

from __future__ import annotations

from lti_tool.models import Key, LtiRegistration
from pylti1p3.registration import Registration


def ensure_key() -> None:
    """Make the first one. `manage.py rotate_keys` makes the others."""
    if not Key.objects.active().exists():
        Key.objects.generate()


def signing(registration: LtiRegistration) -> Registration:
    """The registration as pylti1p3 has it, with the key that signs."""
    ensure_key()
    return registration.to_registration()
