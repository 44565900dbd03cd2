"""The fuzz run of the artefact readers, in short and always with the same seed."""

from tests.redteam.fuzz import fuzz


def test_damaged_artefacts_are_read_or_refused(tmp_path):
    count, refused = fuzz(3.0, 7, tmp_path)
    assert 0 < refused < count
