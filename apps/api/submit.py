#!/usr/bin/env python3
"""Hands in a notebook at StudyHub. One file, nothing to install: Python 3.8 or newer, in a terminal or a notebook.

    python submit.py EXERCISE NOTEBOOK.ipynb [--watch]

The token comes from STUDYHUB_TOKEN, in Colab and on Kaggle also from a secret of that name; else it is asked for. In
Colab, Kaggle, VS Code and Jupyter `%run submit.py EXERCISE --watch` finds the notebook that it is run in.

Exit status: 0 all points (without --watch: taken in), 1 graded with less, 2 refused, 3 the site can't be reached or
something broke there, 130 interrupted. With 1, 2 and 130 it is your turn; with 3 try again.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import http.client
import json
import os
import sys
import textwrap
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Callable, NoReturn

# Filled in by the site that this file comes from.
SITE = ""
TOKEN = "STUDYHUB_TOKEN"  # noqa: S105 - its name
# Where Kaggle has the notebook while it runs a saved version from the top; in its editor there is no such file.
KAGGLE_RUN = "/kaggle/working/__notebook__.ipynb"
PASSED, GRADED, REFUSED, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130
TRIES = 5
WAIT_S = 20
BAR = 24
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Stop(Exception):
    """An end: what to say, and the exit status."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would take the token along to wherever a redirect leads."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> NoReturn:
        """Called for each redirect."""
        there = urllib.parse.urlsplit(newurl)
        raise Stop(f"The site says that it is somewhere else. Try --site {there.scheme}://{there.netloc}", REFUSED)


class Site:
    """The site, and a token for it."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address.rstrip("/")
        self.token = token
        self.opener = urllib.request.build_opener(NoRedirects)

    def call(
        self, path: str, data: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Status, headers and JSON of an answer. Tries again what may pass. Raises Stop for a refusal."""
        everything = {"Authorization": "Bearer " + self.token, "Accept": "application/json", **(headers or {})}
        if data is not None:
            everything["Content-Type"] = "application/json"
        problem = ""
        for attempt in range(TRIES):
            request = urllib.request.Request(self.address + path, data=data, headers=everything)  # noqa: S310
            wait = 2.0**attempt
            try:
                with self.opener.open(request, timeout=WAIT_S + 20) as answer:
                    return answer.status, dict(answer.headers), json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return 304, dict(error.headers), {}
                if error.code != 429 and error.code < 500:
                    raise Stop(said(error), REFUSED) from None
                problem = said(error)
                wait = float(error.headers.get("Retry-After") or wait)
            except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
                problem = "The site can't be reached: {}.".format(getattr(error, "reason", error))
            if attempt < TRIES - 1:
                tell(f"{problem} Trying again in {wait:.0f} s.")
                time.sleep(wait)
        raise Stop(problem, BROKEN)


def said(error: urllib.error.HTTPError) -> str:
    """What the site said of a refusal, in its words."""
    try:
        problem = json.loads(error.read())
        return "{title}. {detail}".format(**problem)
    except (ValueError, KeyError, TypeError, OSError):
        return f"The site answered with status {error.code}."


def tell(text: str) -> None:
    """Say something beside the result."""
    print(text, file=sys.stderr, flush=True)


def show(text: str = "") -> None:
    """Say a part of the result, also where the terminal knows few characters."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


# The notebook


def own_notebook() -> tuple[str, bytes]:
    """The notebook that this is run in: its name and its content. Raises Stop where the platform doesn't tell."""
    if in_colab():
        return "colab.ipynb", without_outputs(asked_of("Colab", from_colab))
    if on_kaggle():
        return "kaggle.ipynb", without_outputs(asked_of("Kaggle", from_kaggle))
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    places = [shell.user_ns.get("__vsc_ipynb_file__") if shell else None, os.environ.get("JPY_SESSION_NAME")]
    for place in places:
        if place and place.endswith(".ipynb") and os.path.isfile(place):
            tell(f"Handing in {place} as it was last saved.")
            return read(place)
    raise Stop("Which notebook? Save it, and name its file: submit.py EXERCISE NOTEBOOK.ipynb", REFUSED)


def in_colab() -> bool:
    """Whether this is run in Colab."""
    return "google.colab" in sys.modules


def on_kaggle() -> bool:
    """Whether this is run on Kaggle."""
    return bool(os.environ.get("KAGGLE_KERNEL_RUN_TYPE"))


def from_colab() -> Any:
    """The notebook as it stands in the browser; None where the browser doesn't answer."""
    from google.colab import _message

    return (_message.blocking_request("get_ipynb", request="", timeout_sec=20) or {}).get("ipynb")


def from_kaggle() -> Any:
    """The notebook as it is run, or as Kaggle's editor has saved it."""
    if os.environ["KAGGLE_KERNEL_RUN_TYPE"] == "Batch" and os.path.isfile(KAGGLE_RUN):
        return json.loads(read(KAGGLE_RUN)[1])
    from kaggle_session import UserSessionClient

    answer = UserSessionClient().get_exportable_ipynb()
    return json.loads(answer.get("source") or answer["sourceNullable"])


def asked_of(platform: str, ask: Callable[[], Any]) -> dict[str, Any]:
    """What `ask` gives, which is no interface that a platform promises. Raises Stop, which says what to do instead."""
    try:
        found, problem = ask(), "no answer"
    except Exception as error:  # whatever they raise, the way out is the same
        found, problem = None, f"{type(error).__name__}: {error}"
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        menu = {"Colab": "File, Download, Download .ipynb", "Kaggle": "File, Download notebook"}[platform]
        raise Stop(
            f"{platform} did not give this notebook ({problem}). Choose {menu}, and hand that file in on the page of "
            "the exercise.",
            REFUSED,
        )
    return found


def without_outputs(notebook: Any) -> bytes:
    """As it is sent: pictures of earlier runs would only make it too large. Raises KeyError, TypeError for others."""
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and "outputs" in cell:
            cell["outputs"] = []
    return json.dumps(notebook).encode()


def read(path: str) -> tuple[str, bytes]:
    """Name and content of a file, as it is sent; of what is no notebook the site says more. Raises Stop."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise Stop(f"{path} can't be read: {error.strerror}.", REFUSED) from None
    with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
        data = without_outputs(json.loads(data))
    return os.path.basename(path), data


# The token


def own_token() -> str:
    """From the environment, from the platform's secrets, or asked for. Raises Stop where nobody can be asked."""
    found = os.environ.get(TOKEN) or secret()
    try:
        return (found or getpass.getpass("Token (Your account, Tokens for programs): ")).strip()
    except (EOFError, NotImplementedError):
        raise Stop(f"There is no token, and nobody to ask. Set {TOKEN}, here or among the secrets.", REFUSED) from None


def secret() -> str:
    """The token among the secrets of Colab or Kaggle; empty where there is none, or this notebook may not read it."""
    try:
        if in_colab():
            from google.colab import userdata

            return str(userdata.get(TOKEN) or "")
        if on_kaggle():
            from kaggle_secrets import UserSecretsClient

            return str(UserSecretsClient().get_secret(TOKEN) or "")
    except Exception as error:  # each has several for the same
        tell(f"No token among the secrets: {type(error).__name__}: {error}")
    return ""


# Watching


class Progress:
    """A line that is drawn again where that can be done, else a line for each change."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty() or "ipykernel" in sys.modules
        self.last = ""

    def draw(self, state: dict[str, Any]) -> None:
        """Show how far it is."""
        line = self.line(state)
        if line == self.last:
            return
        if self.live:
            sys.stderr.write("\r" + line + " " * max(0, len(self.last) - len(line)))
            sys.stderr.flush()
        else:
            tell(line)
        self.last = line

    def line(self, state: dict[str, Any]) -> str:
        """How far it is, in words and as a bar."""
        if state["state"] == "queued":
            place = "number {position} in the queue".format(**state) if state["position"] else "about to start"
            return ", ".join(part for part in ("Waiting: " + place, state["estimate"]) if part)
        if not state["cells"] or state["ended"]:
            return str(state["title"])
        done = int(BAR * state["cells_done"] / state["cells"])
        return "{title}  [{bar}] {cells_done} of {cells} cells".format(
            bar="#" * done + "." * (BAR - done), **{k: state[k] for k in ("title", "cells_done", "cells")}
        )

    def end(self) -> None:
        """Leave the line as it is."""
        if self.live and self.last:
            sys.stderr.write("\n")


def watch(site: Site, state: dict[str, Any]) -> None:
    """Until it has ended."""
    progress, etag = Progress(), ""
    try:
        while not state["ended"]:
            progress.draw(state)
            path = "/api/submissions/{}?wait={}".format(state["id"], WAIT_S)
            status, headers, found = site.call(path, headers={"If-None-Match": etag} if etag else {})
            lowered = {name.lower(): value for name, value in headers.items()}
            etag = lowered.get("etag", etag)
            if status == 304:
                time.sleep(float(lowered.get("retry-after", 0)))
            else:
                state.update(found)
        progress.draw(state)
    finally:
        progress.end()


def differences(check: dict[str, Any]) -> list[str]:
    """What is not as expected, a line for each."""
    found = []
    for value in check.get("kinds", ()):
        start = "{}: ".format(value["name"]) if value["name"] else ""
        for row in value["rows"]:
            if not row["same"]:
                found.append("{}{}: expected {}; yours {}".format(start, row["what"], row["expected"], row["yours"]))
    return found


def show_result(result: dict[str, Any]) -> int:
    """Print what each check found; the exit status that it comes to."""
    show()
    points = (
        "no score" if result["points"] is None else "{:g} of {:g} points".format(result["points"], result["max_points"])
    )
    show("{}: {}".format(result["title"], points))
    show(textwrap.fill(result["text"], 78))
    if result["reason"]:
        show(textwrap.indent(result["reason"], "  "))
    for check in result["checks"]:
        mark = "ok" if check["passed"] else "--" if not check["points"] else "~~"
        show("\n[{}] {}  {:g} of {:g}".format(mark, check["title"], check["points"], check["max_points"]))
        for text in (check["message"], *differences(check), "Hint: " + check["hint"] if check["hint"] else ""):
            if text:
                show(textwrap.indent(textwrap.fill(text, 72), "     "))
        again = check.get("again")
        if again:
            show("     Look again: {}{}".format(again["title"], " at " + again["at"] if again["at"] else ""))
            show("     " + again["page"])
    show("\n" + result["page"])
    if result["verdict"] == "platform_error":
        return BROKEN
    return PASSED if result["verdict"] == "passed" else GRADED


# The program


def parser() -> argparse.ArgumentParser:
    """What may be written behind the name."""
    options = argparse.ArgumentParser(
        prog="submit.py", description="Hands in a notebook at StudyHub.", epilog=f"The token comes from {TOKEN}."
    )
    options.add_argument("exercise", help="as in the address of its page")
    options.add_argument("notebook", nargs="?", help="the .ipynb file; in a notebook: that one")
    options.add_argument("--watch", action="store_true", help="wait for the result and show it")
    options.add_argument("--site", default=os.environ.get("STUDYHUB_URL") or SITE, help="the site's address")
    return options


def hand_in(options: argparse.Namespace) -> int:
    """1. The notebook and the token; 2. send it, under a key that lets it be sent again; 3. watch, show."""
    address = urllib.parse.urlsplit(options.site)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise Stop("Where is the site? Name it: --site https://…", REFUSED)
    name, notebook = read(options.notebook) if options.notebook else own_notebook()
    if address.scheme == "http" and address.hostname not in LOCAL:
        tell("This site is not reached by https: whoever is on the way can read your token.")
    site = Site(options.site, own_token())
    path = "/api/exercises/{}/submissions?{}".format(
        urllib.parse.quote(options.exercise, safe=""), urllib.parse.urlencode({"filename": name[-150:]})
    )
    _, _, state = site.call(path, notebook, {"Idempotency-Key": str(uuid.uuid4())})
    show("Handed in, number {number}: {page}".format(**state))
    if not options.watch:
        return PASSED
    watch(site, state)
    _, _, result = site.call("/api/submissions/{}/result".format(state["id"]))
    return show_result(result)


def main(arguments: list[str] | None = None) -> int:
    """The program; returns the exit status."""
    try:
        return hand_in(parser().parse_args(arguments))
    except Stop as stop:
        tell(str(stop))
        return stop.status
    except KeyboardInterrupt:
        tell("Interrupted. What was handed in is run and graded all the same: its page shows how.")
        return INTERRUPTED


if __name__ == "__main__":
    ended = main()
    # In a notebook an exit would be an error of the cell.
    if "ipykernel" not in sys.modules:
        sys.exit(ended)
