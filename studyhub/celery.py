"""Celery on the trusted side: grading, progress, the reconciler. Runners have an app of their own (apps/runner)."""

import os

from celery import Celery
from celery.schedules import crontab

from studyhub import alive as alive  # connects its signal
from studyhub import broker, env, listening
from studyhub import correlation as correlation  # connects its signals
from studyhub import pool as pool  # connects its signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyhub.settings")

app = Celery("studyhub")
app.config_from_object(broker.celery_settings())
listening.listen(app)
RECONCILE_S = env.integer("STUDYHUB_RECONCILE_S", 10, minimum=1)
RECHECK_S = 3 * RECONCILE_S
REFIT_S = 24 * 3600
DELIVER_S = 60
SYNC_S = 300
TIDY_S = 600
MEND_S = 300
ANNOUNCE_S = 300
LINKS_S = 300
app.conf.beat_schedule = {
    "reconcile": {"task": "submissions.reconcile", "schedule": RECONCILE_S, "options": {"expires": RECONCILE_S}},
    "refit": {"task": "quizzes.refit_due", "schedule": REFIT_S, "options": {"expires": REFIT_S}},
    "remind": {"task": "groups.remind", "schedule": crontab(minute=0), "options": {"expires": 3000}},
    "mail": {"task": "accounts.deliver", "schedule": DELIVER_S, "options": {"expires": DELIVER_S}},
    "pack": {"task": "accounts.pack", "schedule": DELIVER_S, "options": {"expires": DELIVER_S}},
    "tidy": {"task": "accounts.tidy", "schedule": TIDY_S, "options": {"expires": TIDY_S}},
    "webhooks": {"task": "webhooks.deliver", "schedule": DELIVER_S, "options": {"expires": DELIVER_S}},
    "announce": {"task": "webhooks.announce", "schedule": ANNOUNCE_S, "options": {"expires": ANNOUNCE_S}},
    "links": {"task": "catalog.links", "schedule": LINKS_S, "options": {"expires": LINKS_S}},
    "passback": {"task": "lti.pass_back", "schedule": DELIVER_S, "options": {"expires": DELIVER_S}},
    "courses": {"task": "lti.sync", "schedule": SYNC_S, "options": {"expires": SYNC_S}},
    "search": {"task": "search.mend", "schedule": MEND_S, "options": {"expires": MEND_S}},
    "recheck": {"task": "quizzes.recheck_stale", "schedule": RECHECK_S, "options": {"expires": RECHECK_S}},
}
app.conf.beat_scheduler = "studyhub.beat:LeasedScheduler"
# Between two looks at the schedule beat sleeps this long at most: no longer than what is scheduled.
app.conf.beat_max_loop_interval = min(RECONCILE_S, 5)
app.autodiscover_tasks()
