"""The site's settings over a throw-away folder: tests never touch the database or files of a site on this machine."""

import atexit
import os
import shutil
import tempfile

from tests import s3

folder = tempfile.mkdtemp(prefix="studyhub-test-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("STUDYHUB_")]:
    del os.environ[name]
os.makedirs(os.path.join(folder, "static"))
os.environ["STUDYHUB_DEBUG"] = "1"
os.environ["STUDYHUB_VAR"] = folder
# Servers that were started for these tests (tests/servers.py).
if address := os.environ.get("TEST_DATABASE_URL"):
    os.environ["STUDYHUB_DATABASE_URL"] = address
if queue := os.environ.get("TEST_BROKER_URL"):
    os.environ["STUDYHUB_BROKER_URL"] = queue
if endpoint := os.environ.get("TEST_S3_ENDPOINT"):
    os.environ |= s3.settings(endpoint)

from studyhub.settings import *  # noqa: E402, F403 - after the environment is set

if not address:
    # A file, and the one that the processes of a live test open too: they are told the same folder.
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}  # noqa: F405

# Each client of a test has its own middleware, which would list all static files anew: 45 ms for most of them in vain.
WHITENOISE_AUTOREFRESH = True
