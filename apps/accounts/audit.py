"""The record of what leads and operators did with other people's work."""

from __future__ import annotations

from apps.accounts.models import AuditEntry, User


def record(
    *, actor: User, subject: User | None, act: str, what: str, why: str = "", where: str = "", url: str = ""
) -> AuditEntry:
    """Write down one act; `subject` is whom it concerns, and who may read it.

    Belongs in the transaction of the act itself, so that neither is there without the other.
    """
    return AuditEntry.objects.create(
        actor=actor, subject=subject, act=act, what=what[:300], why=why[:500], where=where[:120], url=url[:300]
    )
