"""Pages of hand-ins for who reads French; and what is told to who does, whoever's act it was."""

import re

import nbformat
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.models import Choice, Notification
from apps.submissions import services
from apps.submissions.models import Run
from tests.stores import write
from tests.submissions.conftest import LESSON, SLUG, fresh, notebook_bytes

NNBSP = "\u202f"


@pytest.fixture
def bobs(client, bob):
    bob.language = "fr"
    bob.save()
    client.force_login(bob)
    return client


def page(client, run: Run, name: str = "detail") -> str:
    return client.get(reverse(f"submissions:{name}", args=[run.submission_id])).text


def told(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def test_a_result(desk, bobs, bob, lesson):
    lesson(LESSON)
    text = page(bobs, desk.done(bob, points=(0, 1)))
    assert "<strong>1</strong> points sur 4" in text
    assert "En partie juste" in text
    assert "À vous." in text
    assert ">Attendu</th>" in text
    assert "Un exécuteur l’a pris" in text
    assert 'lang="en">' in text.split("It gives <em>another</em> number.")[0][-20:]


def test_where_it_is_in_the_queue(desk, bobs, bob):
    text = page(bobs, desk.hand_in(bob))
    assert "Vous êtes en tête de la file d’attente." in text
    assert "attend une place libre" in text


def test_numbers_that_machines_read_keep_their_points(desk, bobs, bob):
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(elapsed_s=7.25)
    text = page(bobs, fresh(run))
    assert re.search(r"\d s sur 30 s", text)
    assert all("," not in number for number in re.findall(r'<progress value="([^"]*)"', text))


def test_why_a_file_is_refused(desk, bobs, exercise):
    answer = bobs.post(reverse("submissions:new", args=[SLUG]), {"notebook": SimpleUploadedFile("x.ipynb", b"{}")})
    assert f"mais pas un notebook{NNBSP}: il n’a pas de champ" in answer.text
    answer = bobs.post(reverse("submissions:new", args=[SLUG]), {})
    assert "Aucun fichier n’a été choisi." in answer.text


def test_the_executed_notebook_is_kept_in_each_language(desk, bobs, bob):
    run = desk.done(bob)
    cell = nbformat.v4.new_code_cell("1")
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
    assert "<span>Cellule 1</span>" in page(bobs, run, "notebook")
    bob.language = "en-gb"
    bob.save()
    assert "<span>Cell 1</span>" in page(bobs, run, "notebook")
    bob.language = "fr"
    bob.save()
    french = page(bobs, run, "notebook")
    assert '<html lang="fr"' in french
    assert "<span>Cellule 1</span>" in french


def test_a_learner_is_told_in_their_language_by_a_lead_who_reads_english(desk, bobs, bob, alice):
    Choice.objects.create(user=bob, kind="graded", channel="inbox")
    run = desk.done(bob)
    services.override(by=alice, submission=run.submission, points=2.5, reason="Nearly.")
    services.comment(author=alice, submission=run.submission, text="Well done.")
    assert told(bob) == [
        f"Votre rendu 1 de Doubling numbers est noté{NNBSP}: 4 points sur 4.",
        f"Alice a noté votre rendu 1 de Doubling numbers{NNBSP}: 2,5 sur 4. Raison{NNBSP}: Nearly.",
        "Alice a commenté votre rendu 1 de Doubling numbers.",
    ]


def test_what_is_stored_is_english_whoever_hands_in(desk, bobs, bob):
    bobs.post(reverse("submissions:new", args=[SLUG]), {"notebook": SimpleUploadedFile("x.ipynb", notebook_bytes())})
    run = Run.objects.get()
    bobs.post(reverse("submissions:cancel", args=[run.submission_id]))
    assert list(run.transitions.values_list("reason", flat=True)) == ["Handed in", "Cancelled by its learner"]
