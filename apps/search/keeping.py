"""Keeps the index in step: with the curriculum by its edition, with groups by what is saved, with both by the clock.

Whoever searches first after a sync pays for it; beat asks every few minutes, and says in the log what it had to mend.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save

from apps.catalog.models import Edition
from apps.groups.models import Assignment, Group, Meeting

from .backends import backend
from .documents import of_curriculum, of_group
from .models import Document, State

logger = logging.getLogger(__name__)


def listen() -> None:
    """Called once, when the app is ready."""
    for model in (Group, Meeting, Assignment):
        post_save.connect(_changed, sender=model, dispatch_uid=f"search.saved.{model.__name__}")
        post_delete.connect(_changed, sender=model, dispatch_uid=f"search.deleted.{model.__name__}")
    post_delete.connect(_gone, sender=Document, dispatch_uid="search.gone")


def _changed(instance: Any, **kwargs: Any) -> None:
    """Called by Django for a row of a group: the group's documents follow once it is there for good."""
    key = instance.pk if isinstance(instance, Group) else instance.group_id
    # What a search would find is no reason for the save to fail: beat mends what this could not.
    transaction.on_commit(partial(refresh_group, key), robust=True)


def _gone(instance: Document, **kwargs: Any) -> None:
    backend().forget([instance.pk])


def in_step() -> str:
    """Have the index follow the curriculum where a sync has been; the index's stamp, for what is kept of it."""
    state, edition = State.objects.filter(pk=1).first(), _edition()
    if state is None or state.edition != edition:
        refresh_curriculum()
        state = State.objects.get(pk=1)
    return state.stamp


def is_stale() -> bool:
    """Whether the index is not of the curriculum's edition, or has lost rows: without looking at what they say."""
    state = State.objects.filter(pk=1).first()
    return state is None or state.edition != _edition() or backend().count() != Document.objects.count()


def refresh_curriculum() -> int:
    """Make what is everybody's right; how many documents changed."""
    with transaction.atomic():
        state = _locked()
        # Read before the rows: a sync that comes between is seen the next time.
        state.edition = _edition()
        changed = _apply(Document.objects.filter(group__isnull=True), of_curriculum())
        state.stamp = uuid4().hex
        state.save()
    return changed


def refresh_group(key: int) -> int:
    """Make a group's documents right; how many changed. A group that is gone took its own along."""
    with transaction.atomic():
        _locked()
        group = Group.objects.filter(pk=key).first()
        return _apply(Document.objects.filter(group=key), of_group(group)) if group else 0


def refresh_all() -> int:
    """Make all of it right; how many documents changed."""
    return refresh_curriculum() + sum(refresh_group(key) for key in Group.objects.values_list("pk", flat=True))


def rebuild() -> int:
    """Drop the index and make it anew; how many documents it has."""
    with transaction.atomic():
        _locked()
        backend().empty()
        Document.objects.all()._raw_delete("default")
        refresh_all()
    return Document.objects.count()


def mend() -> None:
    """Beat's turn: what saves in bulk tells nobody, so all of it is compared."""
    if backend().count() != Document.objects.count():
        logger.warning("The search index was out of step: %s documents in it now", rebuild())
    elif changed := refresh_all():
        logger.info("The search index follows: %s documents changed", changed)


def _locked() -> State:
    """One at a time writes the index."""
    State.objects.get_or_create(pk=1)
    return State.objects.select_for_update().get(pk=1)


def _edition() -> str:
    return Edition.objects.values_list("name", flat=True).first() or ""


def _apply(rows: QuerySet[Document], wanted: list[Document]) -> int:
    """Make `rows` into `wanted`, changing only those that differ; how many did."""
    known = {key: (pk, digest) for key, pk, digest in rows.values_list("key", "pk", "digest")}
    keys = {one.key for one in wanted}
    lost = [pk for key, (pk, _) in known.items() if key not in keys]
    new = [one for one in wanted if one.key not in known]
    other = [one for one in wanted if one.key in known and one.digest != known[one.key][1]]
    for one in other:
        one.pk = known[one.key][0]
    backend().forget(lost)
    Document.objects.filter(pk__in=lost)._raw_delete("default")
    Document.objects.bulk_create(new)
    fields = [field.name for field in Document._meta.fields if field.name not in {"id", "key"}]
    Document.objects.bulk_update(other, fields)
    if new or other:
        backend().index([*new, *other])
    return len(lost) + len(new) + len(other)
