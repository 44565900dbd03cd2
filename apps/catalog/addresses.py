"""When two addresses on the web are one: without what a link carries along, and what sites write in several ways."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

# What says where a link was clicked, and nothing of where it leads.
CARRIED = re.compile(r"utm_.*|fbclid|gclid|mc_cid|mc_eid|igshid|ref|ref_src|si|feature")
ARXIV = re.compile(r"/(?:abs|pdf|html)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?")
YOUTUBE = {"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"}


def address_key(url: str) -> str:
    """The same for all ways to write one address; for no address at all the text itself. At most as long as `url`."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url.strip()
    host = host.removeprefix("www.")
    path = parts.path.rstrip("/")
    if video := _video(host, path, parts.query):
        return f"youtube:{video}"
    if host.removeprefix("export.") == "arxiv.org" and (paper := ARXIV.fullmatch(path)):
        return f"arxiv:{paper[1]}"
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not CARRIED.fullmatch(pair[0]))
    where = host if port in {None, 80, 443} else f"{host}:{port}"
    return where + re.sub(r"/index\.html?$", "", path) + (f"?{urlencode(query)}" if query else "")


def _video(host: str, path: str, query: str) -> str:
    """The id of a video on YouTube; empty for anything else. With `list` it is a place in a list, not the video."""
    if host == "youtu.be":
        return path.strip("/")
    if host in YOUTUBE and path == "/watch" and "list" not in parse_qs(query):
        return parse_qs(query).get("v", [""])[0]
    found = re.fullmatch(r"/(?:embed|shorts|live)/([A-Za-z0-9_-]{11})", path) if host in YOUTUBE else None
    return found[1] if found else ""
