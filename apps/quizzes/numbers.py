"""Numbers as people write them: 0.75, 3/4, 75 %, 1.2×10^3, 20 ms. Imports no Django."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from apps.quizzes.results import clean, refuse
from studyhub.saying import gettext as _

MAX_LENGTH = 60
MAX_EXPONENT = 300
# Characters that mean the same as another; all else stays as it is.
SAME = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "⁄": "/",
        "∕": "/",
        "÷": "/",
        "×": "*",
        "·": "*",
        "⋅": "*",
        "μ": "µ",
        "’": "'",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
    }
)
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?"
_POWER = r"10\s*(?:\^|\*\*)\s*(?P<open>\()?(?P<power>[+-]?\d{1,4})(?(open)\))"
_TIMES_POWER = re.compile(rf"(?P<sign>[+-]?)\s*(?:(?P<mantissa>{_DECIMAL})\s*\*\s*)?{_POWER}", re.ASCII)
_PLAIN = re.compile(rf"(?P<sign>[+-]?)\s*(?P<mantissa>{_DECIMAL})", re.ASCII)
_FRACTION = re.compile(rf"(?P<sign>[+-]?)\s*(?P<top>{_DECIMAL})\s*/\s*(?P<below>[+-]?{_DECIMAL})", re.ASCII)
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")


@dataclass(frozen=True)
class Reading:
    """A number that was read: its exact value, how many significant figures were written, and the unit or nothing."""

    value: Fraction
    figures: int | None
    unit: str
    text: str


def read_number(text: str) -> Reading:
    """The number at the beginning of `text`, and as `unit` what follows it. Raises UnreadableError with advice."""
    if len(text) > MAX_LENGTH:
        said = _("The number is %(length)s characters long. It needs no more than %(most)s.")
        refuse(said % {"length": len(text), "most": MAX_LENGTH})
    plain = unicodedata.normalize("NFC", text).strip().translate(SAME)
    plain = _SUPERSCRIPT.sub(lambda found: "^" + found[0].translate(SUPERSCRIPTS), plain)
    plain = _join_groups(_decimal_point(plain))
    sample = clean(text)
    found = _FRACTION.match(plain) or _TIMES_POWER.match(plain) or _PLAIN.match(plain)
    if found is None:
        refuse(_("“%(text)s” is no number. Write something like 0.75, 3/4 or 1.2e-3.") % {"text": sample})
    if "below" in found.groupdict():
        value, figures = _fraction(found), None
    else:
        value, figures = _power_or_plain(found)
    unit = plain[found.end() :].strip()
    if unit[:1].isdigit() or unit[:1] in {".", ",", "/", "^", "*", "+", "-", "(", "'", "_"}:
        said = _("“%(text)s” is more than a number: “%(rest)s” can't be read. Write one number.")
        refuse(said % {"text": sample, "rest": clean(unit)})
    return Reading(-value if found["sign"] == "-" else value, figures, unit, plain[: found.end()].strip())


def _decimal_point(text: str) -> str:
    """A comma as in 3,14 becomes a point; one as in 1,000 may mean either, and is asked about."""
    if "," not in text:
        return text
    before, _comma, after = text.partition(",")
    digits = re.match(r"\d*", after)
    many = "," in after or "." in text
    length = digits.end() if digits else 0
    if many or not before[-1:].isdigit() or not length:
        refuse(_("A comma stands where none is expected. Write the number with a decimal point, such as 1234.5."))
    if length == 3 and before.lstrip("+-").lstrip() != "0":
        said = _("Is “%(text)s” a decimal or thousands? Write it with a decimal point, or without the comma.")
        refuse(said % {"text": clean(text)})
    return f"{before}.{after}"


def _join_groups(text: str) -> str:
    """1 000 000, 1_000 and 1'000 are read as they are meant."""
    return re.sub(r"(?<![\d.])\d{1,3}(?:[ _']\d{3})+(?!\d)", lambda found: re.sub(r"[ _']", "", found[0]), text)


def _decimal(text: str) -> Fraction:
    _, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        _refuse_exponent(clean(exponent))
    return Fraction(text)


def _refuse_exponent(exponent: str) -> NoReturn:
    said = _("The exponent %(exponent)s is out of bounds. It may be from -%(most)s to %(most)s.")
    refuse(said % {"exponent": exponent, "most": MAX_EXPONENT})


def _fraction(found: re.Match[str]) -> Fraction:
    below = _decimal(found["below"])
    if below == 0:
        refuse(_("The denominator is 0. Write a fraction that has a value."))
    return _decimal(found["top"]) / below


def _power_or_plain(found: re.Match[str]) -> tuple[Fraction, int]:
    mantissa = found["mantissa"] or "1"
    exponent = found.groupdict().get("power") or "0"
    if abs(int(exponent)) > MAX_EXPONENT:
        _refuse_exponent(exponent)
    return _decimal(mantissa) * Fraction(10) ** int(exponent), significant_figures(mantissa)


def significant_figures(text: str) -> int:
    """How many figures of a decimal number are significant; zeros at the end of a whole number count as such."""
    digits = text.lower().partition("e")[0].replace(".", "").lstrip("0")
    return max(1, len(digits))


def in_unit(reading: Reading, unit: str | None, others: Mapping[str, float], *, ask: bool = False) -> Fraction:
    """The value in `unit`. `others` says how many of `unit` another one is; a per cent sign divides by 100.

    Raises UnreadableError for a unit that is missing where one is asked for, or that is not known.
    """
    if not reading.unit:
        if ask and unit:
            said = _("The unit is missing. Write it after the number, such as %(number)s %(unit)s.")
            refuse(said % {"number": reading.text, "unit": unit})
        return reading.value
    factors: dict[str, Fraction] = {name: Fraction(str(factor)) for name, factor in others.items()}
    if unit:
        factors[unit] = Fraction(1)
    else:
        factors["%"] = Fraction(1, 100)
    wanted = _unit(reading.unit)
    known = {_unit(name): factor for name, factor in factors.items()}
    if wanted not in known:
        known_small = {name.casefold(): factor for name, factor in known.items()}
        if wanted.casefold() not in known_small or len(known_small) < len(known):
            if not unit:
                said = _("“%(rest)s” after the number can't be read. Write the number alone.")
                refuse(said % {"rest": clean(reading.unit)})
            said = _("The unit “%(unit)s” is not known here. Use one of: %(units)s.")
            refuse(said % {"unit": clean(reading.unit), "units": ", ".join(factors)})
        return reading.value * known_small[wanted.casefold()]
    return reading.value * known[wanted]


def _unit(text: str) -> str:
    same = "".join(text.translate(SAME).split()).replace("**", "^")
    return _SUPERSCRIPT.sub(lambda found: "^" + found[0].translate(SUPERSCRIPTS), same)


def exact(quantity: float | str) -> Fraction:
    """The value of a quantity of a file: a number, or text such as 3/4. Raises UnreadableError for anything else."""
    if isinstance(quantity, str):
        reading = read_number(quantity)
        if reading.unit:
            refuse(f"{quantity!r} is no number.")
        return reading.value
    return Fraction(str(quantity)) if isinstance(quantity, float) else Fraction(quantity)
