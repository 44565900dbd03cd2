"""The page of a track."""

from django.urls import reverse

from apps.catalog.models import Resource, Section
from apps.catalog.services import mark_done
from apps.quizzes.models import Question, Quiz

PAGE = ["regression"]


def test_sections_resources_and_exercises_are_listed_with_links(client, make_exercise):
    exercise = make_exercise("grow-a-tree", minutes=45)
    page = client.get(reverse("track", args=PAGE)).content.decode()
    for slug in ("tree-video", "tree-article", "descent-paper"):
        assert f'href="{Resource.objects.get(slug=slug).get_absolute_url()}"' in page
    assert f'href="{exercise.get_absolute_url()}"' in page
    assert "45 min" in page
    assert "1 h 35 min" in page
    assert page.index("First steps") < page.index("From scratch")


def test_each_section_says_that_its_quiz_is_still_to_come(client, catalog):
    assert client.get(reverse("track", args=PAGE)).content.decode().count("Quiz: still to come") == 2
    Section.objects.create(track=Section.objects.get(slug="first-steps").track, slug="later", title="Later", position=9)
    assert client.get(reverse("track", args=PAGE)).content.decode().count("What belongs here is still to come") == 1


def test_author_and_time_are_shown_only_where_they_are_known(client, catalog):
    page = client.get(reverse("track", args=PAGE)).content.decode()
    assert page.count("by Ada") == 1
    assert "None" not in page


def test_optional_resources_count_only_once_they_are_done(client, bob, catalog):
    client.force_login(bob)
    progress = client.get(reverse("track", args=PAGE)).context["here"].progress
    assert (progress.done, progress.total) == (0, 2)
    mark_done(user=bob, resource=Resource.objects.get(slug="tree-article"))
    progress = client.get(reverse("track", args=PAGE)).context["here"].progress
    assert (progress.done, progress.total) == (1, 3)


def test_an_optional_section_asks_for_nothing(client, bob, catalog):
    Section.objects.filter(track__slug="regression").update(optional=True)
    client.force_login(bob)
    response = client.get(reverse("track", args=PAGE))
    assert response.context["here"].progress.total == 0
    assert "<progress" not in response.content.decode()


def test_a_section_is_complete_when_what_it_requires_is_done(client, bob, charlie, video):
    mark_done(user=bob, resource=video)
    for user, expected in ((bob, [True, False]), (charlie, [False, False])):
        client.force_login(user)
        sections = client.get(reverse("track", args=PAGE)).context["here"].sections
        assert [section.progress.complete for section in sections] == expected


def test_a_retired_exercise_and_one_without_a_version_are_not_listed(client, make_exercise):
    make_exercise("gone", retired=True)
    unfinished = make_exercise("unfinished")
    unfinished.current_version = None
    unfinished.save()
    page = client.get(reverse("track", args=PAGE)).content.decode()
    assert "/exercises/gone/" not in page
    assert "/exercises/unfinished/" not in page


def test_an_unknown_track_is_not_found(client, catalog):
    assert client.get(reverse("track", args=["cooking"])).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_track(
    client, bob, catalog, make_exercise, django_assert_max_num_queries
):
    client.force_login(bob)
    for number in range(6):
        exercise = make_exercise(f"tree-{number}", section="from-scratch" if number % 2 else "first-steps")
        quiz = Quiz.objects.create(slug=f"trees-{number}", section=exercise.section, title="Trees", summary="Ask.")
        Question.objects.create(quiz=quiz, slug="one", kind="single", level="beginner")
    # One each: session, user, track, sections, resources, exercises, quizzes, what is done, how far with exercises and
    # with quizzes.
    with django_assert_max_num_queries(11):
        client.get(reverse("track", args=PAGE))
