"""The cast: Alice leads, Bob learns, Charlie is another learner and a stranger to what is Bob's."""

import os
import tempfile
from pathlib import Path

# Before Django reads its settings: tests never touch the database or the files of a site on this machine.
os.environ["STUDYHUB_DEBUG"] = "1"
os.environ["STUDYHUB_VAR"] = tempfile.mkdtemp(prefix="studyhub-test-")

import pytest


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path):
    settings.VAR_DIR = tmp_path
    settings.RUN_STORE = tmp_path / "runs"
    settings.CURRICULUM_STORE = tmp_path / "curriculum"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db, django_user_model):
    return django_user_model.objects.create_user("alice@example.org", "alice-secret", name="Alice", is_staff=True)


@pytest.fixture
def bob(db, django_user_model):
    return django_user_model.objects.create_user("bob@example.org", "bob-secret", name="Bob")


@pytest.fixture
def charlie(db, django_user_model):
    return django_user_model.objects.create_user("charlie@example.org", "charlie-secret", name="Charlie")
