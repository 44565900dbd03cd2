"""What notebooks of one exercise have in common: a hint for people, never a verdict. Imports no Django.

Code is compared by tokens, without comments and formatting and with one name for all names, in overlapping pieces of
SHINGLE tokens that stay within a cell: so neither renaming nor another order of cells hides what was taken over. What
the starter gives is left out first. MinHash with locality-sensitive hashing (A. Z. Broder, "On the resemblance and
containment of documents", 1997) finds candidates without comparing all pairs; their exact resemblance decides.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import keyword
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from datasketch import MinHash, MinHashLSH

SHINGLE = 8
# So few pieces say nothing: there are not many ways to write a short solution.
FEWEST = 24
# Of so many hand-ins and more, what more than half of them have is the usual way to write it, and left out.
COMMON_FROM = 8
CANDIDATE = 0.4
ALIKE = 0.6
PERMUTATIONS = 128
CHARACTERS = 200_000

KEPT_NAMES = frozenset(keyword.kwlist) | frozenset(dir(builtins))
DROPPED = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
NAME, TEXT, END = "name", "text", "\n"

Statement = tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two notebooks, by their keys: the estimate by MinHash, and the exact Jaccard index, 0 to 1."""

    one: str
    other: str
    estimated: float
    exact: float


def alike(notebooks: Mapping[str, Sequence[str]], *, starter: Iterable[str] = ()) -> list[Pair]:
    """The pairs of `notebooks` with much in common, the most first; each is the sources of its code cells, by a key.

    What is in `starter` (sources of code cells) says nothing, nor does what is short.
    """
    given = given_by(starter)
    pieces = {key: shingles(cells, given) for key, cells in notebooks.items()}
    if len(pieces) >= COMMON_FROM:
        counts = Counter(piece for found in pieces.values() for piece in found)
        usual = {piece for piece, number in counts.items() if 2 * number > len(pieces)}
        pieces = {key: found - usual for key, found in pieces.items()}
    pieces = {key: found for key, found in pieces.items() if len(found) >= FEWEST}
    index = MinHashLSH(threshold=CANDIDATE, num_perm=PERMUTATIONS)
    sketches = {key: sketch(found) for key, found in pieces.items()}
    pairs = []
    for key, one in sketches.items():
        for other in index.query(one):
            exact = jaccard(pieces[key], pieces[other])
            if exact >= ALIKE:
                pairs.append(Pair(other, key, round(one.jaccard(sketches[other]), 3), round(exact, 3)))
        index.insert(key, one)
    return sorted(pairs, key=lambda pair: (-pair.exact, pair.one, pair.other))


def jaccard(some: set[bytes], others: set[bytes]) -> float:
    """How much two sets share, of all that is in either: 0 to 1."""
    return len(some & others) / len(some | others) if some or others else 0.0


def sketch(pieces: set[bytes]) -> MinHash:
    """A MinHash of some pieces."""
    found = MinHash(num_perm=PERMUTATIONS)
    found.update_batch(sorted(pieces))
    return found


def given_by(cells: Iterable[str]) -> set[Statement]:
    """The statements of a starter, normalised."""
    return {normalised(statement) for cell in cells for statement in statements(cell)}


def shingles(cells: Iterable[str], given: set[Statement], size: int = SHINGLE) -> set[bytes]:
    """Digests of all pieces of `size` tokens; of a cell with fewer tokens its one piece."""
    found = set()
    for cell in cells:
        own = (one for one in map(normalised, statements(cell)) if one not in given)
        tokens = [token for one in own for token in (*one, END)]
        for start in range(max(1, len(tokens) - size + 1) if tokens else 0):
            piece = "\0".join(tokens[start : start + size])
            found.add(hashlib.blake2b(piece.encode(), digest_size=8).digest())
    return found


def statements(source: str) -> Iterator[Statement]:
    """The tokens of each logical line of a cell; of one that is no Python what comes before the mistake.

    Comments, formatting, docstrings and imports are left out, and so are lines for IPython.
    """
    lines = source[:CHARACTERS].splitlines()
    code = "\n".join("" if line.lstrip()[:1] in {"%", "!"} else line for line in lines) + "\n"
    tokens: list[str] = []
    strings = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.NEWLINE:
                if tokens and not strings and tokens[0] not in {"import", "from"}:
                    yield tuple(tokens)
                tokens, strings = [], True
            elif token.type not in DROPPED:
                tokens.append(token.string)
                strings = strings and token.type == tokenize.STRING
    except (tokenize.TokenError, SyntaxError):
        return


def normalised(statement: Statement) -> Statement:
    """The same with one name for all names but keywords, built-in ones and attributes, and one for all texts."""
    before = ("", *statement[:-1])
    return tuple(_word(token, last) for token, last in zip(statement, before, strict=True))


def _word(token: str, last: str) -> str:
    if token.isidentifier():
        return token if token in KEPT_NAMES or last == "." else NAME
    is_text = token[-1] in "\"'" and len(token) > 1
    return TEXT if is_text else token
