"""Grading of text-to-image: each part of the learner's loop by numbers, the whole by what its pictures show."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from apps.grading import Close, Finding, GradingSpec, Inputs, Plot, Predicate, ProbeCall
from apps.grading.pictures import gallery
from apps.grading.values import array

from . import judge, standin
from .data import scenes

HERE = Path(__file__).parent
STEPS, SCALE = 20, 4.0
PROMPTS, KNOWN, VAGUE, ROWS = 60, 12, 48, 3
MIXED = 16  # known pictures among those that are judged by what they show


@cache
def pool() -> dict[str, np.ndarray]:
    """Scenes, noise, latents and pictures of the reference, kept back by reference/build.py."""
    names = ("things", "unwanted", "noise", "latents", "pictures")
    return {name: np.load(HERE / "reference" / f"known-{name}.npy") for name in names}


def known_prompts(known: dict[str, np.ndarray]) -> tuple[list[str], list[str]]:
    """Prompts and negative prompts of rows of the pool; half of the negative ones are empty."""
    prompts = [scenes.sentence(*pair) for pair in known["things"]]
    unwanted = ["" if left + right == 0 else scenes.sentence(left, right) for left, right in known["unwanted"]]
    return prompts, unwanted


def some_known(rng: np.random.Generator, among: np.ndarray) -> dict[str, np.ndarray]:
    """MIXED rows of the pool, out of those for which `among` is true."""
    chosen = rng.choice(np.flatnonzero(among), MIXED, replace=False)
    return {name: values[chosen] for name, values in pool().items()}


def vague_prompts(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, list[str], list[str]]:
    """Shapes and unwanted colours (n,), each as often as the others; prompts without a colour; negative prompts."""
    shapes, colours = rng.permutation(np.arange(n) % 3), rng.permutation(np.arange(n) % 3)
    prompts, unwanted = [], []
    for shape, colour in zip(shapes, colours, strict=True):
        prompts.append(f"{scenes.SHAPES[shape]} on the left")
        unwanted.append(f"{tuple(scenes.COLOURS)[colour]} shape on the left")
    return shapes, colours, prompts, unwanted


def draw(rng: np.random.Generator) -> Inputs:
    """Prompts and noise anew for each run; for a few, the pictures of the reference are known.

    Of these, some without a negative prompt are mixed into the prompts, and some with one into the vague prompts.
    """
    chosen = rng.choice(len(pool()["noise"]), KNOWN, replace=False)
    known = {name: values[chosen] for name, values in pool().items()}
    prompts, unwanted = known_prompts(known)
    negative_too = pool()["unwanted"].any(axis=1)
    among, among_vague = some_known(rng, ~negative_too), some_known(rng, negative_too)
    order, order_vague = rng.permutation(PROMPTS + MIXED), rng.permutation(VAGUE + MIXED)
    things = scenes.random_things(rng, PROMPTS)
    shapes, colours, vague, avoided = vague_prompts(rng, VAGUE)
    # The stand-in looks at the mean of the words alone: let it differ from row to row, and from the negative ones'.
    words, negative = rng.normal(size=(2, ROWS, standin.LENGTH, standin.WIDTH)) + rng.normal(size=(2, ROWS, 1, 1))

    def floats(values: np.ndarray) -> np.ndarray:
        return values.astype(np.float32)

    def noise(n: int, known_noise: np.ndarray, places: np.ndarray) -> np.ndarray:
        # In the precision of the known noise, so that nothing tells one from the other.
        return floats(np.concatenate([rng.normal(size=(n, 4, 8, 8)).astype(np.float16), known_noise])[places])

    def mixed(new: list[str], old: list[str], places: np.ndarray) -> list[str]:
        return [(new + old)[place] for place in places]

    return Inputs(
        tensors={
            "start": floats(rng.normal(size=(ROWS, 4, 8, 8))),
            "words": floats(words),
            "negative": floats(negative),
            "noise": noise(PROMPTS, among["noise"], order),
            "vague_noise": noise(VAGUE, among_vague["noise"], order_vague),
            "known_noise": floats(known["noise"]),
            "known_latents": floats(known["latents"]),
        },
        values={
            "t": int(rng.integers(200, 900)),
            "scale": round(float(rng.uniform(2, 6)), 2),
            "steps": int(rng.integers(7, 30)),
            "read": [scenes.sentence(*pair) for pair in scenes.random_things(rng, 5)] + [""],
            "prompts": mixed([scenes.sentence(*pair) for pair in things], known_prompts(among)[0], order),
            "vague": mixed(vague, known_prompts(among_vague)[0], order_vague),
            "avoided": mixed(avoided, known_prompts(among_vague)[1], order_vague),
            "known_prompts": prompts,
            "known_unwanted": unwanted,
        },
        hidden={
            "things": things,
            "shapes": shapes,
            "colours": colours,
            "pictures": known["pictures"] / 255,
            "order": order,
            "among": among["pictures"] / 255,
            "order_vague": order_vague,
            "among_vague": among_vague["pictures"] / 255,
        },
    )


def pictures(value: object, n: int) -> np.ndarray:
    """The learner's pictures, (n, 3, 32, 32) of 0 to 1; what lies outside is cut off, as the judge was taught."""
    return np.clip(array(value, shape=(n, 3, scenes.SIZE, scenes.SIZE), what="The pictures"), 0, 1)


def parted(value: object, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The learner's pictures in the order in which they were drawn: the new ones, and MIXED known ones."""
    found = pictures(value, len(order))[np.argsort(order)]
    return found[:-MIXED], found[-MIXED:]


def alike(found: np.ndarray, reference: np.ndarray, tolerance: float) -> int:
    """How many pictures are within `tolerance` of the reference's, per pixel on average."""
    return int((np.abs(found - reference).mean(axis=(1, 2, 3)) <= tolerance).sum())


def same_pictures(value: object, inputs: Inputs, tolerance: float) -> Finding:
    """Whether at least KNOWN - 1 pictures are those of the reference, within `tolerance` per pixel on average."""
    same = alike(pictures(value, KNOWN), inputs["pictures"], tolerance)
    compared = {"pictures": KNOWN, "like_the_reference": same, "tolerance": tolerance}
    message = f"{same} of {KNOWN} pictures are like those of the reference"
    return Finding.right(f"{message}.", compared) if same >= KNOWN - 1 else Finding.wrong(f"{message}.", compared)


def shows_what_it_says(value: object, inputs: Inputs) -> Finding:
    """Whether the judge sees in a picture what the prompt says, both halves of it, for ENOUGH of the prompts.

    Known pictures have to resemble the reference's, so that pictures which were painted don't count.
    """
    found, known = parted(value, inputs["order"])
    right = int((judge.shown(found) == inputs["things"]).all(axis=1).sum())
    like = alike(known, inputs["among"], NEAR)
    message = f"{right} of {PROMPTS} pictures show what their prompt says; {ENOUGH} are enough"
    compared = {"pictures": PROMPTS, "right": right, "enough": ENOUGH, "near_the_reference": like}
    if right < ENOUGH:
        return Finding.wrong(f"{message}.", compared)
    if like < MIXED // 2:
        return Finding.wrong(f"{message}, {NOT_GROWN}.", compared)
    return Finding.right(f"{message}.", compared)


def first_pictures(value: object, inputs: Inputs) -> Plot:
    """Four of the learner's pictures beside each other; their prompts are the table under them."""
    found, _ = parted(value, inputs["order"])
    prompts = [(number, scenes.sentence(*pair)) for number, pair in enumerate(inputs["things"][:4], 1)]
    alt = "Four pictures of yours. " + ", ".join(f"{number}: {prompt}" for number, prompt in prompts) + "."
    row = gallery([str(number) for number, _ in prompts], [one[None] for one in found[:4]], alt, low=0, high=1)
    return replace(row, columns=("Picture", "Prompt"), rows=tuple(prompts))


def avoids(value: object, inputs: Inputs) -> Finding:
    """Whether pictures show the shape on the left as they should, and seldom in the colour they should not have.

    Known pictures have to be the reference's, so that pictures which were painted don't count.
    """
    found, known = parted(value, inputs["order_vague"])
    left = judge.shown(found)[:, 0]
    shape_right = (left != scenes.NOTHING) & ((left - 1) % 3 == inputs["shapes"])
    unwanted = int((shape_right & ((left - 1) // 3 == inputs["colours"])).sum())
    right = int(shape_right.sum())
    like = alike(known, inputs["among_vague"], SAME)
    compared = {"pictures": VAGUE, "shape_right": right, "unwanted_colour": unwanted, "at_most": AT_MOST}
    compared["like_the_reference"] = like
    if right < SHAPES_ENOUGH:
        return Finding.wrong(f"Only {right} of {VAGUE} pictures show the shape of their prompt on the left.", compared)
    message = f"{unwanted} of {VAGUE} pictures have the colour of their negative prompt"
    if unwanted > AT_MOST:
        return Finding.wrong(f"{message}; without a negative prompt it is every third.", compared)
    if like < MIXED // 2:
        return Finding.wrong(f"{message}, {NOT_GROWN}.", compared)
    return Finding.right(f"{message}; without one it would be every third.", compared)


# Figures of the reference over 200 draws are in reference/figures.json.
ENOUGH = 50
SHAPES_ENOUGH = 36
AT_MOST = 6
# Mean difference per pixel from the reference's picture. Without guidance two of three are still NEAR, painted
# ones are in one case of six at most; the SAME are those of the same prompt, noise and negative prompt.
SAME, NEAR = 0.02, 0.05
NOT_GROWN = "but they don't grow from the noise that was handed in as the model's do"

SPEC = GradingSpec(
    inputs=draw,
    probes=(
        ProbeCall(id="encode", target="encode_prompts", args=("$read",)),
        ProbeCall(id="guide", target="try_guidance", args=("$start", "$t", "$words", "$negative", "$scale")),
        # Words and negative words are the same here: the loop is judged whatever guidance makes of two different ones.
        ProbeCall(id="loop", target="try_loop", args=("$start", "$words", "$words", "$steps", 1.0)),
        ProbeCall(id="decode", target="to_pictures", args=("$known_latents",)),
        ProbeCall(
            id="known",
            target="text_to_image",
            args=("$known_prompts", "$known_noise", "$known_unwanted"),
            kwargs={"steps": STEPS, "scale": SCALE},
            timeout_s=60,
        ),
        ProbeCall(id="pictures", target="text_to_image", args=("$prompts", "$noise"), timeout_s=90),
        ProbeCall(id="avoid", target="text_to_image", args=("$vague", "$vague_noise", "$avoided"), timeout_s=90),
    ),
    checks=(
        Close(
            id="encode",
            title="Prompts become vectors",
            points=1,
            probe="encode",
            reference=lambda inputs: standin.encoded(inputs["read"]),
            rtol=1e-3,
            atol=1e-3,
            concept="text-encoder",
            hint="The text encoder is called with tokens, and the tokenizer makes tokens of a list of prompts.",
        ),
        Close(
            id="guidance",
            title="Two predictions, combined by the guidance scale",
            points=2,
            probe="guide",
            reference=lambda inputs: standin.guided(
                inputs["start"], inputs["t"], inputs["words"], inputs["negative"], inputs["scale"]
            ),
            rtol=1e-3,
            atol=1e-3,
            reveal=True,
            concept="guidance",
            hint="Which prediction do you start from, and in which direction do you go? Try s = 0 and s = 1.",
        ),
        Close(
            id="loop",
            title="The sampling loop takes every step of the scheduler",
            points=2,
            probe="loop",
            reference=lambda inputs: standin.denoised(
                inputs["start"].astype(np.float64), inputs["words"], inputs["words"], inputs["steps"], 1.0
            ),
            rtol=5e-3,
            atol=5e-3,
            reveal=True,
            concept="scheduler",
            hint="Are the time steps chosen with `steps`, and does each begin with the latents of the one before?",
        ),
        Predicate(
            id="decode",
            title="Latents become pictures",
            points=1,
            probe="decode",
            test=lambda value, inputs: same_pictures(value, inputs, 0.01),
            concept="autoencoder",
            hint="Two things are to be undone: one before the decoder, one after it.",
        ),
        Predicate(
            id="known",
            title="The same prompts and noise give the pictures of the reference",
            points=2,
            probe="known",
            test=lambda value, inputs: same_pictures(value, inputs, SAME),
            concept="diffusion-model",
            hint="Do all arguments arrive where they should: the noise, the negative prompts, `steps` and `scale`?",
        ),
        Predicate(
            id="pictures",
            title="Pictures show what their prompt says",
            points=3,
            probe="pictures",
            test=shows_what_it_says,
            sketch=first_pictures,
            concept="guidance",
            hint="Look at pictures of your own first. Do they get better with the scale, and change with the prompt?",
        ),
        Predicate(
            id="negative",
            title="Negative prompts are avoided",
            points=1,
            probe="avoid",
            test=avoids,
            concept="negative-prompt",
            hint="What takes the place of the empty prompt when there is a negative one?",
        ),
    ),
)
