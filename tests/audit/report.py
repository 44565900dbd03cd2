"""What the audit found: as JSON, as a table, and which figures are out of bounds. Pure."""

from __future__ import annotations

from typing import Any

# For the main pages' four categories in percent; the first load of any page in kB without fonts; the rest for any page.
LIGHTHOUSE_AT_LEAST = 98
KB_AT_MOST = 120.0
# Half a pixel of rounding isn't a shift that anybody sees.
SHIFT_AT_MOST = 0.005

Entry = dict[str, Any]


def complaints(report: dict[str, dict[str, Entry]]) -> list[str]:
    """Each figure that is out of bounds, in words; `report` has the themes of each page."""
    found = []
    for page, themes in report.items():
        for theme, entry in themes.items():
            where = f"{page} ({theme})"
            if entry["axe_violations"]:
                found.append(f"{where}: axe: {'; '.join(entry['axe'])}")
            if entry["kb"] > KB_AT_MOST:
                found.append(f"{where}: {entry['kb']} kB, more than {KB_AT_MOST:g}")
            if entry["third_party_requests"]:
                found.append(f"{where}: {entry['third_party_requests']} requests to other sites")
            if entry["layout_shift"] > SHIFT_AT_MOST:
                found.append(f"{where}: its layout shifts by {entry['layout_shift']}")
            for category, score in entry["lighthouse"].items():
                if score < LIGHTHOUSE_AT_LEAST:
                    costs = "; ".join(entry["lighthouse_costs"])
                    found.append(f"{where}: {category} {score}, less than {LIGHTHOUSE_AT_LEAST} ({costs})")
    return found


def worse(forms: list[dict[str, int]]) -> dict[str, int]:
    """The lower figure of each category over telephone and desktop; empty where nothing was measured."""
    return {name: min(one[name] for one in forms) for name in forms[0]} if forms else {}


def table(report: dict[str, dict[str, Entry]]) -> str:
    """A line for each page and theme: axe, kB, other sites, shift, and Lighthouse's four where it looked."""
    head = ("page", "theme", "axe", "kB", "others", "shift", "perf", "a11y", "best", "seo")
    rows = [head]
    for page, themes in report.items():
        for theme, entry in themes.items():
            scores = [str(score) for score in entry["lighthouse"].values()] or [""] * 4
            figures = [entry["axe_violations"], entry["kb"], entry["third_party_requests"], entry["layout_shift"]]
            rows.append((page, theme, *map(str, figures), *scores))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = []
    for row in rows:
        words = [row[0].ljust(widths[0]), row[1].ljust(widths[1])]
        words += [word.rjust(width) for word, width in zip(row[2:], widths[2:], strict=True)]
        lines.append("  ".join(words).rstrip())
    return "\n".join(lines)
