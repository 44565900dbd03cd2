"""Reports of errors to a Sentry server: off, and nothing of it imported, unless STUDYHUB_SENTRY_DSN says where to.

A report says where in the code something went wrong, in which version and role, and to which request, hand-in and run.
It holds nothing else: what may leave is listed here, and everything that Sentry's library gathers besides stays: what
was asked for and by whom, variables, messages of exceptions, which may quote a notebook. The log has those that it may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studyhub import env, logs

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

VARIABLE = "STUDYHUB_SENTRY_DSN"
TOP = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "transaction", "sdk")
FRAME = ("filename", "module", "function", "lineno", "in_app")
_started = False


def start(**options: Any) -> None:
    """Called once by each process that does work; `options` go to Sentry's library, for tests. Does nothing twice."""
    global _started
    dsn = env.secret(VARIABLE)
    if not dsn or _started:
        return
    _started = True
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        release=env.text("STUDYHUB_RELEASE") or None,
        environment=env.text("STUDYHUB_SENTRY_ENVIRONMENT", "production"),
        before_send=scrub,
        # What fails is in the log, of requests and of tasks, and that is enough to hear of it; nothing else is hooked.
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        **options,
    )


def scrub(event: Event, hint: Hint) -> Event:
    """What of an event may leave."""
    kept: Event = {name: event[name] for name in TOP if name in event}  # type: ignore[assignment,literal-required]
    kept["tags"] = {"role": env.text("STUDYHUB_ROLE", "none"), **logs.current()}
    if template := (event.get("logentry") or {}).get("message"):
        # As it stands in our code; what was put into it stays here.
        kept["logentry"] = {"message": logs.conceal(str(template))}
    if values := (event.get("exception") or {}).get("values"):
        kept["exception"] = {"values": [_scrub_exception(value) for value in values]}
    return kept


def _scrub_exception(value: dict[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or ()
    kept = [{name: frame[name] for name in FRAME if name in frame} for frame in frames]
    return {"type": value.get("type"), "module": value.get("module"), "stacktrace": {"frames": kept}}
