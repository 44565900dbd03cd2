"""Who is on the site before the load begins: `python -m tests.load.people LEARNERS HANDINS FILE`.

Learners and their sessions, a group with a plan and two leads, and a past of hand-ins; FILE says who they are.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings

LEADS = 2
IN_GROUP = 40
SOLVED = ("numpy-broadcasting", "gradient-descent", "convolution-from-scratch", "linear-regression-from-scratch")


def main() -> None:
    learners, hand_ins, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    django.setup()
    from apps.exercises.build import notebook_bytes
    from apps.exercises.models import Exercise
    from apps.submissions.models import Submission
    from tests.load import rows

    rows.add_learners("learner", learners)
    rows.add_hand_ins("learner", hand_ins)
    rows.add_learners("lead", LEADS)
    group = make_group()
    path.parent.mkdir(parents=True, exist_ok=True)
    for slug in SOLVED:
        package = Exercise.objects.get(slug=slug).current_version.package()
        (path.parent / f"{slug}.ipynb").write_bytes(notebook_bytes(package, "reference"))
    latest = Submission.objects.filter(user__email__startswith="learner").order_by("user_id", "-created_at")
    hand_in_of = {one.user_id: str(one.pk) for one in latest.distinct("user_id")} if hand_ins else {}
    people = {
        "group": group,
        "learners": [{**one, "hand_in": hand_in_of.get(one["pk"])} for one in with_sessions("learner")],
        "leads": with_sessions("lead"),
    }
    path.write_text(json.dumps(people), encoding="utf-8")


def make_group() -> str:
    """A group of some learners with the plan of the track Regression, half of it past; returns its slug."""
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.groups.models import Membership, Role
    from apps.groups.plan_templates import load_plans
    from apps.groups.services import courses, groups

    leads = list(User.objects.filter(email__startswith="lead").order_by("pk"))
    group = groups.create(by=leads[0], name="Load circle", summary="Everybody at once.", time_zone="Europe/Berlin")
    Membership.objects.bulk_create(
        [Membership(group=group, user=user, role=Role.LEAD) for user in leads[1:]]
        + [
            Membership(group=group, user=user)
            for user in User.objects.filter(email__startswith="learner").order_by("pk")[:IN_GROUP]
        ]
    )
    plan = next(one for one in load_plans(settings.CURRICULUM_DIR) if one.slug == "regression")
    courses.create(group=group, plan=plan, first=timezone.now() - timedelta(weeks=3), weeks=1, place="")
    return str(group.slug)


def with_sessions(prefix: str) -> list[dict[str, object]]:
    """Everybody whose address begins so, each with the key of a session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from apps.accounts.models import User

    people = []
    for user in User.objects.filter(email__startswith=prefix).order_by("pk"):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        people.append({"pk": user.pk, "session": session.session_key})
    return people


if __name__ == "__main__":
    main()
