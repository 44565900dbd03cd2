"""A group, from the inside."""

import pytest


@pytest.fixture
def page_of(client):
    """What somebody reads at an address of the circle."""

    def read(user, path: str = "", status: int = 200) -> str:
        client.force_login(user)
        response = client.get(f"/groups/circle/{path}")
        assert response.status_code == status
        return response.text

    return read


def test_a_member_reads_what_the_group_is_about(circle, bob, page_of):
    assert "We <em>read</em> on Thursdays." in page_of(bob)
