"""Pieces of pages that look the same to many readers, in this process's memory: `{% load kept %}`.

A piece is found by everything that it depends on, so it is never out of date. What depends on the curriculum names its
edition (apps/catalog/edition.py).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from django.utils.safestring import SafeString

LIMIT = 2000  # pieces; some kilobytes each

_pieces: dict[Hashable, SafeString] = {}


def kept(key: Hashable, make: Callable[[], SafeString]) -> SafeString:
    """The piece under `key`; made, and kept, where there is none. Two threads may make the same one at once."""
    piece = _pieces.get(key)
    if piece is None:
        piece = make()
        # Which pieces are still asked for is not worth knowing: a full store begins anew.
        if len(_pieces) >= LIMIT:
            _pieces.clear()
        _pieces[key] = piece
    return piece
