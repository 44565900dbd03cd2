"""Quizzes in the admin, to look at: the files are the place to change questions, and nobody changes an answer."""

from __future__ import annotations

from django.contrib import admin

from apps.catalog.admin import ReadOnlyAdmin
from apps.quizzes.models import Answer, FittedParameters, Question, Quiz, QuizAttempt


@admin.register(Quiz)
class QuizAdmin(ReadOnlyAdmin):
    """Quizzes by track."""

    list_display = ("title", "section", "position", "feedback", "layout", "optional", "retired")
    list_filter = ("section__track", "retired")


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    """Questions by quiz."""

    list_display = ("slug", "quiz", "kind", "level", "retired")
    list_filter = ("kind", "level", "retired", "quiz")
    search_fields = ("slug", "quiz__slug")


@admin.register(QuizAttempt)
class QuizAttemptAdmin(ReadOnlyAdmin):
    """Who took what."""

    list_display = ("quiz", "user", "number", "started_at", "ended_at")
    list_filter = ("quiz",)


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    """Who answered what."""

    list_display = ("question", "user", "state", "share", "certainty", "answered_at")
    list_filter = ("state", "certainty", "question__kind")


@admin.register(FittedParameters)
class FittedParametersAdmin(ReadOnlyAdmin):
    """Whose schedule was fitted, and whether it predicts better than the library's own."""

    list_display = ("user", "reviews", "loss", "default_loss", "fitted_at")
