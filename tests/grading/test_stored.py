"""Figures and weights that a package keeps beside its grading.py."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from apps.grading import SpecError, stored


def test_figures_and_weights_are_read(tmp_path):
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "figures.json").write_text('{"r2": 0.8}')
    save_file({"w": np.ones(3, np.float32)}, tmp_path / "reference" / "net.safetensors")
    grading_file = str(tmp_path / "grading.py")
    assert stored.figures(grading_file) == {"r2": 0.8}
    assert stored.weights(grading_file, "net")["w"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("text", [None, "[]", "no"])
def test_without_them_the_exercise_is_at_fault(tmp_path, text):
    if text is not None:
        (tmp_path / "reference").mkdir()
        (tmp_path / "reference" / "figures.json").write_text(text)
        (tmp_path / "reference" / "net.safetensors").write_text(text)
    with pytest.raises(SpecError, match="build_references"):
        stored.figures(str(tmp_path / "grading.py"))
    with pytest.raises(SpecError, match="build_references"):
        stored.weights(str(tmp_path / "grading.py"), "net")
