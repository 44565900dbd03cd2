"""Titles and names of eighty letters without a space: no page of the curriculum gets wider than its window."""

import pytest
from django.core.management import call_command
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.urls import reverse

from apps.catalog.models import Concept, Resource, Section, Track
from apps.catalog.opinion_models import Note
from apps.catalog.proposal_models import Proposal
from apps.exercises.models import Exercise
from apps.quizzes.models import Quiz
from tests.overfull import WORD, too_wide
from tests.quizzes.site import entry, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN = ["/", "/concepts/", "/exercises/", "/quizzes/", "/quizzes/try/", f"/search/?q={WORD}"]
OWN = ["/learning/reviews/", "/notes/", "/proposals/", "/proposals/new/"]


@pytest.fixture
def overfull(bob, write_package) -> list[str]:
    """A small curriculum with long titles everywhere; the addresses of one page of each kind, a proposal's last."""
    write_package()
    call_command("sync_curriculum", verbosity=0)
    quiz = load(entry())
    for model in (Track, Section, Concept, Resource, Exercise, Quiz):
        model.objects.update(title=Substr(Concat(Value(WORD), F("title")), 1, 115))
    bob.name = WORD
    bob.save()
    resource = Resource.objects.filter(author="").first()
    resource.author = WORD
    resource.save()
    Note.objects.create(
        user=bob, resource=resource, text=f"{WORD}{WORD}\n\n`{WORD}`\n\n| {WORD} | {WORD} |\n|---|---|\n"
    )
    address = f"https://example.org/{WORD}/{WORD}"
    proposed = {"title": WORD, "kind": "video", "level": "beginner", "why": WORD, "track": Track.objects.get()}
    proposal = Proposal.objects.create(by=bob, url=address, key=address, **proposed)
    return [
        reverse("track", args=["numbers"]),
        reverse("learning:map", args=["numbers"]),
        resource.get_absolute_url(),
        reverse("concept", args=["doubling"]),
        reverse("exercises:detail", args=["doubling"]),
        quiz.get_absolute_url(),
        proposal.get_absolute_url(),
    ]


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "learner"])
def test_no_page_is_wider_than_its_window(open_page, overfull, bob, signed_in):
    page = open_page("/", user=bob if signed_in else None)
    assert too_wide(page, [*OPEN, *overfull[: None if signed_in else -1], *(OWN if signed_in else [])]) == []


@pytest.mark.parametrize("language", ["en-GB", "fr-FR"])
@pytest.mark.parametrize("name", ["Ada", WORD], ids=["short", "long"])
def test_the_name_in_the_head_can_be_read_or_is_not_there(open_page, alice, name, language):
    alice.name = name
    alice.save()
    page = open_page("/concepts/", user=alice, locale=language)
    for width in (1120, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        you, who, out = (page.locator(f".site-you {one}").bounding_box() for one in (".you", ".who", ".btn-secondary"))
        room = page.locator(".site-head .wrap").evaluate("one => one.getBoundingClientRect().right - 24")
        assert you["x"] + you["width"] <= out["x"]
        assert out["x"] + out["width"] <= room + 0.5
        hidden = who["width"] <= 1 or who["y"] >= you["y"] + you["height"]
        assert hidden or you["x"] <= who["x"] <= who["x"] + who["width"] <= you["x"] + you["width"]
        assert hidden or name == "Ada" or who["width"] >= 60
