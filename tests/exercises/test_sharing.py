"""Hosts that share no disk: what one of them froze, the others fetch, and only just that."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from apps.exercises.models import Exercise
from apps.exercises.package import PackageError, digest_of
from apps.exercises.store import cached_package, pack
from apps.quizzes import pictures
from studyhub import shared, storages
from tests import s3

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"></svg>'


@pytest.fixture
def shared_storage(bucket, settings, monkeypatch, tmp_path):
    """Files are in a bucket; this test's own."""
    monkeypatch.setenv("STUDYHUB_STORAGE_URL", f"s3://{bucket.bucket}/{bucket.prefix}")
    static = settings.STORAGES["staticfiles"]["BACKEND"]
    settings.STORAGES = storages.storages(tmp_path, static=static)
    cached_package.cache_clear()


@pytest.fixture
def elsewhere(settings, tmp_path):
    """From then on we are another host."""

    def go(name: str) -> Path:
        cached_package.cache_clear()
        settings.CURRICULUM_STORE = tmp_path / name
        return settings.CURRICULUM_STORE

    return go


def test_another_host_reads_the_package_of_every_version(shared_storage, elsewhere, synced, write_package):
    write_package(files={"notes.md": "It teaches doubling."})
    call_command("sync_curriculum", verbosity=0)
    new, old = Exercise.objects.get().versions.all()
    store = elsewhere("another")
    assert (new.package().folder / "notes.md").read_text() == "It teaches doubling."
    assert not (old.package().folder / "notes.md").exists()
    assert sorted(path.name for path in (store / "doubling").iterdir()) == sorted([new.digest, old.digest])
    assert digest_of(old.package_path) == old.digest


def test_what_was_frozen_before_there_was_a_bucket_is_shared_by_the_next_sync(synced, request, elsewhere):
    request.getfixturevalue("shared_storage")
    assert shared.names("exercises") == set()
    call_command("sync_curriculum", verbosity=0)
    elsewhere("another")
    assert synced.current_version.package().manifest.title == "Doubling numbers"


def test_an_archive_of_something_else_is_refused(shared_storage, elsewhere, synced, write_package, tmp_path):
    version = synced.current_version
    archive = tmp_path / "archive"
    pack(write_package(files={"data/numbers.csv": "6\n"}), archive)
    from django.core.files.storage import storages as open_storages

    open_storages["curriculum"].save(f"exercises/doubling.{version.digest}.zip", archive.open("rb"))
    store = elsewhere("another")
    with pytest.raises(PackageError, match="holds something else"):
        version.package()
    assert not (store / "doubling" / version.digest).exists()
    open_storages["curriculum"].save(
        f"exercises/doubling.{version.digest}.zip", (tmp_path / "notebooks" / "concepts.yaml").open("rb")
    )
    with pytest.raises(PackageError, match="can't be read"):
        version.package()


def test_a_version_that_nobody_has_is_told(shared_storage, elsewhere, synced):
    elsewhere("another")
    version = synced.current_version
    version.digest = "0" * 64
    with pytest.raises(PackageError):
        version.package()


def test_a_storage_that_fails_is_told_from_a_package_that_is_missing(shared_storage, elsewhere, synced, s3_server):
    elsewhere("another")
    s3.fail(s3_server, {"method": "GET", "key": ""}, {"method": "HEAD", "key": ""})
    with pytest.raises(OSError, match="storage of the curriculum"):
        synced.current_version.package()
    s3.fail(s3_server)
    assert synced.current_version.package().slug == "doubling"


def test_pictures_of_questions_are_fetched_too(shared_storage, elsewhere, client, tmp_path):
    (tmp_path / "picture.svg").write_text(SVG)
    name = pictures.freeze(tmp_path / "picture.svg")["file"]
    store = elsewhere("another")
    answer = client.get(reverse("quizzes:picture", args=[name]))
    assert b"".join(answer.streaming_content).decode() == SVG
    assert (store / "pictures" / name).is_file()
    assert client.get(reverse("quizzes:picture", args=["0" * 40 + ".svg"])).status_code == 404
