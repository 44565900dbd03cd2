"""The quizzes of the curriculum, read from their files and checked against its tracks. Imports no Django."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from apps.catalog.curriculum import Curriculum
from apps.catalog.yamlfile import CurriculumError, Place, Problem, YamlFile, read_yaml
from apps.quizzes.content import SLUG, Domain, Hint, LookAgain, Mistake, Option, Picture, Region, Tolerance
from apps.quizzes.kinds import KINDS, AnyQuestion, Calculus, Line, Pair, Quiz
from apps.quizzes.soundness import fault_of, picture_fault

__all__ = ["find_quizzes", "load_quizzes", "read_quiz"]

FOLDER = "quizzes"
# Which model the entries below a key are, for the keys that may stand there.
BELOW: dict[str, type[BaseModel]] = {
    "options": Option,
    "regions": Region,
    "mistakes": Mistake,
    "hints": Hint,
    "look_again": LookAgain,
    "picture": Picture,
    "variables": Domain,
    "tolerance": Tolerance,
    "compute": Calculus,
    "distractors": Line,
    "pairs": Pair,
}
# What a question may have that pydantic's unions and tuples put into a place, and no file has.
NOT_IN_FILES = {"str", "int", "float", "Calculus", "[key]"}


def find_quizzes(curriculum: Path) -> list[Path]:
    """The files of all quizzes below the curriculum's folder."""
    return sorted(curriculum.glob(f"*/{FOLDER}/*.yaml"))


def load_quizzes(folder: Path, curriculum: Curriculum) -> tuple[Quiz, ...]:
    """Every quiz below `folder`, in the order of tracks, then sections, then positions.

    Raises CurriculumError with all faults found, each with file, line and advice.
    """
    problems: list[Problem] = []
    quizzes: list[Quiz] = []
    unread: set[Path] = set()
    seen: dict[str, Path] = {}
    for path in find_quizzes(folder):
        if path.stem in seen:
            text = f"The quiz {path.stem!r} is already in {seen[path.stem]}. Give one of them another name."
            problems.append(Problem(path, 1, text))
        seen.setdefault(path.stem, path)
        try:
            quiz = read_quiz(path)
        except CurriculumError as error:
            problems += error.problems
            unread.add(path.parent)
            continue
        problems += _dangling(quiz, path, curriculum)
        quizzes.append(quiz)
    problems += _strays(folder, quizzes, unread)
    if problems:
        raise CurriculumError(problems)
    tracks = {track.slug: index for index, track in enumerate(curriculum.tracks)}
    places = {(t.slug, s.slug): index for t in curriculum.tracks for index, s in enumerate(t.sections)}
    quizzes.sort(key=lambda q: (tracks[q.track], places[q.track, q.section], q.position, q.slug))
    return tuple(quizzes)


def read_quiz(path: Path) -> Quiz:
    """Read one quiz by itself; what it refers to in the curriculum is not looked at.

    Raises CurriculumError with all faults found, and OSError where there is no such file.
    """
    file = read_yaml(path)
    problems: list[Problem] = []
    if not isinstance(file.data, dict):
        raise CurriculumError([file.problem((), "A quiz is a mapping. Begin the file with title: and section:")])
    if not _is_slug(path.stem):
        problems.append(Problem(path, 1, f"{path.name!r} is no good name. Use small letters, digits, single hyphens."))
    questions = _read_questions(file, problems)
    header = {**file.data, "slug": path.stem, "track": path.parent.parent.name, "questions": tuple(questions)}
    for key in ("slug", "track"):
        if key in file.data:
            problems.append(file.problem((key,), f"Remove {key}: the file's place says it."))
    try:
        quiz = Quiz.model_validate(header)
    except ValidationError as error:
        known = set(Quiz.model_fields) - {"slug", "track"}
        problems += [file.problem(fault["loc"], _advice(dict(fault), known)) for fault in error.errors()]
    if problems:
        raise CurriculumError(problems)
    return quiz


def _read_questions(file: YamlFile, problems: list[Problem]) -> list[AnyQuestion]:
    entries = file.data.get("questions")
    if not isinstance(entries, list) or not entries:
        problems.append(file.problem(("questions",), "A quiz has questions. Write - id: … under questions:"))
        return []
    found: list[AnyQuestion] = []
    lines: dict[str, int] = {}
    for index, entry in enumerate(entries):
        place: Place = ("questions", index)
        question = _read_question(entry, place, file, problems)
        if question is None:
            continue
        line = file.problem((*place, "id"), "").line
        if question.id in lines:
            text = f"The question {question.id!r} is already on line {lines[question.id]}. Give one of them another id."
            problems.append(file.problem((*place, "id"), text))
        lines.setdefault(question.id, line)
        found.append(question)
    return found


def _read_question(entry: Any, place: Place, file: YamlFile, problems: list[Problem]) -> AnyQuestion | None:
    if not isinstance(entry, dict):
        problems.append(file.problem(place, "A question is a mapping. Begin it with id: and kind:"))
        return None
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        what = f"There is no kind {kind!r}." if "kind" in entry else "The key 'kind' is missing."
        problems.append(file.problem((*place, "kind"), f"{what} Use one of: {', '.join(KINDS)}."))
        return None
    model = KINDS[kind]
    try:
        question = model.model_validate(entry)
    except ValidationError as error:
        for detail in error.errors():
            inner = tuple(part for part in detail["loc"] if part not in NOT_IN_FILES)
            text = _advice(dict(detail) | {"loc": inner}, _known(model, inner))
            problems.append(file.problem((*place, *inner), text))
        return None
    faults = list(fault_of(question, file.path.stem))
    if question.picture and (fault := picture_fault(question, file.path.parent)):
        faults.append(fault)
    problems += [file.problem((*place, *where), text) for where, text in faults]
    return None if faults else question


def _known(model: type[BaseModel], place: Place) -> set[str]:
    """The keys that may stand where `place` ends."""
    above = next((str(part) for part in reversed(place[:-1]) if part in BELOW), None)
    here = BELOW[above] if above else model
    return {field.alias or name for name, field in here.model_fields.items()}


def _advice(fault: Mapping[str, Any], known: Collection[str]) -> str:
    """One of pydantic's findings, in the words of somebody who edits the file."""
    key = next((str(part) for part in reversed(fault["loc"]) if isinstance(part, str)), "")
    match fault["type"]:
        case "extra_forbidden":
            return f"Unknown key {key!r}{_or_similar(key, known)}. Known keys here: {', '.join(sorted(known))}."
        case "missing":
            return f"The key {key!r} is missing. Add it."
        case "literal_error":
            return f"{fault['input']!r} is no {key}. Use one of: {fault['ctx']['expected']}."
        case "string_pattern_mismatch" if key == "at":
            return f'{fault["input"]!r} is no time stamp. Write at: "3:20", or "1:03:20".'
        case "string_type" if key == "at":
            return 'YAML reads 3:20 as a number. Put the time stamp in quotes: at: "3:20".'
        case "string_pattern_mismatch" if key == "file":
            return f"{fault['input']!r} is no picture. Name an .svg or .png file that lies beside the quiz."
        case "string_pattern_mismatch" if fault["ctx"]["pattern"] == SLUG:
            return f"{fault['input']!r} is no slug. Use small letters, digits and single hyphens."
        case "string_type":
            return f"{key}: {fault['input']!r} is no text. Put it in quotes."
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            return f"{key}: {fault['msg']} (it is {fault['input']!r})."


def _dangling(quiz: Quiz, path: Path, curriculum: Curriculum) -> Iterator[Problem]:
    """What the quiz names and the curriculum doesn't have."""
    file = read_yaml(path)
    resources = {r.slug for track in curriculum.tracks for section in track.sections for r in section.resources}
    sections = curriculum.section_slugs(quiz.track)
    if quiz.section not in sections:
        text = f"The track {quiz.track!r} has no section {quiz.section!r}. "
        yield file.problem(("section",), text + f"Its sections: {', '.join(sorted(sections)) or 'none'}.")
    for index, question in enumerate(quiz.questions):
        place: Place = ("questions", index)
        for number, concept in enumerate(question.concepts):
            if concept not in curriculum.concept_slugs:
                advice = f"Add it to concepts.yaml{_or_similar(concept, curriculum.concept_slugs)}."
                yield file.problem((*place, "concepts", number), f"There is no concept {concept!r}. {advice}")
        if question.look_again and question.look_again.resource not in resources:
            slug = question.look_again.resource
            advice = f"Add it to a track.yaml{_or_similar(slug, resources)}."
            yield file.problem((*place, "look_again", "resource"), f"There is no resource {slug!r}. {advice}")


def _strays(folder: Path, quizzes: list[Quiz], unread: set[Path]) -> Iterator[Problem]:
    """Files in a folder of quizzes that none of its quizzes uses; in one of `unread` nobody can tell."""
    used = {(quiz.track, question.picture.file) for quiz in quizzes for question in quiz.questions if question.picture}
    for path in sorted(folder.glob(f"*/{FOLDER}/*")):
        if path.name.startswith(".") or (path.suffix == ".yaml" and path.is_file()):
            continue
        if (path.parent.parent.name, path.name) not in used and path.parent not in unread:
            yield Problem(path, 1, "No question uses this. Remove it, or name it under picture: {file: …, alt: …}.")


def _is_slug(word: str) -> bool:
    return re.fullmatch(SLUG, word) is not None


def _or_similar(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f", or did you mean {near[0]!r}" if near else ""
