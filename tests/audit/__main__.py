"""`make audit`: every kind of page, light and dark, by axe and by weight; the main pages by Lighthouse as well.

python -m tests.audit [--only NAME …] [--no-lighthouse]

Writes var/audit/report.json and ends with 1 where a figure is out of bounds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import django

from tests.audit.site import FOLDER, site


def main() -> int:
    """1. The site. 2. Which pages. 3. A look at each. 4. Lighthouse. 5. Report, table, verdict."""
    parser = argparse.ArgumentParser(description="Audit the site's pages.")
    parser.add_argument("--only", nargs="*", default=[], help="names of main pages or paths, instead of all")
    parser.add_argument("--no-lighthouse", action="store_true")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    with site(options.folder / "site") as address:
        django.setup()
        # What asks for models can be imported only now.
        from tests.audit import lighthouse, look, people, report

        with look.chromium() as browser:
            pages = people.main_pages()
            known = {(one.path, one.role) for one in pages}
            pages += [one for one in look.walk(browser, address) if (one.path, one.role) not in known]
            if options.only:
                pages = [one for one in pages if {one.name, one.path} & set(options.only)]
            found: dict[str, dict[str, report.Entry]] = {}
            for number, page in enumerate(pages, 1):
                say(f"{number} of {len(pages)}: {page.path} as {page.role}")
                for theme in look.THEMES:
                    entry = look.look(browser, page, address, theme).as_json()
                    entry |= {
                        "lighthouse": {},
                        "lighthouse_by_form": {},
                        "lighthouse_looks": {},
                        "lighthouse_costs": [],
                    }
                    found.setdefault(f"{page.path} as {page.role}", {})[theme] = entry
        if not options.no_lighthouse:
            command = lighthouse.install(options.folder / "node")
            for page in (one for one in pages if one.name):
                for theme, entry in found[f"{page.path} as {page.role}"].items():
                    for form in lighthouse.FORMS:
                        looks = lighthouse.lighthouse(command, page, address, theme, form)
                        scores, costs = looks[len(looks) // 2]
                        performance = [one["performance"] for one, _ in looks]
                        say(
                            f"Lighthouse, {page.name}, {theme}, {form}: {', '.join(map(str, scores.values()))}"
                            f" (performance of all looks: {', '.join(map(str, performance))})"
                        )
                        entry["lighthouse_by_form"][form] = scores
                        entry["lighthouse_looks"][form] = performance
                        entry["lighthouse_costs"] += [f"{form}: {cost}" for cost in costs]
                    entry["lighthouse"] = report.worse(list(entry["lighthouse_by_form"].values()))
    (options.folder / "report.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    wrong = report.complaints(found)
    sys.stdout.write(f"{report.table(found)}\n\n")
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    sys.stdout.write(f"{len(found)} pages in {len(look.THEMES)} themes: {len(wrong)} out of bounds.\n")
    return 1 if wrong else 0


def say(line: str) -> None:
    """How far it is, for whoever waits; not part of what is found."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} ended with {error.returncode}: the lines above say why.")
