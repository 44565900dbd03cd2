"""Who somebody is: the registration (issuer and client) and the subject that the platform names, and nothing else.

No account is ever found by an e-mail address that a platform told: whoever has one here signs in and links it. Nor is
the address kept; an account that begins here has none until its owner proves one.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from allauth.mfa.utils import is_mfa_enabled
from django.db import transaction
from django.utils.translation import gettext
from lti_tool.lti_core.constants import ContextRole
from lti_tool.lti_core.utils import normalize_role
from lti_tool.models import LtiContext, LtiLaunch, LtiMembership, LtiPlatformInstance, LtiResourceLink, LtiUser

from apps.accounts.models import User
from studyhub.mail import NO_MAIL

from . import targets
from .models import Launch, Placement

if TYPE_CHECKING:
    from collections.abc import Iterable

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LEADING = {ContextRole.INSTRUCTOR.value, ContextRole.ADMINISTRATOR.value}
NAME_LENGTH = 80


class LinkRefused(Exception):
    """An account that can't be linked; the text says why."""


def take_in(launch: Launch, said: LtiLaunch) -> None:
    """Write down who came, from which course, as what, by which link; in one transaction."""
    with transaction.atomic():
        person, _ = LtiUser.objects.get_or_create(registration=launch.registration, sub=said.get_claim("sub"))
        name = said.get_claim("name") or " ".join(
            part for part in (said.get_claim("given_name"), said.get_claim("family_name")) if part
        )
        set_name(person, name)
        context = _context(said)
        set_roles(person, context, said.roles_claim or [], active=True)
        launch.lti_user, launch.context = person, context
        if said.is_resource_launch:
            launch.placement = _placement(said, context)
        launch.save(update_fields=["lti_user", "context", "placement"])
    _instance(said)


def set_name(person: LtiUser, name: Any) -> None:
    """What the platform calls them; nothing else about them is kept."""
    if isinstance(name, str) and name.strip() and person.name != name.strip()[:500]:
        person.name = name.strip()[:500]
        person.save(update_fields=["name", "datetime_modified"])


def set_roles(person: LtiUser, context: LtiContext, roles: Iterable[Any], *, active: bool) -> LtiMembership:
    """As what they are in a course, from now on: what the platform said before counts no more."""
    told = {normalize_role(role) for role in roles if isinstance(role, str)}
    membership, _ = LtiMembership.objects.update_or_create(
        user=person,
        context=context,
        defaults={
            "is_instructor": bool(told & LEADING),
            "is_learner": ContextRole.LEARNER.value in told,
            "is_active": active,
        },
    )
    return membership


def new_account(person: LtiUser) -> User:
    """An account of their own, without password and without an address that mail goes to. Raises LinkRefused."""
    name = person.name[:NAME_LENGTH] or "Learner"
    with transaction.atomic():
        user = User.objects.create_user(f"{secrets.token_hex(8)}{NO_MAIL}", name=name)
        link(person, user)
    return user


def link(person: LtiUser, user: User) -> None:
    """From now on this account is theirs. Raises LinkRefused where they have one, or it has somebody else there."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if LtiUser.objects.filter(registration=person.registration_id, auth_user=user).exclude(pk=person.pk).exists():
            raise LinkRefused(gettext("This account is linked to somebody else at this platform."))
        if LtiUser.objects.filter(pk=person.pk, auth_user=None).update(auth_user=user) != 1:
            raise LinkRefused(gettext("You have an account here already: open the link at your platform again."))
    person.auth_user = user


def signs_in_itself(user: User) -> bool:
    """Whether a platform's word is not enough for this account: staff, and whoever has a second step."""
    return user.is_staff or user.is_superuser or is_mfa_enabled(user)


def forget(sender: Any, instance: User, **_: Any) -> None:
    """Called before an account is deleted: what platforms told of its owner goes with it."""
    LtiUser.objects.filter(auth_user=instance).delete()


def _context(said: LtiLaunch) -> LtiContext:
    claim = said.context_claim if isinstance(said.context_claim, dict) else {}
    names = (said.nrps_claim or {}).get("context_memberships_url") or ""
    context, _ = LtiContext.objects.update_or_create(
        deployment=said.get_message_launch().get_tool_conf().deployment,
        id_on_platform=str(claim.get("id") or "")[:255],
        defaults={
            "title": str(claim.get("title") or "")[:500],
            "label": str(claim.get("label") or "")[:255],
            "memberships_url": names if isinstance(names, str) and len(names) <= 200 else "",
        },
    )
    return context


def _placement(said: LtiLaunch, context: LtiContext) -> Placement:
    claim = said.resource_link_claim
    resource_link, _ = LtiResourceLink.objects.update_or_create(
        context=context,
        id_on_platform=str(claim["id"])[:255],
        defaults={"title": str(claim.get("title") or "")[:500]},
    )
    custom = said.get_claim(f"{CLAIM}custom")
    opens = str(custom.get(targets.PARAMETER) or "")[:120] if isinstance(custom, dict) else ""
    item = targets.find(opens)
    kind = opens.partition(":")[0] if item else ""
    endpoint = said.ags_claim if isinstance(said.ags_claim, dict) else {}
    column = endpoint.get("lineitem") if SCORE_SCOPE in (endpoint.get("scope") or []) else ""
    placement, _ = Placement.objects.update_or_create(
        link=resource_link,
        defaults={
            "opens": opens if item else "",
            "exercise": item if kind == "exercise" else None,
            "quiz": item if kind == "quiz" else None,
            "line_item": column if isinstance(column, str) and len(column) <= 500 else "",
        },
    )
    return placement


def _instance(said: LtiLaunch) -> None:
    """What the platform calls itself, for the set-up page."""
    claim = said.platform_instance_claim
    if not isinstance(claim, dict) or not claim.get("guid"):
        return
    instance, _ = LtiPlatformInstance.objects.update_or_create(
        issuer=said.get_claim("iss"),
        guid=str(claim["guid"])[:255],
        defaults={
            "name": str(claim.get("name") or "")[:500],
            "product_family_code": str(claim.get("product_family_code") or "")[:500],
            "version": str(claim.get("version") or "")[:500],
        },
    )
    deployment = said.get_message_launch().get_tool_conf().deployment
    if deployment.platform_instance_id != instance.pk:
        deployment.platform_instance = instance
        deployment.save(update_fields=["platform_instance", "datetime_modified"])
