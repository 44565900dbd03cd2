"""Which classes pages use and style sheets define, and the part of Bootstrap that pages need.

`python -m studyhub.stylesheets` writes static/css/bootstrap.css: of the vendored style sheet what a template or a
script names, nothing else. Tests hold it current, and every class defined and used.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parent.parent
WHOLE = ROOT / "studyhub/static/vendor/bootstrap-5.3.9/bootstrap.min.css"
TRIMMED = ROOT / "studyhub/static/css/bootstrap.css"
HEADING = "/* What our pages use of Bootstrap 5.3.9 (MIT). Made by python -m studyhub.stylesheets: don't edit. */\n"

CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
ATTRIBUTE = re.compile(r'\bclass=\\?"((?:\{%.*?%\}|\{\{.*?\}\}|[^"\\])*)')
# A page names the accent and the width of its frame in blocks of base.html.
BLOCK = re.compile(r"\{% block (?:accent|width) %\}((?:\{\{.*?\}\}|[^{])*)\{% endblock %\}")
TAG, VALUE = re.compile(r"\{%.*?%\}"), re.compile(r"\{\{.*?\}\}|(?<!\{)\{[^{}%]+\}")
ANY = "*"


def style_sheets() -> list[Path]:
    """Those that we write."""
    ours = [path for path in ROOT.glob("studyhub/static/css/*.css") if path != TRIMMED]
    return sorted([*ours, *ROOT.glob("apps/*/static/**/*.css"), *ROOT.glob("apps/*/*.css")])


def templates() -> list[Path]:
    """All that holds markup."""
    places = ("studyhub/templates/**/*.html", "apps/*/templates/**/*.html", "apps/*/*.j2")
    return sorted(path for place in places for path in ROOT.glob(place))


def code() -> list[Path]:
    """Whatever else may name a class: Python that writes markup, and scripts."""
    places = ("studyhub/*.py", "studyhub/templatetags/*.py", "apps/**/*.py")
    scripts = ("studyhub/static/js/*.js", "apps/*/static/**/*.js")
    return sorted(path for place in (*places, *scripts) for path in ROOT.glob(place) if path != HERE)


def defined(path: Path) -> set[str]:
    """The classes that a style sheet has rules for."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {name for selector in re.findall(r"[^{};]+(?=\{)", text) for name in CLASS.findall(selector)}


def used(path: Path) -> set[str]:
    """The classes in the markup of a file; what a template fills in is `*`, as in `tag--*`."""
    text = path.read_text(encoding="utf-8")
    return {word for value in (*ATTRIBUTE.findall(text), *BLOCK.findall(text)) for word in _words(value)}


def _words(value: str) -> Iterator[str]:
    for word in VALUE.sub(ANY, TAG.sub("\0", value)).split():
        first, *rest = [part for part in word.split("\0") if part] or [""]
        # `state--{% if a %}good{% else %}bad{% endif %}`: what follows is the end of the name.
        if first.endswith("-") and rest:
            yield first + ANY
        else:
            yield from (part for part in (first, *rest) if part and part != ANY)


def is_named(name: str, names: set[str]) -> bool:
    """Whether `name` is among `names`, of which some hold `*`."""
    return name in names or any(
        ANY in one and re.fullmatch(re.escape(one).replace(r"\*", r"[\w-]+"), name) for one in names
    )


def trimmed(css: str, names: set[str]) -> str:
    """Of a minified style sheet the rules whose classes are all in `names`; without the empty ones."""
    out, place = [], 0
    while (opened := css.find("{", place)) >= 0:
        head, closed = css[place:opened].strip(), _closing(css, opened)
        body = css[opened + 1 : closed]
        if head.startswith(("@media", "@supports")):
            body = trimmed(body, names)
        elif head.startswith("@"):
            body = ""  # animations: ours are our own
        else:
            head = ",".join(one for one in _selectors(head) if _is_wanted(one, names))
        if head and body.strip():
            out.append(f"{head}{{{body}}}\n")
        place = closed + 1
    return "".join(out)


def _closing(css: str, opened: int) -> int:
    depth = 0
    for found in re.finditer(r"[{}]", css[opened:]):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return opened + found.start()
    raise ValueError("A brace is never closed.")


def _is_wanted(selector: str, names: set[str]) -> bool:
    # Its dark theme hangs on an attribute that our pages don't have: colours come from our tokens.
    return "data-bs-theme=dark" not in selector and all(name in names for name in CLASS.findall(selector))


def _selectors(head: str) -> list[str]:
    """The selectors of a list; commas within brackets separate none."""
    return [one.strip() for one in re.split(r",(?![^(]*\))", re.sub(r"^/\*.*?\*/|@charset[^;]*;", "", head))]


def bootstrap() -> str:
    """The style sheet that pages load."""
    names = {name for path in (*templates(), *code()) for name in used(path)}
    names |= {"form-control", "form-select", "form-check-input"}  # ui.styled
    css = re.sub(r"/\*.*?\*/|@charset[^;]*;", "", WHOLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    css = trimmed(css, names)
    while (less := _without_idle_variables(css)) != css:
        css = less
    return HEADING + css


def _without_idle_variables(css: str) -> str:
    """Bootstrap sets some hundred; kept are those that a rule asks for."""
    asked = set(re.findall(r"var\((--bs-[\w-]+)", css))
    value = r"(--bs-[\w-]+):(?:[^;{}\"']|\"[^\"]*\"|'[^']*')*;?"
    kept = re.sub(value, lambda found: found[0] if found[1] in asked else "", css)
    return re.sub(r"[^{}\n]+\{\s*\}\n?", "", kept)


def main() -> None:
    """Write it."""
    TRIMMED.write_text(bootstrap(), encoding="utf-8")
    sys.stdout.write(f"{TRIMMED.relative_to(ROOT)}: {TRIMMED.stat().st_size} of {WHOLE.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
