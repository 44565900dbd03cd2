"""The pictures of an executed notebook: fetched by whoever was shown its page, each when it comes into view."""

import base64
import re
import time
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from django.urls import reverse

from apps.grading.pictures import png
from apps.submissions import pictures
from apps.submissions.constants import Files
from apps.submissions.models import Run
from tests.stores import write

WIDE, HIGH = 60, 40
NOISE = np.random.default_rng(3).integers(0, 256, (9, HIGH, WIDE, 3), np.uint8)
PICTURES = [png(pixels) for pixels in NOISE]
SMALL = png(NOISE[0][:8, :8])


def display(content: bytes, metadata: dict | None = None) -> nbformat.NotebookNode:
    data = {"image/png": base64.encodebytes(content).decode(), "text/plain": "<Figure>"}
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata or {})


def executed(run: Run, *outputs: nbformat.NotebookNode) -> None:
    """Each in a cell of its own, with a telephone's height of text above it."""
    cells = [nbformat.v4.new_code_cell("step()\n" * 60, outputs=[output]) for output in outputs]
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)))


@pytest.fixture
def run(desk, bob) -> Run:
    run = desk.done(bob)
    executed(run, *map(display, PICTURES))
    return run


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def shown(client, run: Run):
    return client.get(reverse("submissions:notebook", args=[run.submission_id]))


def addresses(client, run: Run) -> list[str]:
    return re.findall(r"background-image:url\(([^)]+)\)", shown(client, run).text)


class TestThePage:
    def test_larger_pictures_are_requests_of_their_own(self, bobs, run):
        found = addresses(bobs, run)
        assert [bobs.get(address).content for address in found] == PICTURES
        assert "data:image" not in shown(bobs, run).text

    def test_small_ones_are_in_the_page(self, desk, bobs, bob):
        run = desk.done(bob)
        executed(run, display(SMALL))
        assert addresses(bobs, run) == []
        assert "data:image/png;base64," in shown(bobs, run).text

    def test_each_has_its_place_before_it_is_there(self, bobs, run):
        assert f"width:min(100%,{WIDE}px);aspect-ratio:{WIDE}/{HIGH}" in shown(bobs, run).text

    def test_a_figure_for_fine_screens_is_half_as_large(self, desk, bobs, bob):
        run = desk.done(bob)
        executed(run, display(PICTURES[0], {"image/png": {"width": 30, "height": 20}}))
        assert "width:min(100%,30px);aspect-ratio:30/20" in shown(bobs, run).text

    @pytest.mark.parametrize("size", ["30px", 0, -1, 10**9, 2.5, True, None, "1);background:url(x"])
    def test_a_size_that_is_none_is_not_taken(self, desk, bobs, bob, size):
        run = desk.done(bob)
        executed(run, display(PICTURES[0], {"image/png": {"width": size, "height": size}}))
        assert f"aspect-ratio:{WIDE}/{HIGH}" in shown(bobs, run).text

    def test_what_the_notebook_says_of_where_a_picture_is_does_not_count(self, desk, bobs, bob):
        run = desk.done(bob)
        executed(run, display(SMALL, {"studyhub": {"number": "0);x:url(/static/spy", "width": 1, "height": 1}}))
        assert "spy" not in shown(bobs, run).text

    @pytest.mark.parametrize("content", [b"x" * 9000, pictures.SIGNATURE + b"\0" * 9000, b"GIF89a" + b"x" * 9000])
    def test_what_is_no_picture_stays_where_it_is(self, desk, bobs, bob, content):
        run = desk.done(bob)
        executed(run, display(content))
        assert addresses(bobs, run) == []
        assert shown(bobs, run).status_code == 200

    def test_the_policy_lets_it_load_them_and_no_more(self, bobs, run):
        below = addresses(bobs, run)[0].rpartition("/")[0]
        policy = shown(bobs, run)["Content-Security-Policy"]
        assert f"img-src data: http://testserver{below}/;" in policy
        assert policy.count("http") == 1

    def test_kept_pages_name_no_reader(self, bobs, bob, run, admin_client, admin_user):
        mine, theirs = addresses(bobs, run), addresses(admin_client, run)
        assert not set(mine) & set(theirs)
        assert bobs.get(theirs[0]).content == bobs.get(mine[0]).content


class TestAPicture:
    def test_needs_no_session(self, bobs, client, run):
        address = addresses(bobs, run)[0]
        client.logout()
        response = client.get(address)
        assert (response.status_code, response.content) == (200, PICTURES[0])

    def test_is_a_picture_and_nothing_else(self, bobs, run):
        response = bobs.get(addresses(bobs, run)[0])
        assert response["Content-Type"] == "image/png"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, max-age=21600, immutable"
        assert "'none'" in response["Content-Security-Policy"]

    def test_has_the_same_address_for_hours(self, bobs, run):
        assert addresses(bobs, run) == addresses(bobs, run)

    def test_is_found_by_another_web_host_too(self, bobs, run, settings, tmp_path):
        address = addresses(bobs, run)[0]
        settings.VAR_DIR = tmp_path / "another-host"
        assert bobs.get(address).content == PICTURES[0]

    def test_there_is_none_with_another_number(self, bobs, run):
        address = addresses(bobs, run)[0]
        for number in (len(PICTURES), 10**30):
            assert bobs.get(address.replace("/0.png", f"/{number}.png")).status_code == 404

    def test_goes_with_its_notebook(self, bobs, run):
        address = addresses(bobs, run)[0]
        Run.objects.filter(pk=run.pk).update(files=Files.NONE)
        assert bobs.get(address).status_code == 404


class TestAnAddress:
    """It is as good as a session: for one reader, one attempt and some hours."""

    def refused(self, client, address: str) -> bool:
        client.logout()
        return client.get(address).status_code == 404

    def test_of_an_earlier_attempt(self, bobs, run):
        address = addresses(bobs, run)[0]
        Run.objects.filter(pk=run.pk).update(attempt=2)
        assert self.refused(bobs, address)

    def test_of_another_hand_in(self, bobs, desk, bob, run):
        address, other = addresses(bobs, run)[0], desk.done(bob)
        executed(other, *map(display, PICTURES))
        assert self.refused(bobs, address.replace(str(run.submission_id), str(other.submission_id)))

    @pytest.mark.parametrize(("hours", "ends"), [(5, False), (12, True)])
    def test_ends_within_half_a_day(self, bobs, run, monkeypatch, hours, ends):
        address, now = addresses(bobs, run)[0], time.time()
        monkeypatch.setattr(pictures, "time", SimpleNamespace(time=lambda: now + hours * 3600))
        assert self.refused(bobs, address) is ends

    def test_ends_with_a_new_password(self, bobs, bob, run):
        address = addresses(bobs, run)[0]
        bob.set_password("another one, long enough")
        bob.save()
        assert self.refused(bobs, address)

    def test_of_a_reader_who_may_not_see_it_any_more(self, admin_client, admin_user, run):
        address = addresses(admin_client, run)[0]
        admin_user.is_staff = False
        admin_user.save()
        assert self.refused(admin_client, address)

    def test_of_a_reader_who_is_shut_out(self, bobs, bob, run):
        address = addresses(bobs, run)[0]
        bob.is_active = False
        bob.save()
        assert self.refused(bobs, address)

    @pytest.mark.parametrize("key", ["", "1", "1-2-3-4:x", "x-y-z-0:x", "99999999999999999999-1-1-1:x", "1" * 5000])
    def test_that_nobody_signed(self, bobs, run, key):
        assert self.refused(bobs, f"/submissions/{run.submission_id}/pictures/{key or '-'}/0.png")

    def test_that_was_written_for_another_reader(self, bobs, bob, alice, run):
        address = addresses(bobs, run)[0]
        assert self.refused(bobs, address.replace(f"/{bob.pk}-", f"/{alice.pk}-"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestInABrowser:
    last = len(PICTURES) - 1

    @pytest.fixture
    def fetched(self) -> list[int]:
        return []

    @pytest.fixture
    def shown(self, open_page, bob, fetched):
        """Opens a page on a telephone; `fetched` are the numbers of the pictures that it has got."""

        def show(name: str, run: Run):
            page = open_page("/submissions/", user=bob, viewport={"width": 390, "height": 844})
            numbers = re.compile(r"/pictures/[^/]+/(\d+)\.png$")
            page.on("requestfinished", lambda request: fetched.extend(map(int, numbers.findall(request.url))))
            page.goto(reverse(f"submissions:{name}", args=[run.submission_id]))
            return page

        return show

    def come_to_the_last(self, page, view, fetched):
        page.wait_for_load_state("networkidle")
        assert self.last not in fetched
        with page.expect_event("requestfinished", lambda request: request.url.endswith(f"/{self.last}.png")):
            view.locator(".picture").last.scroll_into_view_if_needed()

    def test_on_its_own_it_fetches_what_comes_into_view(self, shown, run, fetched):
        page = shown("notebook", run)
        self.come_to_the_last(page, page, fetched)

    def test_so_it_does_in_its_frame(self, shown, run, fetched):
        page = shown("detail", run)
        page.get_by_text("Show it here").click()
        page.locator("iframe.executed").scroll_into_view_if_needed()
        self.come_to_the_last(page, page.frame_locator("iframe.executed"), fetched)

    def test_what_is_in_view_is_as_large_as_it_is_meant_to_be(self, shown, desk, bob, fetched):
        run = desk.done(bob)
        executed(run, display(PICTURES[0]))
        page = shown("notebook", run)
        picture = page.locator(".picture")
        picture.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert fetched == [0]
        box = picture.bounding_box()
        assert (round(box["width"]), round(box["height"])) == (WIDE, HIGH)
