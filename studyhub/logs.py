"""One form for the lines of every process: what happened, and to which request, hand-in and run. Imports no Django.

What identifies a piece of work is bound once (`bind`, `bound`) and is in each line from then on; correlation.py hands
it on with messages. Lines hold ids and never names: addresses of people, secrets and what libraries quote of a
notebook are taken out on the way to the log, whoever wrote them in.
"""

from __future__ import annotations

import logging.config
import re
import socket
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any
from uuid import UUID

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars

from studyhub import env

Event = MutableMapping[str, Any]
Renderer = Callable[[Any, str, Event], str]

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# What a piece of work is known by, from the browser's request to the runner.
IDS = ("request_id", "submission_id", "run_id", "attempt")
# What else a line may carry; anything that a library adds stays out.
FIELDS = (*IDS, "user_id", "method", "path", "view", "status", "ms")
ID = re.compile(r"[0-9A-Za-z-]{1,64}\Z")
WORKER = rf"(?:control|run\.cpu|run\.gpu)@{re.escape(socket.gethostname())}"
HIDDEN = (
    (re.compile(r"(?<=://)[^/\s@]+@"), "[hidden]@"),  # name and password in an address
    # Celery calls its workers so too: those of this machine keep their names.
    (re.compile(rf"(?<![\w.+%-])(?!{WORKER}\b)[\w.+%-]+@[\w-]+(?:\.[\w-]+)*"), "[e-mail]"),
    (
        re.compile(
            r"(?i)\b(bearer\s+|(?:token|password|secret|sessionid|csrftoken)['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;]+"
        ),
        r"\1[hidden]",
    ),
)
# Their messages quote what they were given, and that may be a learner's notebook or what somebody typed.
QUOTING = {"nbformat", "nbclient", "papermill", "nbconvert", "fastjsonschema", "jsonschema", "pydantic"}
MESSAGE_CHARACTERS = 300
STEPS = 20


def level() -> str:
    """STUDYHUB_LOG_LEVEL. Raises SettingError for one that there is not."""
    found = env.text("STUDYHUB_LOG_LEVEL", "INFO").upper()
    if found not in LEVELS:
        raise env.SettingError(f"STUDYHUB_LOG_LEVEL={found!r} is unknown. Use DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return found


def settings(log_level: str = "") -> dict[str, Any]:
    """For `logging.config.dictConfig`. Raises SettingError where STUDYHUB_LOG_FORMAT is neither line nor json."""
    kind = env.text("STUDYHUB_LOG_FORMAT", "line")
    if kind not in RENDERERS:
        raise env.SettingError(f"STUDYHUB_LOG_FORMAT={kind!r} is unknown. Use line or json.")
    gathering = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_role,
    ]
    rendering = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _tell_exception, _conceal, RENDERERS[kind]]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": gathering,
        "processors": rendering,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"studyhub": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "studyhub"}},
        "root": {"handlers": ["console"], "level": log_level or level()},
        "loggers": {
            # Their own handlers would say everything twice.
            **{name: {"handlers": [], "propagate": True} for name in ("django", "gunicorn.error")},
            # Each request is said by studyhub/requests.py; this would tell whole addresses, and whose machine asked.
            "gunicorn.access": {"level": "CRITICAL"},
            # Says of each failed request its whole address; ours (studyhub/requests.py) says what may be known of it.
            "django.request": {"level": "CRITICAL"},
            # Celery tells the arguments of each task, and at INFO that there was one.
            "celery.app.trace": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


def start(log_level: str = "") -> None:
    """Called by a process that Django doesn't set up, before its first line."""
    logging.config.dictConfig(settings(log_level))


def bind(**ids: object) -> None:
    """From here on, in this request or task, each line carries `ids`; what is no sound id is left out."""
    bind_contextvars(**sound(ids))


def bound(**ids: object) -> Any:
    """As `bind`, inside a `with` only."""
    return bound_contextvars(**sound(ids))


def current() -> dict[str, str]:
    """The ids of the work at hand."""
    return sound({name: value for name, value in get_contextvars().items() if name in IDS})


def sound(ids: object) -> dict[str, str]:
    """Those of `ids` that are ids of ours and look like it: a runner's word is in a message too."""
    if not isinstance(ids, dict):
        return {}
    known = ((name, str(value)) for name, value in ids.items() if name in IDS and isinstance(value, str | int | UUID))
    return {name: value for name, value in known if ID.match(value)}


def conceal(text: str) -> str:
    """`text` without secrets that this process has read, without passwords in addresses, without e-mail addresses."""
    for secret in env.secrets_read():
        text = text.replace(secret, "[hidden]")
    for pattern, instead in HIDDEN:
        text = pattern.sub(instead, text)
    return text


def say(error: BaseException) -> str:
    """What may be told of an exception: its type and, unless it quotes what it was given, the first line it says."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if kind.__module__.split(".")[0] in QUOTING:
        return name
    lines = str(error).strip().splitlines()
    return f"{name}: {lines[0][:MESSAGE_CHARACTERS]}" if lines else name


def _name_role(logger: Any, method: str, event: Event) -> Event:
    if role := env.text("STUDYHUB_ROLE"):
        event["role"] = role
    return event


def _tell_exception(logger: Any, method: str, event: Event) -> Event:
    """The way to an exception, and to what it came from, in files and lines of ours and of libraries."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else None
    told: list[str] = []
    while error is not None and len(told) < 5:
        # Without the text of the lines: it is in the source, and may be an exercise's.
        steps = [(step.f_code, line) for step, line in traceback.walk_tb(error.__traceback__)][-STEPS:]
        way = [f"{code.co_filename}:{line} in {code.co_name}" for code, line in steps]
        told.insert(0, "\n".join([*way, say(error)]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if told:
        event["exception"] = "\n".join(told)
    return event


def _conceal(logger: Any, method: str, event: Event) -> Event:
    return {name: conceal(value) if isinstance(value, str) else value for name, value in event.items()}


def _as_line(logger: Any, method: str, event: Event) -> str:
    """One line, whatever is in it; only an exception takes more, and those are indented."""
    words = [str(event.pop("timestamp", "")), str(event.pop("level", "")).upper()]
    words += [role] if (role := event.pop("role", "")) else []
    exception = event.pop("exception", "")
    words.append(f"{event.pop('logger', '')}: {_flat(event.pop('event', ''))}")
    words += [f"{name}={_flat(value)}" for name, value in event.items()]
    return "\n    ".join([" ".join(words), *exception.splitlines()])


def _flat(value: object) -> str:
    """No text of somebody else's may begin a line of its own, or move a terminal's cursor."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in str(value))


RENDERERS: dict[str, Renderer] = {
    "line": _as_line,
    "json": structlog.processors.JSONRenderer(ensure_ascii=False, default=str),  # type: ignore[dict-item]
}
