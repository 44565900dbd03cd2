"""Buckets are made once, by whoever comes first."""

import pytest

from studyhub import buckets, env


@pytest.fixture
def two_buckets(bucket, monkeypatch):
    """The two of an environment that is this test's own; none of them is there."""
    name = bucket.prefix.strip("/").replace("/", "-").replace("_", "-").lower()
    monkeypatch.setenv("STUDYHUB_RUN_STORE", f"s3://runs-{name}/some/prefix")
    monkeypatch.setenv("STUDYHUB_STORAGE_URL", f"s3://site-{name}")
    return [f"runs-{name}", f"site-{name}"]


def test_buckets_are_made_once(two_buckets, capsys):
    buckets.main()
    assert capsys.readouterr().out.splitlines() == [f"{name}: made" for name in two_buckets]
    buckets.main()
    assert capsys.readouterr().out.splitlines() == [f"{name}: is there" for name in two_buckets]


def test_folders_need_none(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("STUDYHUB_RUN_STORE", str(tmp_path))
    monkeypatch.delenv("STUDYHUB_STORAGE_URL", raising=False)
    buckets.main()
    assert capsys.readouterr().out == ""


def test_half_a_key_is_told(two_buckets, monkeypatch):
    monkeypatch.delenv("STUDYHUB_S3_SECRET_KEY")
    with pytest.raises(env.SettingError, match="STUDYHUB_S3_SECRET_KEY"):
        buckets.main()
