"""OPERATIONS.md says what the code does: every setting, figure, alert, file and command, in both directions."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from apps.submissions.metrics import SiteCollector
from studyhub import alive, requests, roles

PROJECT = Path(__file__).resolve().parents[2]
GUIDE = (PROJECT / "OPERATIONS.md").read_text()
NAME = re.compile(r"STUDYHUB_[A-Z0-9_]+\Z")
# Programs of the system that the guide uses, beside our own.
SYSTEM = {"apt", "git", "cd", "useradd", "install", "python3", "runuser", "systemctl", "journalctl"}
SYSTEM.add("/opt/studyhub/.venv/bin/pip")
INI = re.compile(r"^```ini\n(.*?)^```$", flags=re.M | re.S)
UNITS = sorted((PROJECT / "docker" / "systemd").iterdir())


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their heads."""
    section = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells[2:] if not set("".join(row)) <= set("-")]


def unquoted(cell: str) -> str:
    return cell.strip("`")


@cache
def sources() -> list[ast.Module]:
    files = [path for app in ("apps", "studyhub") for path in (PROJECT / app).rglob("*.py")]
    return [ast.parse(path.read_text()) for path in files]


def names_in_the_code() -> set[str]:
    nodes = (node for tree in sources() for node in ast.walk(tree))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if NAME.match(text)}


def secrets_in_the_code() -> set[str]:
    """What `env.secret` is asked for: by a text, or by a constant of the same module."""
    found = set()
    for tree in sources():
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "secret":
                asked = node.args[0]
                found.add(asked.value if isinstance(asked, ast.Constant) else constants[asked.id])
    return found


def test_every_setting_is_in_the_table_and_every_row_is_a_setting():
    documented = [unquoted(row[0]) for row in rows("Settings")]
    assert sorted(documented) == sorted(names_in_the_code())


def test_the_table_says_which_are_secret():
    assert {unquoted(row[0]) for row in rows("Settings") if row[3] == "yes"} == secrets_in_the_code()


def test_each_setting_says_who_reads_it_and_its_default():
    for name, default, readers, _, _ in rows("Settings"):
        assert default, name
        assert readers, name


def figures() -> dict[str, tuple[str, ...]]:
    """Every figure by the name that Prometheus knows, and its labels where it says them without a sample."""
    found = {}
    for family in [*SiteCollector().collect(), *requests.REGISTRY.collect()]:
        name = family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")
        found[name] = getattr(family, "_labelnames", ())
    return found


@pytest.mark.django_db(transaction=True)
def test_every_figure_is_in_the_table_and_every_row_is_a_figure():
    documented = {unquoted(row[0]): tuple(row[1].split(", ")) if row[1] else () for row in rows("Figures")}
    exposed = figures()
    assert sorted(documented) == sorted(exposed)
    for name, labels in exposed.items():
        if labels:
            assert set(documented[name]) == set(labels), name


def alerts() -> dict[str, str]:
    groups = yaml.safe_load((PROJECT / "docker/prometheus/alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}


@pytest.mark.django_db(transaction=True)
def test_alerts_ask_for_figures_that_there_are():
    known = set(figures())
    known |= {f"{name}_{end}" for name in known for end in ("bucket", "sum", "count")}
    for alert, expression in alerts().items():
        assert set(re.findall(r"\bstudyhub_\w+", expression)) <= known, alert


def test_for_every_alert_there_is_something_to_do():
    assert [row[0] for row in rows("When an alert comes")] == list(alerts())


def commands() -> list[str]:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, flags=re.M | re.S)
    return [line for language, block in blocks if not language for line in block.splitlines() if line]


def test_the_roles_are_those_that_there_are():
    assert {unquoted(row[0]) for row in rows("What runs")} == {*roles.ROLES, roles.PREPARE}


@pytest.mark.parametrize("line", commands())
def test_every_command_can_be_given(line):
    words = shlex.split(line.split(" | ")[0])
    if words[0] == "systemd-run":
        assert [word for word in words[1:] if "=" in word][-1] == "--property=EnvironmentFile=/etc/studyhub/site.env"
        words = ["python", *words[words.index("/opt/studyhub/.venv/bin/python") + 1 :]]
    match words:
        case ["python", "manage.py", name, *arguments]:
            command = load_command_class(get_commands()[name], name)
            command.create_parser("manage.py", name).parse_args(arguments)
        case ["python", "-m", "studyhub.roles", role]:
            assert role in {*roles.ROLES, roles.PREPARE}
        case ["python", "-m", "studyhub.alive", role, *rest]:
            assert role in alive.ROLES
            assert rest in ([], ["--drain", "15"])
        case ["systemctl", "stop" | "start" | "enable", *units]:
            shipped = {path.name for path in UNITS}
            for unit in units:
                if unit != "--now":
                    kind = re.sub(r"@.*", "@", unit)
                    assert any(name.startswith(kind) for name in shipped), unit
        case [program, *_]:
            assert program in SYSTEM, program


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:studyhub|tests|docker|apps)/[\w./-]+)`", GUIDE))))
def test_every_file_that_is_named_is_there(path):
    assert (PROJECT / path).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", GUIDE))))
def test_links_lead_somewhere(target):
    assert (PROJECT / target).exists()


def test_modules_that_are_started_are_there():
    for module in set(re.findall(r"python -m ([\w.]+)", GUIDE)):
        assert import_module(module)


class TestUnits:
    """Under systemd. No systemd runs where the tests run: its own checker reads them, over programs that are here."""

    def test_they_start_roles_that_there_are(self):
        text = "\n".join(path.read_text() for path in UNITS)
        started = set(re.findall(r"studyhub\.roles (\S+)", text))
        assert started == {"%i", roles.PREPARE}
        assert "manage.py backup /var/backups/studyhub --keep 14" in text

    def test_a_runner_gets_no_settings_of_the_site(self):
        runner = (PROJECT / "docker/systemd/studyhub-runner@.service").read_text()
        assert re.findall(r"^(?:EnvironmentFile|User)=(.*)$", runner, flags=re.M) == [
            "studyhub-runner",
            "/etc/studyhub/runner.env",
        ]

    @pytest.mark.parametrize("unit", ["studyhub@.service", "studyhub-runner@.service"])
    def test_they_may_write_where_the_guide_has_them_write(self, unit):
        settings = dict(zip(["studyhub@.service", "studyhub-runner@.service"], INI.findall(GUIDE), strict=True))[unit]
        text = (PROJECT / "docker/systemd" / unit).read_text()
        assert "ProtectSystem=strict" in text
        own = {f"/var/lib/{name}" for name in re.findall(r"^StateDirectory=(.*)$", text, flags=re.M)}
        more = {path.lstrip("-") for path in re.findall(r"^ReadWritePaths=(.*)$", text, flags=re.M)}
        assert set(re.findall(r"^STUDYHUB_(?:VAR|RUN_STORE)=(.*)$", settings, flags=re.M)) == own | more

    def test_systemd_takes_them(self, tmp_path):
        checker = shutil.which("systemd-analyze")
        if checker is None:
            pytest.skip("needs systemd-analyze (apt install systemd)")
        for path in UNITS:
            text = path.read_text().replace("/opt/studyhub/.venv/bin/python", sys.executable)
            (tmp_path / path.name).write_text(text.replace("WorkingDirectory=/opt/studyhub", "WorkingDirectory=/"))
        named = [
            str(tmp_path / path.name.replace("@.", "@web." if "runner" not in path.name else "@run.cpu."))
            for path in UNITS
        ]
        for wanted, path in zip(named, UNITS, strict=True):
            if not Path(wanted).exists():
                shutil.copy(tmp_path / path.name, wanted)
        found = subprocess.run([checker, "verify", *named], capture_output=True, text=True)
        complaints = [line for line in found.stderr.splitlines() if str(tmp_path) in line or "studyhub" in line]
        assert (found.returncode, complaints) == (0, [])
