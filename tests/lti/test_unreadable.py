"""What no database takes is refused like anything else that is no launch."""

import pytest
from django.urls import reverse


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["login", "launch", "deep_link"])
@pytest.mark.parametrize("field", ["iss", "client_id", "login_hint", "target_link_uri", "state", "id_token"])
def test_nul_in_a_form_is_refused(client, name, field):
    fields = {"iss": "https://a.example", "login_hint": "x", "target_link_uri": "x", "state": "x", "id_token": "x.y.z"}
    assert client.post(reverse(f"lti:{name}"), fields | {field: "a\0b"}).status_code == 400
