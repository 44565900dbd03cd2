"""Quizzes and questions as loaded from the files, and what learners answered.

What vanishes from the files is retired and not deleted, because answers and review cards hang on it.
"""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Concept, Level, Section
from apps.quizzes.cardsets import CardQuerySet, FittedQuerySet, ReviewQuerySet
from apps.quizzes.constants import AnswerState, Certainty, Feedback, Layout
from apps.quizzes.kinds import KINDS, AnyQuestion
from apps.quizzes.querysets import AnswerQuerySet, AttemptQuerySet, QuestionQuerySet, QuizQuerySet
from apps.quizzes.scoring import with_hints
from apps.quizzes.variants import Variant, vary


def new_seed() -> int:
    """What a question's numbers and the order of its options are drawn from."""
    return secrets.randbits(31)


class Quiz(models.Model):
    """A handful of questions on one section."""

    slug = models.SlugField(max_length=80, unique=True)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="quizzes")
    title = models.CharField(max_length=120)
    summary = models.TextField(help_text="Markdown.")
    position = models.PositiveIntegerField(default=0)
    feedback = models.CharField(max_length=10, choices=Feedback.choices, default=Feedback.IMMEDIATE)
    layout = models.CharField(max_length=10, choices=Layout.choices, default=Layout.ONE)
    optional = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)

    objects = QuizQuerySet.as_manager()

    class Meta:
        ordering = ["section", "position", "slug"]
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The quiz's front page."""
        return reverse("quizzes:quiz", args=[self.slug])

    def concepts_asked(self) -> QuerySet[Concept]:
        """The concepts that its questions are about."""
        return Concept.objects.current().filter(questions__quiz=self, questions__retired=False).distinct()


class Question(models.Model):
    """One question; `slug` is unique within its quiz and stays for ever."""

    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="questions")
    slug = models.SlugField(max_length=80)
    kind = models.CharField(max_length=20)
    level = models.CharField(max_length=12, choices=Level.choices)
    position = models.PositiveIntegerField(default=0)
    concepts = models.ManyToManyField(Concept, related_name="questions", blank=True)
    current_version = models.ForeignKey(
        "quizzes.QuestionVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired = models.BooleanField(default=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["quiz", "position"]
        constraints = [models.UniqueConstraint(fields=["quiz", "slug"], name="question_once_in_quiz")]

    def __str__(self) -> str:
        return f"{self.quiz.slug}/{self.slug}"


class QuestionVersion(models.Model):
    """What a question said at one time: an answer keeps what it was asked."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content.")
    content = models.JSONField(help_text="The question as its file has it.")
    picture = models.JSONField(null=True, blank=True, help_text="Its frozen copy: file, width and height.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["question", "digest"], name="question_version_once")]

    def __str__(self) -> str:
        return f"{self.question_id} {self.digest[:10]}"

    @cached_property
    def asked(self) -> AnyQuestion:
        """The question as its file's model."""
        found: AnyQuestion = KINDS[self.content["kind"]].model_validate(self.content)
        return found

    @cached_property
    def sample(self) -> Variant:
        """The question with numbers as a learner might have got."""
        return vary("", self.asked, seed=0)

    @property
    def summary(self) -> str:
        """The first paragraph of the sample's prompt, as one line of Markdown."""
        return " ".join(self.sample.question.prompt.strip().split("\n\n")[0].split())


class QuizAttempt(models.Model):
    """One learner's way through one quiz; its questions are its answers, open ones too."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiz_attempts")
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … for each learner and quiz.")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["user", "quiz", "number"], name="quiz_attempt_number_once")]

    def __str__(self) -> str:
        return f"{self.quiz} #{self.number}"

    def get_absolute_url(self) -> str:
        """Where it goes on, or what it came to."""
        return reverse("quizzes:attempt", args=[self.pk])

    @property
    def name(self) -> str:
        """What a learner calls it."""
        return gettext("Attempt %(number)s") % {"number": self.number}

    @property
    def has_ended(self) -> bool:
        """Whether no more answers are taken."""
        return self.ended_at is not None


class Answer(models.Model):
    """One question asked of one learner, and what they answered. Asked in an attempt at a quiz, or in a review."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="answers")
    attempt = models.ForeignKey(QuizAttempt, on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    position = models.PositiveIntegerField(default=0)
    seed = models.PositiveIntegerField(default=new_seed)
    state = models.CharField(max_length=10, choices=AnswerState.choices, default=AnswerState.OPEN)
    shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    response = models.JSONField(null=True, blank=True, help_text="While it is open: a draft.")
    certainty = models.CharField(max_length=10, choices=Certainty.choices, blank=True)
    hints_taken = models.PositiveSmallIntegerField(default=0)
    share = models.FloatField(null=True, blank=True, help_text="0 to 1, hints not counted.")
    message = models.TextField(blank=True)
    understood = models.TextField(blank=True)
    parts = models.JSONField(default=list, blank=True)
    chosen = models.JSONField(default=list, blank=True)
    # An expression at the sandbox: what its points are drawn from, how often it was sent, and when it is sent again.
    check_nonce = models.CharField(max_length=32, blank=True)
    checks = models.PositiveSmallIntegerField(default=0)
    check_due_at = models.DateTimeField(null=True, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["attempt", "question"], name="question_once_in_attempt")]
        indexes = [
            models.Index(fields=["user", "answered_at"], name="answer_of_user"),
            models.Index(fields=["state", "answered_at"], name="answer_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} ({self.state})"

    @cached_property
    def variant(self) -> Variant:
        """The question with this answer's numbers."""
        return vary(self.question.quiz.slug, self.version.asked, self.seed)

    @property
    def is_open(self) -> bool:
        """Whether it waits for the learner."""
        return self.state == AnswerState.OPEN

    @property
    def worth(self) -> float:
        """Its share with the hints counted; 0 while it is open."""
        return with_hints(self.variant, self.share, self.hints_taken) if self.share is not None else 0.0

    @property
    def hints(self) -> tuple[Any, ...]:
        """The hints that were taken, in order."""
        return self.version.asked.hints[: self.hints_taken]

    @property
    def seconds(self) -> float | None:
        """From when the question was first shown until it was answered."""
        if self.shown_at is None or self.answered_at is None:
            return None
        return max(0.0, (self.answered_at - self.shown_at).total_seconds())


class Card(models.Model):
    """A question that a learner has met, and when they should meet it again; `memory` is FSRS's own account of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cards")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="cards")
    memory = models.JSONField()
    due = models.DateTimeField()
    suspended = models.BooleanField(default=False)

    objects = CardQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "question"], name="card_once")]
        indexes = [models.Index(fields=["user", "suspended", "due"], name="card_when_due")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.question_id}"


class Review(models.Model):
    """One time that a card was answered; `before` is the card's memory before it, so that it can be undone."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="reviews")
    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="review")
    rating = models.PositiveSmallIntegerField(help_text="1 again, 2 hard, 3 good, 4 easy.")
    at = models.DateTimeField(default=timezone.now)
    before = models.JSONField(null=True, blank=True, help_text="None for the first one.")
    due_before = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.rating}"


class FittedParameters(models.Model):
    """What one learner's own reviews say of FSRS's parameters: found by a worker, used for their cards from then on."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="fitted_parameters")
    parameters = models.JSONField(default=list, blank=True, help_text="Empty: the library's own predict better.")
    reviews = models.PositiveIntegerField(help_text="So many repeated meetings they stand on.")
    loss = models.FloatField(help_text="Log loss on the latest reviews, in nats; those were kept out of the fit.")
    default_loss = models.FloatField(help_text="The same of the library's own parameters.")
    fitted_at = models.DateTimeField(default=timezone.now)

    objects = FittedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "fitted parameters"

    def __str__(self) -> str:
        return f"{self.user_id}: {self.reviews} reviews"


class PracticeGoal(models.Model):
    """On how many days of a week a learner wants to practise, and whether they want to see how it goes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practice_goal")
    days = models.PositiveSmallIntegerField(
        "days a week", default=3, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    shown = models.BooleanField(_("show my goal and my streak"), default=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.days} days a week"
