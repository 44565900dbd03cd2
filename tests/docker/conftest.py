import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
DOCKER = PROJECT / "docker"
KUBERNETES = DOCKER / "kubernetes"


@pytest.fixture(scope="session")
def compose() -> dict:
    """compose.yaml, its anchors filled in."""
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


@pytest.fixture(scope="session")
def kustomization() -> dict:
    return yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())


@pytest.fixture(scope="session")
def manifests(kustomization) -> list[dict]:
    """The objects that are sent to a cluster, but for generated ConfigMaps and Secrets."""
    files = [KUBERNETES / name for name in kustomization["resources"] if name.endswith(".yaml")]
    return [manifest for file in files for manifest in yaml.safe_load_all(file.read_text())]


@pytest.fixture(scope="session")
def pods(manifests) -> dict[str, dict]:
    """The template of each workload's pods by its name, and their namespace under `namespace`."""
    found = {}
    for manifest in manifests:
        spec = manifest.get("spec", {})
        if manifest["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            found[manifest["metadata"]["name"]] = spec["template"] | {"namespace": manifest["metadata"]["namespace"]}
    return found


@pytest.fixture(scope="session")
def secrets(tmp_path_factory) -> Path:
    """A folder of freshly drawn secrets."""
    folder = tmp_path_factory.mktemp("drawn") / "secrets"
    subprocess.run(["sh", str(DOCKER / "make-secrets.sh"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def variables() -> dict[str, set[str]]:
    """Names of the variables that the code reads: `all` of them, and `secret` those that may also come from a file."""
    found: dict[str, set[str]] = {"all": set(), "secret": set()}
    for folder in ("studyhub", "apps"):
        for file in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Constant) and re.fullmatch(r"STUDYHUB_[A-Z0-9_]+", str(node.value)):
                    found["all"].add(node.value)
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("secret") and node.args:
                    found["secret"] |= {text.value for text in ast.walk(node.args[0]) if isinstance(text, ast.Constant)}
    return found


def unknown(environment: dict[str, str], variables: dict[str, set[str]]) -> set[str]:
    """Variables in `environment` that nobody reads."""
    known = variables["all"] | {f"{name}_FILE" for name in variables["secret"]}
    return {name for name in environment if name.startswith("STUDYHUB_")} - known
