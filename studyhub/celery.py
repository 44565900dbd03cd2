"""Celery on the trusted side: grading, progress, the reconciler. Runners have an app of their own (apps/runner)."""

import os

from celery import Celery

from studyhub import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyhub.settings")

app = Celery("studyhub")
app.config_from_object(broker.celery_settings())
app.conf.beat_schedule = {
    "reconcile": {"task": "submissions.reconcile", "schedule": 10.0, "options": {"expires": 10.0}},
}
app.autodiscover_tasks()
