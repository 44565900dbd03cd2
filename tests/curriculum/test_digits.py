"""The pictures of pytorch-in-15-minutes: what grading keeps back is what the data set's split keeps back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from apps.exercises.build import starter_zip
from apps.exercises.modules import import_file
from apps.exercises.package import ExercisePackage, load_package

FOLDER = Path(__file__).resolve().parents[2] / "notebooks" / "neural-nets" / "pytorch-in-15-minutes"


@pytest.fixture(scope="module")
def package() -> ExercisePackage:
    return load_package(FOLDER)


def module(package: ExercisePackage, name: str):
    return import_file(package.folder, package.digest, name)


def test_held_out_pictures_are_those_of_the_split(package):
    _, (images, labels) = module(package, "data").split()
    stored_images, stored_labels = module(package, "grading").held_out()
    np.testing.assert_array_equal(stored_images, images)
    np.testing.assert_array_equal(stored_labels, labels)


def test_held_out_pictures_are_not_among_the_public_ones(package):
    grading = module(package, "grading")
    public = {image.tobytes() for image in grading.public()[0]}
    assert not [image for image in grading.held_out()[0] if image.tobytes() in public]


def test_learners_get_the_public_pictures_only(package):
    with zipfile.ZipFile(io.BytesIO(starter_zip(package))) as archive:
        held_out = [name for name in archive.namelist() if "held" in name or name.startswith("reference")]
        labels = np.load(io.BytesIO(archive.read("data/digits-labels.npy")))
    assert not held_out
    assert len(labels) + len(module(package, "grading").held_out()[1]) == 1797
