"""Sending messages. The broker is only a bell: what can't be sent is found in the database by a reconciler."""

from __future__ import annotations

import logging

from kombu.exceptions import OperationalError

from studyhub import broker, logs

logger = logging.getLogger(__name__)


def send(name: str, *arguments: object, queue: str = broker.CONTROL_QUEUE, in_s: float = 0.0) -> bool:
    """Send one message now; False where the broker can't be reached. Never waits for it to come back.

    With `in_s` a worker takes it at once and begins so many seconds later; one that dies before has lost it.
    """
    from studyhub.celery import app

    try:
        app.send_task(name, args=arguments, queue=queue, countdown=in_s or None)
    except (OperationalError, OSError) as error:
        logger.warning("%s was not sent, the reconciler will see to it: %s", name, logs.say(error))
        return False
    return True
