"""Notebooks built from a package: the starter, the reference and each mutant. Imports no Django."""

from __future__ import annotations

import io
import re
import zipfile

import jupytext
import nbformat
from nbformat import NotebookNode

from apps.exercises.errors import PackageError
from apps.exercises.package import NOTEBOOK_FILE, ExercisePackage

PUBLIC_CHECK = "public-check"
RAISES = "raises-exception"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
TITLE = re.compile(r"\A\s*# .*$", re.MULTILINE)
FENCE_OR_HEADING = re.compile(r"^```.*?^```|^(?P<heading>#{1,5}) ", re.MULTILINE | re.DOTALL)
# The earliest date that a zip can hold: the same package gives the same bytes on any day.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
README = """{title}

1. Open {slug}.ipynb in Jupyter, VS Code, Colab or Kaggle{data}.
2. Fill in what is missing and run every cell from the top.
3. Save the notebook and hand in the .ipynb file on the page of the exercise (/exercises/{slug}/).
   It will be run from the top in a fresh kernel, without internet access.

Version {version} of the exercise. Keep the notebook's metadata, so that it is graded by this version.
"""


def build_notebook(package: ExercisePackage, variant: str = "starter") -> NotebookNode:
    """The notebook of a variant: "starter", "reference" or "mutant:<name>".

    Built twice it is the same to the byte: ids of cells count them, and the metadata says the exercise and the digest
    of the package. Cells tagged public-check may raise without ending the run. Raises ValueError for an unknown
    variant.
    """
    notebook = jupytext.reads(variant_source(package, variant), fmt="py:percent")
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
            "studyhub": {"exercise": package.slug, "version": package.digest},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for index, cell in enumerate(notebook.cells):
        cell.id = f"{package.slug[:56]}-{index}"
        tags = list(cell.metadata.get("tags", []))
        if PUBLIC_CHECK in tags and RAISES not in tags:
            tags.append(RAISES)
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
    nbformat.validate(notebook)
    return notebook


def variant_source(package: ExercisePackage, variant: str) -> str:
    """The text that a variant is built from, in jupytext's percent format. Raises ValueError for an unknown variant."""
    kind, _, name = variant.partition(":")
    if variant == "starter":
        return package.source.starter()
    if variant == "reference":
        return package.source.reference()
    if kind == "mutant" and name in package.mutants:
        return package.source.reference(package.mutants[name].regions)
    raise ValueError(f"{package.slug} has no variant {variant!r}; it has {', '.join(variants(package))}.")


def variants(package: ExercisePackage) -> list[str]:
    """The names of all variants of a package."""
    return ["starter", "reference", *(f"mutant:{name}" for name in package.mutants)]


def notebook_bytes(package: ExercisePackage, variant: str = "starter") -> bytes:
    """A variant as the bytes of an .ipynb file."""
    return (nbformat.writes(build_notebook(package, variant)) + "\n").encode()


def introduction(package: ExercisePackage) -> str:
    """The Markdown cells of the starter before its first code cell, to be shown below a title and a heading.

    Its own title is left out and its headings go down a level. Raises PackageError where there is no such cell.
    """
    cells = build_notebook(package).cells
    first_code = next((index for index, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
    texts = [cell.source for cell in cells[:first_code] if cell.cell_type == "markdown"]
    if not texts:
        path = package.folder / NOTEBOOK_FILE
        raise PackageError.at(path, 1, "The notebook has no introduction. Begin it with a # %% [markdown] cell.")
    without_title = TITLE.sub("", "\n\n".join(texts), count=1)
    return FENCE_OR_HEADING.sub(lambda found: f"#{found[0]}" if found["heading"] else found[0], without_title).strip()


def starter_zip(package: ExercisePackage) -> bytes:
    """What a learner downloads: <slug>.ipynb, data/ and README.txt. The same package gives the same bytes."""
    data = package.data_files()
    readme = README.format(
        title=package.manifest.title,
        slug=package.slug,
        data=", with the folder data/ beside it" if data else "",
        version=package.digest[:10],
    )
    files = {f"{package.slug}.ipynb": notebook_bytes(package), "README.txt": readme.encode()}
    files |= {name: path.read_bytes() for name, path in data.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, content)
    return buffer.getvalue()
