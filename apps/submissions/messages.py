"""Every sentence that tells a learner what happened to a hand-in, and whose turn it is: worded here only.

In English, marked for the catalogue: whoever knows the reader translates (page.py, forms.py, said.py). This file
imports no Django, because validation.py uses it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


def _(text: str) -> str:
    """Called for each text that the catalogue is to have; changes nothing."""
    return text


class Turn(StrEnum):
    """Who has to act now."""

    LEARNER = "learner"
    US = "us"
    NOBODY = "nobody"


TURNS = {
    Turn.LEARNER: _("Your turn."),
    Turn.US: _("Our turn: there is nothing for you to do."),
    Turn.NOBODY: _("Nothing left to do."),
}


@dataclass(frozen=True)
class Sentence:
    """What a state or verdict means in words, and whose turn it is."""

    title: str
    text: str
    turn: Turn


# Keys are the values of constants.Verdict.
VERDICTS: dict[str, Sentence] = {
    "passed": Sentence(_("Passed"), _("Every check found what the reference finds. Well done."), Turn.NOBODY),
    "partial": Sentence(
        _("Partly right"), _("Some checks are still open: read what they compared, then hand in again."), Turn.LEARNER
    ),
    "failed": Sentence(
        _("Not right yet"),
        _("No check earned points so far: start with the first one below and its hint."),
        Turn.LEARNER,
    ),
    "learner_error": Sentence(
        _("Stopped by an error"),
        _("A cell raised an error, so the cells after it did not run. What was defined before it was still checked."),
        Turn.LEARNER,
    ),
    "timed_out": Sentence(
        _("Out of time"),
        _("The notebook ran past its time limit. Look for a loop that does not end, or for work done too often."),
        Turn.LEARNER,
    ),
    "out_of_memory": Sentence(
        _("Out of memory"),
        _("The notebook needed more memory than this exercise allows. Keep smaller arrays, or fewer of them at once."),
        Turn.LEARNER,
    ),
    "output_too_large": Sentence(
        _("Too much output"),
        _("The notebook printed or drew more than can be kept. Print less, above all inside loops."),
        Turn.LEARNER,
    ),
    "disk_full": Sentence(
        _("Disk full"),
        _("The notebook wrote more files than it has room for. Write less, or not at all."),
        Turn.LEARNER,
    ),
    "too_many_processes": Sentence(
        _("Too many processes"),
        _("The notebook started more processes or threads than it may. Set the number of workers to 0 or 1."),
        Turn.LEARNER,
    ),
    "platform_error": Sentence(
        _("Our fault"),
        _(
            "Something on our side broke, more than once. This did not cost you an attempt, and we have a record of "
            "it. Your notebook is kept: we can run it again, and you may hand it in again."
        ),
        Turn.US,
    ),
}

STATES: dict[str, Sentence] = {
    "queued": Sentence(_("Waiting"), _("Your notebook is safe with us and waits for a free place."), Turn.US),
    "running": Sentence(_("Running"), _("Your notebook is running now."), Turn.US),
    "grading": Sentence(
        _("Being graded"), _("It has run. What it made is being compared with the reference."), Turn.US
    ),
    "cancelled": Sentence(_("Cancelled"), _("This hand-in was stopped and has no score."), Turn.NOBODY),
}


def sentence_for(state: str, verdict: str) -> Sentence:
    """What to say of a run in `state` with `verdict`."""
    return VERDICTS[verdict] if state == "done" else STATES[state]


def given_by_hand(verdict: str) -> Sentence:
    """What to say where a lead gave the score; `verdict` is what it comes to."""
    turn = Turn.NOBODY if verdict == "passed" else Turn.LEARNER
    return Sentence(
        VERDICTS[verdict].title, _("This score was given by hand. It counts instead of the grader's."), turn
    )


# What an upload is refused with: id → what is wrong and what to do. Filled in with str.format.
UPLOAD: dict[str, str] = {
    "no-file": _("No file was chosen. Choose the notebook (.ipynb) that you worked on."),
    "empty": _("This file is empty. Save the notebook where you work on it, then choose it again."),
    "too-large": _(
        "This file has {size}; the limit is {limit}. Clear the outputs (in Jupyter: Edit → Clear Outputs of All "
        "Cells), save, and try again: outputs are made afresh here anyway."
    ),
    "zip": _("This is a zip, not a notebook. Unpack it and hand in the .ipynb file that is in it."),
    "not-utf8": _(
        "This file is not text in UTF-8, so it is not a notebook as Jupyter saves it. Save it again as .ipynb."
    ),
    "not-json": _(
        "This file is not a notebook: it can't be read as JSON (line {line}). Download it as .ipynb (in Colab: File → "
        "Download → Download .ipynb), not as a script or a page."
    ),
    "too-deep": _("This file is nested deeper than any notebook is. Start from the starter notebook again."),
    "not-notebook": _(
        "This file is JSON, but not a notebook: {problem}. Choose the .ipynb file that you got from the starter."
    ),
    "old-format": _(
        "This notebook is in format {version}, which can't be brought up to date here. Open it in a current Jupyter, "
        "Colab or Kaggle, save it and hand in the new file."
    ),
    "future-format": _(
        "This notebook is in format {version}, which is newer than this site knows. Save it in format 4 and try again."
    ),
    "no-code": _("This notebook has no code cell with anything in it, so there is nothing to run."),
    "too-many-cells": _("This notebook has {count} cells; the limit is {limit}. Remove those you don't need."),
    "too-much-source": _(
        "The cells of this notebook hold {size} of text; the limit is {limit}. Data does not belong into a cell: "
        "use the files that came with the exercise."
    ),
    "too-much-attached": _(
        "The pictures attached to its cells come to {size}; the limit is {limit}. Remove some and try again."
    ),
    "other-language": _(
        "This notebook is written for {language}; exercises here run in Python. Choose a Python kernel."
    ),
    "other-exercise": _(
        "This notebook belongs to the exercise “{other}”, and you are handing it in for “{exercise}”. Choose the other "
        "file, or open the page of “{other}”."
    ),
    "no-attempts": _(
        "You have used all {limit} attempts at this exercise. Your best score stays. Ask your group's lead for more."
    ),
    "no-entries-today": _(
        "This competition takes {limit} entries a day, and you have handed in as many today. The next day begins at "
        "midnight (UTC). Until then measure on rows that you hold out yourself: that tells more than the leaderboard."
    ),
    "too-many-waiting": _(
        "{count} of your hand-ins have not ended yet. Wait for one, or cancel one, then hand in this notebook."
    ),
    "key-reused": _(
        "Something else was handed in under this Idempotency-Key. Use a new key for each notebook, and the same one "
        "only to send the same notebook again."
    ),
    "retired": _("This exercise is no longer offered, so nothing can be handed in for it."),
}

# Why somebody can't do what they wanted to do to a hand-in: id → what to do instead. Filled in with str.format.
REVIEW: dict[str, str] = {
    "own": _("This is your own work. Ask another lead to look at it."),
    "no-reason": _("Give a reason: the learner reads it."),
    "long-reason": _("The reason is too long. Use at most {most} characters."),
    "running": _("This hand-in has not ended yet. Wait for its result, then give it a score."),
    "points": _("Give points between 0 and {most}."),
    "attempts": _("Give between 1 and {most} attempts at once."),
    "no-limit": _("{exercise} has no limit: its learner can hand in as often as they like."),
    "no-text": _("Write something first."),
    "long-text": _("This is too long. Use at most {most} characters."),
    "no-cell": _("This notebook has no such cell. Open the page again and choose one of its cells."),
}

REASONS = {
    "lost": _("A part of our system stopped answering while your notebook ran."),
    "silent": _("Your notebook ran past its bound without ending, which our system should have prevented."),
    "unreadable": _("The result that our system wrote could not be read."),
    "prepare": _("Our system could not get the exercise ready."),
    "grading": _("Our system failed while it compared your results."),
    "never-started": _("Our system could not get your notebook started."),
    "runner": _("The part of our system that runs notebooks failed."),
}

# What a run's moves call its end, by its outcome.
HAS_RUN = {
    "learner_error": "It has run: stopped by an error",
    "timed_out": "It has run: out of time",
    "out_of_memory": "It has run: out of memory",
    "output_too_large": "It has run: too much output",
    "disk_full": "It has run: disk full",
    "too_many_processes": "It has run: too many processes",
}
