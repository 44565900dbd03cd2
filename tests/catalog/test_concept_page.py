"""The pages of concepts."""

from django.urls import reverse

from apps.catalog.models import Concept


def test_a_concept_gathers_all_resources_and_exercises_on_it(client, make_exercise):
    make_exercise("grow-a-tree")
    make_exercise("descend", concept="gradient-descent")
    context = client.get(reverse("concept", args=["decision-tree"])).context
    assert [resource.slug for resource in context["resources"]] == ["tree-video", "tree-article"]
    assert [exercise.slug for exercise in context["exercises"]] == ["grow-a-tree"]


def test_a_concept_that_nothing_names_says_so(client, catalog):
    Concept.objects.create(slug="entropy", title="Entropy", summary="Surprise.")
    assert "Nothing on this concept yet" in client.get(reverse("concept", args=["entropy"])).content.decode()


def test_the_list_has_every_current_concept(client, catalog):
    Concept.objects.filter(slug="decision-tree").update(retired=True)
    page = client.get(reverse("concepts")).content.decode()
    assert "Gradient descent" in page
    assert "Decision tree" not in page


def test_what_it_builds_on_and_leads_to(client, catalog):
    later = client.get(reverse("concept", args=["gradient-descent"])).context
    earlier = client.get(reverse("concept", args=["decision-tree"])).context
    assert [one.slug for one in later["needs"]] == ["decision-tree"]
    assert [one.slug for one in earlier["leads_to"]] == ["gradient-descent"]
    assert not earlier["needs"]


def test_formulas_stay_text_for_katex(client, catalog):
    page = client.get(reverse("concept", args=["gradient-descent"])).content.decode()
    assert '<span class="math-inline">\\(\\nabla L\\)</span>' in page


def test_the_number_of_queries_is_bounded(client, bob, make_exercise, django_assert_max_num_queries):
    client.force_login(bob)
    for number in range(6):
        make_exercise(f"tree-{number}")
    with django_assert_max_num_queries(9):
        client.get(reverse("concept", args=["decision-tree"]))
