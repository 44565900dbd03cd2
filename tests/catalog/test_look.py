"""What every page shares: the frame, the rules of the content security policy, Markdown, pictures, error pages."""

import re
import struct
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, override_settings
from django.urls import reverse

from studyhub.art import DESCRIPTIONS, PICTURES, draw
from studyhub.templatetags.rendering import render_inline, render_markdown
from studyhub.templatetags.ui import STATES, duration, preview, score

PROJECT = Path(__file__).resolve().parents[2]
PAGES = ["/", "/tracks/regression/", "/tracks/regression/resources/tree-video/", "/concepts/", "/accounts/login/"]


def render(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize("address", PAGES)
def test_no_page_has_anything_that_the_policy_would_block(client, catalog, address):
    page = client.get(address).content.decode()
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son[a-z]+=", page)
    # JSON is data, which no policy minds.
    assert not re.search(r'<script(?![^>]*\b(?:src=|type="application/json"))', page)
    assert "<style" not in page


@pytest.mark.parametrize("address", PAGES)
def test_no_page_loads_anything_from_elsewhere(client, catalog, address):
    page = client.get(address).content.decode()
    loaded = re.findall(r'<(?:script|img|iframe|source)[^>]*\ssrc="([^"]+)"', page)
    loaded += re.findall(r'<link[^>]*\shref="([^"]+)"', page)
    assert loaded
    assert all(source.startswith("/static/") for source in loaded)
    assert [source for source in loaded if not find(source.removeprefix("/static/"))] == []


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_one_heading_a_way_past_the_header_and_named_landmarks(client, catalog, address):
    page = client.get(address).content.decode()
    assert page.count("<h1") == 1
    assert page.index('class="skip" href="#content"') < page.index("<header")
    assert '<main id="content"' in page
    assert re.search(r"<title>\S.*</title>", page)
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_of_two_steps_that_are_called_the_same_the_way_here_names_one(client, catalog):
    way = client.get("/tracks/course/resources/fast-ai/").content.decode().partition('class="crumbs"')[2]
    assert way.partition("</ol>")[0].count("The course") == 1
    way = client.get("/tracks/regression/resources/tree-video/").content.decode().partition('class="crumbs"')[2]
    assert way.partition("</ol>")[0].count("<li") == 3


def test_style_sheets_and_scripts_load_nothing_from_elsewhere():
    for path in [*PROJECT.glob("studyhub/static/**/*.css"), *PROJECT.glob("studyhub/static/js/*.js")]:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r'url\(\s*["\']?(?!data:|#)([^"\')]+)', text):
            assert (path.parent / target).is_file(), f"{path.name}: {target}"
        assert "sourceMappingURL" not in text
        assert not re.search(r'@import|import\(|src=["\']http', text)


def test_all_that_is_vendored_is_listed_with_its_licence():
    folder = PROJECT / "studyhub" / "static" / "vendor"
    table = (folder / "VENDORED.md").read_text(encoding="utf-8")
    for package in (path for path in folder.iterdir() if path.is_dir()):
        name, _, version = package.name.rpartition("-")
        assert re.search(rf"\| \S*{name}\S* \| {re.escape(version)} \|", table)
        assert (package / "LICENSE").is_file()


def test_the_page_warns_in_red_when_there_is_no_sandbox(client, db):
    assert "without a sandbox" not in client.get("/").content.decode()
    with override_settings(SANDBOX="none"):
        assert 'class="alarm"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[x](javascript:alert(1))", "href"),
        ('<img src=x onerror="alert(1)">', "<img"),
        ("![x](https://example.org/x.png)", "<img"),
        ("$</span><script>alert(1)</script>$", "<script"),
        ("$$\n<img src=x>\n$$", "<img"),
    ],
)
def test_markdown_never_lets_code_through(text, never):
    assert never not in render_markdown(text)
    assert never not in render_inline(text)


def test_markdown_has_what_the_texts_need():
    html = render_markdown("A *tree*, `x < 1`:\n\n- one\n\n|a|\n|-|\n|1|\n\n$x_i < 1$ and\n\n$$\ny = 2\n$$\n")
    for part in ("<em>tree</em>", "<code>x &lt; 1</code>", "<li>one</li>", "<td>1</td>"):
        assert part in html
    assert '<span class="math-inline">\\(x_i &lt; 1\\)</span>' in html
    assert '<span class="math-display">\\[y = 2\\]</span>' in html


def test_prices_are_no_formulas():
    assert "math" not in render_markdown("It costs $5 here and $6 there.")


def test_one_line_of_markdown_has_no_paragraph():
    assert render_inline("A **tree**.") == "A <strong>tree</strong>."


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% icon "check" %}')
    labelled = render('{% icon "check" label %}', label='Done" x="')
    assert 'role="img" aria-label="Done&quot; x=&quot;"' in labelled


def test_an_unknown_icon_is_an_error_with_advice():
    with pytest.raises(TemplateSyntaxError, match="no icon 'unicorn'"):
        render('{% icon "unicorn" %}')


@pytest.mark.parametrize("value", list(STATES))
def test_every_state_and_verdict_has_an_icon_and_words(value):
    html = render("{% state value %}", value=value)
    assert str(STATES[value][0]) in html
    assert "<svg" in html


def test_times_and_scores_are_said_as_people_say_them():
    assert [duration(minutes) for minutes in (None, 0, 45, 60, 95)] == ["", "", "45 min", "1 h", "1 h 35 min"]
    assert [score(value) for value in (None, 7.0, 7.5, 20 / 3, 0.0, 100.0)] == ["–", "7", "7.5", "6.67", "0", "100"]


def test_a_ring_shows_the_share_and_names_it():
    html = render('{% ring 3 4 "Points" %}')
    assert 'aria-label="Points: 75 %"' in html
    assert 'stroke-dasharray="75 100"' in html
    assert 'aria-label="Points: 0 %"' in render('{% ring 0 0 "Points" %}')


@pytest.mark.parametrize("track", [*PICTURES, "a-track-without-a-picture"])
def test_every_track_has_a_picture_that_is_the_same_each_time(track):
    draw.__globals__["_drawn"].cache_clear()
    first = draw(track)
    draw.__globals__["_drawn"].cache_clear()
    assert draw(track) == first
    assert first.startswith("<svg")
    assert len(first) < 6000
    assert "style=" not in first


@pytest.mark.parametrize("track", PICTURES)
def test_a_picture_that_stands_by_itself_is_described(track):
    assert f'role="img" aria-label="{DESCRIPTIONS[track]}"' in draw(track, named=True)
    assert 'aria-hidden="true"' in draw(track)


def test_the_course_names_the_tracks_that_leave_it():
    svg = draw("course", branches=(("Trees & forests", "amber"),))
    assert "Trees &amp; forests</text>" in svg
    assert svg.count('class="branch"') == 1
    assert draw("course").count('class="branch"') == 4


def test_a_name_without_room_in_the_course_s_picture_is_cut():
    drawn = draw("course", branches=(("Stable diffusion", "rose"), ("Regression and all that follows", "amber")))
    assert ">Stable diffusion<" in drawn
    assert ">Regression and all …<" in drawn


def test_the_line_in_the_picture_of_regression_is_the_line_of_least_squares():
    svg = draw("regression")
    points = [(float(x), float(y)) for x, y in re.findall(r'class="dot" cx="([\d.]+)" cy="([\d.]+)"', svg)]
    x1, y1, x2, y2 = map(
        float, re.search(r'class="bold" x1="([^"]+)" y1="([^"]+)" x2="([^"]+)" y2="([^"]+)"', svg).groups()
    )
    slope = (y2 - y1) / (x2 - x1)
    residuals = [y - (y1 + slope * (x - x1)) for x, y in points]
    assert abs(sum(residuals)) / len(points) < 0.2
    assert abs(sum(r * x for r, (x, _) in zip(residuals, points, strict=True))) / sum(x * x for x, _ in points) < 0.01


@pytest.mark.parametrize(
    ("address", "title", "slug"),
    [
        ("/", "StudyHub", "course"),
        ("/tracks/regression/", "Regression", "regression"),
        ("/tracks/regression/resources/tree-video/", "A tree in ten minutes", "regression"),
    ],
)
def test_other_sites_show_a_link_with_its_title_and_its_tracks_picture(client, catalog, address, title, slug):
    page = client.get(address).content.decode()
    assert re.search(rf'<meta property="og:title" content="[^"]*{title}', page)
    assert f'content="http://testserver/static/img/preview-{slug}.png"' in page


@pytest.mark.parametrize("track", [*PICTURES, "a-track-without-a-picture"])
def test_each_such_picture_is_there_in_the_size_that_sites_ask_for(track):
    content = Path(find(preview(track))).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (1200, 630)


def test_an_unknown_address_gets_our_own_page(client, db):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_a_fault_gets_our_own_page_even_without_a_database(db, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the database is away")

    monkeypatch.setattr("apps.catalog.models.TrackQuerySet.with_contents", broken)
    response = Client(raise_request_exception=False).get(reverse("home"))
    assert response.status_code == 500
    page = response.content.decode()
    assert "Something broke on our side" in page
    assert "the database is away" not in page
