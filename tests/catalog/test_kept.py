"""What is kept in memory of the curriculum and its pages: never another reader's, and never an old edition's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.urls import reverse

from apps.catalog import edition
from apps.catalog.links import FAILED, GOOD, Found, note
from apps.catalog.models import Link, Resource, Track
from apps.catalog.services import mark_done, undo_done
from studyhub import kept


@pytest.fixture
def keeping(settings, monkeypatch):
    """As on a site: what was read and rendered stays, and the edition is looked up at each call."""
    settings.CURRICULUM_LOOK_S = 1e-9
    monkeypatch.setattr(kept, "_pieces", {})
    monkeypatch.setattr(edition, "_seen", ("", float("-inf")))


def render(source: str, **values) -> str:
    return Template("{% load kept %}" + source).render(Context(values))


def test_a_second_reader_costs_no_query_but_their_own(client, keeping, catalog, bob, django_assert_num_queries):
    client.get(reverse("track", args=["regression"]))
    with django_assert_num_queries(1):  # the edition
        client.get(reverse("track", args=["regression"]))
    client.force_login(bob)
    # Session, reader, edition, what is done, how far with exercises and with quizzes, notifications.
    with django_assert_num_queries(7):
        client.get(reverse("track", args=["regression"]))


def test_each_reader_sees_their_own_progress(client, keeping, video, bob, charlie):
    mark_done(user=bob, resource=video)
    for user, done in ((bob, 1), (charlie, 0), (bob, 1)):
        client.force_login(user)
        page = client.get(reverse("track", args=["regression"])).content.decode()
        assert (page.count('class="is-done"'), f"{done} of 2" in page) == (done, True)
    undo_done(user=bob, resource=video)
    assert 'class="is-done"' not in client.get(reverse("track", args=["regression"])).content.decode()


def test_a_stranger_sees_nobodys_progress(client, keeping, video, bob):
    mark_done(user=bob, resource=video)
    client.force_login(bob)
    for name, args in (("track", ["regression"]), ("home", [])):
        assert "<progress" in client.get(reverse(name, args=args)).content.decode()
    client.logout()
    for name, args in (("track", ["regression"]), ("home", [])):
        assert "<progress" not in client.get(reverse(name, args=args)).content.decode()


def test_each_page_has_its_own_token(client, keeping, catalog):
    pages = [client.get(reverse("track", args=["regression"])) for _ in range(2)]
    tokens = [page.context["csrf_token"] for page in pages]
    assert tokens[0] != tokens[1]
    for page, token in zip(pages, tokens, strict=True):
        assert str(token) in page.content.decode()


def test_a_sync_is_on_the_next_page(client, keeping, catalog, reload):
    assert "A tree in ten minutes" in client.get(reverse("track", args=["regression"])).content.decode()
    path = catalog / "regression" / "track.yaml"
    path.write_text(path.read_text("utf-8").replace("A tree in ten minutes", "A tree in an hour"), "utf-8")
    reload(catalog)
    page = client.get(reverse("track", args=["regression"])).content.decode()
    assert "A tree in an hour" in page
    assert "A tree in ten minutes" not in page


def test_a_link_that_dies_is_on_the_next_page_and_so_is_its_mending(client, keeping, video):
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
    link = Link.objects.create(resource=video, url=video.url, next_look_at=moment)
    address = reverse("track", args=["regression"])
    assert "dead link" not in client.get(address).text
    for day in range(3):
        note(link, Found(FAILED, 404), moment + timedelta(days=day))
    assert "dead link" in client.get(address).text
    note(link, Found(GOOD, 200), moment + timedelta(days=4))
    assert "dead link" not in client.get(address).text


def test_a_look_that_changes_nothing_keeps_what_is_kept(keeping, video):
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
    link = Link.objects.create(resource=video, url=video.url, next_look_at=moment)
    before = edition.current()
    for found in (Found(GOOD, 200), Found(FAILED, 404), Found(GOOD, 200)):
        note(link, found, moment)
    assert edition.current() == before


def test_the_edition_is_looked_up_once_in_its_time(keeping, catalog, settings, django_assert_num_queries):
    settings.CURRICULUM_LOOK_S = 3600
    with django_assert_num_queries(1):
        assert edition.current() == edition.current() != ""


def test_where_nothing_is_kept_no_two_editions_are_the_same(db, settings, django_assert_num_queries):
    settings.CURRICULUM_LOOK_S = 0
    with django_assert_num_queries(0):
        assert edition.current() != edition.current()


def test_rows_that_are_shared_are_not_written_on(client, keeping, video, bob):
    mark_done(user=bob, resource=video)
    client.force_login(bob)
    client.get(reverse("track", args=["regression"]))
    shared = client.get(reverse("track", args=["regression"])).context["here"].track
    fresh = Track.objects.get(slug="regression")
    assert set(vars(shared)) == set(vars(fresh)) | {"_prefetched_objects_cache"}
    assert set(vars(shared.sections.all()[0].resources.all()[0])) <= set(vars(Resource.objects.first()))


def test_a_piece_is_found_by_all_that_it_names(keeping):
    source = '{% kept "sum" a=a b=b %}{{ a }}, {{ b }}{% endkept %}'
    assert [render(source, a=a, b=b) for a, b in ((1, 2), (2, 1), (1, 2))] == ["1, 2", "2, 1", "1, 2"]


def test_a_piece_sees_nothing_but_what_it_names(keeping):
    source = '{% kept "who" a=a %}{{ a }}{{ user }}{{ request }}{{ csrf_token }}{% endkept %}'
    assert render(source, a=1, user="Bob", request="his", csrf_token="secret") == "1"


def test_what_is_kept_stays_escaped(keeping):
    source = '{% kept "text" a=a %}{{ a }}{% endkept %}'
    assert {render(source, a="<b>") for _ in range(2)} == {"&lt;b&gt;"}


@pytest.mark.parametrize("words", ["", "name", '"name" value', '"name" a=1 2'])
def test_a_piece_without_a_name_or_with_a_nameless_value_is_refused(words):
    with pytest.raises(TemplateSyntaxError):
        render(f"{{% kept {words} %}}{{% endkept %}}")


def test_the_memory_is_bounded(keeping, monkeypatch):
    monkeypatch.setattr(kept, "LIMIT", 3)
    for number in range(10):
        assert kept.kept(("one", number), lambda number=number: str(number)) == str(number)
    assert len(kept._pieces) <= 3
