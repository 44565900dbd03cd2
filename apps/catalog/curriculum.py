"""The curriculum as its files have it: notebooks/concepts.yaml and notebooks/<track>/track.yaml, read and checked.

Imports no Django: `load_curriculum` serves the site, the command line and the tests alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from apps.catalog.yamlfile import CurriculumError, Place, Problem, YamlFile, read_yaml

__all__ = [
    "ConceptEntry",
    "Curriculum",
    "CurriculumError",
    "Problem",
    "ResourceEntry",
    "SectionEntry",
    "TrackEntry",
    "load_curriculum",
]

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or "." not in parts.netloc or any(mark.isspace() for mark in url):
        raise ValueError(f"{url!r} is not an address of a page. Write it in full, beginning with https://")
    return url


Slug = Annotated[str, Field(pattern=SLUG, max_length=50)]
LongSlug = Annotated[str, Field(pattern=SLUG, max_length=80)]
Text = Annotated[str, Field(min_length=1)]
Title = Annotated[str, Field(min_length=1, max_length=120)]


class Entry(BaseModel):
    """What all entries share: unknown keys are errors, types are not bent, surrounding blanks go."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)


class ConceptEntry(Entry):
    """A concept of notebooks/concepts.yaml; `needs` are those that one should have met before."""

    slug: Slug
    title: Title
    summary: Text
    needs: Annotated[tuple[Slug, ...], Field(strict=False)] = ()


class ResourceEntry(Entry):
    """A resource of a section."""

    slug: LongSlug
    title: Annotated[str, Field(min_length=1, max_length=200)]
    url: Annotated[str, Field(max_length=500), AfterValidator(_web_address)]
    kind: Literal["video", "article", "course", "paper", "platform", "competition", "book"]
    level: Literal["beginner", "intermediate", "advanced"]
    why: Text
    # Lists from YAML are no tuples: the one place where a type may bend.
    concepts: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    author: Annotated[str, Field(max_length=120)] = ""
    minutes: Annotated[int, Field(ge=1, le=10_000)] | None = None
    optional: bool = False


class SectionEntry(Entry):
    """A section of a track, in the order of the file."""

    slug: Slug
    title: Title
    summary: str = ""
    optional: bool = False
    resources: Annotated[tuple[ResourceEntry, ...], Field(strict=False)] = ()


class TrackEntry(Entry):
    """A track; its slug is the name of its folder and stands in no file."""

    slug: Slug
    title: Title
    summary: Text
    accent: Literal["amber", "teal", "violet", "rose", "blue"]
    position: Annotated[int, Field(ge=0)]
    spine: bool = False
    sections: Annotated[tuple[SectionEntry, ...], Field(strict=False)]


class Curriculum(Entry):
    """All concepts and tracks, checked one by one and against each other."""

    concepts: tuple[ConceptEntry, ...]
    tracks: tuple[TrackEntry, ...]

    @property
    def concept_slugs(self) -> frozenset[str]:
        """The slugs that a resource or an exercise may name."""
        return frozenset(concept.slug for concept in self.concepts)

    def section_slugs(self, track: str) -> frozenset[str]:
        """The sections of the track with this slug; none where there is no such track."""
        return frozenset(section.slug for entry in self.tracks if entry.slug == track for section in entry.sections)


def load_curriculum(folder: Path) -> Curriculum:
    """Read concepts.yaml and every <track>/track.yaml below `folder`.

    Raises CurriculumError with all faults found, each with file, line and advice.
    """
    problems: list[Problem] = []
    concepts_file = folder / "concepts.yaml"
    concepts = _load_concepts(concepts_file, problems) if concepts_file.exists() else ()
    loaded: list[tuple[YamlFile, TrackEntry]] = []
    for path in sorted(folder.glob("*/track.yaml")):
        try:
            file = read_yaml(path)
        except CurriculumError as error:
            problems.extend(error.problems)
            continue
        if track := _load_track(file, problems):
            loaded.append((file, track))
    if not loaded and not problems:
        problems.append(Problem(folder, 1, "There is no track here. Add a folder with a track.yaml, one per track."))
    _check_across(loaded, concepts, problems)
    if problems:
        raise CurriculumError(problems)
    tracks = sorted((track for _, track in loaded), key=lambda track: (track.position, track.slug))
    return Curriculum(concepts=concepts or (), tracks=tuple(tracks))


def _load_concepts(path: Path, problems: list[Problem]) -> tuple[ConceptEntry, ...] | None:
    """The concepts, or None where the file is faulty: then nothing can be said of what refers to it."""
    try:
        file = read_yaml(path)
        concepts = tuple(TypeAdapter(list[ConceptEntry]).validate_python(file.data or []))
    except CurriculumError as error:
        problems.extend(error.problems)
        return None
    except ValidationError as error:
        problems.extend(_explain(error, file))
        return None
    _check_unique([((index,), concept.slug) for index, concept in enumerate(concepts)], file, "concept", problems)
    _check_needs(concepts, file, problems)
    return concepts


def _load_track(file: YamlFile, problems: list[Problem]) -> TrackEntry | None:
    slug = file.path.parent.name
    if not isinstance(file.data, dict):
        problems.append(file.problem((), "A track is a mapping. Begin the file with title: and summary:"))
        return None
    if "slug" in file.data:
        problems.append(file.problem(("slug",), f"Remove slug: the folder's name {slug!r} is the track's slug."))
        return None
    try:
        return TrackEntry.model_validate({**file.data, "slug": slug})
    except ValidationError as error:
        problems.extend(_explain(error, file))
        return None


def _check_across(
    loaded: list[tuple[YamlFile, TrackEntry]], concepts: tuple[ConceptEntry, ...] | None, problems: list[Problem]
) -> None:
    known = {concept.slug for concept in concepts or ()}
    first_seen: dict[str, Problem] = {}
    spines = [(file, track) for file, track in loaded if track.spine]
    for file, _ in spines[1:]:
        other = spines[0][0].path
        problems.append(file.problem(("spine",), f"Only one track can be the spine, and {other} is. Set spine: false."))
    for file, track in loaded:
        _check_unique([(("sections", i), s.slug) for i, s in enumerate(track.sections)], file, "section", problems)
        for i, section in enumerate(track.sections):
            for j, resource in enumerate(section.resources):
                place: Place = ("sections", i, "resources", j)
                here = file.problem((*place, "slug"), "")
                before = first_seen.setdefault(resource.slug, here)
                if before is not here:
                    where = f"{before.path}:{before.line}"
                    text = f"The resource {resource.slug!r} is already in {where}. Give one of them another slug."
                    problems.append(Problem(here.path, here.line, text))
                for k, slug in enumerate(resource.concepts):
                    if concepts is not None and slug not in known:
                        advice = f"Add it to concepts.yaml{_or_similar(slug, known)}."
                        problems.append(
                            file.problem((*place, "concepts", k), f"There is no concept {slug!r}. {advice}")
                        )


def _check_needs(concepts: tuple[ConceptEntry, ...], file: YamlFile, problems: list[Problem]) -> None:
    """What a concept needs is there, and nothing needs itself in the end."""
    places = {concept.slug: index for index, concept in enumerate(concepts)}
    if len(places) < len(concepts):
        return  # one slug twice, which has been told
    order = TopologicalSorter({concept.slug: set(concept.needs) & places.keys() for concept in concepts})
    for index, concept in enumerate(concepts):
        for k, slug in enumerate(concept.needs):
            if slug not in places:
                text = f"There is no concept {slug!r}. Correct it{_or_similar(slug, places)}."
                problems.append(file.problem((index, "needs", k), text))
    try:
        order.prepare()
    except CycleError as error:
        circle = error.args[1]
        text = f"These concepts need each other in a circle: {' ← '.join(circle)}. Take one of the needs out."
        problems.append(file.problem((places[circle[0]], "needs"), text))


def _check_unique(entries: list[tuple[Place, str]], file: YamlFile, noun: str, problems: list[Problem]) -> None:
    seen: dict[str, Place] = {}
    for place, slug in entries:
        if slug in seen:
            first = file.problem((*seen[slug], "slug"), "").line
            text = f"The {noun} {slug!r} is already on line {first}. Give one of them another slug."
            problems.append(file.problem((*place, "slug"), text))
        seen.setdefault(slug, place)


def _explain(error: ValidationError, file: YamlFile) -> list[Problem]:
    """Pydantic's findings in the words of somebody who edits the file."""
    return [file.problem(fault["loc"], _advice(dict(fault))) for fault in error.errors()]


def _advice(fault: dict[str, Any]) -> str:
    key = next((str(part) for part in reversed(fault["loc"]) if isinstance(part, str)), "")
    match fault["type"]:
        case "extra_forbidden":
            known = _keys_at(fault["loc"])
            return f"Unknown key {key!r}{_or_similar(key, known)}. Known keys here: {', '.join(sorted(known))}."
        case "missing":
            return f"The key {key!r} is missing. Add it."
        case "literal_error":
            return f"{fault['input']!r} is no {key}. Use one of: {fault['ctx']['expected']}."
        case "string_pattern_mismatch":
            return f"{fault['input']!r} is no slug. Use small letters, digits and single hyphens."
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            return f"{key}: {fault['msg']} (it is {fault['input']!r})."


def _keys_at(place: Place) -> set[str]:
    model: type[Entry] = {"sections": SectionEntry, "resources": ResourceEntry}.get(
        str(next((part for part in reversed(place[:-1]) if isinstance(part, str)), "")),
        ConceptEntry if place and isinstance(place[0], int) else TrackEntry,
    )
    return set(model.model_fields) - ({"slug"} if model is TrackEntry else set())


def _or_similar(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f", or did you mean {near[0]!r}" if near else ""
