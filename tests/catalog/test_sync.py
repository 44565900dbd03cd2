"""Loading the curriculum into the tables: again and again, and after it changed."""

from django.forms.models import model_to_dict

from apps.catalog.models import Completion, Concept, Resource, Section, Track
from apps.catalog.services import mark_done


def rows() -> list[dict]:
    return [model_to_dict(row) for model in (Track, Section, Concept, Resource) for row in model.objects.order_by("pk")]


def test_loading_again_changes_nothing(catalog, reload):
    before = rows()
    report = reload(catalog)
    assert rows() == before
    assert str(report) == "2 tracks, 3 sections, 4 resources, 2 concepts (0 retired)"


def test_the_tables_say_what_the_files_say(video):
    assert (video.title, video.kind, video.level, video.author, video.minutes) == (
        "A tree in ten minutes",
        "video",
        "beginner",
        "Ada",
        95,
    )
    assert {concept.slug for concept in video.concepts.all()} == {"decision-tree", "gradient-descent"}
    assert (video.section.track.slug, video.section.track.accent) == ("regression", "amber")


def test_a_change_in_the_file_keeps_the_row(catalog, reload, video):
    path = catalog / "regression" / "track.yaml"
    text = path.read_text(encoding="utf-8").replace("A tree in ten minutes", "A tree in an hour")
    path.write_text(text.replace("concepts: [decision-tree, gradient-descent]", "concepts: [decision-tree]"), "utf-8")
    reload(catalog)
    again = Resource.objects.get(slug="tree-video")
    assert (again.pk, again.title, again.concepts.count()) == (video.pk, "A tree in an hour", 1)


def test_what_vanishes_is_retired_with_its_completions_and_comes_back(catalog, reload, video, bob):
    mark_done(user=bob, resource=video)
    path = catalog / "regression" / "track.yaml"
    whole = path.read_text(encoding="utf-8")
    head, rest = whole.split("sections:\n")
    path.write_text(f"{head}sections:\n  - slug: from-scratch{rest.split('  - slug: from-scratch')[1]}", "utf-8")
    assert reload(catalog).retired == 3
    assert Resource.objects.get(pk=video.pk).retired
    assert Section.objects.get(slug="first-steps").retired
    assert Completion.objects.filter(user=bob, resource=video).exists()
    assert list(Resource.objects.current().values_list("slug", flat=True)) == ["fast-ai", "descent-paper"]

    path.write_text(whole, "utf-8")
    assert reload(catalog).retired == 0
    assert not Resource.objects.get(pk=video.pk).retired


def test_a_track_whose_folder_is_gone_is_retired(catalog, reload):
    (catalog / "regression" / "track.yaml").unlink()
    reload(catalog)
    assert list(Track.objects.current().values_list("slug", flat=True)) == ["course"]
    assert list(Resource.objects.current().values_list("slug", flat=True)) == ["fast-ai"]


def test_a_resource_moves_to_another_section_with_its_completions(catalog, reload, video, bob):
    mark_done(user=bob, resource=video)
    path = catalog / "regression" / "track.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("      - slug: tree-video"), text.index("      - slug: tree-article")
    path.write_text(text[:start] + text[end:] + text[start:end], "utf-8")
    reload(catalog)
    moved = Resource.objects.get(slug="tree-video")
    assert (moved.pk, moved.section.slug) == (video.pk, "from-scratch")
    assert moved.completions.count() == 1
