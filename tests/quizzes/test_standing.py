"""The map of a track, and what is proposed next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.catalog.models import Concept, Resource, Section
from apps.catalog.services import mark_done
from apps.catalog.suggestions import suggest
from apps.quizzes.concept_map import HEIGHT, WIDTH, lay_out
from apps.quizzes.evidence import mastery_of
from apps.quizzes.mastery import Standing
from apps.quizzes.models import Card
from apps.quizzes.services import finish, start

from .site import entry, load, respond


@pytest.fixture
def quiz(db):
    quiz = load(entry())
    Concept.objects.get(slug="gradient").needs.add(Concept.objects.get(slug="tensor"))
    return quiz


def take(user, quiz, *, right=True, certainty="sure"):
    attempt = start(user=user, quiz=quiz)
    for answer in attempt.answers.all():
        respond(answer, right=right, certainty=certainty)
    finish(attempt=attempt)
    return attempt


def resource(slug="a-video", concept="gradient", section=None):
    section = section or Section.objects.get(slug="first")
    made = Resource.objects.create(
        section=section,
        slug=slug,
        title=slug,
        url="https://example.org/",
        kind="video",
        level="beginner",
        why="It helps.",
    )
    made.concepts.add(Concept.objects.get(slug=concept))
    return made


class TestLayout:
    def test_what_is_needed_stands_to_the_left(self):
        found = lay_out({"a": "A", "b": "B", "c": "C"}, {"b": {"a"}, "c": {"b", "a"}})
        assert found.by_key["a"].x < found.by_key["b"].x < found.by_key["c"].x
        assert {(edge.start, edge.end) for edge in found.edges} == {("a", "b"), ("b", "c"), ("a", "c")}

    def test_boxes_do_not_overlap_and_lie_within_the_picture(self):
        titles = {str(n): f"Concept {n}" for n in range(20)}
        found = lay_out(titles, {str(n): {str(n // 3)} for n in range(1, 20)})
        boxes = [(node.x, node.y) for node in found.nodes]
        assert len(set(boxes)) == 20
        for x, y in boxes:
            assert 0 <= x <= found.width - WIDTH
            assert 0 <= y <= found.height - HEIGHT
            assert not [1 for u, v in boxes if (u, v) != (x, y) and abs(u - x) < WIDTH and abs(v - y) < HEIGHT]

    def test_what_lies_outside_is_left_out(self):
        assert lay_out({"a": "A"}, {"a": {"elsewhere"}}).edges == ()

    def test_nothing_gives_an_empty_picture(self):
        assert lay_out({}, {}).nodes == ()

    def test_long_titles_take_two_lines(self):
        node = lay_out({"a": "Backpropagation through a long time"}, {}).nodes[0]
        assert len(node.lines) == 2


class TestMastery:
    def test_right_answers_make_it_solid_and_wrong_ones_shaky(self, quiz, bob, charlie):
        for _ in range(4):
            take(bob, quiz)
            take(charlie, quiz, right=False)
        gradient = Concept.objects.get(slug="gradient").pk
        assert mastery_of(bob)[gradient].standing == Standing.SOLID
        assert mastery_of(charlie)[gradient].standing == Standing.SHAKY

    def test_its_queries_do_not_grow_with_what_was_answered(self, quiz, bob, django_assert_num_queries):
        for _ in range(4):
            take(bob, quiz)
        with django_assert_num_queries(3):
            mastery_of(bob)


class TestMap:
    def url(self):
        return reverse("learning:map", args=["numbers"])

    def test_a_stranger_sees_the_concepts_and_no_standing(self, quiz, client):
        text = client.get(self.url()).content.decode()
        assert "Gradient" in text
        assert "How well you know it" not in text

    def test_a_learner_sees_each_standing_in_words(self, quiz, client, bob):
        for _ in range(4):
            take(bob, quiz)
        client.force_login(bob)
        text = client.get(self.url()).content.decode()
        assert "Gradient: Solid" in text
        assert "Solid: 2" in text

    def test_each_concept_is_a_link_and_says_what_it_builds_on(self, quiz, client):
        text = client.get(self.url()).content.decode()
        assert text.count(f'href="{reverse("concept", args=["gradient"])}"') == 2
        assert ">Tensor</td>" in text

    def test_queries_do_not_grow(self, quiz, client, bob, django_assert_max_num_queries):
        for _ in range(3):
            take(bob, quiz)
        client.force_login(bob)
        with django_assert_max_num_queries(10):
            client.get(self.url())


class TestNextStep:
    def test_at_first_this_app_has_nothing_to_say(self, quiz, bob):
        assert suggest(bob) == []

    def test_what_was_left_open_goes_on(self, quiz, bob):
        attempt = start(user=bob, quiz=quiz)
        found = suggest(bob)[0]
        assert found.url == attempt.get_absolute_url()
        assert "left it open" in found.reason

    def test_a_shaky_concept_gets_another_perspective(self, quiz, bob):
        video = resource()
        take(bob, quiz, right=False)
        found = suggest(bob)[0]
        assert found.url == video.get_absolute_url()
        assert "another perspective" in found.reason

    def test_where_every_resource_is_done_the_concept_itself_is_proposed(self, quiz, bob):
        mark_done(user=bob, resource=resource())
        take(bob, quiz, right=False)
        assert suggest(bob)[0].url == Concept.objects.get(slug="gradient").get_absolute_url()

    def test_many_due_cards_come_first(self, quiz, bob):
        load(entry(), entry(slug="more"))
        for one in (quiz, type(quiz).objects.get(slug="more")):
            take(bob, one, right=False)
        assert suggest(bob)[0].url != reverse("learning:reviews")
        Card.objects.update(due=timezone.now() - timedelta(days=1))
        found = suggest(bob)[0]
        assert found.url == reverse("learning:reviews")
        assert found.reason.startswith("6 questions are due")

    def test_after_a_sections_resource_its_quiz(self, quiz, bob):
        mark_done(user=bob, resource=resource())
        assert suggest(bob)[0].url == quiz.get_absolute_url()

    def test_the_first_page_shows_it_with_its_reason(self, quiz, client, bob):
        start(user=bob, quiz=quiz)
        client.force_login(bob)
        assert "You began this quiz and left it open." in client.get(reverse("home")).content.decode()


class TestReviewsPage:
    def test_without_a_card_it_says_how_to_get_one(self, quiz, client, bob):
        client.force_login(bob)
        assert "Nothing to review yet" in client.get(reverse("learning:reviews")).content.decode()

    def test_what_is_due_and_what_is_coming(self, quiz, client, bob):
        take(bob, quiz)
        one = Card.objects.first()
        Card.objects.filter(pk=one.pk).update(due=timezone.now() - timedelta(days=1))
        client.force_login(bob)
        response = client.get(reverse("learning:reviews"))
        assert "1 due now" in response.content.decode()
        assert sum(day.count for day in response.context["view"].days) >= 1

    def test_a_card_set_aside_can_be_taken_up_again(self, quiz, client, bob, charlie):
        take(bob, quiz)
        card = Card.objects.first()
        url = reverse("learning:suspend", args=[card.pk])
        client.force_login(charlie)
        assert client.post(url, {"suspended": "1"}).status_code == 404
        client.force_login(bob)
        client.post(url, {"suspended": "1"})
        page = client.get(reverse("learning:reviews")).content.decode()
        assert "Set aside" in page
        Card.objects.filter(user=bob).update(suspended=True)
        assert "The next two weeks" in page
        assert "The next two weeks" not in client.get(reverse("learning:reviews")).content.decode()
        client.post(url, {"suspended": "0"})
        card.refresh_from_db()
        assert not card.suspended
