"""Reports of errors: none without an address, and nothing private in one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DSN = "http://public@127.0.0.1:9/1"
PRIVATE = ["bob@example.org", "opensesame", "a line of the notebook", "forty-two", "hushhush", "127.0.0.9"]
REPORTS = """
import json, logging, sys, types
from sentry_sdk.transport import Transport
sent = []
class Kept(Transport):
    def capture_envelope(self, envelope):
        sent.extend(item.payload.json for item in envelope.items)
from studyhub import logs, sentry
sentry.start(transport=Kept)
import django
django.setup()
from django.test import Client, override_settings
from django.urls import path
def boom(request):
    cell = "a line of the notebook"
    logs.bind(run_id="11111111-2222")
    logging.getLogger("apps.site").error("It failed for %s", "bob@example.org")
    raise ValueError(f"{cell} {request.POST['answer']} hushhush")
urls = sys.modules["boom"] = types.ModuleType("boom")
urls.urlpatterns = [path("boom/", boom, name="boom")]
client = Client(raise_request_exception=False, REMOTE_ADDR="127.0.0.9")
client.cookies["sessionid"] = "opensesame"
with override_settings(ROOT_URLCONF="boom", ALLOWED_HOSTS=["*"], MIDDLEWARE=["studyhub.requests.RequestMiddleware"]):
    answer = client.post("/boom/?token=opensesame", {"answer": "forty-two", "email": "bob@example.org"})
assert answer.status_code == 500
print(json.dumps(sent))
"""
RUNNER = """
import json
from sentry_sdk.transport import Transport
sent = []
class Kept(Transport):
    def capture_envelope(self, envelope):
        sent.extend(item.payload.json for item in envelope.items)
from studyhub import sentry
sentry.start(transport=Kept)
from apps.runner import worker
cell = "a line of the notebook"
try:
    worker.execute_run.run(cell, 1)
except ValueError:
    import sentry_sdk
    sentry_sdk.capture_exception()
print(json.dumps(sent))
"""


def python(code: str, folder: Path, **variables: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))}
    ours = {"STUDYHUB_DEBUG": "1", "STUDYHUB_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "studyhub.settings"}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, env=inherited | ours | variables, cwd=PROJECT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1]


@pytest.mark.parametrize("entry", ["studyhub.wsgi", "studyhub.celery", "apps.runner.worker"])
def test_without_an_address_nothing_of_it_is_imported(tmp_path, entry):
    code = f"import sys, {entry}\nfrom studyhub import sentry\nsentry.start()\nprint('sentry_sdk' in sys.modules)"
    assert python(code, tmp_path) == "False"


def test_a_report_says_where_and_whose_work_and_nothing_private(tmp_path):
    said = python(REPORTS, tmp_path, STUDYHUB_SENTRY_DSN=DSN, STUDYHUB_RELEASE="a1b2c3", STUDYHUB_ROLE="web")
    reports = json.loads(said)
    for private in PRIVATE:
        assert private not in said, private
    raised = next(report for report in reports if "exception" in report)
    (value,) = raised["exception"]["values"]
    assert (value["type"], value["stacktrace"]["frames"][-1]["function"]) == ("ValueError", "boom")
    assert (raised["release"], raised["environment"], raised["tags"]["role"]) == ("a1b2c3", "production", "web")
    assert raised["tags"]["run_id"] == "11111111-2222"
    assert raised["tags"]["request_id"]
    assert "It failed for %s" in [report.get("logentry", {}).get("message") for report in reports]
    assert not {"request", "user", "breadcrumbs", "extra", "contexts", "modules"} & set(raised)


def test_a_runner_reports_without_django(tmp_path):
    said = python(RUNNER, tmp_path, STUDYHUB_SENTRY_DSN=DSN, STUDYHUB_ROLE="run.cpu", DJANGO_SETTINGS_MODULE="")
    assert "a line of the notebook" not in said
    (report,) = json.loads(said)
    assert (report["tags"]["role"], report["exception"]["values"][0]["type"]) == ("run.cpu", "ValueError")
