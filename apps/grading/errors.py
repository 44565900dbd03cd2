"""The two ways in which grading goes wrong, named by who must act."""

from __future__ import annotations


class ArtefactError(Exception):
    """The learner's side: what the notebook left behind can't be used. The message is a sentence for the learner."""


class SpecError(Exception):
    """Our side: an exercise's grading.py is wrong. Never costs a learner points; the message is for operators."""
