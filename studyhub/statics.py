"""Static files as a site serves them: the style sheets of every page come as one request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# In this order: a later one may say otherwise.
SHEETS = tuple(
    f"css/{name}.css" for name in ("bootstrap", "tokens", "base", "layout", "components", "prose", "art", "catalog")
)
# Beside them, so that what they name by a relative address is found.
JOINED = "css/site.css"


class JoinedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed, with SHEETS joined to one when the files are collected."""

    sheets = (JOINED,)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """As Django says. `paths` has where each collected file comes from: its storage, and its name there."""
        if not dry_run:
            texts = []
            for storage, name in (paths[sheet] for sheet in SHEETS):
                with storage.open(name) as file:
                    texts.append(file.read())
            Path(self.path(JOINED)).write_bytes(b"\n".join(texts))
            paths = paths | {JOINED: (self, JOINED)}
        yield from super().post_process(paths, dry_run, **options)
