"""FSRS's parameters fitted to a learner's own reviews, by a worker: never in a request."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from apps.quizzes.fitting import MIN_REPEATED, Fit, missing
from apps.quizzes.memory import meet
from apps.quizzes.models import Card, FittedParameters, Review

logger = logging.getLogger(__name__)
# A learner's parameters are fitted anew once there are so many times the reviews that they stand on.
GROWTH = 1.25
# A thousand repeated reviews take about three seconds; of what takes longer than this nothing is used.
LONGEST_S = 300


def refit_due() -> list[int]:
    """The keys of the learners whose reviews are enough for a first fit, or many more than at the last one."""
    if lacking := missing():
        logger.info(
            "Nobody's review schedule is fitted here, the default one stays: %s not installed. pip install "
            "'studyhub[fitting]'",
            ", ".join(lacking),
        )
        return []
    counted = Review.objects.repeated().values_list("card__user").annotate(n=Count("pk")).filter(n__gte=MIN_REPEATED)
    fitted = dict(FittedParameters.objects.values_list("user", "reviews"))
    return [user for user, n in counted.order_by("card__user") if n >= GROWTH * fitted.get(user, 0)]


def refit(*, user_id: int) -> FittedParameters | None:
    """Fit a learner's parameters, and use what predicts best from now on. None where nothing could be fitted.

    1. Another process fits them. 2. They are stored, with what they stand on. 3. The cards remember what they would had
    the new parameters always been used; what is due stays due.
    """
    log = list(Review.objects.filter(card__user=user_id).order_by("pk").values_list("card_id", "rating", "at"))
    row = FittedParameters.objects.filter(user=user_id).first()
    current = list(row.parameters) if row else []
    found = _fit([(card, rating, at.timestamp()) for card, rating, at in log], current)
    if found is None:
        return None
    chosen = list(found.parameters)
    with transaction.atomic():
        row, _ = FittedParameters.objects.update_or_create(
            user_id=user_id,
            defaults={
                "parameters": chosen,
                "reviews": found.reviews,
                "loss": found.loss,
                "default_loss": found.default_loss,
                "fitted_at": timezone.now(),
            },
        )
        if chosen != current:
            _remember_anew(user_id, found.parameters)
    logger.info("Fitted to %s reviews: log loss %.4f, %.4f before", found.reviews, found.loss, found.default_loss)
    return row


def _fit(met: list[tuple[int, int, float]], current: list[float]) -> Fit | None:
    """Let a process of its own fit; None where reviews are too few, or the process fails, which the log tells."""
    program = [sys.executable, "-m", "apps.quizzes.fitting"]
    try:
        done = subprocess.run(
            program,
            input=json.dumps({"met": met, "current": current}),
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            cwd=settings.BASE_DIR,
            check=True,
            # It needs no broker, no database and no secret.
            env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        logger.error("Fitting to %s reviews took longer than %s s", len(met), LONGEST_S)
        return None
    except subprocess.CalledProcessError as error:
        logger.error("Fitting failed: %s", error.stderr[-2000:])
        return None
    found = json.loads(done.stdout)
    return Fit(**{**found, "parameters": tuple(found["parameters"])}) if found else None


def _remember_anew(user_id: int, parameters: tuple[float, ...]) -> None:
    """Replay each card's reviews with `parameters`. A card that is met meanwhile is left as it is."""
    for card in Card.objects.filter(user=user_id).prefetch_related("reviews"):
        memory = None
        for review in sorted(card.reviews.all(), key=lambda review: review.pk):
            memory, _ = meet(memory, review.rating, review.at, parameters)
        if memory:
            memory["due"] = card.memory["due"]
            Card.objects.filter(pk=card.pk, due=card.due).update(memory=memory)
