"""Take a quiz in the terminal, straight from its file: for its author."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.catalog.yamlfile import CurriculumError
from apps.quizzes.answers import answer_markdown
from apps.quizzes.equality import decide, pose
from apps.quizzes.kinds import AnyQuestion, Quiz
from apps.quizzes.loading import read_quiz
from apps.quizzes.results import Score, Undecided, Unreadable, UnreadableError
from apps.quizzes.scoring import score, with_hints
from apps.quizzes.terminal import ask, read_line
from apps.quizzes.variants import Variant, vary

UNUSABLE = 2
HELP = "Answer, or: ? for a hint, ! for the answer, an empty line to skip, q to quit."


class Command(BaseCommand):
    """`try_quiz FILE`: asks each question, scores what is typed, shows hints and explanations. Nothing is stored."""

    help = "Take a quiz in the terminal, straight from its file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file, which variant, which question."""
        parser.add_argument("file", type=Path, help="notebooks/<track>/quizzes/<quiz>.yaml")
        parser.add_argument("--seed", type=int, help="which variant to draw (default: another one each time)")
        parser.add_argument("--question", metavar="ID", help="ask this one only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask one question after the other. Raises CommandError (exit 2) where there is nothing to ask."""
        quiz = _read(options["file"])
        seed = secrets.randbelow(10**6) if options["seed"] is None else options["seed"]
        questions = _wanted(quiz, options["question"])
        self.stdout.write(f"{quiz.title} (seed {seed}). {HELP}")
        earned, asked = 0.0, 0
        for number, question in enumerate(questions, start=1):
            variant = vary(quiz.slug, question, seed)
            self.stdout.write(f"\n{number}/{len(questions)} {question.id} ({question.kind}, {question.level})")
            self.stdout.write(ask(variant))
            share = self._until_scored(variant)
            if share is None:
                break
            earned, asked = earned + share, asked + 1
        self.stdout.write(f"\n{earned:.2f} of {asked}.")

    def _until_scored(self, variant: Variant) -> float | None:
        """Read lines until one has a score; None at the end of the input."""
        taken = 0
        hints = variant.question.hints
        while True:
            try:
                line = input("> ")
            except EOFError:
                return None
            match line.strip():
                case "q":
                    return None
                case "" | "!":
                    self._explain(variant)
                    return 0.0
                case "?" if taken < len(hints):
                    self.stdout.write(f"Hint, costs {hints[taken].costs:.0%}: {hints[taken].text}")
                    taken += 1
                case "?":
                    self.stdout.write("There is no further hint.")
                case _:
                    result = _scored(variant, line)
                    self.stdout.write(result.message)
                    if isinstance(result, Score):
                        share = with_hints(variant, result.share, taken)
                        self._report(result, share)
                        self._explain(variant)
                        return share

    def _report(self, result: Score, share: float) -> None:
        for part in result.parts:
            if part.why and not part.right:
                self.stdout.write(f"  {part.label}: {part.why}")
        self.stdout.write(f"Understood: {result.understood}\nShare: {share:.2f}")

    def _explain(self, variant: Variant) -> None:
        self.stdout.write(f"Answer: {answer_markdown(variant)}\n{variant.question.explanation.rstrip()}")
        if again := variant.question.look_again:
            self.stdout.write(f"Look again: {again.resource}{f' at {again.at}' if again.at else ''}")


def _read(path: Path) -> Quiz:
    try:
        return read_quiz(path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=UNUSABLE) from error
    except CurriculumError as error:
        raise CommandError(str(error), returncode=UNUSABLE) from error


def _wanted(quiz: Quiz, only: str | None) -> list[AnyQuestion]:
    found = [question for question in quiz.questions if only in (None, question.id)]
    if not found:
        listed = ", ".join(question.id for question in quiz.questions)
        raise CommandError(f"There is no question {only!r}. The quiz has: {listed}.", returncode=UNUSABLE)
    return found


def _scored(variant: Variant, line: str) -> Score | Unreadable:
    try:
        result = score(variant, read_line(variant, line))
    except UnreadableError as error:
        return Unreadable(str(error))
    return _judge(variant, result) if isinstance(result, Undecided) else result


def _judge(variant: Variant, undecided: Undecided) -> Score | Unreadable:
    # The sandbox and what it needs are loaded only for whoever needs them.
    from apps.runner.formulas import judge_expression

    nonce = secrets.token_hex(8)
    outcome = judge_expression(pose(variant, undecided, nonce))
    result = decide(variant, undecided, nonce, outcome)
    return result or Unreadable(f"The sandbox did not answer: {outcome.get('detail', '')}")
