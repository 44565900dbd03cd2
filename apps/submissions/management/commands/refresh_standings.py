"""`manage.py refresh_standings`: works out anew where every learner stands with every exercise."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.submissions.models import Standing, Submission
from apps.submissions.standings import refresh


class Command(BaseCommand):
    """Needed after rows were changed by hand: otherwise each move of a run keeps its learner's row up to date."""

    help = "Work out anew where every learner stands with every exercise."

    def handle(self, *args: Any, **options: Any) -> None:
        """Called by Django."""
        fields = ("user_id", "exercise_id")
        pairs = set(Submission.objects.order_by().values_list(*fields)) | set(Standing.objects.values_list(*fields))
        for user_id, exercise_id in sorted(pairs):
            refresh(user_id, exercise_id)
        self.stdout.write(f"{Standing.objects.count()} standings are up to date.")
