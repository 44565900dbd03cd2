"""Makes the README's picture: a graded hand-in on a running site.

python -m tests.live.screenshot http://127.0.0.1:8000   (the address that `make run` prints)
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from apps.exercises.build import notebook_bytes
from apps.exercises.package import load_package
from studyhub.management.commands.serve import DEMO_PASSWORD, DEMO_USERS

SLUG = "pytorch-in-15-minutes"
PACKAGE = Path(__file__).resolve().parents[2] / "notebooks" / "neural-nets" / SLUG
TARGET = Path(__file__).with_name("screenshot.png")


def main(address: str) -> None:
    """Sign in as the demo learner, hand in a notebook with a mistake, wait for its grade, take the picture."""
    content = notebook_bytes(load_package(PACKAGE), "mutant:gradients_pile_up")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 1000}, color_scheme="light")
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(DEMO_USERS[0][1])
        page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.goto(f"/submissions/new/{SLUG}/")
        page.locator("input[type=file]").set_input_files(
            {"name": "digits.ipynb", "mimeType": "application/json", "buffer": content}
        )
        page.get_by_role("button", name="Hand in").click()
        page.get_by_role("heading", name="What was checked").wait_for(timeout=120_000)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
