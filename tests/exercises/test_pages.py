"""Pages of the exercises: anybody may look around and download, and nothing tells the answers."""

from __future__ import annotations

import io
import shutil
import zipfile

import pytest
from django.core.management import call_command
from django.urls import reverse

from .conftest import MANIFEST

LIST = "/exercises/"
SECRETS = ("secret_of_the_author", "total_of_the_author", "### BEGIN", "triples")


def get(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_list_shows_exercises_by_track(client, synced):
    page = get(client, LIST)
    assert "Numbers" in page
    assert "Doubling numbers" in page
    assert "<strong>doubles</strong>" in page
    assert "1 h 30 min" in page


def test_list_without_exercises_says_so(client, db):
    page = get(client, LIST)
    assert "No exercises yet" in page
    assert 'role="search"' not in page.partition("<main")[2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("track=numbers", True),
        ("level=beginner", True),
        ("concept=doubling", True),
        ("track=numbers&level=beginner&concept=doubling", True),
        ("level=advanced", False),
        ("level=impossible", True),
    ],
)
def test_list_is_narrowed_down(client, synced, query, found):
    assert ("Doubling numbers" in get(client, f"{LIST}?{query}")) is found


def test_list_leaves_retired_exercises_out(client, synced):
    synced.retired = True
    synced.save()
    assert "Doubling numbers" not in get(client, LIST)


def test_detail_says_what_it_asks_for(client, synced):
    page = get(client, synced.get_absolute_url())
    for words in (
        "Doubling numbers",
        "It doubles",
        "The total is right",
        "20 s for the whole notebook",
        "1 GB",
        "scikit-learn can&#x27;t be imported",
        "Not available while your notebook runs",
        "What to do",
        reverse("exercises:starter", args=["doubling"]),
    ):
        assert words in page


def test_detail_says_it_in_french_to_whoever_reads_french(client, synced):
    page = client.get(synced.get_absolute_url(), headers={"Accept-Language": "fr"}).text
    for words in (
        "20 s pour tout le notebook",
        "1\u00a0Go",
        "scikit-learn ne peut pas être importé\u202f:",
        "Doubling numbers",
        '<div class="prose" lang="en">',
    ):
        assert words in page


def test_detail_asks_strangers_to_sign_in_before_they_hand_in(client, synced):
    assert f"{reverse('account_login')}?next=/exercises/doubling/" in get(client, synced.get_absolute_url())


def test_detail_leads_learners_to_the_hand_in(client, synced, bob):
    client.force_login(bob)
    page = get(client, synced.get_absolute_url())
    assert f'href="{reverse("submissions:new", args=["doubling"])}"' in page


def test_retired_exercise_can_be_read_but_not_handed_in(client, synced, bob, curriculum):
    shutil.rmtree(curriculum / "numbers" / "doubling")
    call_command("sync_curriculum", verbosity=0)
    client.force_login(bob)
    page = get(client, synced.get_absolute_url())
    assert "no longer in the curriculum" in page
    assert reverse("submissions:new", args=["doubling"]) not in page


@pytest.mark.parametrize("name", ["detail", "starter"])
def test_unknown_exercise_is_not_found(client, db, name):
    assert client.get(reverse(f"exercises:{name}", args=["nothing"])).status_code == 404


def test_starter_is_a_zip_that_browsers_keep_until_it_changes(client, synced, write_package):
    address = reverse("exercises:starter", args=["doubling"])
    response = client.get(address)
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="doubling-starter.zip"'
    assert "doubling.ipynb" in zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304
    write_package(files={"exercise.yaml": MANIFEST.replace("90", "80")})
    call_command("sync_curriculum", verbosity=0)
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 200


def test_no_page_and_no_download_tells_a_solution(client, synced, bob):
    client.force_login(bob)
    starter = client.get(reverse("exercises:starter", args=["doubling"])).content
    archive = zipfile.ZipFile(io.BytesIO(starter))
    texts = [archive.read(name).decode() for name in archive.namelist()]
    texts += [get(client, LIST), get(client, synced.get_absolute_url())]
    assert not [secret for secret in SECRETS for text in texts if secret in text]


def test_pages_only_answer_to_reading(client, synced):
    assert client.post(LIST).status_code == 405
    assert client.post(synced.get_absolute_url()).status_code == 405


def test_list_asks_the_database_the_same_for_more_exercises(
    client, synced, write_package, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6) as first:
        get(client, LIST)
    for slug in ("halving", "squaring", "cubing"):
        write_package(slug)
    call_command("sync_curriculum", verbosity=0)
    with django_assert_num_queries(len(first)):
        get(client, LIST)


def test_detail_asks_the_database_little(client, synced, django_assert_max_num_queries):
    # Five of them read the curriculum, which a site keeps in memory and a test does not.
    with django_assert_max_num_queries(9):
        get(client, synced.get_absolute_url())


@pytest.mark.parametrize("model", ["exercise", "exerciseversion"])
def test_lead_may_look_at_rows_but_not_change_them(client, synced, alice, model):
    alice.is_superuser = True
    alice.save()
    client.force_login(alice)
    assert client.get(f"/admin/exercises/{model}/").status_code == 200
    assert client.get(f"/admin/exercises/{model}/add/").status_code == 403
    row = synced if model == "exercise" else synced.current_version
    assert client.get(f"/admin/exercises/{model}/{row.pk}/change/").status_code == 200
    assert client.post(f"/admin/exercises/{model}/{row.pk}/change/", {"title": "x"}).status_code == 403
    assert client.post(f"/admin/exercises/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
