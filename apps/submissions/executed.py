"""An executed notebook as HTML: each cell with its time and what became of it, formulas as MathML, no script.

What became of a cell is the runner's account (Run.cells), never the notebook's.
"""

from __future__ import annotations

import html
import logging
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from django.utils.translation import gettext as _
from jinja2 import DictLoader, pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from . import outline
from .fates import Fate
from .formulas import Typesetter
from .listings import Lister
from .pictures import Picture, take_out
from .rendering import STYLE

TEMPLATE = "frame.html.j2"
# Characters of code in a line on a telephone.
ON_A_TELEPHONE = 42
COLOURED = set(re.findall(r"\.highlight \.([a-z0-9]+)", STYLE))
# nbconvert warns of each picture without a text alternative: a learner's plot has none.
quiet = logging.getLogger(f"{__name__}.nbconvert")
quiet.setLevel(logging.ERROR)


def to_html(data: bytes, found: dict[int, Fate], *, lang: str, place: str) -> tuple[str, list[Picture]]:
    """The body of the page, and the pictures that it expects below the address `place`, by their numbers from 0.

    `lang` is that of our own words, the notebook's are English. Raises whatever nbformat and nbconvert make of a
    notebook that is none.
    """
    node = nbformat.reads(data.decode("utf-8"), as_version=4)
    pictures = take_out(node)
    longest = max((fate.seconds for fate in found.values()), default=0.0)
    for index, cell in enumerate(node.cells):
        fate = found.get(index, Fate())
        number = {"number": fate.number}
        about = {
            **asdict(fate),
            "name": _("Cell %(number)s") % number,
            "code": _("Code of cell %(number)s") % number,
            "output": _("Output of cell %(number)s") % number,
            "part": index,
            "place": place,
            "lang": lang,
            "bar": outline.bar(fate.seconds, longest) if fate.seconds else "",
        }
        cell.metadata = nbformat.from_dict({"studyhub": about})
    exporter = FrameExporter(
        template_name="basic",
        template_file=TEMPLATE,
        extra_loaders=[DictLoader({TEMPLATE: Path(__file__).with_name(TEMPLATE).read_text(encoding="utf-8")})],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        log=quiet,
        filters={"highlight_code": Lister(COLOURED)},
    )
    body = exporter.from_notebook_node(node)[0]
    nav = outline.to_html(outline.parts(node.cells, found), found)
    return f'{nav}<div class="cells" lang="en">{body}</div>', pictures


class FrameExporter(HTMLExporter):
    """nbconvert's exporter with formulas typeset here: it leaves them to a script, which may not run in the frame."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.typesetter = Typesetter()

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Called by nbconvert's templates for each Markdown cell."""
        renderer = FrameRenderer(self.typesetter, attachments=context.get("cell", {}).get("attachments", {}))
        return str(MarkdownWithMath(renderer=renderer).render(source))


class FrameRenderer(IPythonRenderer):
    """nbconvert's Markdown, with MathML for formulas and their text where they can't be typeset."""

    def __init__(self, typesetter: Typesetter, **options: Any) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, **options)
        self.typesetter = typesetter

    def block_code(self, code: str, info: str | None = None) -> str:
        """Called for code between fences: where a telephone has to scroll it, a keyboard can too."""
        is_long = any(len(line) > ON_A_TELEPHONE for line in code.splitlines())
        block = str(super().block_code(code, info))
        return block.replace("<pre", '<pre tabindex="0"', 1) if is_long else block

    def inline_math(self, body: str) -> str:
        """Called for `$…$`."""
        return self.typesetter.mathml(body, display=False) or super().inline_math(body)

    def block_math(self, body: str) -> str:
        """Called for `$$…$$`."""
        return self.typesetter.mathml(body, display=True) or super().block_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        """Called for `\\begin{align} … \\end{align}` outside of dollars."""
        tex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self.typesetter.mathml(tex, display=True) or f"<pre>{html.escape(tex)}</pre>"
