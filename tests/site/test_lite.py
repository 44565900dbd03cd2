"""JupyterLite: what is built in, and a host of its own that gives out files and meets no session."""

import hashlib
import json

import nbformat
import pytest
from django.test import Client

from studyhub.lite import build as lite

HOST = "lite.example.org"


@pytest.fixture
def site(settings, tmp_path):
    """The site with JupyterLite's files on a host of its own."""
    folder = tmp_path / "lite"
    (folder / "repl").mkdir(parents=True)
    (folder / "repl" / "index.html").write_text("<title>REPL</title>")
    (folder / "pyodide.mjs").write_text("export {}")
    (tmp_path / "secret.txt").write_text("not yours")
    settings.LITE_URL = f"https://{HOST}"
    return Client()


def test_its_host_gives_out_files_and_sets_no_cookie(site):
    response = site.get("/repl/", headers={"host": HOST})
    assert b"REPL" in b"".join(response.streaming_content)
    assert "wasm-unsafe-eval" in response["Content-Security-Policy"]
    assert not response.cookies
    assert site.get("/pyodide.mjs", headers={"host": HOST})["Content-Type"] == "text/javascript"


@pytest.mark.parametrize("path", ["/accounts/login/", "/exercises/", "/../secret.txt", "/%2e%2e/secret.txt", "/admin/"])
def test_its_host_knows_no_page_of_the_site_and_nothing_outside(site, path):
    assert site.get(path, headers={"host": HOST}).status_code == 404
    assert site.post(path, headers={"host": HOST}).status_code == 404


@pytest.mark.django_db
def test_the_site_gives_out_nothing_of_it(site):
    response = site.get("/repl/")
    assert response.status_code == 404
    assert "wasm-unsafe-eval" not in response["Content-Security-Policy"]


def test_without_the_setting_the_host_is_nobodys(client, settings):
    settings.LITE_URL = ""
    assert client.get("/repl/", headers={"host": HOST}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "slug", "shown"),
    [
        ("https://lite.example.org", "linear-regression-from-scratch", True),
        ("https://lite.example.org", "pytorch-in-15-minutes", False),
        ("", "linear-regression-from-scratch", False),
    ],
)
def test_the_button_is_there_for_numpy_alone_and_only_where_it_leads_somewhere(
    client, settings, whole_curriculum, url, slug, shown
):
    settings.LITE_URL = url
    page = client.get(f"/exercises/{slug}/").content.decode()
    assert (f"https://lite.example.org/notebooks/index.html?path={slug}/{slug}.ipynb" in page) is shown


def test_starters_are_for_the_kernel_in_the_browser_and_still_say_which_version_they_are(settings, tmp_path):
    slugs = lite.write_contents(settings.BASE_DIR / "notebooks", tmp_path)
    assert {"linear-regression-from-scratch", "convolution-from-scratch"} <= set(slugs)
    notebook = nbformat.read(tmp_path / "convolution-from-scratch" / "convolution-from-scratch.ipynb", as_version=4)
    assert notebook.metadata.kernelspec.name == "python"
    assert notebook.metadata.studyhub.exercise == "convolution-from-scratch"
    assert (tmp_path / "convolution-from-scratch" / "data" / "picture.npy").is_file()
    assert not list(tmp_path.rglob("grading.py"))


LOCKED = {
    "numpy": {"name": "numpy", "file_name": "numpy-1-wasm32.whl", "sha256": "", "depends": []},
    "matplotlib-inline": {"name": "m", "file_name": "m-1-py3-none-any.whl", "sha256": "", "depends": []},
    "matplotlib": {"name": "p", "file_name": "p-1-wasm32.whl", "sha256": "", "depends": ["numpy", "matplotlib_inline"]},
}


def test_what_is_needed_follows_the_lock():
    assert set(lite.needed(LOCKED, ["matplotlib"])) == set(LOCKED)
    assert [name for name, entry in LOCKED.items() if lite.is_pure(entry)] == ["matplotlib-inline"]
    with pytest.raises(lite.LiteError, match="knows no torch"):
        lite.needed(LOCKED, ["torch"])


def test_a_compiled_wheel_is_taken_only_with_the_digest_of_the_lock(tmp_path):
    into = tmp_path / "into"
    into.mkdir()
    entry = json.loads(json.dumps(LOCKED["numpy"]))
    assert lite.take_wheels({"numpy": entry}, tmp_path, into) == ["numpy-1-wasm32.whl"]
    (tmp_path / "numpy-1-wasm32.whl").write_bytes(b"wheel")
    with pytest.raises(lite.LiteError, match="SHA-256"):
        lite.take_wheels({"numpy": entry}, tmp_path, into)
    entry["sha256"] = hashlib.sha256(b"wheel").hexdigest()
    assert lite.take_wheels({"numpy": entry}, tmp_path, into) == []
    assert (into / "numpy-1-wasm32.whl").read_bytes() == b"wheel"
