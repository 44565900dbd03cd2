"""Notes on resources: one's own, rendered safely, taken away and put back."""

import time

import pytest
from django.urls import reverse

from apps.catalog import notes
from apps.catalog.models import Note, Resource


def address(name: str, resource: Resource) -> str:
    return reverse(name, args=[resource.section.track.slug, resource.slug])


@pytest.fixture
def as_bob(client, bob):
    client.force_login(bob)
    return client


def test_a_note_is_written_shown_and_changed(as_bob, video):
    page = as_bob.post(address("note", video), {"text": "**Mind** the leaves."}, follow=True).content.decode()
    assert "<strong>Mind</strong> the leaves." in page
    page = as_bob.post(address("note", video), {"text": "Better so."}, follow=True).content.decode()
    assert "Better so." in page
    assert "the leaves" not in page
    assert Note.objects.count() == 1


def test_nobody_else_reads_it(client, bob, charlie, alice, video):
    notes.write(user=bob, resource=video, text="My secret thought.")
    for user in (charlie, alice):
        client.force_login(user)
        for page in (video.get_absolute_url(), reverse("notes")):
            assert "secret thought" not in client.get(page).content.decode()


def test_what_somebody_pastes_into_it_does_nothing(as_bob, video):
    evil = "<script>alert(1)</script> [x](javascript:alert(1))"
    page = as_bob.post(address("note", video), {"text": evil}, follow=True).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_an_empty_or_endless_note_is_refused_and_what_was_typed_stays(as_bob, video, text):
    response = as_bob.post(address("note", video), {"text": text})
    assert response.status_code == 400
    assert "field-error" in response.content.decode()
    assert text in response.content.decode()
    assert not Note.objects.exists()


def test_a_note_taken_away_can_be_put_back(as_bob, bob, video):
    notes.write(user=bob, resource=video, text="Keep me.")
    page = as_bob.post(address("remove-note", video), follow=True).content.decode()
    assert "Your note is taken away." in page
    assert not Note.objects.exists()
    page = as_bob.post(reverse("undo-note"), follow=True).content.decode()
    assert "Keep me." in page
    assert "taken away" not in page


def test_after_ten_minutes_it_is_gone(as_bob, bob, video, monkeypatch):
    notes.write(user=bob, resource=video, text="Keep me.")
    as_bob.post(address("remove-note", video))
    now = time.time()
    monkeypatch.setattr("apps.catalog.notes.time.time", lambda: now + 601)
    assert "taken away" not in as_bob.get(video.get_absolute_url()).content.decode()
    as_bob.post(reverse("undo-note"))
    assert not Note.objects.exists()
    assert notes.KEY not in as_bob.session


def test_one_written_meanwhile_stays(as_bob, bob, video):
    notes.write(user=bob, resource=video, text="Old.")
    as_bob.post(address("remove-note", video))
    as_bob.post(address("note", video), {"text": "New."})
    as_bob.post(reverse("undo-note"))
    assert Note.objects.get().text == "New."


def test_the_list_has_ones_own_and_can_be_narrowed_down(as_bob, bob, charlie, video):
    paper = Resource.objects.get(slug="descent-paper")
    course = Resource.objects.get(slug="fast-ai")
    for resource, text in ((video, "Leaves"), (paper, "Slopes"), (course, "Plan")):
        notes.write(user=bob, resource=resource, text=text)
    notes.write(user=charlie, resource=video, text="Not Bob's")

    def shown(**query: str) -> list[str]:
        return [note.text for note in as_bob.get(reverse("notes"), query).context["page"]]

    assert shown() == ["Plan", "Slopes", "Leaves"]
    assert shown(q="leav") == ["Leaves"]
    assert shown(q="descent") == ["Slopes"]
    assert shown(track="regression") == ["Slopes", "Leaves"]
    assert shown(q="leav", track="course") == []


def test_a_note_outlives_the_resource_in_the_curriculum(as_bob, bob, video):
    notes.write(user=bob, resource=video, text="Still mine.")
    Resource.objects.update(retired=True)
    page = as_bob.get(reverse("notes")).content.decode()
    assert "Still mine." in page
    assert "no longer in the track" in page


def test_a_visitor_has_no_notes(client, video):
    assert client.get(reverse("notes")).url == f"{reverse('account_login')}?next=/notes/"
    assert client.post(address("note", video), {"text": "x"}).url.endswith(f"?next={video.get_absolute_url()}")
    assert "Your note" not in client.get(video.get_absolute_url()).content.decode()


def test_the_list_costs_the_same_however_long_it_is(as_bob, bob, video, django_assert_max_num_queries):
    for resource in Resource.objects.all():
        notes.write(user=bob, resource=resource, text="x")
    with django_assert_max_num_queries(7):
        as_bob.get(reverse("notes"))
