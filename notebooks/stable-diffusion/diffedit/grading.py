"""Grading of diffedit: each step by numbers, the whole by what the edited pictures show and what they kept."""

from __future__ import annotations

import numpy as np

from apps.grading import ArtefactError, Close, Finding, GradingSpec, Inputs, Plot, Predicate, ProbeCall, pictures
from apps.grading.values import array, several

from . import judge, standin
from .data import scenes
from .draws import BACK, KNOWN, PICTURES, ROWS, SIDE, draw

# What the reference reaches over 200 draws is in reference/figures.json. Each limit is at least 4 standard deviations
# of a run away. At its 95 % of edits that succeed, 16 or fewer of 24 come up in fewer than one run in 10,000.
OVERLAP = 0.45
BACK_ERROR = 0.04
KEPT_ERROR = 0.035
ENOUGH = 17
# An edit of a known picture is the reference's where pixels of the half that changes differ by ALIKE on average at
# most. The right functions make all of them alike, with a mask from a single noise it is two of three, and whoever
# paints by hand gets one of six.
ALIKE = 0.02
ALIKE_ENOUGH = 18
SAME_MASKS = 0.87


def edited(value: object) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, 3, 32, 32) and masks (n, 8, 8) of the learner's `edit`."""
    n = PICTURES + KNOWN
    pictures, masks = several(value, 2, what="The result of `edit`")
    found = array(pictures, shape=(n, 3, scenes.SIZE, scenes.SIZE), what="The edited pictures")
    mask = array(masks, shape=(n, SIDE, SIDE), what="The mask")
    if not np.isin(mask, (0, 1)).all():
        raise ArtefactError("The mask should hold zeros and ones alone.")
    return np.clip(found, 0, 1), mask > 0


def same_mask(value: object, inputs: Inputs) -> Finding:
    """Truth values, zeros and ones of any type."""
    mask = array(value, shape=(ROWS, SIDE, SIDE), what="The mask")
    right = standin.to_mask(inputs["maps"].astype(np.float64), inputs["threshold"])
    wrong = int((mask != right).sum())
    compared = {"positions": mask.size, "wrong": wrong}
    if wrong:
        return Finding.wrong(f"{wrong} of the {mask.size} positions of the masks are wrong.", compared)
    return Finding.right("The masks agree with the reference.", compared)


def comes_back(value: object, inputs: Inputs) -> Finding:
    """Whether encoding and decoding give the pictures back, as far as the autoencoder can."""
    back = array(value, shape=(BACK, 3, scenes.SIZE, scenes.SIZE), what="The pictures")
    error = float(np.abs(np.clip(back, 0, 1) - inputs["few"]).mean())
    compared = {"error": round(error, 4), "at_most": BACK_ERROR}
    message = f"There and back, pixels change by {error:.3f} on average; {BACK_ERROR:g} is allowed"
    return Finding.right(f"{message}.", compared) if error <= BACK_ERROR else Finding.wrong(f"{message}.", compared)


def masks_beside(value: object, inputs: Inputs) -> Plot:
    """The learner's masks of this run's maps, and ours."""
    mask = array(value, shape=(ROWS, SIDE, SIDE), what="The mask")
    return pictures.beside(0, 1)(standin.to_mask(inputs["maps"].astype(np.float64), inputs["threshold"]), mask)


def there_and_back(value: object, inputs: Inputs) -> Plot:
    """Pictures beside what encoding and decoding made of them."""
    back = array(value, shape=(BACK, 3, scenes.SIZE, scenes.SIZE), what="The pictures")
    return pictures.beside(0, 1)(inputs["few"], back)


def before_and_after(value: object, inputs: Inputs) -> Plot:
    """New pictures, the learner's masks and edits. Of the known ones nothing: they come again in other runs."""
    found, masks = edited(value)
    new = inputs["new"][:4]
    shown = (inputs["pictures"][new], masks[new].repeat(4, axis=1).repeat(4, axis=2), found[new])
    wanted = "; ".join(f"{inputs['before'][one]} becomes {inputs['after'][one]}" for one in new)
    return pictures.gallery(
        ("before", "your mask", "your edit"), shown, f"Wanted, row by row: {wanted}.", low=0, high=1
    )


def overlap(mask: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Intersection over union of masks and regions (n, 8, 8): (n,), from 0 to 1."""
    return (mask & region).sum(axis=(1, 2)) / np.maximum((mask | region).sum(axis=(1, 2)), 1)


def half_of(pictures: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """The left (0) or right (1) half of each picture."""
    return np.where(sides[:, None, None, None] == 0, pictures[..., :16], pictures[..., 16:])


def alike(pictures: np.ndarray, inputs: Inputs) -> int:
    """How many edits of known pictures (KNOWN, 3, 32, 32) are the reference's, in the half that changes."""
    sides = inputs["known_sides"]
    apart = np.abs(half_of(pictures, sides) - half_of(inputs["known_edited"], sides)).mean(axis=(1, 2, 3))
    return int((apart <= ALIKE).sum())


def by_the_model(pictures: np.ndarray, masks: np.ndarray, inputs: Inputs) -> bool:
    """Whether known pictures or their masks are the reference's: who paints by hand has neither.

    One is enough, so that a mistake in the mask costs no points for the edit, and the other way round.
    """
    same = overlap(masks[inputs["known"]], inputs["known_masks"]).mean()
    return bool(same >= SAME_MASKS or alike(pictures[inputs["known"]], inputs) >= ALIKE_ENOUGH)


def lies_there(value: object, inputs: Inputs) -> Finding:
    """Whether the masks lie where the thing is that is to change."""
    pictures, masks = edited(value)
    found = float(overlap(masks[inputs["new"]], inputs["regions"]).mean())
    compared = {"overlap": round(found, 4), "at_least": OVERLAP}
    message = f"Mask and thing overlap by {found:.2f} (intersection over union, mean of {PICTURES} pictures)"
    if found < OVERLAP:
        return Finding.wrong(f"{message}; {OVERLAP:g} is enough.", compared)
    if not by_the_model(pictures, masks, inputs):
        return Finding.wrong(f"{message}, but it is not the mask of the two predictions.", compared)
    return Finding.right(f"{message}.", compared)


def change_of_the_rest(pictures: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Root mean square of what the new pixels change in the half in which nothing should: (PICTURES,)."""
    other = 1 - inputs["sides"]
    change = half_of(pictures, other) - half_of(inputs["pictures"][inputs["new"]], other)
    return np.sqrt((change**2).mean(axis=(1, 2, 3)))


def keeps(value: object, inputs: Inputs) -> Finding:
    """Whether the other half, where nothing should change, still looks as it did."""
    pictures, masks = edited(value)
    change = float(change_of_the_rest(pictures[inputs["new"]], inputs).mean())
    compared = {"change": round(change, 4), "at_most": KEPT_ERROR}
    message = f"In the half of the pictures that should stay, pixels change by {change:.3f} (root mean square)"
    if change > KEPT_ERROR:
        return Finding.wrong(f"{message}; {KEPT_ERROR:g} is allowed.", compared)
    if not by_the_model(pictures, masks, inputs):
        return Finding.wrong(f"{message}, but neither the masks nor the edits are those of the model.", compared)
    return Finding.right(f"{message}, which is little more than encoding and decoding costs.", compared)


def shows_the_new(value: object, inputs: Inputs) -> Finding:
    """Whether the judge sees the wanted thing where something should change, and known edits are the reference's."""
    pictures, _ = edited(value)
    rows = np.arange(PICTURES)
    right = int(
        (judge.shown(pictures[inputs["new"]])[rows, inputs["sides"]] == inputs["wanted"][rows, inputs["sides"]]).sum()
    )
    like = alike(pictures[inputs["known"]], inputs)
    compared = {"pictures": PICTURES, "right": right, "enough": ENOUGH, "like_the_reference": like}
    message = f"{right} of {PICTURES} pictures show the wanted thing in its place; {ENOUGH} are enough"
    if right < ENOUGH:
        return Finding.wrong(f"{message}.", compared)
    if like < ALIKE_ENOUGH:
        message += f". But of {KNOWN} edits, {like} are as the model makes them from the encoded picture"
        return Finding.wrong(f"{message}; {ALIKE_ENOUGH} are enough.", compared)
    return Finding.right(f"{message}.", compared)


def double(inputs: Inputs, *names: str) -> list[np.ndarray]:
    """Inputs in double precision."""
    return [inputs[name].astype(np.float64) for name in names]


SPEC = GradingSpec(
    inputs=draw,
    probes=(
        ProbeCall(id="map", target="try_map", args=("$latents", "$negative", "$words", "$t", "$noises")),
        ProbeCall(id="mask", target="to_mask", args=("$maps", "$threshold")),
        ProbeCall(id="encode", target="try_encode", args=("$latents", "$words", "$times")),
        ProbeCall(
            id="decode", target="try_decode", args=("$levels", "$mask", "$words", "$negative", "$times", "$scale")
        ),
        ProbeCall(id="back", target="there_and_back", args=("$few",), timeout_s=60),
        ProbeCall(id="edit", target="edit", args=("$pictures", "$before", "$after", "$mask_noises"), timeout_s=90),
    ),
    checks=(
        Close(
            id="map",
            title="The difference of two predictions, averaged over noises",
            points=2,
            probe="map",
            reference=lambda inputs: standin.difference_map(
                *double(inputs, "latents", "negative", "words"), inputs["t"], *double(inputs, "noises")
            ),
            rtol=2e-3,
            atol=1e-3,
            reveal=True,
            plot=pictures.beside(),
            concept="inpainting-mask",
            hint="In which order: difference, absolute value, mean over the channels, mean over the noises?",
        ),
        Predicate(
            id="mask",
            title="The map becomes a mask",
            points=1,
            probe="mask",
            test=same_mask,
            sketch=masks_beside,
            concept="inpainting-mask",
            hint="Mean, smallest and largest value are those of one picture, not of all together.",
        ),
        Close(
            id="encode",
            title="DDIM backwards, level by level",
            points=2,
            probe="encode",
            reference=lambda inputs: standin.encode(*double(inputs, "latents", "words"), inputs["times"]),
            reveal=True,
            concept="ddim-inversion",
            rtol=5e-3,
            atol=5e-3,
            hint="On the way from one time step to the next, the U-Net is asked about the first of the two.",
        ),
        Close(
            id="decode",
            title="Back again, with the original outside the mask",
            points=2,
            probe="decode",
            reference=lambda inputs: standin.decode_inside(
                *double(inputs, "levels", "mask", "words", "negative"), inputs["times"], inputs["scale"]
            ),
            reveal=True,
            concept="ddim",
            rtol=5e-3,
            atol=5e-3,
            hint="After each move the latents are at a new level: which of the encoded ones belong to it?",
        ),
        Predicate(
            id="back",
            title="There and back, a picture is what it was",
            points=1,
            probe="back",
            test=comes_back,
            sketch=there_and_back,
            concept="ddim-inversion",
            hint="With nothing to change, decoding takes the steps of encoding back, one by one.",
        ),
        Predicate(
            id="place",
            title="The mask lies where the thing is",
            points=1,
            probe="edit",
            test=lies_there,
            sketch=before_and_after,
            concept="inpainting-mask",
            hint="Look at your masks: do they change with the sentences, and on which side do they lie?",
        ),
        Predicate(
            id="kept",
            title="What should stay has stayed",
            points=1,
            probe="edit",
            test=keeps,
            concept="latent-space",
            hint="Outside the mask, the edited picture should be the original, encoded and decoded.",
        ),
        Predicate(
            id="new",
            title="The wanted thing is there",
            points=2,
            probe="edit",
            test=shows_the_new,
            concept="guidance",
            hint="From which latents does the decoding start, which sentence guides it, and does the mask let it work?",
        ),
    ),
)
