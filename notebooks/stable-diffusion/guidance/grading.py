"""Guidance: the learner's functions against ours, on fresh noise estimates, points, prompts and noise levels."""

from itertools import pairwise
from typing import Any

import numpy as np

from apps.grading import Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall, values

FRUIT = {
    "red apple": (1.5, 0.6, 0.3),
    "green apple": (-1.3, 0.9, 0.3),
    "red cherry": (2.0, 1.9, 0.25),
    "red strawberry": (1.7, -0.8, 0.3),
    "green pear": (-1.5, -0.7, 0.35),
    "yellow banana": (0.1, -2.0, 0.3),
}
WRONG_CAPTIONS = 0.2
WORDS = ("apple", "cherry", "strawberry", "pear", "banana", "red", "green")
MEASURED = ("apple", "red", "pear", "strawberry")
PAIRS = (("apple", "green"), ("apple", "red"), ("red", "strawberry"), ("green", "apple"), ("red", "apple"))


def inputs(rng: np.random.Generator) -> Inputs:
    """Answers of a model in the shape of latents; points at a middling noise level; a walk; points to be measured."""
    captions = [str(word) for word in rng.choice(WORDS, 24)]
    draws, share = rng.uniform(size=24), float(rng.uniform(0.3, 0.5))
    draws[:2] = share - 0.2, share + 0.2  # at least one is dropped, and one kept
    shape = (3, 4, 8, 8)
    prompt, negative = PAIRS[rng.integers(len(PAIRS))]
    levels = np.cos(np.linspace(1.54, 0.05, int(rng.integers(20, 36)))) ** 2
    clouds = np.array(list(FRUIT.values()))[rng.integers(len(FRUIT), size=300)]
    return Inputs(
        given={
            "draws": draws,
            "noise_empty": rng.normal(size=shape),
            "noise_prompt": rng.normal(size=shape),
            "x": rng.normal(0, 1.3, size=(40, 2)),
            "start": rng.normal(size=(50, 2)),
            "alpha_bars": np.append(levels, 1.0),
            "points": clouds[:, :2] + rng.normal(0, 0.6, size=(300, 2)) + rng.uniform(-0.2, 0.2, 2),
        },
        values={
            "captions": captions,
            "share": share,
            "scale": float(rng.uniform(2, 9)),
            "alpha_bar": float(rng.uniform(0.4, 0.8)),
            "prompt": prompt,
            "negative": negative,
            "pull": float(rng.uniform(2, 4)),
        },
    )


def denoise(x: np.ndarray, alpha_bar: float, prompt: str) -> np.ndarray:
    """The exact noise prediction for the mixture of clouds, as in the notebook. Shapes (n, 2)."""
    clouds = np.array(list(FRUIT.values()))
    meant = np.array([prompt in name for name in FRUIT])
    share = (1 - WRONG_CAPTIONS) * meant / meant.sum() + WRONG_CAPTIONS / len(meant)
    variance = alpha_bar * clouds[:, 2] ** 2 + 1 - alpha_bar
    away = np.sqrt(alpha_bar) * clouds[:, :2] - x[:, None]
    log = np.log(share / variance) - (away**2).sum(axis=2) / (2 * variance)
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    return -np.sqrt(1 - alpha_bar) * ((weight / variance)[:, :, None] * away).sum(axis=1)


def guide(empty: np.ndarray, prompt: np.ndarray, scale: float) -> np.ndarray:
    """Saharia et al. 2022, equation 2; Ho & Salimans 2022, equation 6, with scale = 1 + w."""
    return empty + scale * (prompt - empty)


def guided(x: np.ndarray, alpha_bar: float, prompt: str, negative: str, scale: float) -> np.ndarray:
    """Guided noise in the points x (n, 2)."""
    return guide(denoise(x, alpha_bar, negative), denoise(x, alpha_bar, prompt), scale)


def sampled(drawn: Inputs) -> np.ndarray:
    """Where the walk ends, by DDIM's deterministic step (Song et al. 2021, equation 12)."""
    x, levels = drawn["start"], drawn["alpha_bars"]
    for now, after in pairwise(levels):
        noise = guided(x, now, drawn["prompt"], drawn["negative"], drawn["pull"])
        clean = (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
        x = np.sqrt(after) * clean + np.sqrt(1 - after) * noise
    return x


def follows(drawn: Inputs, word: str) -> float:
    """Share of the points whose nearest centre has the word in its name."""
    centres = np.array(list(FRUIT.values()))[:, :2]
    nearest = ((drawn["points"][:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    return float(np.mean(np.array([word in name for name in FRUIT])[nearest]))


def right_shares(found: Any, drawn: Inputs) -> Finding:
    """All of the shares are right: one alone may be so by chance."""
    shares = [values.number(value, "The share") for value in found]
    right = sum(abs(mine - follows(drawn, word)) < 1e-6 for mine, word in zip(shares, MEASURED, strict=True))
    if right == len(MEASURED):
        return Finding.right("The shares are right for every prompt.", {"right": right, "of": len(MEASURED)})
    return Finding.wrong(f"{right} of {len(MEASURED)} shares are right.", {"right": right, "of": len(MEASURED)})


def variety(drawn: Inputs) -> float:
    """Root mean squared distance from the mean."""
    points = drawn["points"]
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()))


# Tolerances. In double precision right answers of the formulas differ by rounding, below 1e-13. A walk carries a
# difference on, and near a border between two kinds of fruit it grows, by 700 at the most in 200 draws: 1e-4 is far
# above 1e-15 · 700 and far below any mistake, which moves most points by more than 0.1.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="drop", target="drop_prompts", args=("$captions", "$draws", "$share")),
        ProbeCall(id="guide", target="guide", args=("$noise_empty", "$noise_prompt", "$scale")),
        ProbeCall(id="prompt", target="guided_noise", args=("$x", "$alpha_bar", "$prompt", "", "$scale")),
        ProbeCall(id="negative", target="guided_noise", args=("$x", "$alpha_bar", "$prompt", "$negative", "$scale")),
        ProbeCall(
            id="sample",
            target="sample",
            args=("$start", "$alpha_bars", "$prompt"),
            kwargs={"negative": "$negative", "scale": "$pull"},
        ),
        *(ProbeCall(id=f"follows-{word}", target="follows", args=("$points", word)) for word in MEASURED),
        ProbeCall(id="variety", target="variety", args=("$points",)),
    ),
    checks=(
        Close(
            id="drop",
            title="Some prompts are dropped in training",
            points=1,
            probe="drop",
            concept="conditioning",
            reveal=True,
            reference=lambda drawn: np.where(drawn["draws"] < drawn["share"], "", np.array(drawn["captions"])),
            hint="A prompt is dropped where its own draw is smaller than the share, and nowhere else.",
        ),
        Close(
            id="guide",
            title="Further in the direction of the prompt",
            points=2,
            probe="guide",
            concept="guidance",
            reveal=True,
            reference=lambda drawn: guide(drawn["noise_empty"], drawn["noise_prompt"], drawn["scale"]),
            hint="Try the scales 0 and 1: which of the two answers should come out? Then from where do you go, and in "
            "which direction?",
        ),
        Close(
            id="prompt",
            title="Guided noise with a prompt",
            points=1,
            probe="prompt",
            concept="guidance",
            reveal=True,
            reference=lambda drawn: guided(drawn["x"], drawn["alpha_bar"], drawn["prompt"], "", drawn["scale"]),
            hint="If `guide` failed too, mend it first. Which answer takes which place in its arguments?",
        ),
        Close(
            id="negative",
            title="The negative prompt",
            points=2,
            probe="negative",
            concept="negative-prompt",
            reveal=True,
            reference=lambda drawn: guided(
                drawn["x"], drawn["alpha_bar"], drawn["prompt"], drawn["negative"], drawn["scale"]
            ),
            hint="If `guide` failed too, mend it first. How many times is the model asked, and with which prompts?",
        ),
        Close(
            id="sample",
            title="Sampling with guidance",
            points=2,
            probe="sample",
            concept="diffusion-model",
            reveal=True,
            reference=sampled,
            rtol=1e-4,
            atol=1e-4,
            hint="If the negative prompt failed too, mend that first. Each step asks anew, at the place and the noise "
            "level where it starts. Do all five arguments reach the model?",
        ),
        Predicate(
            id="follows",
            title="How well samples follow the prompt",
            points=1,
            probe=f"follows-{MEASURED[0]}",
            also=tuple(f"follows-{word}" for word in MEASURED[1:]),
            concept="conditioning",
            test=right_shares,
            hint="Every point has one nearest cloud, among all kinds of fruit. Only then ask for its name.",
        ),
        Close(
            id="variety",
            title="How varied samples are",
            points=1,
            probe="variety",
            concept="conditioning",
            reveal=True,
            reference=variety,
            hint="Take the mean of the points along one axis, the squares' sum along the other, then mean and root.",
        ),
    ),
)
