"""`make test-curriculum SHARE=2/3` proves a part of the exercises: the parts are all of them together."""

import pytest

from .conftest import in_share
from .test_packages import PACKAGES


def test_three_thirds_are_all_and_none_twice():
    thirds = [in_share(list(PACKAGES), f"{number}/3") for number in (1, 2, 3)]
    assert set.union(*thirds) == set(PACKAGES)
    assert sum(map(len, thirds)) == len(PACKAGES)
    assert in_share(list(PACKAGES), "1/1") == set(PACKAGES)


@pytest.mark.parametrize("share", ["0/3", "4/3", "3", "a/b", "1/0", ""])
def test_what_is_no_share_is_refused_with_an_example(share):
    with pytest.raises(pytest.UsageError, match="The second third is 2/3"):
        in_share(list(PACKAGES), share)
