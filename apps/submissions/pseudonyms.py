"""A name for whoever shows none: the same all through one competition, and another one in the next."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

TRAITS = (
    "Amber", "Ashen", "Azure", "Brisk", "Bronze", "Calm", "Cobalt", "Coral", "Crimson", "Dappled", "Early", "Fleet",
    "Frosty", "Gentle", "Golden", "Hidden", "Indigo", "Ivory", "Jade", "Keen", "Late", "Lively", "Lunar", "Mellow",
    "Misty", "Nimble", "Northern", "Patient", "Quiet", "Russet", "Silver", "Sly", "Southern", "Spotted", "Steady",
    "Swift", "Tawny", "Umber", "Velvet", "Wandering",
)  # fmt: skip
ANIMALS = (
    "Badger", "Bittern", "Crane", "Curlew", "Dormouse", "Dunlin", "Egret", "Falcon", "Finch", "Gecko", "Hare", "Heron",
    "Ibis", "Jackdaw", "Kestrel", "Lapwing", "Lynx", "Magpie", "Marten", "Newt", "Nightjar", "Oriole", "Otter", "Owl",
    "Plover", "Quail", "Raven", "Robin", "Seal", "Siskin", "Skylark", "Stoat", "Swallow", "Teal", "Tern", "Vole",
    "Warbler", "Weasel", "Whimbrel", "Wren",
)  # fmt: skip


def pseudonym(competition: str, user_id: int) -> str:
    """Two words drawn from a keyed hash: without the site's secret nobody can tell whose they are.

    Of 1,600; two people may have the same.
    """
    drawn = int.from_bytes(salted_hmac("submissions.pseudonym", f"{competition}/{user_id}").digest()[:8], "big")
    trait, animal = divmod(drawn % (len(TRAITS) * len(ANIMALS)), len(ANIMALS))
    return f"{TRAITS[trait]} {ANIMALS[animal]}"
