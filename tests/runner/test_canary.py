"""A worker's look at itself says what is wrong, whatever that is."""

import tempfile

from apps.runner.canary import canary


def test_no_room_for_temporary_files_is_something_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert "No such file or directory" in canary()
