"""SECURITY.md names a test for each promise, and each of them is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
PROMISES = TEXT.partition("## Promises")[2].partition("## What is not covered")[0]
ROWS = [row for row in re.findall(r"^\| (.+) \| (.+) \|$", PROMISES, re.M) if row[0] != "promise"]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)*)`", TEXT)))


def is_there(name: str) -> bool:
    path, *parts = name.split("::")
    if not (PROJECT / path).is_file():
        return False
    inside: list[ast.stmt] = ast.parse((PROJECT / path).read_text(encoding="utf-8")).body
    for part in parts:
        found = [one for one in inside if isinstance(one, ast.ClassDef | ast.FunctionDef) and one.name == part]
        if not found:
            return False
        inside = found[-1].body
    return True


@pytest.mark.parametrize("name", NAMED)
def test_each_test_that_it_names_is_there(name):
    assert is_there(name), f"SECURITY.md names {name}: say there what it is called now."


def test_each_promise_has_one():
    assert len(ROWS) > 30
    assert [promise for promise, shown in ROWS if "`tests/" not in shown] == []


def test_a_name_that_there_is_not_would_be_seen():
    assert not is_there("tests/security/test_security_document.py::test_of_nothing")
    assert not is_there("tests/security/test_nothing.py")
