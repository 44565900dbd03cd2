"""Where else a starter can be opened than on the learner's own machine."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlencode, urlsplit

from django.conf import settings

from apps.exercises.package import ExercisePackage

IN_BROWSER = "numpy"
FORM = "https://github.com/OWNER/REPO/tree/BRANCH/FOLDER"
NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]+")
# Names that mean something on one machine or in one network only.
NEAR = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test")


def in_browser(package: ExercisePackage) -> str:
    """The address of the starter in JupyterLite; empty where there is none for it."""
    if not settings.LITE_URL or package.manifest.profile != IN_BROWSER:
        return ""
    path = urlencode({"path": f"{package.slug}/{package.slug}.ipynb"}, safe="/")
    return f"{settings.LITE_URL}/notebooks/index.html?{path}"


def in_colab(slug: str) -> str:
    """The address that opens the published starter in Colab; empty where none is published."""
    place = published()
    return f"https://colab.research.google.com/github/{place}/{slug}.ipynb" if place else ""


def in_kaggle(slug: str) -> str:
    """The address that copies the published starter to Kaggle; empty where none is published."""
    place = published()
    source = urlencode({"src": f"https://github.com/{place}/{slug}.ipynb"}, safe=":/")
    return f"https://kaggle.com/kernels/welcome?{source}" if place else ""


def published() -> str:
    """What `on_github` makes of STUDYHUB_STARTERS_URL; empty where it is not set, wrong, or nobody reaches the site."""
    if not settings.STARTERS_URL or not public_address():
        return ""
    try:
        return on_github(settings.STARTERS_URL)
    except ValueError:
        return ""  # the check at the start says so


def on_github(url: str) -> str:
    """`OWNER/REPO/blob/BRANCH/FOLDER` of a folder's address on GitHub, quoted. Raises ValueError, which says why."""
    parts = urlsplit(url)
    words = parts.path.strip("/").split("/")
    if (parts.scheme, parts.netloc) != ("https", "github.com") or parts.query or parts.fragment:
        raise ValueError("it is no folder on github.com")
    if len(words) < 4 or words[2] != "tree":
        raise ValueError("it names no branch")
    owner, repository, _, branch, *folders = words
    if "%2f" in branch.lower():
        raise ValueError("its branch has a slash in its name, which Colab takes for a folder")
    if not all(NAME.fullmatch(word) for word in (owner, repository, branch)):
        raise ValueError("it is no folder on github.com")
    folders = [unquote(folder) for folder in folders]
    if not all(folder.isprintable() and folder.strip(". ") and not {"/", "\\"} & set(folder) for folder in folders):
        raise ValueError("its folder can't be read")
    return "/".join([owner, repository, "blob", branch, *(quote(folder, safe="") for folder in folders)])


def public_address() -> str:
    """The site's address where Colab and Kaggle can reach it by HTTPS; empty otherwise."""
    address = str(settings.SITE_URL).rstrip("/")
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        public = ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith(NEAR)
    return address if public and parts.scheme == "https" else ""
