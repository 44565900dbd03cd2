"""Typed readers of the environment: a setting that is wrong stops the start, and says which and why.

Imports nothing of Django: runners read their settings with it too.
"""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
# Shorter than this a secret can't be told from any other word.
TELLING_CHARACTERS = 6
_secrets: set[str] = set()


class SettingError(ValueError):
    """A setting that can't be used; its text says which one and what to set instead."""


def text(name: str, default: str = "") -> str:
    """The variable `name`, or `default` where it is not set."""
    return os.environ.get(name, default)


def secret(name: str, default: str = "") -> str:
    """A text that nobody else may see: the variable `name`, or what the file that `<name>_FILE` names holds.

    The end of the file's last line is not part of it. Raises SettingError, never with the text itself, where both
    are set, or the file can't be read or is empty.
    """
    found = _read_secret(name, default)
    if len(found) >= TELLING_CHARACTERS and found != default:
        _secrets.add(found)
    return found


def secrets_read() -> list[str]:
    """What `secret` has told this process, the longest first: the log takes it out of its lines."""
    return sorted(_secrets, key=len, reverse=True)


def _read_secret(name: str, default: str) -> str:
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, default)
    if os.environ.get(name):
        raise SettingError(f"{name} and {name}_FILE are both set. Keep one of them.")
    try:
        found = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{name}_FILE={path!r} can't be read: {type(error).__name__}.") from None
    if not found:
        raise SettingError(f"{name}_FILE={path!r} is empty.")
    return found


def flag(name: str, default: bool) -> bool:
    """A yes or no. Raises SettingError for anything that is neither."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise SettingError(f"{name}={raw!r} is neither yes nor no. Use 1 or 0.")


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    """A whole number of at least `minimum`. Raises SettingError otherwise."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if not raw.isdecimal() or int(raw) < minimum:
        raise SettingError(f"{name}={raw!r} must be a whole number of at least {minimum}.")
    return int(raw)


def words(name: str, default: list[str], *, known: tuple[str, ...] = ()) -> list[str]:
    """A list separated by commas, blanks around each word removed. Raises SettingError for one that is not `known`."""
    raw = os.environ.get(name)
    found = default if raw is None else [word.strip() for word in raw.split(",") if word.strip()]
    if known and (strange := set(found) - set(known)):
        raise SettingError(f"{name}: {', '.join(sorted(strange))} is unknown. Use some of {', '.join(known)}.")
    return found


def site(name: str, default: str = "") -> str:
    """The address of a site, without a slash at its end. Raises SettingError for one that no browser would open."""
    found = (os.environ.get(name) or default).strip().rstrip("/")
    if found and (urlsplit(found).scheme not in {"http", "https"} or not urlsplit(found).hostname):
        raise SettingError(
            f"{name}={found!r} is no address of a site. Write it in full, such as https://study.example.org."
        )
    return found


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A list of networks or single addresses, separated by commas. Raises SettingError for what is none."""
    found = []
    for word in words(name, []):
        try:
            found.append(ip_network(word))
        except ValueError as problem:
            raise SettingError(f"{name}: {problem}. Write networks, such as 10.20.0.0/16, or addresses.") from None
    return found


def folder(name: str, default: Path) -> Path:
    """An absolute path to a folder. Raises SettingError for a relative one."""
    path = Path(os.environ.get(name) or default)
    if not path.is_absolute():
        raise SettingError(f"{name}={str(path)!r} must be an absolute path.")
    return path


def var_folder() -> Path:
    """Where everything that is not code lies: database, broker, runs, media."""
    return folder("STUDYHUB_VAR", Path(__file__).resolve().parent.parent / "var")
