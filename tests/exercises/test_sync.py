"""Packages become rows: again and again without a change, and never less than before."""

from __future__ import annotations

import json
import shutil

import pytest
from django.core.management import CommandError, call_command

from apps.exercises.curriculum import load_packages
from apps.exercises.models import Exercise, ExerciseVersion
from apps.exercises.package import PackageError
from apps.exercises.services import sync_exercises

from .conftest import MANIFEST, NOTEBOOK

pytestmark = pytest.mark.django_db


def sync() -> None:
    call_command("sync_curriculum", verbosity=0)


def rows() -> list:
    return [list(Exercise.objects.values()), list(ExerciseVersion.objects.values())]


def test_exercise_says_what_its_package_says(synced):
    assert (synced.title, synced.level, synced.minutes, synced.retired) == ("Doubling numbers", "beginner", 90, False)
    assert synced.section.slug == "first-numbers"
    assert [concept.slug for concept in synced.concepts.all()] == ["doubling"]
    version = synced.current_version
    assert version.max_score == 4.5
    assert version.checks[0] == {"id": "double", "title": "It doubles", "points": 3.0}
    assert version.manifest["limits"]["wall_s"] == 20


def test_sync_twice_changes_nothing(synced):
    before = rows()
    sync()
    assert rows() == before


def test_version_is_frozen_and_outlives_its_files(synced, curriculum):
    version = synced.current_version
    shutil.rmtree(curriculum / "numbers" / "doubling")
    package = version.package()
    assert package.slug == "doubling"
    assert package.folder == version.package_path
    assert package.spec().max_score == 4.5


def test_changed_package_is_a_new_version_beside_the_old_one(synced, write_package):
    old = synced.current_version
    write_package(files={"exercise.yaml": MANIFEST.replace("Doubling numbers", "Twice as much")})
    sync()
    synced.refresh_from_db()
    assert synced.title == "Twice as much"
    assert synced.current_version != old
    assert synced.versions.count() == 2
    assert old.package().manifest.title == "Doubling numbers"


def test_package_changed_back_takes_up_its_old_version(synced, write_package):
    write_package(files={"exercise.yaml": MANIFEST.replace("90", "80")})
    sync()
    write_package()
    sync()
    first = synced.current_version
    synced.refresh_from_db()
    assert synced.current_version == first
    assert synced.versions.count() == 2


def test_vanished_package_is_retired_and_comes_back(synced, curriculum, write_package):
    shutil.rmtree(curriculum / "numbers" / "doubling")
    sync()
    synced.refresh_from_db()
    assert synced.retired
    write_package()
    sync()
    synced.refresh_from_db()
    assert not synced.retired


def test_tampered_copy_is_refused(synced):
    path = synced.current_version.package_path / "grading.py"
    path.write_text(path.read_text() + "\n# changed\n")
    with pytest.raises(PackageError, match="was changed"):
        synced.current_version.package()


def test_nothing_half_copied_is_left_in_the_store(synced, settings):
    folder = settings.CURRICULUM_STORE / "doubling"
    assert [path.name for path in folder.iterdir()] == [synced.current_version.digest]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("section: first-numbers", "section: last-numbers", "no section 'last-numbers'"),
        ("concepts: [doubling]", "concepts: [trebling]", "no concept 'trebling'"),
    ],
)
def test_dangling_section_or_concept_is_named_with_its_line(write_package, capsys, old, new, words):
    write_package(files={"exercise.yaml": MANIFEST.replace(old, new)})
    with pytest.raises(CommandError) as caught:
        call_command("sync_curriculum")
    assert caught.value.returncode == 1
    line = MANIFEST.split(old)[0].count("\n") + 1
    errors = capsys.readouterr().err
    assert f"exercise.yaml:{line}: " in errors
    assert words in errors
    assert not Exercise.objects.exists()


def test_unsound_package_is_not_loaded(write_package, curriculum):
    write_package()
    sync()
    write_package(files={"grading.py": "SPEC = None\n"})
    before = rows()
    with pytest.raises(CommandError):
        call_command("sync_curriculum")
    assert rows() == before


def test_service_refuses_packages_of_unknown_sections(write_package, curriculum):
    write_package()
    with pytest.raises(PackageError, match="no section"):
        sync_exercises(packages=load_packages(curriculum))


def test_slug_is_taken_only_once_in_all_tracks(write_package, curriculum):
    folder = write_package()
    shutil.copytree(curriculum / "numbers", curriculum / "zahlen")
    with pytest.raises(PackageError, match="already in"):
        load_packages(curriculum)
    assert folder.is_dir()


def test_check_changes_nothing_and_lists_every_mistake(write_package, capsys, settings):
    write_package()
    call_command("sync_curriculum", "--check")
    assert not Exercise.objects.exists()
    assert not settings.CURRICULUM_STORE.exists()
    write_package(files={"data/numbers.csv": "7\n"})
    write_package("other", {"exercise.yaml": MANIFEST.replace("first", "last"), "notebook.py": NOTEBOOK})
    with pytest.raises(CommandError, match="2 mistakes"):
        call_command("sync_curriculum", "--check")
    errors = capsys.readouterr().err
    assert "doubling/data/numbers.csv:1" in errors
    assert "other/exercise.yaml:2" in errors


def test_check_finds_concepts_without_a_second_perspective(write_package, curriculum, capsys):
    write_package()
    path = curriculum / "concepts.yaml"
    more = "- {slug: halving, title: Halving, summary: The half.}\n"
    path.write_text(path.read_text() + more)
    track = curriculum / "numbers" / "track.yaml"
    track.write_text(track.read_text().replace("concepts: [counting]", "concepts: [doubling]"))
    with pytest.raises(CommandError, match="2 mistakes"):
        call_command("sync_curriculum", "--check")
    errors = capsys.readouterr().err
    assert "concepts.yaml:4: Only one resource, exercise or quiz looks at the concept 'counting'." in errors
    assert "concepts.yaml:7: Nothing looks at the concept 'halving'." in errors


def test_counts_are_printed_as_json(write_package, capsys):
    write_package()
    call_command("sync_curriculum", "--check", "--json")
    assert json.loads(capsys.readouterr().out) == {
        "tracks": 1,
        "sections": 1,
        "resources": 2,
        "concepts": 2,
        "exercises": 1,
        "mutants": 1,
        "quizzes": 0,
        "questions": {},
    }
