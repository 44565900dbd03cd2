"""The fuzz run of the artefact readers, in short and always the same one."""

from tests.redteam.fuzz import fuzz


def test_damaged_artefacts_are_read_or_refused(tmp_path):
    count, refused = fuzz(7, tmp_path, most=2000)
    assert 0 < refused < count == 2000
