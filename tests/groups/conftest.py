"""The circle: Alice leads it, Dana co-leads, Bob is a member. Charlie is a stranger, and so is Ada of the staff."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.catalog.models import Resource, Section, Track
from apps.exercises.models import Exercise
from apps.groups.models import Assignment, Group, Membership, Role
from tests.submissions.conftest import committed, desk, exercise, office, package  # noqa: F401 - fixtures


@pytest.fixture
def alice(db, django_user_model):
    """Elsewhere she is staff; what she may do here she may as a lead."""
    return django_user_model.objects.create_user("alice@example.org", "alice-secret", name="Alice")


@pytest.fixture
def dana(db, django_user_model):
    return django_user_model.objects.create_user("dana@example.org", "dana-secret", name="Dana")


@pytest.fixture
def ada(db, django_user_model):
    return django_user_model.objects.create_user(
        "ada@example.org", "ada-secret", name="Ada", is_staff=True, is_superuser=True
    )


@pytest.fixture
def circle(alice, dana, bob, charlie) -> Group:
    """A group without a plan."""
    group = Group.objects.create(slug="circle", name="The circle", summary="We *read* on Thursdays.", created_by=alice)
    for user, role in ((alice, Role.LEAD), (dana, Role.COLEAD), (bob, Role.MEMBER)):
        Membership.objects.create(group=group, user=user, role=role)
    return group


@pytest.fixture
def resource(db) -> Resource:
    track, _ = Track.objects.get_or_create(slug="trees", defaults={"title": "Trees", "summary": "From the root."})
    section, _ = Section.objects.get_or_create(track=track, slug="roots", defaults={"title": "Roots"})
    return Resource.objects.create(
        section=section, slug="a-tree", title="A tree", url="https://example.org/tree", kind="article", level="beginner"
    )


@pytest.fixture
def assign(circle) -> Callable[..., Assignment]:
    """Put a resource, a quiz or an exercise on the circle's plan: `assign(exercise, meeting=..., due_at=...)`."""

    def assign_(item, **fields) -> Assignment:
        kind = "resource" if isinstance(item, Resource) else "exercise" if isinstance(item, Exercise) else "quiz"
        return Assignment.objects.create(group=circle, **{kind: item}, **fields)

    return assign_
