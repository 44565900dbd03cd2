"""Grading: compares what a run left behind with what a reference does. Pure: no Django, nothing of a learner's is run.

An exercise's grading.py imports from here what it needs, and so does whoever grades.
"""

from apps.grading.artefacts import Artefact, ArtefactLimits, Table, Tensors, read_artefact
from apps.grading.checks import Check, Close, Falling, Parameters, Predicate, Relative
from apps.grading.compare import compare_arrays
from apps.grading.competition import Competition, Entry
from apps.grading.engine import grade
from apps.grading.errors import ArtefactError, SpecError
from apps.grading.inputs import Inputs, write_inputs
from apps.grading.metrics import ACCURACY, R2, RMSE, Metric
from apps.grading.report import CheckOutcome, Finding, GradeReport, Lesson, LookAgain, Plot
from apps.grading.spec import GradingSpec
from apps.runner.contract import ProbeCall

__all__ = [
    "ACCURACY",
    "R2",
    "RMSE",
    "Artefact",
    "ArtefactError",
    "ArtefactLimits",
    "Check",
    "CheckOutcome",
    "Close",
    "Competition",
    "Entry",
    "Falling",
    "Finding",
    "GradeReport",
    "GradingSpec",
    "Inputs",
    "Lesson",
    "LookAgain",
    "Metric",
    "Parameters",
    "Plot",
    "Predicate",
    "ProbeCall",
    "Relative",
    "SpecError",
    "Table",
    "Tensors",
    "compare_arrays",
    "grade",
    "read_artefact",
    "write_inputs",
]
