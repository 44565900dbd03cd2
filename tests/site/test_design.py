"""The design system: one place for colours, no style without use, no class without style."""

import re

import pytest
from django.template import Context, Template
from playwright.sync_api import expect

from apps.quizzes.models import Quiz
from studyhub import styleguide, stylesheets
from tests.quizzes.site import entry, load
from tests.quizzes.test_reviews import take

OWN_DOCUMENT = {"frame.css"}  # the executed notebook's page: what no style sheet of the site reaches
SHEETS = [path for path in stylesheets.style_sheets() if path.name not in OWN_DOCUMENT]
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab)\(")


def names_in(paths) -> set[str]:
    return {name for path in paths for name in stylesheets.used(path)}


def test_what_is_loaded_of_bootstrap_is_what_pages_use():
    hint = "Run: python -m studyhub.stylesheets"
    assert stylesheets.TRIMMED.read_text(encoding="utf-8") == stylesheets.bootstrap(), hint


def test_bootstrap_is_trimmed_by_class_and_keeps_bare_elements():
    css = "a{color:red}.a,.b{top:0}.b .a{left:0}@media (x){.b{top:1px}.a{top:2px}}@keyframes k{0%{top:0}}"
    assert stylesheets.trimmed(css, {"a"}) == "a{color:red}\n.a{top:0}\n@media (x){.a{top:2px}\n}\n"


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<p class="a b{% if x == "y" %} c{% endif %}">', {"a", "b", "c"}),
        ('<p class="tag tag--{{ tone }}">', {"tag", "tag--*"}),
        ('<p class="state--{% if x %}good{% else %}bad{% endif %}">', {"state--*"}),
        ("{% block accent %}accent-{{ track.accent }}{% endblock %}", {"accent-*"}),
        ("f'<b class=\"heat-{n}\">'", {"heat-*"}),
    ],
)
def test_classes_are_found_in_markup(tmp_path, markup, names):
    file = tmp_path / "page.html"
    file.write_text(markup, encoding="utf-8")
    assert stylesheets.used(file) == names


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_class_of_a_style_sheet_is_used(sheet):
    names = names_in([*stylesheets.templates(), *stylesheets.code()])
    words = {word for path in stylesheets.code() for word in re.findall(r"[\w-]+", path.read_text(encoding="utf-8"))}
    unused = [name for name in stylesheets.defined(sheet) if not stylesheets.is_named(name, names | words)]
    assert unused == []


def test_every_class_of_a_template_has_a_style_or_a_script():
    names = {name for path in [*stylesheets.style_sheets(), stylesheets.TRIMMED] for name in stylesheets.defined(path)}
    scripts = [path for path in stylesheets.code() if path.suffix == ".js"]
    names |= {name for path in scripts for name in stylesheets.CLASS.findall(path.read_text(encoding="utf-8"))}
    unknown = {
        f"{path.name}: {name}"
        for path in stylesheets.templates()
        for name in stylesheets.used(path)
        if not (any(stylesheets.is_named(one, {name}) for one in names) if "*" in name else name in names)
    }
    assert unknown == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_have_their_names_in_one_place(sheet):
    if sheet.name == "tokens.css":
        return
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert COLOUR.findall(text) == []


class TestStyleGuide:
    def test_it_is_there_with_debug_only(self, client, db, settings):
        assert client.get("/styleguide/").status_code == 404
        settings.DEBUG = True
        assert client.get("/styleguide/").status_code == 200

    def test_every_component_is_on_it(self, client, db, settings, monkeypatch):
        monkeypatch.setattr("studyhub.kept._pieces", {})
        settings.DEBUG = True
        shown = {template.name for template in client.get("/styleguide/").templates}
        folder = stylesheets.ROOT / "studyhub" / "templates"
        assert {str(path.relative_to(folder)) for path in folder.glob("components/*.html")} - shown == set()

    @pytest.mark.parametrize("name", styleguide.TEXT)
    def test_every_colour_of_text_can_be_read_on_every_ground(self, name):
        for ground in ("paper", "surface", "sunk"):
            (found,) = styleguide.swatches((name,), on=ground)
            assert min(found.contrast_light, found.contrast_dark) >= styleguide.ENOUGH

    def test_contrast_is_as_wcag_defines_it(self):
        assert styleguide.contrast("#ffffff", "#000000") == pytest.approx(21)
        assert styleguide.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("state", "here"), [("queued", "Handed in"), ("running", "Running"), ("grading", "Grading")])
def test_a_stepper_says_where_one_is(state, here):
    html = Template("{% load ui %}{% stepper state %}").render(Context({"state": state}))
    assert re.search(r'aria-current="step".*?</li>', html)[0].count(here) == 1
    assert html.count("<li") == 4


def test_a_stepper_at_its_end_has_nothing_ahead():
    html = Template('{% load ui %}{% stepper "done" %}').render(Context())
    assert html.count("step--done") == 4
    assert "aria-current" not in html


def test_what_a_table_holds_is_not_escaped_and_its_name_is():
    source = "{% load ui %}{% table label %}<table><tr><td>{{ cell }}</td></tr></table>{% endtable %}"
    html = Template(source).render(Context({"label": 'A "table"', "cell": "1 < 2"}))
    assert "<td>1 &lt; 2</td>" in html
    assert 'aria-label="A &quot;table&quot;"' in html


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestInBrowser:
    @pytest.fixture
    def goal(self, bob):
        load(entry())
        take(bob, Quiz.objects.get())

    def test_a_dialog_takes_the_focus_and_gives_it_back(self, open_page, bob, goal):
        page = open_page("/learning/reviews/", user=bob)
        link = page.get_by_role("link", name="Change")
        link.click()
        dialog = page.get_by_role("dialog", name="Weekly goal")
        expect(dialog).to_be_visible()
        expect(dialog.locator(":focus")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(link).to_be_focused()
        link.click()
        dialog.get_by_label("Days a week").select_option("5")
        dialog.get_by_role("button", name="Save").click()
        toast = page.locator(".toasts [data-toast]")
        expect(toast).to_contain_text("Saved.")
        expect(page.locator(".toasts")).to_have_css("position", "fixed")
        expect(page.get_by_text("of 5 days this week")).to_be_visible()
        toast.get_by_role("button", name="Close this message").click()
        expect(toast).to_have_count(0)

    def test_without_scripts_the_link_leads_to_a_page_and_the_message_stands_on_it(self, open_page, bob, goal):
        page = open_page("/learning/reviews/", user=bob, java_script_enabled=False)
        page.get_by_role("link", name="Change").click()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toasts")).to_have_css("position", "static")
        expect(page.get_by_text("Saved.")).to_be_visible()

    def test_an_icon_stays_with_the_first_of_two_lines(self, open_page, bob, goal):
        page = open_page("/tracks/numbers/", user=bob)
        link = page.get_by_role("link", name="Map of the concepts")
        expect(link).to_have_class("with-icon")
        link.evaluate("one => one.style.width = '14rem'")
        icon, words = link.locator(".icon").bounding_box(), link.bounding_box()
        line = words["height"] / round(words["height"] / 24)
        assert words["height"] > 1.5 * line
        assert words["y"] <= icon["y"] < icon["y"] + icon["height"] <= words["y"] + line

    @pytest.mark.parametrize("reduced", [False, True], ids=["motion", "reduced motion"])
    def test_a_shade_says_on_which_side_a_table_goes_on(self, open_page, bob, reduced):
        bob.reduced_motion = reduced
        bob.save()
        page = open_page("/api/docs", user=bob, viewport={"width": 390, "height": 900})
        table = page.get_by_role("group", name="Scopes")
        left, right = re.compile(r"(?<!-)16px 0px 12px -12px inset"), re.compile(r"-16px 0px 12px -12px inset")
        table.evaluate("one => one.firstElementChild.style.width = '60rem'")
        expect(table).to_have_css("box-shadow", right)
        expect(table).not_to_have_css("box-shadow", left)
        table.evaluate("one => one.scrollBy(one.clientWidth / 3, 0)")
        expect(table).to_have_css("box-shadow", left)
        expect(table).to_have_css("box-shadow", right)
        table.evaluate("one => one.scrollBy(one.scrollWidth, 0)")
        expect(table).not_to_have_css("box-shadow", right)
        expect(table).to_have_css("box-shadow", left)
        table.evaluate("one => one.firstElementChild.style.width = '10rem'")
        expect(table).to_have_css("box-shadow", "none")
