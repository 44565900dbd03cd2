"""One hand-in is followed by one id through the lines of web, control and runner; none of them says what is private."""

import json
import subprocess
import sys
import uuid
from urllib.request import Request, urlopen

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.submissions.constants import State
from apps.submissions.models import Submission
from tests.live.conftest import PROJECT, fetch, notebook
from tests.live.test_killed import SLUG, SOLUTION, reaches

pytestmark = [pytest.mark.live, pytest.mark.sandbox, pytest.mark.django_db(transaction=True)]
SECRET_WORDS = "a line that only the learner knows"


def post(site, user: User, path: str, name: str, file: bytes) -> None:
    """A form with one file, as a browser sends it."""
    client = Client()
    client.force_login(user)
    token, mark = "t" * 32, uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="n.ipynb"\r\n\r\n'.encode() + file,
        f"\r\n--{mark}--\r\n".encode(),
    ]
    headers = {
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Cookie": f"csrftoken={token}; sessionid={client.cookies['sessionid'].value}",
    }
    with urlopen(Request(site.address + path, data=b"".join(parts), headers=headers), timeout=60) as answer:
        assert answer.status == 200


def test_one_id_leads_from_the_request_to_the_score(site, bob):
    site.environment |= {"STUDYHUB_LOG_FORMAT": "json", "STUDYHUB_LOG_LEVEL": "INFO"}
    site.start("web", "control", "beat", "runner")
    post(
        site,
        bob,
        f"/submissions/new/{SLUG}/?token=opensesame",
        "notebook",
        notebook(SOLUTION, f"# {SECRET_WORDS}\n1/0"),
    )
    submission = Submission.objects.get()
    run = reaches(submission.run, State.DONE)

    for role in ("web", "control", "beat", "run.cpu"):
        asked = [sys.executable, "-m", "studyhub.alive", role]
        assert subprocess.run(asked, env=site.environment, cwd=PROJECT).returncode == 0, role
    assert fetch(site.address + "/readyz").splitlines()[0] == "database: ok"

    text = (site.folder / "site.log").read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    ours = [line for line in lines if line.get("request_id") == submission.request_id]
    assert submission.request_id
    said = {(line["role"], line["event"]) for line in ours}
    assert {
        ("web", "Handed in"),
        ("web", "Answered"),
        ("control", "queued → queued: Handed to the runners"),
        ("run.cpu", "Taken up"),
        ("run.cpu", "Ended: learner_error"),
        ("control", "grading → done: Graded"),
    } <= said
    after_the_start = [line for line in ours if line["role"] != "web"]
    assert {line["submission_id"] for line in after_the_start} == {str(submission.pk)}
    assert {line["run_id"] for line in after_the_start} == {str(run.pk)}
    assert {line["attempt"] for line in after_the_start} == {"1"}
    # One line says what was asked; gunicorn's own would tell the whole address.
    assert not any(line["logger"] == "gunicorn.access" for line in lines)
    for private in (bob.email, bob.name, SECRET_WORDS, "opensesame", "X @ w"):
        assert private not in text, private
