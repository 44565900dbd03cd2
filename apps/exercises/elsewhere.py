"""Where else a starter can be opened than on the learner's own machine."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from apps.exercises.package import ExercisePackage

IN_BROWSER = "numpy"


def in_browser(package: ExercisePackage) -> str:
    """The address of the starter in JupyterLite; empty where there is none for it."""
    if not settings.LITE_URL or package.manifest.profile != IN_BROWSER:
        return ""
    path = urlencode({"path": f"{package.slug}/{package.slug}.ipynb"}, safe="/")
    return f"{settings.LITE_URL}/notebooks/index.html?{path}"
