"""Scores of what is chosen: options, pairs, regions of a picture. Imports no Django."""

from __future__ import annotations

import math
from typing import Any

from apps.quizzes import keys
from apps.quizzes.content import Region
from apps.quizzes.keys import Item
from apps.quizzes.kinds import Hotspot, Matching, MultipleChoice, SingleChoice
from apps.quizzes.results import Part, Response, Score, refuse
from apps.quizzes.variants import Variant
from studyhub.saying import gettext as _


def find(found: list[Item], wanted: Any) -> Item:
    """The item with the id `wanted`. Raises UnreadableError where there is none."""
    for item in found:
        if item.id == wanted:
            return item
    refuse(_("What you chose is not on the page, which may have changed. Load it again and choose anew."))


def single(variant: Variant, question: SingleChoice, response: Response) -> Score:
    """All or nothing."""
    found = keys.options(variant, question)
    if response.get("option") in (None, ""):
        refuse(_("Nothing is chosen yet. Choose an option."))
    item = find(found, response["option"])
    option = question.options[item.index]
    part = Part(key=item.key, label=item.text, right=option.right, why=option.why or "")
    message = "Right." if option.right else f"Not right. {option.why}"
    return Score(share=float(option.right), message=message, understood=item.text, parts=(part,), chosen=(item.key,))


def multiple(variant: Variant, question: MultipleChoice, response: Response) -> Score:
    """The share of right options chosen minus the share of wrong ones chosen, not below 0.

    Choosing all earns 1 - 1 = 0, choosing none can't be handed in, and choosing blindly earns nothing on average before
    the bound at 0.
    """
    found = keys.options(variant, question)
    wanted = response.get("options")
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        refuse(_("The options did not arrive as a list. Choose again."))
    if not wanted:
        refuse(_("Nothing is chosen yet. Choose at least one option."))
    chosen = {find(found, one).index for one in wanted}
    right = {index for index, option in enumerate(question.options) if option.right}
    wrong = set(range(len(question.options))) - right
    share = max(0.0, len(chosen & right) / len(right) - len(chosen & wrong) / len(wrong))
    parts = tuple(
        Part(
            key=item.key,
            label=item.text,
            right=(item.index in chosen) == (item.index in right),
            chosen=item.index in chosen,
            why=question.options[item.index].why or "",
        )
        for item in found
    )
    message = f"{_count(chosen & right, right)} right {_plural('option', len(right))} found"
    message += f", {len(chosen & wrong)} wrong chosen." if chosen & wrong else "."
    return Score(
        share=share,
        message="Right." if chosen == right else message,
        understood="; ".join(found[index].text for index in sorted(chosen)),
        parts=parts,
        chosen=tuple(found[index].key for index in sorted(chosen)),
    )


def matching(variant: Variant, question: Matching, response: Response) -> Score:
    """The share of left sides that have their right side. Every one must have some."""
    left, right = keys.left_sides(variant, question), keys.right_sides(variant, question)
    pairs = response.get("pairs")
    if not isinstance(pairs, dict):
        refuse(_("The pairs did not arrive. Choose again."))
    if unknown := set(pairs) - {item.id for item in left}:
        find(left, unknown.pop())
    parts = []
    for item in left:
        if pairs.get(item.id) in (None, ""):
            refuse(_("“%(row)s” has no partner yet. Choose one for each row.") % {"row": item.text})
        choice = find(right, pairs[item.id])
        pair = question.pairs[item.index]
        fits = choice.text == pair.right
        parts.append(Part(key=item.key, label=f"{item.text} → {choice.text}", right=fits, why="" if fits else pair.why))
    hits = sum(part.right for part in parts)
    return Score(
        share=hits / len(parts),
        message="Right." if hits == len(parts) else f"{hits} of {len(parts)} pairs are right.",
        understood="; ".join(part.label for part in parts),
        parts=tuple(parts),
        chosen=tuple(f"{part.key}:{'right' if part.right else 'wrong'}" for part in parts),
    )


def hotspot(variant: Variant, question: Hotspot, response: Response) -> Score:
    """All or nothing, by the region's id or by a point {x, y} in the picture's units."""
    found = keys.regions(variant, question)
    if response.get("region") not in (None, ""):
        item = find(found, response["region"])
    else:
        x, y = _coordinate(response.get("x")), _coordinate(response.get("y"))
        inside = [item for item in found if contains(question.regions[item.index], x, y)]
        if not inside:
            refuse(_("There is no region at this place of the picture. Pick one, or choose it from the list."))
        item = min(inside, key=lambda item: area(question.regions[item.index]))
    region = question.regions[item.index]
    part = Part(key=item.key, label=region.name, right=region.right, why=region.why or "")
    message = "Right." if region.right else f"Not right. {region.why}"
    return Score(share=float(region.right), message=message, understood=region.name, parts=(part,), chosen=(item.key,))


def contains(region: Region, x: float, y: float) -> bool:
    """Whether the point lies in the region; its border is part of it, but for that of a polygon, which may be."""
    if region.rectangle:
        left, top, width, height = region.rectangle
        return left <= x <= left + width and top <= y <= top + height
    if region.circle:
        centre_x, centre_y, radius = region.circle
        return math.hypot(x - centre_x, y - centre_y) <= radius
    points = region.polygon or ()
    inside = False
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        # A ray to the right crosses this side.
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def area(region: Region) -> float:
    """The area, to tell the smaller of two regions."""
    if region.rectangle:
        return region.rectangle[2] * region.rectangle[3]
    if region.circle:
        return math.pi * region.circle[2] ** 2
    points = region.polygon or ()
    crossed = (x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True))
    return abs(sum(crossed)) / 2


def _coordinate(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6:
        return value
    refuse(_("Nothing is picked yet. Pick a place on the picture, or choose a region from the list."))


def _count(some: set[int], all_of_them: set[int]) -> str:
    return f"{len(some)} of {len(all_of_them)}"


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"
