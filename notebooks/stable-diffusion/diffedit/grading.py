"""Grading of diffedit: each step by numbers, the whole by what the edited pictures show and what they kept."""

from __future__ import annotations

import numpy as np

from apps.grading import ArtefactError, Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall
from apps.grading.values import array, several

from . import judge, standin
from .data import scenes

PICTURES, BACK, ROWS, NOISES = 24, 8, 3, 4
SIDE = 8  # of the latents; each position stands for 4 × 4 pixels
# What the reference reaches over 200 draws is in reference/figures.json. Each limit is at least 4 standard deviations
# of a run away. At its 94 % of edits that succeed, 16 or fewer of 24 come up in fewer than one run in 10,000.
OVERLAP = 0.45
BACK_ERROR = 0.04
KEPT_ERROR = 0.035
ENOUGH = 17


def edits(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scenes of two things (n, 2), the side that is to change (n,), and the scenes that are wanted (n, 2).

    The wanted thing has both another colour and another shape than the one that it replaces.
    """
    things = rng.integers(1, len(scenes.THINGS), (n, 2))
    sides = rng.permutation(np.arange(n) % 2)
    old = things[np.arange(n), sides] - 1
    colour, shape = (old // 3 + rng.integers(1, 3, n)) % 3, (old % 3 + rng.integers(1, 3, n)) % 3
    wanted = things.copy()
    wanted[np.arange(n), sides] = 1 + 3 * colour + shape
    return things, sides, wanted


def regions(cover: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Where the thing that is to change lies among the latents' positions: (n, 8, 8), 1 where it covers any of them."""
    thing = cover[np.arange(len(cover)), sides]
    return thing.reshape(-1, SIDE, 4, SIDE, 4).mean(axis=(2, 4)) > 0.1


def clear_maps(rng: np.random.Generator, threshold: float) -> np.ndarray:
    """Maps (3, 8, 8) without values so near the threshold that rounding decides; one value is extreme."""
    while True:
        maps = rng.gamma(1.0, 1.0, (ROWS, SIDE, SIDE)) * rng.uniform(0.01, 3, (ROWS, 1, 1))
        maps[:, rng.integers(SIDE), rng.integers(SIDE)] *= 20
        if (np.abs(standin.rescaled(maps) - threshold) > 1e-3).all():
            return maps


def draw(rng: np.random.Generator) -> Inputs:
    """Pictures are painted anew for each run, and latents and words for the stand-in drawn."""
    things, sides, wanted = edits(rng, PICTURES)
    painted, cover = scenes.paint(rng, things)
    words, negative = rng.normal(size=(2, ROWS, standin.LENGTH, standin.WIDTH)) + rng.normal(0, 0.7, (2, ROWS, 1, 1))
    threshold = round(float(rng.uniform(0.3, 0.7)), 2)
    steps = int(rng.integers(8, 25))
    times = [0, *(1 + i * (1000 // steps) for i in range(round(0.6 * steps)))]
    mask = np.zeros((ROWS, SIDE, SIDE))
    for row in mask:
        top, left = rng.integers(0, 4, 2)
        row[top : top + 4, left : left + 4] = 1

    def floats(values: np.ndarray) -> np.ndarray:
        return np.asarray(values).astype(np.float32)

    return Inputs(
        tensors={
            "latents": floats(rng.normal(size=(ROWS, 4, SIDE, SIDE))),
            "words": floats(words),
            "negative": floats(negative),
            "noises": floats(rng.normal(size=(NOISES, ROWS, 4, SIDE, SIDE))),
            "maps": floats(clear_maps(rng, threshold)),
            "levels": floats(rng.normal(size=(len(times), ROWS, 4, SIDE, SIDE))),
            "mask": floats(mask),
            "pictures": painted,
            "few": painted[:BACK],
        },
        values={
            "t": int(rng.integers(300, 700)),
            "threshold": threshold,
            "times": times,
            "scale": round(float(rng.uniform(2, 5)), 2),
            "before": [scenes.sentence(*pair) for pair in things],
            "after": [scenes.sentence(*pair) for pair in wanted],
        },
        hidden={"things": things, "sides": sides, "wanted": wanted, "regions": regions(cover, sides)},
    )


def edited(value: object) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, 3, 32, 32) and masks (n, 8, 8) of the learner's `edit`."""
    pictures, masks = several(value, 2, what="The result of `edit`")
    found = array(pictures, shape=(PICTURES, 3, scenes.SIZE, scenes.SIZE), what="The edited pictures")
    mask = array(masks, shape=(PICTURES, SIDE, SIDE), what="The mask")
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


def overlap(mask: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Intersection over union of masks and regions (n, 8, 8): (n,), from 0 to 1."""
    return (mask & region).sum(axis=(1, 2)) / np.maximum((mask | region).sum(axis=(1, 2)), 1)


def lies_there(value: object, inputs: Inputs) -> Finding:
    """Whether the masks lie where the thing is that is to change."""
    found = float(overlap(edited(value)[1], inputs["regions"]).mean())
    compared = {"overlap": round(found, 4), "at_least": OVERLAP}
    message = f"Mask and thing overlap by {found:.2f} (intersection over union, mean of {PICTURES} pictures)"
    if found < OVERLAP:
        return Finding.wrong(f"{message}; {OVERLAP:g} is enough.", compared)
    return Finding.right(f"{message}.", compared)


def half_of(pictures: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """The left (0) or right (1) half of each picture."""
    return np.where(sides[:, None, None, None] == 0, pictures[..., :16], pictures[..., 16:])


def change_of_the_rest(pictures: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Root mean square of what the pixels change in the half in which nothing should: (n,)."""
    other = 1 - inputs["sides"]
    change = half_of(pictures, other) - half_of(inputs["pictures"], other)
    return np.sqrt((change**2).mean(axis=(1, 2, 3)))


def keeps(value: object, inputs: Inputs) -> Finding:
    """Whether the other half, where nothing should change, still looks as it did."""
    change = float(change_of_the_rest(edited(value)[0], inputs).mean())
    compared = {"change": round(change, 4), "at_most": KEPT_ERROR}
    message = f"In the half of the pictures that should stay, pixels change by {change:.3f} (root mean square)"
    if change > KEPT_ERROR:
        return Finding.wrong(f"{message}; {KEPT_ERROR:g} is allowed.", compared)
    return Finding.right(f"{message}, which is little more than encoding and decoding costs.", compared)


def shows_the_new(value: object, inputs: Inputs) -> Finding:
    """Whether the judge sees the wanted thing in the half where something should change."""
    rows, sides = np.arange(PICTURES), inputs["sides"]
    right = int((judge.shown(edited(value)[0])[rows, sides] == inputs["wanted"][rows, sides]).sum())
    compared = {"pictures": PICTURES, "right": right, "enough": ENOUGH}
    message = f"{right} of {PICTURES} pictures show the wanted thing in its place; {ENOUGH} are enough"
    return Finding.right(f"{message}.", compared) if right >= ENOUGH else Finding.wrong(f"{message}.", compared)


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
        ProbeCall(id="edit", target="edit", args=("$pictures", "$before", "$after"), timeout_s=90),
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
            hint="In which order: difference, absolute value, mean over the channels, mean over the noises?",
        ),
        Predicate(
            id="mask",
            title="The map becomes a mask",
            points=1,
            probe="mask",
            test=same_mask,
            hint="Mean, smallest and largest value are those of one picture, not of all together.",
        ),
        Close(
            id="encode",
            title="DDIM backwards, level by level",
            points=2,
            probe="encode",
            reference=lambda inputs: standin.encode(*double(inputs, "latents", "words"), inputs["times"]),
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
            hint="With nothing to change, decoding takes the steps of encoding back, one by one.",
        ),
        Predicate(
            id="place",
            title="The mask lies where the thing is",
            points=1,
            probe="edit",
            test=lies_there,
            hint="Look at your masks: do they change with the sentences, and on which side do they lie?",
        ),
        Predicate(
            id="kept",
            title="What should stay has stayed",
            points=1,
            probe="edit",
            test=keeps,
            hint="Outside the mask, the edited picture should be the original, encoded and decoded.",
        ),
        Predicate(
            id="new",
            title="The wanted thing is there",
            points=2,
            probe="edit",
            test=shows_the_new,
            hint="Which sentence guides the decoding, and does the mask let it work where the thing is?",
        ),
    ),
)
