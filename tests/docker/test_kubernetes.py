"""The manifests: valid, hardened, and a runner in them reaches nothing that it must not."""

import json
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from apps.runner import reach
from apps.submissions.constants import RUN_MARGIN_S
from apps.submissions.metrics import exposition
from studyhub import broker, roles

from .conftest import DOCKER, KUBERNETES, PROJECT, unknown

# The oldest one in which pods have user namespaces unless somebody switched them off, and the newest known here.
VERSIONS = ("1.33", "1.37")
SCALED_OBJECT = json.loads((Path(__file__).with_name("scaledobject.schema.json")).read_text())
SITE = {"web", "control", "beat", "prepare", "backup"}
RUNNERS = {"runner-cpu", "runner-gpu"}
PORTS = {"database": 5432, "broker": 6379, "cache": 6379, "storage": 8333, "web": 8000, "prometheus": 9090}


def containers(pod: dict) -> list[dict]:
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def of_kind(manifests: list[dict], *kinds: str) -> list[dict]:
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


class Network:
    """Who may speak with whom, worked out from the policies as a cluster does it."""

    def __init__(self, manifests: list[dict], pods: dict[str, dict]) -> None:
        self.pods = pods
        self.policies = of_kind(manifests, "NetworkPolicy")

    def open_(self, source: str, target: str, port: int) -> bool:
        """Whether `source` may open a connection to this port of `target`."""
        return self._allows("Egress", source, target, port) and self._allows("Ingress", target, source, port)

    def _allows(self, direction: str, owner: str, other: str, port: int) -> bool:
        pod = self.pods[owner]
        mine = [
            policy["spec"]
            for policy in self.policies
            if policy["metadata"]["namespace"] == pod["namespace"]
            and direction in policy["spec"]["policyTypes"]
            and self._fits(policy["spec"]["podSelector"], pod["metadata"]["labels"])
        ]
        peers, rules = ("to", "egress") if direction == "Egress" else ("from", "ingress")
        return not mine or any(
            port in [entry["port"] for entry in rule["ports"]]
            and any(self._is(peer, other, pod["namespace"]) for peer in rule[peers])
            for policy in mine
            for rule in policy.get(rules, [])
        )

    def _is(self, peer: dict, name: str, here: str) -> bool:
        if "ipBlock" in peer:
            return False  # of pods: their addresses are taken out of it
        pod = self.pods[name]
        space = {"kubernetes.io/metadata.name": pod["namespace"]}
        in_space = (
            self._fits(peer["namespaceSelector"], space) if "namespaceSelector" in peer else pod["namespace"] == here
        )
        return in_space and self._fits(peer.get("podSelector", {}), pod["metadata"]["labels"])

    @staticmethod
    def _fits(selector: dict, labels: dict[str, str]) -> bool:
        assert set(selector) <= {"matchLabels"}
        return selector.get("matchLabels", {}).items() <= labels.items()


@pytest.fixture(scope="session")
def network(manifests, pods) -> Network:
    return Network(manifests, pods)


class TestManifests:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_cluster_knows_every_field(self, manifests, version):
        for manifest in manifests:
            if manifest["kind"] == "ScaledObject":
                jsonschema.validate(manifest, SCALED_OBJECT)
            else:
                kubernetes_validate.validate(manifest, version, strict=True)

    def test_every_file_is_listed(self, kustomization):
        files = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
        assert {name for name in kustomization["resources"] if name.endswith(".yaml")} == files

    def test_what_they_name_is_there(self, manifests, kustomization, pods):
        rules = yaml.safe_load((DOCKER / "prometheus" / "kustomization.yaml").read_text())
        generated = [*kustomization["configMapGenerator"], *rules["configMapGenerator"]]
        settings = {(one["namespace"], one["name"]) for one in generated}
        settings |= {(one["metadata"]["namespace"], one["metadata"]["name"]) for one in of_kind(manifests, "ConfigMap")}
        secrets = {(one["namespace"], one["name"]) for one in kustomization["secretGenerator"]}
        claims = {one["metadata"]["name"] for one in of_kind(manifests, "PersistentVolumeClaim")}
        for pod in pods.values():
            for volume in pod["spec"]["volumes"]:
                if "secret" in volume:
                    assert (pod["namespace"], volume["secret"]["secretName"]) in secrets
                if "configMap" in volume:
                    assert (pod["namespace"], volume["configMap"]["name"]) in settings
                if "persistentVolumeClaim" in volume:
                    assert volume["persistentVolumeClaim"]["claimName"] in claims
            for container in containers(pod):
                for source in container.get("envFrom", []):
                    assert (pod["namespace"], source["configMapRef"]["name"]) in settings

    def test_selectors_find_pods(self, manifests, pods):
        for manifest in of_kind(manifests, "Service", "PodDisruptionBudget"):
            selector = manifest["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            assert [
                name
                for name, pod in pods.items()
                if pod["namespace"] == manifest["metadata"]["namespace"]
                and wanted.items() <= pod["metadata"]["labels"].items()
            ]

    def test_secrets_are_those_that_are_drawn(self, kustomization, secrets):
        for generator in kustomization["secretGenerator"]:
            for file in generator["files"]:
                assert (secrets / Path(file).name).is_file()

    if shutil.which("kubectl"):

        def test_kustomize_renders_them(self, tmp_path, secrets):
            for name in ("kubernetes", "prometheus"):
                shutil.copytree(DOCKER / name, tmp_path / name, ignore=shutil.ignore_patterns("secrets"))
            shutil.copytree(secrets, tmp_path / "kubernetes" / "secrets")
            command = ["kubectl", "kustomize", tmp_path / "kubernetes"]
            result = subprocess.run(command, capture_output=True, text=True)
            assert result.returncode == 0, result.stderr
            rendered = list(yaml.safe_load_all(result.stdout))
            assert {"Secret", "ConfigMap", "Deployment"} <= {manifest["kind"] for manifest in rendered}
            for manifest in rendered:
                if manifest["kind"] != "ScaledObject":
                    kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)


class TestPods:
    def test_they_may_do_little(self, pods):
        for name, pod in pods.items():
            spec = pod["spec"]
            assert spec["securityContext"]["runAsNonRoot"] is True, name
            assert spec["automountServiceAccountToken"] is False, name
            for container in containers(pod):
                context = container["securityContext"]
                assert context["allowPrivilegeEscalation"] is False
                assert context["readOnlyRootFilesystem"] is True
                assert context["capabilities"] == {"drop": ["ALL"]}
                assert container["resources"]["requests"].keys() >= {"cpu", "memory"}
                assert "memory" in container["resources"]["limits"]

    def test_only_runners_may_do_what_the_sandbox_needs(self, pods):
        for name, pod in pods.items():
            ours = name in RUNNERS
            seccomp = pod["spec"]["securityContext"]["seccompProfile"]
            assert seccomp["type"] == ("Localhost" if ours else "RuntimeDefault")
            assert not ours or Path(seccomp["localhostProfile"]).name == "seccomp-runner.json"
            # /proc is unmasked in a user namespace of the pod's own, or not at all.
            assert (pod["spec"].get("hostUsers") is False) is ours
            unmasked = [one["securityContext"].get("procMount") == "Unmasked" for one in containers(pod)]
            assert unmasked == [ours] * len(unmasked)
            assert pod["namespace"] == ("studyhub-runners" if ours else "studyhub")

    def test_they_run_roles_and_somebody_looks_whether_they_live(self, pods):
        run = set()
        for name in SITE | RUNNERS:
            for container in pods[name]["spec"]["containers"]:
                if "args" not in container:
                    continue
                (role,) = container["args"]
                run.add(role)
                if role == "web":
                    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
                    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
                elif role != roles.PREPARE:
                    assert container["livenessProbe"]["exec"]["command"][-2:] == ["studyhub.alive", role]
        assert run == {*roles.ROLES, roles.PREPARE}

    def test_commands_that_are_no_role_are_there(self, pods):
        (backup,) = pods["backup"]["spec"]["containers"]
        assert backup["command"][:5] == ["tini", "--", "python", "manage.py", "backup"]
        assert (PROJECT / "studyhub" / "management" / "commands" / "backup.py").is_file()
        (buckets,) = pods["prepare"]["spec"]["initContainers"]
        assert buckets["command"][-1] == "studyhub.buckets"

    def test_a_run_may_end_before_its_runner_does(self, pods):
        files = (PROJECT / "notebooks").glob("*/*/exercise.yaml")
        longest = max(yaml.safe_load(file.read_text()).get("limits", {}).get("wall_s", 0) for file in files)
        for name in RUNNERS:
            assert pods[name]["spec"]["terminationGracePeriodSeconds"] > longest + RUN_MARGIN_S

    def test_somebody_reads_each_of_their_variables(self, manifests, variables):
        for settings in of_kind(manifests, "ConfigMap"):
            assert unknown(settings["data"], variables) == set()

    def test_secrets_are_where_they_are_looked_for(self, manifests, kustomization):
        for settings in of_kind(manifests, "ConfigMap"):
            name = settings["metadata"]["name"]
            (generator,) = [one for one in kustomization["secretGenerator"] if one["name"] == name]
            files = {Path(file).name for file in generator["files"]}
            named = {Path(value).name for key, value in settings["data"].items() if key.endswith("_FILE")}
            assert named == files

    def test_runners_know_nothing_that_they_must_not(self, manifests):
        (settings,) = [one for one in of_kind(manifests, "ConfigMap") if one["metadata"]["name"] == "runner"]
        assert reach.known(settings["data"]) == []

    def test_a_gpu_runner_has_a_gpu(self, pods):
        (container,) = pods["runner-gpu"]["spec"]["containers"]
        assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"


class TestNetwork:
    @pytest.mark.parametrize("runner", sorted(RUNNERS))
    def test_a_runner_reaches_the_broker_and_the_store_alone(self, network, pods, runner):
        reached = {
            (name, port)
            for name, port in product(pods, {*PORTS.values(), 8888, 9333, 18333, 80, 443})
            if network.open_(runner, name, port)
        }
        assert reached == {("broker", 6379), ("storage", 8333)}

    def test_a_runner_reaches_no_internet(self, manifests):
        for policy in of_kind(manifests, "NetworkPolicy"):
            if policy["metadata"]["namespace"] == "studyhub-runners":
                peers = [peer for rule in policy["spec"].get("egress", []) for peer in rule["to"]]
                assert not [peer for peer in peers if "ipBlock" in peer]

    def test_the_site_reaches_what_it_needs(self, network):
        for name, server in product(SITE, ("database", "broker", "cache", "storage")):
            assert network.open_(name, server, PORTS[server]), (name, server)
        assert network.open_("prometheus", "web", PORTS["web"])

    def test_nobody_but_the_site_reaches_database_and_cache(self, network, pods):
        for server in ("database", "cache"):
            assert {name for name in pods if network.open_(name, server, PORTS[server])} == SITE

    def test_nobody_reaches_a_runner(self, network, pods):
        assert not [name for name in pods if network.open_(name, "runner-cpu", 8000)]


class TestScaling:
    def test_it_scales_what_is_there_by_a_queue_that_is_there(self, manifests, pods):
        for scaled in of_kind(manifests, "ScaledObject"):
            target = scaled["spec"]["scaleTargetRef"]["name"]
            (query,) = [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
            queue = re.search(r'queue="([^"]+)"', query)[1]
            assert queue in {broker.CPU_QUEUE, broker.GPU_QUEUE}
            assert pods[target]["spec"]["containers"][0]["args"] == [queue]
            (deployment,) = [one for one in of_kind(manifests, "Deployment") if one["metadata"]["name"] == target]
            # Else each new version would end the runners that the queue has called for.
            assert "replicas" not in deployment["spec"]

    @pytest.mark.django_db
    def test_every_metric_that_is_asked_for_is_one_of_ours(self, manifests):
        ours = set(re.findall(r"^# TYPE (studyhub_\w+)", exposition().decode(), re.MULTILINE))
        rules = (DOCKER / "prometheus" / "alerts.yml").read_text()
        asked = set(re.findall(r"studyhub_\w+", rules))
        for scaled in of_kind(manifests, "ScaledObject"):
            asked |= {
                word
                for one in scaled["spec"]["triggers"]
                for word in re.findall(r"studyhub_\w+", one["metadata"]["query"])
            }
        assert asked
        assert asked <= ours


class TestAlerts:
    def test_each_says_what_it_is_about(self):
        (group,) = yaml.safe_load((DOCKER / "prometheus" / "alerts.yml").read_text())["groups"]
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert rule["annotations"]["summary"]
            assert rule["expr"]
