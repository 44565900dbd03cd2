"""Builds JupyterLite for the NumPy exercises: `make lite`.

python -m studyhub.lite [--wheels FOLDER] [--bare]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from studyhub import env
from studyhub.lite.build import LiteError, build

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Build into `lite` in STUDYHUB_VAR; exit status 2 where a part is missing."""
    var = env.var_folder()
    parser = argparse.ArgumentParser(description="Build JupyterLite for the exercises that need NumPy alone.")
    parser.add_argument("--wheels", type=Path, default=var / "lite-wheels", help="folder with Pyodide's own wheels")
    parser.add_argument("--bare", action="store_true", help="without NumPy and exercises: try what registries have")
    options = parser.parse_args()
    try:
        slugs = build(
            target=var / "lite",
            work=var / "lite-build",
            wheels=options.wheels,
            curriculum=ROOT / "notebooks",
            venv=ROOT / ".venv-lite",
            bare=options.bare,
        )
    except LiteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"Built into {var / 'lite'}, with {len(slugs)} exercises. STUDYHUB_LITE_URL shows the button.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
