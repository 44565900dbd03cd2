"""Messages of a kernel, taken as strictly as if an enemy had written them: a learner's code holds the kernel's key.

The client asks nothing of a message but what Jupyter's messaging protocol promises, and stumbles where it is not there.
So what breaks the protocol is turned away at the door, as the learner's doing and not as a fault of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_client.session import Session

# Nested deeper than any plot's description, and safe for what recurses: JSON, copies, the notebook's own writer.
MAX_DEPTH = 40
MAX_VALUES = 200_000
STATUSES = {"ok", "error", "abort", "aborted"}
STREAMS = {"stdout", "stderr"}


class HostileMessage(Exception):
    """The kernel sent what no kernel sends. The text says what, in words that may be shown."""


class StrictSession(Session):
    """A session that hands on sound messages only. Its methods raise HostileMessage for any other."""

    def feed_identities(self, msg_list: Any, copy: bool = True) -> Any:
        """Called for each message that has arrived: split off where it came from."""
        try:
            return super().feed_identities(msg_list, copy)
        except ValueError as error:
            raise HostileMessage("a message without a beginning.") from error

    def deserialize(self, msg_list: Any, content: bool = True, copy: bool = True) -> Any:
        """Called for each message that has arrived: from bytes to a checked message."""
        try:
            message = super().deserialize(msg_list, content, copy)
        # Signatures, JSON and dates in a dozen kinds of exception: all mean that the kernel didn't send it as it is.
        except Exception as error:
            raise HostileMessage("a message that can't be read.") from error
        check(message)
        return message


def check(message: dict[str, Any]) -> None:
    """Raise HostileMessage unless `message` is what the protocol says, as far as a client relies on it."""
    _check_size(message)
    parts = [message.get(name) for name in ("header", "parent_header", "content", "metadata")]
    if not all(isinstance(part, dict) for part in parts):
        raise HostileMessage("a message without its parts.")
    header, parent, content = message["header"], message["parent_header"], message["content"]
    if not _texts(header, "msg_id", "msg_type") or not isinstance(parent.get("msg_id", ""), str):
        raise HostileMessage("a message without its parts.")
    kind = header["msg_type"]
    rule = RULES.get(kind)
    if rule is not None and not rule(content):
        raise HostileMessage(f"`{kind}` without its parts.")


def _check_size(message: Any) -> None:
    """Bound depth and number of values, without recursion."""
    waiting, count = [(message, 0)], 1
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise HostileMessage(f"a message nested more than {MAX_DEPTH} levels deep.")
        if not isinstance(value, dict | list):
            continue
        # Counted before they are listed here: the list of too many would be as large as they are.
        count += len(value)
        if count > MAX_VALUES:
            raise HostileMessage(f"a message of more than {MAX_VALUES} values.")
        waiting.extend((child, depth + 1) for child in (value.values() if isinstance(value, dict) else value))


def _texts(content: Any, *names: str) -> bool:
    return all(isinstance(content.get(name), str) for name in names)


def _lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def _stream(content: dict[str, Any]) -> bool:
    return _texts(content, "name", "text") and content["name"] in STREAMS


def _display(content: dict[str, Any]) -> bool:
    data, transient = content.get("data"), content.get("transient", {})
    if not isinstance(data, dict) or not isinstance(content.get("metadata"), dict) or not isinstance(transient, dict):
        return False
    if not isinstance(transient.get("display_id", ""), str | None):
        return False
    return all(isinstance(value, str) or _lines(value) or kind.endswith("json") for kind, value in data.items())


def _result(content: dict[str, Any]) -> bool:
    return _display(content) and _counted(content)


def _counted(content: dict[str, Any]) -> bool:
    count = content.get("execution_count")
    return count is None or (type(count) is int and 0 <= count < 2**31)


def _error(content: dict[str, Any]) -> bool:
    return _texts(content, "ename", "evalue") and _lines(content.get("traceback"))


def _reply(content: dict[str, Any]) -> bool:
    status = content.get("status")
    if not isinstance(status, str) or status not in STATUSES or not _counted(content):
        return False
    return status != "error" or _error(content)


def _comm(content: dict[str, Any]) -> bool:
    return _texts(content, "comm_id") and isinstance(content.get("data", {}), dict)


RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "stream": _stream,
    "display_data": _display,
    "update_display_data": _display,
    "execute_result": _result,
    "error": _error,
    "execute_reply": _reply,
    "execute_input": _counted,
    "status": lambda content: _texts(content, "execution_state"),
    "clear_output": lambda content: isinstance(content.get("wait", False), bool),
    "comm_open": _comm,
    "comm_msg": _comm,
    "comm_close": _comm,
}
