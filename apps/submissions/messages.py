"""Every sentence that tells a learner what happened to a hand-in, and whose turn it is: worded here only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Turn(StrEnum):
    """Who has to act now."""

    LEARNER = "learner"
    US = "us"
    NOBODY = "nobody"


TURNS = {
    Turn.LEARNER: "Your turn.",
    Turn.US: "Our turn: there is nothing for you to do.",
    Turn.NOBODY: "Nothing left to do.",
}


@dataclass(frozen=True)
class Sentence:
    """What a state or verdict means in words, and whose turn it is."""

    title: str
    text: str
    turn: Turn


# Keys are the values of constants.Verdict; this file imports no Django, because validation.py and `grade` use it too.
VERDICTS: dict[str, Sentence] = {
    "passed": Sentence("Passed", "Every check found what the reference finds. Well done.", Turn.NOBODY),
    "partial": Sentence(
        "Partly right", "Some checks are still open: read what they compared, then hand in again.", Turn.LEARNER
    ),
    "failed": Sentence(
        "Not right yet", "No check earned points so far: start with the first one below and its hint.", Turn.LEARNER
    ),
    "learner_error": Sentence(
        "Stopped by an error",
        "A cell raised an error, so the cells after it did not run. What was defined before it was still checked.",
        Turn.LEARNER,
    ),
    "timed_out": Sentence(
        "Out of time",
        "The notebook ran past its time limit. Look for a loop that does not end, or for work done too often.",
        Turn.LEARNER,
    ),
    "out_of_memory": Sentence(
        "Out of memory",
        "The notebook needed more memory than this exercise allows. Keep smaller arrays, or fewer of them at once.",
        Turn.LEARNER,
    ),
    "output_too_large": Sentence(
        "Too much output",
        "The notebook printed or drew more than can be kept. Print less, above all inside loops.",
        Turn.LEARNER,
    ),
    "disk_full": Sentence(
        "Disk full", "The notebook wrote more files than it has room for. Write less, or not at all.", Turn.LEARNER
    ),
    "too_many_processes": Sentence(
        "Too many processes",
        "The notebook started more processes or threads than it may. Set the number of workers to 0 or 1.",
        Turn.LEARNER,
    ),
    "platform_error": Sentence(
        "Our fault",
        "Something on our side broke, more than once. This did not cost you an attempt, and we have a record of it. "
        "Your notebook is kept: we can run it again, and you may hand it in again.",
        Turn.US,
    ),
}

STATES: dict[str, Sentence] = {
    "queued": Sentence("Waiting", "Your notebook is safe with us and waits for a free place.", Turn.US),
    "running": Sentence("Running", "Your notebook is running now.", Turn.US),
    "grading": Sentence("Being graded", "It has run. What it made is being compared with the reference.", Turn.US),
    "cancelled": Sentence("Cancelled", "This hand-in was stopped and has no score.", Turn.NOBODY),
}


def sentence_for(state: str, verdict: str) -> Sentence:
    """What to say of a run in `state` with `verdict`."""
    return VERDICTS[verdict] if state == "done" else STATES[state]


def given_by_hand(verdict: str) -> Sentence:
    """What to say where a lead gave the score; `verdict` is what it comes to."""
    turn = Turn.NOBODY if verdict == "passed" else Turn.LEARNER
    return Sentence(VERDICTS[verdict].title, "This score was given by hand. It counts instead of the grader's.", turn)


# What an upload is refused with: id → what is wrong and what to do. Filled in with str.format.
UPLOAD: dict[str, str] = {
    "no-file": "No file was chosen. Choose the notebook (.ipynb) that you worked on.",
    "empty": "This file is empty. Save the notebook where you work on it, then choose it again.",
    "too-large": (
        "This file has {size}; the limit is {limit}. Clear the outputs (in Jupyter: Edit → Clear Outputs of All "
        "Cells), save, and try again: outputs are made afresh here anyway."
    ),
    "zip": "This is a zip, not a notebook. Unpack it and hand in the .ipynb file that is in it.",
    "not-utf8": "This file is not text in UTF-8, so it is not a notebook as Jupyter saves it. Save it again as .ipynb.",
    "not-json": (
        "This file is not a notebook: it can't be read as JSON (line {line}). Download it as .ipynb (in Colab: File → "
        "Download → Download .ipynb), not as a script or a page."
    ),
    "too-deep": "This file is nested deeper than any notebook is. Start from the starter notebook again.",
    "not-notebook": (
        "This file is JSON, but not a notebook: {problem}. Choose the .ipynb file that you got from the starter."
    ),
    "old-format": (
        "This notebook is in format {version}, which can't be brought up to date here. Open it in a current Jupyter, "
        "Colab or Kaggle, save it and hand in the new file."
    ),
    "future-format": (
        "This notebook is in format {version}, which is newer than this site knows. Save it in format 4 and try again."
    ),
    "no-code": "This notebook has no code cell with anything in it, so there is nothing to run.",
    "too-many-cells": "This notebook has {count} cells; the limit is {limit}. Remove those you don't need.",
    "too-much-source": (
        "The cells of this notebook hold {size} of text; the limit is {limit}. Data does not belong into a cell: "
        "use the files that came with the exercise."
    ),
    "too-much-attached": (
        "The pictures attached to its cells come to {size}; the limit is {limit}. Remove some and try again."
    ),
    "other-language": "This notebook is written for {language}; exercises here run in Python. Choose a Python kernel.",
    "other-exercise": (
        "This notebook belongs to the exercise “{other}”, and you are handing it in for “{exercise}”. Choose the other "
        "file, or open the page of “{other}”."
    ),
    "no-attempts": (
        "You have used all {limit} attempts at this exercise. Your best score stays. Ask your group's lead for more."
    ),
    "no-entries-today": (
        "This competition takes {limit} entries a day, and you have handed in as many today. The next day begins at "
        "midnight (UTC). Until then measure on rows that you hold out yourself: that tells more than the leaderboard."
    ),
    "too-many-waiting": (
        "{count} of your hand-ins have not ended yet. Wait for one, or cancel one, then hand in this notebook."
    ),
    "key-reused": (
        "Something else was handed in under this Idempotency-Key. Use a new key for each notebook, and the same one "
        "only to send the same notebook again."
    ),
    "retired": "This exercise is no longer offered, so nothing can be handed in for it.",
}

# Why somebody can't do what they wanted to do to a hand-in: id → what to do instead. Filled in with str.format.
REVIEW: dict[str, str] = {
    "own": "This is your own work. Ask another lead to look at it.",
    "no-reason": "Give a reason: the learner reads it.",
    "long-reason": "The reason is too long. Use at most {most} characters.",
    "running": "This hand-in has not ended yet. Wait for its result, then give it a score.",
    "points": "Give points between 0 and {most}.",
    "attempts": "Give between 1 and {most} attempts at once.",
    "no-limit": "{exercise} has no limit: its learner can hand in as often as they like.",
    "no-text": "Write something first.",
    "long-text": "This is too long. Use at most {most} characters.",
    "no-cell": "This notebook has no such cell. Open the page again and choose one of its cells.",
}

REASONS = {
    "lost": "A part of our system stopped answering while your notebook ran.",
    "silent": "Your notebook ran past its bound without ending, which our system should have prevented.",
    "unreadable": "The result that our system wrote could not be read.",
    "prepare": "Our system could not get the exercise ready.",
    "grading": "Our system failed while it compared your results.",
    "never-started": "Our system could not get your notebook started.",
    "runner": "The part of our system that runs notebooks failed.",
}


def regraded(name: str, *, before: str, after: str, reason: str) -> str:
    """What a learner is told whose score a regrade changed; scores as "6 of 10"."""
    return f"Your {name} was regraded: {after} points now, {before} before. Why: {reason}"
