"""Faults of a question that its model can't see: variants that fail, pictures that are not there. Imports no Django."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from pydantic import ValidationError

from apps.quizzes.content import Region, Varied
from apps.quizzes.kinds import AnyQuestion, Hotspot
from apps.quizzes.variants import VariantError, vary

Fault = tuple[tuple[str | int, ...], str]
# So many variants of each question are made when its file is read.
SEEDS = range(3)
PNG = b"\x89PNG\r\n\x1a\n"


def fault_of(question: AnyQuestion, quiz: str) -> Iterator[Fault]:
    """The first fault found in what the question's variants come to: the key where it lies, and what to do."""
    varied = isinstance(question, Varied) and question.variants is not None
    for seed in SEEDS if varied else SEEDS[:1]:
        try:
            vary(quiz, question, seed)
        except VariantError as error:
            yield ("variants",), str(error)
            return
        except ValidationError as error:
            detail = error.errors()[0]
            yield ("variants",), f"With seed {seed} the question is not sound: {detail['loc']}: {detail['msg']}."
            return


def picture_fault(question: AnyQuestion, folder: Path) -> Fault | None:
    """What is wrong with the question's picture, which lies in `folder`."""
    assert question.picture is not None
    path = folder / question.picture.file
    try:
        width, height = picture_size(path)
    except FileNotFoundError:
        return ("picture", "file"), f"{path.name} does not exist. Put it into the folder of the quiz."
    except ValueError as error:
        return ("picture", "file"), f"{path.name}: {error}"
    if isinstance(question, Hotspot):
        for index, region in enumerate(question.regions):
            if not all(0 <= x <= width and 0 <= y <= height for x, y in corners(region)):
                text = f"{region.name!r} reaches beyond the picture, which is {width:g} by {height:g}. Correct it."
                return ("regions", index), text
    return None


def corners(region: Region) -> list[tuple[float, float]]:
    """Points that hold the region between them."""
    if region.rectangle:
        x, y, width, height = region.rectangle
        return [(x, y), (x + width, y + height)]
    if region.circle:
        x, y, radius = region.circle
        return [(x - radius, y - radius), (x + radius, y + radius)]
    return [(x, y) for x, y in region.polygon or ()]


def picture_size(path: Path) -> tuple[float, float]:
    """Width and height of a picture: of a PNG in pixels, of an SVG in the units of its viewBox.

    Raises FileNotFoundError, and ValueError, with advice, for what is no such picture or not fit for a page.
    """
    data = path.read_bytes()
    if path.suffix == ".png":
        if data[:8] != PNG or data[12:16] != b"IHDR":
            raise ValueError("This is no PNG. Save it as one.")
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if b"<!" in data.replace(b"<!--", b""):
        raise ValueError("An SVG here has no document type. Remove the line that begins with <!DOCTYPE.")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - without a document type there are no entities
    except ElementTree.ParseError as error:
        raise ValueError(f"This is no SVG: {error}. Correct it.") from error
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        links = [value for key, value in element.attrib.items() if key.rpartition("}")[2] == "href"]
        if name in {"script", "foreignObject", "image"} or any(not link.startswith("#") for link in links):
            raise ValueError(f"<{name}> has no place in a picture here. Draw with shapes and text alone.")
        if any(key.rpartition("}")[2].lower().startswith("on") for key in element.attrib):
            raise ValueError("An attribute such as onclick has no place in a picture here. Remove it.")
    box = root.get("viewBox", "").replace(",", " ").split()
    if len(box) != 4 or box[:2] != ["0", "0"]:
        raise ValueError('The picture has no viewBox from 0 0. Write <svg viewBox="0 0 width height" …>.')
    return float(box[2]), float(box[3])
