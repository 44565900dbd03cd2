"""Files lie in folders or in buckets, as the environment says; what it says wrongly is told at the start."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.storage import storages as opened

from studyhub import env, storages
from studyhub.storages import Place
from tests import s3


def test_without_a_word_of_buckets_everything_lies_in_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDYHUB_VAR", str(tmp_path))
    assert storages.run_store() == tmp_path / "runs"
    found = storages.storages(tmp_path, static="static")
    assert found["default"]["OPTIONS"] == {"location": tmp_path / "media"}
    assert "curriculum" not in found


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("s3://studyhub-runs", Place("studyhub-runs", "")),
        ("s3://studyhub/runs/", Place("studyhub", "runs/")),
        ("s3://study.hub/a/b_c", Place("study.hub", "a/b_c/")),
    ],
)
def test_an_address_is_a_bucket_and_perhaps_a_prefix(address, place, monkeypatch):
    monkeypatch.setenv("STUDYHUB_RUN_STORE", address)
    assert storages.run_store() == place
    assert storages.place(str(place), "X") == place


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("STUDYHUB_RUN_STORE", "s3://", "must be an address such as s3://bucket/prefix"),
        ("STUDYHUB_RUN_STORE", "s3://Capital/runs", "must be an address such as"),
        ("STUDYHUB_RUN_STORE", "s3://studyhub/../else", "must be an address such as"),
        ("STUDYHUB_RUN_STORE", "runs", "must be an absolute path"),
        ("STUDYHUB_STORAGE_URL", "/srv/files", "must be an address such as s3://bucket/prefix"),
        ("STUDYHUB_STORAGE_URL", "https://s3.example.org/studyhub", "must be an address such as"),
        ("STUDYHUB_S3_ENDPOINT", "s3.example.org:9000", "must be an address such as https://"),
        ("STUDYHUB_S3_SECRET_KEY", "hush", "or neither of them"),
    ],
)
def test_what_can_not_be_used_is_said_with_its_remedy(variable, value, complaint, tmp_path, monkeypatch):
    for name in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.delenv(f"STUDYHUB_S3_{name}", raising=False)
    monkeypatch.setenv("STUDYHUB_RUN_STORE", "s3://studyhub/runs")
    monkeypatch.setenv(variable, value)
    with pytest.raises(env.SettingError, match=complaint) as told:
        storages.storages(tmp_path, static="static"), storages.run_store()
    assert "hush" not in str(told.value)


def test_the_secret_is_not_shown(monkeypatch):
    monkeypatch.setenv("STUDYHUB_S3_ACCESS_KEY", "ours")
    monkeypatch.setenv("STUDYHUB_S3_SECRET_KEY", "hush")
    assert "hush" not in repr(storages.server())


def test_media_go_into_the_bucket_under_its_prefix(bucket, settings, monkeypatch, tmp_path):
    monkeypatch.setenv("STUDYHUB_STORAGE_URL", f"s3://{bucket.bucket}/{bucket.prefix}")
    settings.STORAGES = storages.storages(tmp_path, static=settings.STORAGES["staticfiles"]["BACKEND"])
    first, second = (default_storage.save("notes.txt", ContentFile(text)) for text in (b"one", b"two"))
    assert default_storage.open(first).read() == b"one"
    assert default_storage.open(second).read() == b"two"
    assert opened["default"].bucket.name == s3.BUCKET
    keys = [item.key for item in opened["default"].bucket.objects.filter(Prefix=bucket.prefix)]
    assert sorted(keys) == sorted(f"{bucket.prefix}media/{name}" for name in (first, second))
    assert not list(tmp_path.rglob("notes*"))


def test_who_keeps_runs_in_a_folder_loads_nothing_of_buckets():
    code = "import sys; import apps.runner.delivery; sys.exit('botocore' in sys.modules)"
    project = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=project, timeout=60).returncode == 0
