"""Where backups lie and files come from: a folder or a bucket, told apart by nobody who uses them."""

import os
import tarfile
from io import BytesIO

import pytest

from studyhub import env
from studyhub.backups import places
from studyhub.backups.archive import NotAnArchive, packed, unpack
from studyhub.backups.manifest import Checked, NotABackup, Part, metered
from studyhub.backups.places import Bucket, Folder, chunks_of, open_place

MIB = 2**20


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    if request.param == "folder":
        return Folder(tmp_path / "place")
    return Bucket(request.getfixturevalue("bucket"))


def content(place, name: str) -> bytes:
    with place.reading(name) as file:
        return b"".join(chunks_of(file))


def test_what_is_written_is_there(place):
    place.write("one/a", [b"1", b"2"])
    place.write("one/deep/b", [])
    place.write("two/c", [b"3"])
    assert content(place, "one/a") == b"12"
    assert sorted(place.below("one/")) == [("one/a", 2), ("one/deep/b", 0)]
    assert place.folders() == ["one", "two"]
    place.remove("one", first="a")
    assert [name for name, _ in place.below("")] == ["two/c"]
    with pytest.raises(FileNotFoundError), place.reading("one/a"):
        pass


@pytest.mark.parametrize("size", [0, 5 * MIB, 11 * MIB])
def test_a_large_file_is_written_in_parts(place, monkeypatch, size):
    monkeypatch.setattr(places, "PART", 5 * MIB)
    data = os.urandom(size)
    place.write("large", [data[n : n + 700_000] for n in range(0, size, 700_000)])
    assert content(place, "large") == data


@pytest.mark.parametrize("before_it_fails", [0, 6 * MIB])
def test_what_fails_half_way_is_not_there(place, monkeypatch, before_it_fails):
    monkeypatch.setattr(places, "PART", 5 * MIB)

    def chunks():
        yield bytes(before_it_fails)
        yield bytes(before_it_fails)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        place.write("half", chunks())
    assert list(place.below("")) == []


def test_an_archive_brings_files_from_one_kind_to_the_other(place, tmp_path):
    source = Folder(tmp_path / "source")
    long_name = "run/" + "n" * 150 + "/executed ü.ipynb"
    for name, data in {"a/1": b"", "a/2": b"x" * 512, long_name: b"y" * 70_000, "b/3": b"left out"}.items():
        source.write(name, [data])
    (source.path / "a" / "link").symlink_to("/etc/passwd")
    (source.path / "a" / ".half").write_bytes(b"not whole")
    names: list[str] = []
    archive = b"".join(packed(source, ["a/", "run/"], names))
    assert unpack(BytesIO(archive), place) == len(names) == 3
    assert sorted(place.below("")) == [("a/1", 0), ("a/2", 512), (long_name, 70_000)]


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
def test_no_name_leads_out_of_the_place(tmp_path, name):
    data = BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(NotAnArchive):
        unpack(BytesIO(data.getvalue()), Folder(tmp_path / "place"))
    assert not (tmp_path / "place").exists()


def test_a_file_that_changed_is_told_from_what_was_written():
    part = Part()
    data = b"".join(metered([b"ab", b"c"], part))
    Checked(BytesIO(data), "database", part).close()
    for other in (b"abd", b"ab", b"abcd"):
        with pytest.raises(NotABackup, match="database is damaged"):
            Checked(BytesIO(other), "database", part).close()


def test_a_place_is_an_absolute_path_or_a_bucket():
    assert isinstance(open_place("/srv/backups", "PLACE"), Folder)
    assert str(open_place("s3://bucket/of/backups", "PLACE")) == "s3://bucket/of/backups"
    with pytest.raises(env.SettingError, match="PLACE='backups'"):
        open_place("backups", "PLACE")
