"""The words of a quiz's life, each with one meaning."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Feedback(TextChoices):
    """When the learner is told how an answer was."""

    IMMEDIATE = "immediate", "After each question"
    DEFERRED = "deferred", "At the end"


class Layout(TextChoices):
    """How many questions a page holds."""

    ONE = "one", "One at a time"
    ALL = "all", "All on one page"


class Certainty(TextChoices):
    """How sure a learner says to be of an answer."""

    SURE = "sure", _("Sure")
    FAIRLY = "fairly", _("Fairly sure")
    GUESS = "guess", _("A guess")


class AnswerState(TextChoices):
    """Where an answer is: not given yet, at the sandbox that helps to compare it, or scored."""

    OPEN = "open", "Open"
    CHECKING = "checking", "Being compared"
    SCORED = "scored", "Scored"


# An answer earns its question's concept trust from this share on.
RIGHT = 0.999
