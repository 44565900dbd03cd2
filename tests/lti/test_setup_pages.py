"""The pages on which operators set it up and see how it goes."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from lti_tool.models import Key, LtiDeployment, LtiRegistration

from apps.lti import passing
from apps.lti.models import Course, Health
from apps.submissions.models import Standing
from tests.lti.platform import DEPLOYMENT

FIELDS = {
    "name": "A school",
    "issuer": "https://school.example",
    "client_id": "abc",
    "auth_url": "https://school.example/auth",
    "token_url": "https://school.example/token",
    "keyset_url": "https://school.example/keys",
    "audience": "",
}


@pytest.fixture
def operator(client, alice):
    client.force_login(alice)
    return client


def test_the_values_to_copy(operator):
    page = operator.get("/lti/").content.decode()
    for address in ("login/", "launch/", "deep-link/", "keys.json", "configuration.json"):
        assert f'value="http://testserver/lti/{address}"' in page
    assert "LTI is off" in page


def test_the_configuration_says_the_same(client, db):
    told = client.get("/lti/configuration.json").json()
    assert told["oidc_initiation_url"] == "http://testserver/lti/login/"
    assert told["redirect_uris"] == ["http://testserver/lti/launch/", "http://testserver/lti/deep-link/"]
    assert told["public_jwk_url"] == "http://testserver/lti/keys.json"


def test_opening_the_page_makes_the_key_and_only_its_public_half_is_told(operator):
    assert operator.get("/lti/keys.json").json() == {"keys": []}
    page = operator.get("/lti/").content.decode()
    (key,) = operator.get("/lti/keys.json").json()["keys"]
    assert set(key) <= {"kty", "n", "e", "kid", "alg", "use"}
    assert "PRIVATE KEY" not in page
    operator.get("/lti/")
    assert Key.objects.count() == 1


def test_a_platform_is_added(operator):
    response = operator.post("/lti/", FIELDS)
    added = LtiRegistration.objects.get()
    assert response["Location"] == f"/lti/platforms/{added.pk}/"
    assert "Not tested yet" in operator.get("/lti/").content.decode()


@pytest.mark.parametrize("name", ["auth_url", "token_url", "keyset_url"])
def test_its_addresses_are_https(operator, settings, name):
    settings.DEBUG = False
    response = operator.post("/lti/", FIELDS | {name: "http://school.example/x"})
    assert response.status_code == 422
    assert "https://" in response.content.decode()
    assert not LtiRegistration.objects.exists()


def test_the_same_client_is_not_added_twice(operator):
    operator.post("/lti/", FIELDS)
    assert operator.post("/lti/", FIELDS).status_code == 422


def test_a_platform_is_changed(operator, registration):
    operator.post(f"/lti/platforms/{registration.pk}/", FIELDS)
    registration.refresh_from_db()
    assert registration.issuer == "https://school.example"


class TestActs:
    @pytest.fixture
    def act(self, operator, registration):
        def act_(what: str, **values) -> str:
            address = f"/lti/platforms/{registration.pk}/"
            return operator.post(f"{address}act/", {"act": what} | values, follow=True).content.decode()

        return act_

    def test_a_test_asks_for_keys_and_a_token(self, act, platform):
        assert "Keys and token are good." in act("test")
        assert platform.tokens_for
        assert Health.objects.get().test_error == ""

    def test_a_test_says_what_is_wrong(self, act, platform):
        platform.published = {}
        assert "Its keys: Its keys are no JWKS." in act("test")
        assert "Test failed" in act("nothing")

    def test_a_new_deployment_waits_to_be_let_in(self, act, visitor):
        assert visitor().launch(deployment_id="2").status_code == 400
        new = LtiDeployment.objects.exclude(deployment_id=DEPLOYMENT).get()
        assert "Your turn" in act("nothing")
        act("in", deployment=new.pk)
        assert visitor().launch(deployment_id="2").status_code == 302
        act("out", deployment=new.pk)
        assert visitor().launch(deployment_id="2").status_code == 400

    def test_a_deployment_of_another_platform_is_not_touched(self, act, operator):
        operator.post("/lti/", FIELDS)
        other = LtiDeployment.objects.create(registration=LtiRegistration.objects.latest("pk"), deployment_id="x")
        act("in", deployment=other.pk)
        other.refresh_from_db()
        assert not other.is_active

    def test_it_is_switched_off_and_on(self, act, visitor):
        assert "Switched off" in act("off")
        assert visitor().begin().status_code == 400
        act("on")
        assert visitor().begin().status_code == 302

    def test_a_course_is_asked_for(self, act, visitor):
        visitor().teach()
        Course.objects.update(sync_due_at=None)
        act("sync", course=Course.objects.get().pk)
        assert Course.objects.get().sync_due_at

    def test_what_was_passed_on_is_listed(self, act, visitor, exercise, platform):
        platform.answers = [410]
        user = visitor().come().wsgi_request.user
        Standing.objects.create(
            user=user, exercise=exercise, best_share=0.5, latest_state="done", latest_at=timezone.now()
        )
        passing.collect(timezone.now())
        passing.send_due()
        page = act("nothing")
        assert "It answered 410 Gone." in page
        assert "1 given up" in page
        assert "1 score to send again." in act("again").replace("&#x27;", "'")


def test_queries_do_not_grow(operator, visitor, exercise, django_assert_max_num_queries):
    def open_pages() -> None:
        with django_assert_max_num_queries(12):
            operator.get("/lti/")
        with django_assert_max_num_queries(14):
            operator.get(f"/lti/platforms/{LtiRegistration.objects.earliest('pk').pk}/")

    visitor().teach()
    open_pages()
    for number in range(3):
        visitor().teach(sub=f"t-{number}", context={"id": f"c-{number}", "title": f"Course {number}"})
        operator.post("/lti/", FIELDS | {"client_id": str(number)})
    open_pages()


def test_the_configuration_on_the_page_is_json(operator):
    page = operator.get("/lti/")
    assert json.loads(page.context["configuration"])["title"] == "StudyHub"
