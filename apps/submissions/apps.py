"""The app's entry in Django's registry."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    """Hand-ins: uploaded, run, graded, shown."""

    name = "apps.submissions"

    def ready(self) -> None:
        """Makes the project's Celery app the default one, so that a process that only sends finds the broker too.

        Then has the deployment's checks run, hand-ins counted as evidence of what a learner knows and as practice and
        proposed on the first page and told of beside each exercise, and a competition's entries counted anew when its
        rules may have changed.
        """
        from apps.accounts import leaving as accounts_leaving
        from apps.accounts.packing import register_files
        from apps.catalog import reached, suggestions
        from apps.exercises.services import follow_syncs
        from apps.quizzes import practice
        from apps.quizzes.evidence import register
        from studyhub import celery  # noqa: F401

        from . import checks, helping, leaving, proposals  # noqa: F401
        from . import reached as own
        from .evidence import from_hand_ins
        from .practice import days_handed_in
        from .services.entries import recount

        accounts_leaving.before_leaving(leaving.remove_files)
        register_files(leaving.notebooks)
        register(from_hand_ins)
        practice.register(days_handed_in)
        suggestions.register(proposals.suggestions)
        suggestions.register(helping.suggestions)
        reached.register("exercises.exercise", own.reached)
        follow_syncs(lambda exercise: recount(exercise=exercise))
