"""The design system: one place for colours, no style without use, no class without style."""

import re

import pytest

from studyhub import stylesheets

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
