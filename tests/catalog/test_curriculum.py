"""The curriculum's files: what is accepted, and what an error says."""

import subprocess
import sys
from pathlib import Path

import pytest

from apps.catalog.curriculum import CurriculumError, load_curriculum

REAL = Path(__file__).resolve().parents[2] / "notebooks"


def change(folder: Path, old: str, new: str, file: str = "regression/track.yaml") -> Path:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def errors(folder: Path) -> list[str]:
    with pytest.raises(CurriculumError) as caught:
        load_curriculum(folder)
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    return [str(problem) for problem in caught.value.problems]


def test_the_real_curriculum_is_valid_and_holds_every_track():
    curriculum = load_curriculum(REAL)
    assert [track.slug for track in curriculum.tracks if track.spine] == ["course"]
    assert {track.slug for track in curriculum.tracks} == {
        "course",
        "regression",
        "maths",
        "neural-nets",
        "stable-diffusion",
    }


def test_tracks_come_in_their_order_with_their_contents(notebooks):
    curriculum = load_curriculum(notebooks)
    assert [track.slug for track in curriculum.tracks] == ["course", "regression"]
    video = curriculum.tracks[1].sections[0].resources[0]
    assert (video.slug, video.minutes, video.author) == ("tree-video", 95, "Ada")
    assert video.why == "Draws the tree, **slowly**."
    assert curriculum.section_slugs("regression") == {"first-steps", "from-scratch"}
    assert curriculum.section_slugs("no-such-track") == frozenset()
    assert curriculum.concept_slugs == {"decision-tree", "gradient-descent"}


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("        author: Ada", "        autor: Ada", "autor:", "Unknown key 'autor', or did you mean 'author'"),
        ("        kind: video", "        kind: vidoe", "vidoe", "'vidoe' is no kind. Use one of: 'video'"),
        ("level: beginner", "level: easy", "easy", "'easy' is no level"),
        ("accent: amber", "accent: brown", "brown", "'brown' is no accent"),
        ("https://example.org/tree", "example.org/tree", "url: example.org", "beginning with https://"),
        ("https://example.org/tree", "http://example.org/tree", "url: http:", "beginning with https://"),
        ("https://example.org/tree", "javascript:alert(1)", "javascript", "beginning with https://"),
        ("[decision-tree]", "[decison-tree]", "decison", "did you mean 'decision-tree'"),
        ("slug: tree-article", "slug: Tree Article", "Tree Article", "is no slug"),
        ("minutes: 95", "minutes: long", "minutes: long", "minutes: "),
        ("minutes: 95", "minutes: 0", "minutes: 0", "minutes: "),
        ("slug: from-scratch", "slug: first-steps", "title: From scratch", "'first-steps' is already on line"),
        ("        why: For readers.\n", "", "slug: tree-article", "'why' is missing"),
        ("title: Regression", "slug: regression\ntitle: Regression", "slug: regression", "Remove slug"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line_and_with_advice(notebooks, old, new, where, says):
    path = change(notebooks, old, new)
    found = errors(notebooks)
    assert len(found) == 1
    line = line_of(path, where) - (1 if "already" in says else 0)
    assert found[0].startswith(f"{path}:{line}: ")
    assert says in found[0]


def test_a_resource_in_two_tracks_is_refused(notebooks):
    path = change(notebooks, "slug: tree-video", "slug: fast-ai")
    assert errors(notebooks) == [
        f"{path}:{line_of(path, 'slug: fast-ai')}: The resource 'fast-ai' is already in "
        f"{notebooks / 'course' / 'track.yaml'}:10. Give one of them another slug."
    ]


def test_a_second_spine_is_refused(notebooks):
    path = change(notebooks, "position: 1", "position: 1\nspine: true")
    assert errors(notebooks)[0].startswith(f"{path}:5: Only one track can be the spine")


def test_a_key_that_stands_twice_is_refused(notebooks):
    path = change(notebooks, "position: 1", "position: 1\nposition: 2")
    assert errors(notebooks) == [f"{path}:5: The key 'position' stands here twice (first on line 4)."]


def test_a_concept_twice_is_refused(notebooks):
    path = change(notebooks, "slug: gradient-descent", "slug: decision-tree", "concepts.yaml")
    change(notebooks, "concepts: [decision-tree, gradient-descent]", "concepts: [decision-tree]")
    change(notebooks, "concepts: [gradient-descent]", "concepts: []")
    assert errors(notebooks) == [
        f"{path}:4: The concept 'decision-tree' is already on line 1. Give one of them another slug."
    ]


def test_a_faulty_list_of_concepts_brings_no_follow_up_errors(notebooks):
    path = change(notebooks, "title: Decision tree", "titel: Decision tree", "concepts.yaml")
    found = errors(notebooks)
    assert all(text.startswith(f"{path}:") for text in found)
    assert any("did you mean 'title'" in text for text in found)


def test_broken_yaml_is_named_with_its_line(notebooks):
    path = change(notebooks, "title: Regression", "title: [Regression")
    assert errors(notebooks)[0].startswith(f"{path}:2: This is not valid YAML")


def test_yaml_that_would_build_objects_is_refused(notebooks):
    path = change(notebooks, "title: Regression", "title: !!python/object/apply:os.getcwd []")
    assert errors(notebooks)[0].startswith(f"{path}:1: This is not valid YAML")


def test_a_file_that_is_no_mapping_is_refused(notebooks):
    (notebooks / "regression" / "track.yaml").write_text("- title\n", encoding="utf-8")
    assert "A track is a mapping" in errors(notebooks)[0]


def test_every_fault_is_reported_at_once(notebooks):
    change(notebooks, "kind: video", "kind: vidoe")
    change(notebooks, "level: advanced", "level: hard")
    change(notebooks, "kind: course", "kind: corse", "course/track.yaml")
    assert len(errors(notebooks)) == 3


def test_a_folder_without_tracks_is_an_error_and_no_empty_site(tmp_path):
    assert "There is no track here" in errors(tmp_path)[0]


def test_the_loader_needs_no_django():
    code = "import sys, apps.catalog.curriculum; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REAL.parent, check=False).returncode == 0


def test_a_concept_that_needs_an_unknown_one(notebooks):
    path = change(notebooks, "needs: [decision-tree]", "needs: [decision-trees]", "concepts.yaml")
    (error,) = errors(notebooks)
    assert error.startswith(f"{path}:{line_of(path, 'decision-trees')}: There is no concept 'decision-trees'.")
    assert "did you mean 'decision-tree'" in error


def test_concepts_that_need_each_other(notebooks):
    change(
        notebooks,
        "  summary: Questions about",
        "  needs: [gradient-descent]\n  summary: Questions about",
        "concepts.yaml",
    )
    (error,) = errors(notebooks)
    assert "need each other in a circle" in error
