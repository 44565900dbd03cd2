"""A platform's course is a group here: whoever teaches it leads the group, whoever learns in it is a member.

Whoever never opened StudyHub has no account and no seat; they are counted. What leads change by hand stays, until the
platform says something else of that person than it said before. A group is never left without a lead.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from lti_tool.models import LtiContext, LtiMembership, LtiUser

from apps.accounts import audit
from apps.accounts.models import User
from apps.groups.models import Group, Membership, Role
from apps.groups.services import groups
from studyhub import stored

from .identity import set_name, set_roles
from .models import Course, Seat
from .platform import Platform, PlatformError

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ACCEPT = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
SYNC_EVERY = timedelta(hours=6)
SYNC_AGAIN = timedelta(minutes=30)  # after one that failed
AT_LAUNCH = timedelta(minutes=10)  # a lead who comes has it looked at again after so long
MOST_PAGES = 100
AT_ONCE = 5
LIST_S = 60.0  # for all pages: others wait for this worker
MOST_MEMBERS = 50_000
# In English, so it is kept; told in the reader's language.
NO_LIST = _("The platform offers no list of the course (Names and Roles).")
NO_MEMBERS = _("What it sent is no list of members.")
ENDLESS = _("Its list of members doesn't end.")
stored.keep(NO_LIST, NO_MEMBERS, ENDLESS)


def came(context: LtiContext, person: LtiUser) -> Course | None:
    """Somebody with an account came from a course: seat them. The first who teaches it makes the group."""
    member = LtiMembership.objects.select_related("user__auth_user").get(context=context, user=person)
    course = Course.objects.select_related("group").filter(context=context).first()
    if course is None:
        if not (member.is_instructor and context.id_on_platform):
            return None
        course = _make(context, member.user.auth_user)
    seat(course, member, came=True)
    if member.is_instructor and context.memberships_url:
        soon = timezone.now()
        fresh = soon - AT_LAUNCH
        rows = Course.objects.filter(pk=course.pk).exclude(synced_at__gt=fresh)
        rows.update(sync_due_at=soon)
    return course


def _make(context: LtiContext, by: User) -> Course:
    with transaction.atomic():
        LtiContext.objects.select_for_update().get(pk=context.pk)
        if there := Course.objects.select_related("group").filter(context=context).first():
            return there
        platform = context.deployment.registration.name
        name = (context.title or context.label or f"Course of {platform}")[:80]
        group = groups.create(by=by, name=name, summary=f"A course at {platform}.", time_zone=_zone(by))
        course = Course.objects.create(context=context, group=group)
        for member in _with_accounts(context):
            seat(course, member)
    return course


def seat(course: Course, member: LtiMembership, *, came: bool = False) -> None:
    """Bring one membership in line with what the platform says; who left by themselves is back when they come."""
    user = member.user.auth_user
    with transaction.atomic():
        group = Group.objects.select_for_update().get(pk=course.group_id)
        if group.is_archived or user is None:
            return
        there = Membership.objects.filter(group=group, user=user).first()
        taken = Seat.objects.filter(course=course, lti_user=member.user).first()
        if not member.is_active:
            _end(group, there, taken)
            return
        role = Role.LEAD if member.is_instructor else Role.MEMBER
        back = came or bool(taken and taken.ended_at)
        if there is None:
            Membership.objects.create(group=group, user=user, role=role)
        elif there.left_at:
            if not back:
                return
            Membership.objects.filter(pk=there.pk).update(left_at=None, role=role)
        elif taken is None:
            if member.is_instructor:
                Membership.objects.filter(pk=there.pk).update(role=Role.LEAD)
        elif taken.leads != member.is_instructor and not _is_last(group, there, role):
            Membership.objects.filter(pk=there.pk).update(role=role)
            _record(group, user, act="role", what=f"As at the platform: {user} is {role.label.lower()} of {group}")
        Seat.objects.update_or_create(
            course=course, lti_user=member.user, defaults={"leads": member.is_instructor, "ended_at": None}
        )


def sync(course: Course, now: datetime) -> bool:
    """Ask the platform who is in the course, and seat those who have an account. False where it doesn't say."""
    context = course.context
    try:
        listed = _names_and_roles(context)
    except PlatformError as problem:
        Course.objects.filter(pk=course.pk).update(sync_error=str(problem)[:300], sync_due_at=now + SYNC_AGAIN)
        return False
    known = {one.sub: one for one in LtiUser.objects.filter(registration=context.deployment.registration)}
    seen = set()
    for told in listed:
        person = known.get(str(told.get("user_id")))
        if person is None:
            continue
        active = told.get("status", "Active") == "Active"
        set_name(person, told.get("name"))
        set_roles(person, context, told.get("roles") or [], active=active)
        if active:
            seen.add(person.pk)
    LtiMembership.objects.filter(context=context, is_active=True).exclude(user__in=seen).update(is_active=False)
    for member in _with_accounts(context):
        seat(course, member)
    here = LtiUser.objects.filter(pk__in=seen, auth_user__isnull=False).count()
    active_there = sum(one.get("status", "Active") == "Active" for one in listed)
    Course.objects.filter(pk=course.pk).update(
        synced_at=now, sync_due_at=now + SYNC_EVERY, sync_error="", not_here=max(0, active_there - here)
    )
    return True


def sync_due(now: datetime) -> int:
    """Beat's turn: the courses whose time has come, a few at once. Returns how many the platforms told of."""
    due = Course.objects.filter(
        sync_due_at__lte=now, group__archived_at=None, context__deployment__registration__is_active=True
    )
    done = 0
    for course in due.select_related("context__deployment__registration", "group").order_by("sync_due_at")[:AT_ONCE]:
        mine = Course.objects.filter(pk=course.pk, sync_due_at=course.sync_due_at)
        if mine.update(sync_due_at=now + SYNC_AGAIN) == 1:
            done += sync(course, now)
    return done


def _names_and_roles(context: LtiContext) -> list[dict[str, Any]]:
    if not context.memberships_url:
        raise PlatformError(NO_LIST)
    platform = Platform(context.deployment.registration)
    found: list[dict[str, Any]] = []
    address, until = context.memberships_url, time.monotonic() + LIST_S
    for _page in range(MOST_PAGES):
        if time.monotonic() > until or len(found) > MOST_MEMBERS:
            break
        page, address = platform.read(address, [SCOPE], ACCEPT)
        members = page.get("members") if isinstance(page, dict) else None
        if not isinstance(members, list):
            raise PlatformError(NO_MEMBERS)
        found += [one for one in members if isinstance(one, dict)]
        if not address:
            return found
    raise PlatformError(ENDLESS)


def _with_accounts(context: LtiContext) -> Any:
    rows = LtiMembership.objects.filter(context=context, user__auth_user__isnull=False)
    return rows.select_related("user__auth_user").order_by("pk")


def _end(group: Group, there: Membership | None, taken: Seat | None) -> None:
    if taken is None or taken.ended_at or there is None or there.left_at or _is_last(group, there, Role.MEMBER):
        return
    now = timezone.now()
    Membership.objects.filter(pk=there.pk).update(left_at=now)
    Seat.objects.filter(pk=taken.pk).update(ended_at=now)
    _record(group, there.user, act="member", what=f"As at the platform: {there.user} is no longer in {group}")


def _is_last(group: Group, there: Membership, role: Role) -> bool:
    """Whether `role` would leave the group without a lead."""
    leads = group.memberships.current().filter(role=Role.LEAD)
    return there.role == Role.LEAD and role != Role.LEAD and not leads.exclude(pk=there.pk).exists()


def _record(group: Group, user: User, *, act: str, what: str) -> None:
    audit.record(actor=None, subject=user, act=act, what=what, where=group.name, url="")


def _zone(by: User) -> str:
    return by.time_zone or settings.TIME_ZONE
