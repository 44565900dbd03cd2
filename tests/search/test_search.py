"""Who finds what, by which words, and whether the index follows."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import edition
from apps.catalog.models import Concept, Resource
from apps.groups.models import Assignment, Group, Membership
from apps.search import keeping
from apps.search.backends import backend
from apps.search.commands import GROUPS_AT_MOST, buttons_for
from apps.search.finding import find
from apps.search.models import Document
from apps.search.shortcuts import PAGES
from apps.search.words import indexed, read
from tests.groups.conftest import ada, alice, assign, circle, dana, resource  # noqa: F401 - fixtures
from tests.quizzes import site

NOBODY = AnonymousUser()


@pytest.fixture(autouse=True)
def empty_index(request):
    """Tests that commit leave their rows in it: it is no model's table, so Django does not empty it after them."""
    if request.node.get_closest_marker("rows"):
        request.getfixturevalue("db")
        backend().empty()


@pytest.fixture
def shelf(resource):  # noqa: F811
    """A concept, a resource on it and one that only mentions it."""
    concept = Concept.objects.create(slug="descent", title="Gradient descent", summary="Downhill in steps of λ.")
    resource.title, resource.why = "Walking downhill", "Measured by $R^2$ and by <b>Poincaré</b>."
    resource.save()
    resource.concepts.add(concept)
    Resource.objects.create(
        section=resource.section,
        slug="hills",
        title="Hills",
        url="https://example.org/hills",
        kind="article",
        level="beginner",
        why="Says gradient descent, gradient descent and gradient descent.",
    )
    edition.renew()
    return resource


def keys(text, user=NOBODY, **chosen):
    return [hit.document.key for hit in find(user, text, **chosen).hits]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("R²", "r2"),
        ("$R^2$", "r2"),
        ("λ", "lambda"),
        (r"\lambda", "lambda"),
        ("Poincaré’s", "poincare s"),
        ("losses", "losse"),
    ],
)
def test_words_are_folded(text, words):
    assert indexed(text) == words


def test_a_query_has_phrases_and_exclusions_and_no_other_syntax():
    asked = read('what is "learning rates" -momentum AND) NEAR(')
    assert asked.phrases == (("learning", "rate"), ("near",))
    assert asked.without == (("momentum",),)
    assert read("   -").phrases == ()


def test_titles_come_before_concepts_and_concepts_before_texts(shelf):
    assert keys("gradient descent") == ["concept:descent", "resource:a-tree", "resource:hills"]


def test_the_last_word_may_still_be_typed(shelf):
    assert "concept:descent" in keys("gradient des")
    assert keys("grad descent") == []


@pytest.mark.parametrize("text", ["poincare", "R²", "r2", "POINCARÉ r2", '"measured by r2"'])
def test_accents_and_signs_do_not_matter(shelf, text):
    assert keys(text) == ["resource:a-tree"]


def test_a_word_can_be_left_out(shelf):
    assert keys("gradient -walking") == ["concept:descent", "resource:hills"]


def test_what_is_misspelt_is_found_and_said(shelf):
    found = find(NOBODY, "gradinet desent")
    assert found.instead == "gradient descent"
    assert found.hits[0].document.key == "concept:descent"
    assert find(NOBODY, "qqqqqq").instead == ""


def test_snippets_are_escaped_before_words_are_marked(shelf):
    (hit,) = find(NOBODY, "poincare").hits
    assert "&lt;b&gt;<mark>Poincaré</mark>&lt;/b&gt;" in hit.snippet
    assert "<b>" not in hit.snippet


def test_kinds_and_tracks_narrow_it_down(shelf):
    found = find(NOBODY, "gradient", kind="resource")
    assert {hit.document.kind for hit in found.hits} == {"resource"}
    assert found.kinds == {"concept": 1, "resource": 2}
    assert keys("gradient", track="trees") == ["resource:a-tree", "resource:hills"]


def test_only_what_a_question_asks_is_found(db):
    site.load(site.entry())
    edition.renew()
    keeping.in_step()
    said = " ".join(Document.objects.values_list("title", "text").get(kind="quiz"))
    for title, text in Document.objects.filter(kind="question").values_list("title", "text"):
        said += f" {title} {text}"
    assert "Which way does the gradient point?" in said
    assert "What is + 2?" in said
    for answer in ("Uphill", "contour", "grows fastest", "added nothing", "Think of a hill", "A tensor"):
        assert answer not in said


@pytest.fixture
def secret(circle, assign, shelf):  # noqa: F811
    """A note on the circle's plan, indexed."""
    Group.objects.filter(pk=circle.pk).update(summary="About zebras.")
    assigned = assign(shelf, note="Bring your zebra.")
    keeping.refresh_all()
    return assigned


@pytest.mark.parametrize(
    ("who", "finds"),
    [("alice", 2), ("dana", 2), ("bob", 2), ("charlie", 0), ("ada", 0), ("former", 0), ("nobody", 0)],
)
def test_a_group_is_found_by_its_members_alone(secret, circle, request, django_user_model, who, finds):  # noqa: F811
    if who == "nobody":
        user = NOBODY
    elif who == "former":
        user = django_user_model.objects.create_user("former@example.org", "former-secret")
        Membership.objects.create(group=circle, user=user, left_at=circle.created_at)
    else:
        user = request.getfixturevalue(who)
    found = find(user, "zebra")
    assert len(found.hits) == finds
    assert find(user, "zebar").instead == ""  # its words are offered to nobody either


def test_what_is_saved_in_a_group_is_found(secret, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        secret.note = "Bring your giraffe."
        secret.save()
    assert len(keys("giraffe", bob)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        secret.delete()
    assert keys("giraffe", bob) == []
    assert backend().count() == Document.objects.count()


def test_a_deleted_group_leaves_nothing(secret, circle, bob):  # noqa: F811
    circle.delete()
    assert backend().count() == Document.objects.count()
    assert not Document.objects.filter(kind="group").exists()


def test_a_sync_is_followed(shelf):
    assert keys("hills") == ["resource:hills"]
    Resource.objects.filter(slug="hills").update(retired=True)
    edition.renew()
    assert keys("hills") == []


def test_beat_mends_what_told_nobody(secret, bob):
    Assignment.objects.filter(pk=secret.pk).update(note="Bring your okapi.")
    keeping.mend()
    assert len(keys("okapi", bob)) == 1
    backend().forget([Document.objects.get(text__contains="okapi").pk])
    assert keys("okapi", bob) == []
    keeping.mend()
    assert len(keys("okapi", bob)) == 1


def test_beat_drops_rows_of_nobody(shelf):
    assert keys("hills") == ["resource:hills"]
    backend().index([Document(pk=10**6, title="Okapi")])
    keeping.mend()
    assert not keeping.is_stale()
    assert keys("hills") == ["resource:hills"]


def test_the_command_rebuilds_and_says_what_is_out_of_step(shelf):
    with pytest.raises(CommandError, match="out of step"):
        call_command("rebuild_search", "--check")
    call_command("rebuild_search")
    call_command("rebuild_search", "--check")
    backend().forget([Document.objects.first().pk])
    with pytest.raises(CommandError, match="out of step"):
        call_command("rebuild_search", "--check")


def test_the_page_says_what_it_found(client, shelf, django_assert_max_num_queries):
    client.get("/search/?q=gradient")
    with django_assert_max_num_queries(6):
        page = client.get("/search/?q=gradient").content.decode()
    assert "3 results" in page
    assert "<mark>Gradient</mark>" in page
    part = client.get("/search/?q=gradinet", headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()
    assert "Nothing has “gradinet”" in part
    assert "<html" not in part
    assert "Nothing found" in client.get("/search/?q=qqqqqq").content.decode()


def test_the_palette_offers_pages_one_may_open(client, bob, shelf):
    assert "Your groups" not in client.get("/search/palette/").content.decode()
    client.force_login(bob)
    palette = client.get("/search/palette/").content.decode()
    assert all(one.words in palette and one.keys in palette for one in PAGES)
    options = client.get("/search/palette/?q=gradient").content.decode()
    assert "<dialog" not in options
    assert "/search/?q=gradient" in options
    assert len({one.keys for one in PAGES}) == len(PAGES)


def test_the_palette_says_so_where_there_is_nothing(client, shelf):
    assert "Nothing has “zzzz”." in offered(client, "zzzz")
    assert "All results for “gradient”" in offered(client, "gradient")
    assert "Nothing has" not in offered(client, "exercises")


def offered(client, text: str = "") -> str:
    return client.get("/search/palette/", {"q": text}).text


def test_a_stranger_changes_colours_and_language_and_signs_in(client, shelf):
    page = offered(client)
    assert all(
        words in page for words in ("Colours: dark", "Colours: like the system", "Language: Français", "Sign in")
    )
    assert not any(words in page for words in ("Sign out", "Go on", "Your group", "Language: English"))
    assert "Colours: dark" in offered(client, "theme")
    assert "Colours" not in offered(client, "gradient")
    client.cookies["language"] = "fr"
    assert "Langue\u202f: English" in offered(client, "anglais")


@pytest.mark.parametrize("signed_in", [True, False])
def test_one_goes_on_where_one_left(client, bob, shelf, signed_in):
    if signed_in:
        client.force_login(bob)
    # Who has an account and has begun nothing is led to the first thing there is.
    assert ("Go on" in offered(client)) is signed_in
    client.get(shelf.get_absolute_url())
    for text in ("", "resume", "go on", "left"):
        page = offered(client, text)
        assert f'href="{shelf.get_absolute_url()}"' in page.split("Go on")[0]
        assert "Walking downhill" in page.split("Go on")[1].split("</a>")[0]
    assert "Go on" not in offered(client, "gradient")


def test_own_groups_are_offered_once_and_the_others_never(client, secret, bob, charlie):
    for user, times in ((bob, 1), (charlie, 0)):
        client.force_login(user)
        assert offered(client).count('href="/groups/circle/"') == times
        assert offered(client, "circle").count('href="/groups/circle/"') == times
    Group.objects.update(archived_at="2026-01-01T00:00Z")
    client.force_login(bob)
    assert 'href="/groups/circle/"' not in offered(client)


def test_more_groups_cost_no_more_queries(client, circle, bob, shelf, django_assert_num_queries):  # noqa: F811
    client.force_login(bob)
    offered(client, "group")
    with CaptureQueriesContext(connection) as before:
        offered(client, "group")
    for number in range(8):
        group = Group.objects.create(slug=f"more-{number}", name=f"More {number}")
        Membership.objects.create(group=group, user=bob)
    with django_assert_num_queries(len(before)):
        assert offered(client, "group").count('id="palette-way-') == GROUPS_AT_MOST


def test_each_button_that_is_pressed_is_on_every_page(client, bob, shelf):
    """Each selector names an element of the page: by its tag's attributes, as it is written there."""
    for user in (NOBODY, bob):
        if user is bob:
            client.force_login(bob)
        page = client.get("/concepts/").text
        for command in buttons_for(user, ""):
            wanted = re.findall(r'\[(\w+)\^?="([^"]+)"\]', command.press)
            assert wanted
            assert all(f'{name}="{value}' in page for name, value in wanted), command
