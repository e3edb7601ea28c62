"""Dockerfile, compose and Kubernetes, which no engine runs here: every name in them is compared with
what it stands for, and what they would start is started."""

import re
import shlex
import subprocess
from pathlib import Path

import yaml

from service.client import ask
from service.processes import clean_environment, run_imagined, wait_until
from service.scene import Scene

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = ROOT / "deploy" / "container"
USER = 10001


def dockerfile():
    """(instruction, rest) of each, with its continuation lines joined."""
    text = re.sub(r"^#.*\n", "", (CONTAINER / "Dockerfile").read_text(), flags=re.M)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


def values(instructions, name):
    return [rest for instruction, rest in instructions if instruction == name]


def image():
    """The instructions of the last stage: what runs."""
    all_of_them = dockerfile()
    last = max(i for i, (name, _) in enumerate(all_of_them) if name == "FROM")
    return all_of_them[last:]


def compose():
    return yaml.safe_load((CONTAINER / "compose.yaml").read_text())


def interpolated(text, variables):
    """As compose does it: ${NAME:-default} and ${NAME:?complaint}."""
    def value(match):
        name, how, rest = match.groups()
        if variables.get(name):
            return variables[name]
        if how == ":?":
            raise KeyError(rest)
        return rest
    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", value, str(text))


def kubernetes():
    """By kind and name."""
    documents = [document for file in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
                 for document in yaml.safe_load_all(file.read_text())]
    found = {(one["kind"], one["metadata"]["name"]): one for one in documents}
    assert len(found) == len(documents), "two objects of one name"
    return found


def container_of(workload):
    [one] = workload["spec"]["template"]["spec"]["containers"]
    return one


class Manifests(Scene):
    def config_of(self, arguments, environment):
        """check-config where the command line and environment of a container are given."""
        words = ["check-config", *arguments]
        return run_imagined(*words, directory=self.directory,
                            environment=clean_environment(**environment))

    def assert_accepted(self, told):
        self.assertEqual((told.stderr, told.returncode), ("", 0))
        return told.stdout

    # -- Dockerfile --------------------------------------------------------------------------

    def test_the_image_is_built_in_two_stages_and_runs_as_nobody(self):
        self.assertEqual([base.split()[0] for base in values(dockerfile(), "FROM")],
                         ["debian:12-slim"] * 2)
        self.assertEqual(values(image(), "USER"), [f"{USER}:{USER}"])
        made = " ".join(values(image(), "RUN"))
        self.assertIn(f"--gid {USER} imagined", made)
        self.assertIn(f"--uid {USER}", made)
        self.assertEqual(len(values(image(), "HEALTHCHECK")), 1)
        self.assertLess([name for name, _ in image()].index("RUN"),
                        [name for name, _ in image()].index("USER"))

    def test_what_the_dockerfile_copies_is_there(self):
        ignored = (CONTAINER / "Dockerfile.dockerignore").read_text().split()
        for rest in values(dockerfile(), "COPY"):
            words = [word for word in shlex.split(rest) if not word.startswith("--")]
            if "--from=build" in rest:
                self.assertEqual(words[0], "/package/imagined.deb")
                continue
            for source in words[:-1]:
                self.assertTrue((ROOT / source).exists(), source)
                self.assertNotIn(source, ignored)

    def test_the_build_stage_runs_what_quickstart_and_the_package_test_run(self):
        made = " ".join(values(dockerfile(), "RUN"))
        quickstart = (ROOT / "deploy" / "quickstart").read_text()
        for step in ("cmake --preset release", "--target imagined", "install-packages",
                     "packages.txt"):
            self.assertIn(step, made)
            self.assertIn(step, quickstart)
        self.assertIn("cpack --config build/CPackConfig.cmake -G DEB", made)

    def test_the_images_command_reads_the_packaged_configuration(self):
        settings = dict(text.split("=", 1) for text in values(image(), "ENV"))
        [command] = values(image(), "CMD")
        words = yaml.safe_load(command)
        self.assertEqual(words[:2], ["serve", "--config"])
        packaged = ROOT / "deploy" / "debian" / "imagined.toml"
        self.assertEqual(words[2], "/etc/imagined/imagined.toml")
        alone = self.config_of(["--config", str(packaged)], settings)
        self.assertEqual(alone.returncode, 2, "a wildcard without key and public_url")
        told = self.assert_accepted(self.config_of(["--config", str(packaged)], {
            **settings, "IMAGINED_SERVER_API_KEYS": "the-key-of-an-operator",
            "IMAGINED_SERVER_PUBLIC_URL": "http://127.0.0.1:8080"}))
        self.assertIn('listen = "0.0.0.0:8080"', told)
        [volume] = values(image(), "VOLUME")
        self.assertIn(f'dir = "{volume}"', told)
        self.assertEqual(values(image(), "EXPOSE"), ["8080"])

    def test_the_healthcheck_tells_a_server_that_answers_from_one_that_does_not(self):
        [check] = values(image(), "HEALTHCHECK")
        program, *words = yaml.safe_load(check[check.index("["):])
        self.assertEqual(program, "imagined")

        def health(address):
            return run_imagined(
                *words, directory=self.directory,
                environment=clean_environment(IMAGINED_SERVER_LISTEN=address)).returncode
        server = self.serve()
        address = server.url.removeprefix("http://")
        self.assertEqual(health(address.replace("127.0.0.1", "0.0.0.0")), 0)
        server.kill()
        self.assertNotEqual(health(address), 0)

    # -- Compose -----------------------------------------------------------------------------

    def test_compose_names_settings_that_exist_and_a_redis_that_is_durable(self):
        services = compose()["services"]
        packaged = ROOT / "deploy" / "debian" / "imagined.toml"
        listen = dict(text.split("=", 1) for text in values(image(), "ENV"))
        for name in ("imagined", "worker"):
            service = services[name]
            with self.assertRaises(KeyError, msg="a key must be chosen"):
                [interpolated(text, {}) for text in service["environment"].values()]
            environment = {key: interpolated(text, {"IMAGINED_API_KEY": "chosen-at-random"})
                           for key, text in service["environment"].items()}
            told = self.assert_accepted(
                self.config_of(["--config", str(packaged)], {**listen, **environment}))
            self.assertIn('url = "redis://redis:6379/0"', told)
            self.assertTrue(service["read_only"])
            self.assertEqual(service["cap_drop"], ["ALL"])
            self.assertIn("redis", service["depends_on"])
            self.assertTrue((CONTAINER / service["build"]["context"] /
                             service["build"]["dockerfile"]).samefile(CONTAINER / "Dockerfile"))
            mounts = dict(text.split(":") for text in service["volumes"])
            self.assertEqual(mounts, {"pictures": values(image(), "VOLUME")[0]})
            self.assertGreater(int(service["stop_grace_period"].rstrip("s")), 180)
        named = {text.split(":")[0] for one in services.values() for text in one["volumes"]}
        self.assertEqual(named, set(compose()["volumes"]))
        self.assert_durable(services["redis"]["command"])

    def assert_durable(self, command):
        """A Redis that is started like this gives imagined nothing to warn of."""
        self.assertEqual(command[0], "redis-server")
        folder = self.directory / "queue"
        folder.mkdir()
        socket = self.directory / "q.sock"
        redis = subprocess.Popen(
            [*command, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(redis.wait)
        self.addCleanup(redis.terminate)
        wait_until(socket.exists, "redis-server")
        server = self.serve(config=f'[redis]\nurl = "unix://{socket}"\n'
                            f'[data]\ndir = "{self.directory}/pictures"\n')
        self.assertEqual(ask(server.url + "/readyz").json()["warnings"], [])

    # -- Kubernetes --------------------------------------------------------------------------

    def test_the_objects_of_kubernetes_fit_together(self):
        objects = kubernetes()
        self.assertEqual(set(objects), {
            ("ConfigMap", "imagined"), ("Secret", "imagined"), ("Service", "imagined"),
            ("Deployment", "imagined"), ("PersistentVolumeClaim", "imagined-pictures"),
            ("Service", "imagined-redis"), ("StatefulSet", "imagined-redis")})
        for service, workload in ((("Service", "imagined"), ("Deployment", "imagined")),
                                  (("Service", "imagined-redis"),
                                   ("StatefulSet", "imagined-redis"))):
            spec = objects[workload]["spec"]
            labels = spec["template"]["metadata"]["labels"]
            self.assertEqual(spec["selector"]["matchLabels"], labels)
            self.assertEqual(objects[service]["spec"]["selector"], labels)
            container = container_of(objects[workload])
            ports = {port["name"] for port in container["ports"]}
            for port in objects[service]["spec"]["ports"]:
                self.assertIn(port["targetPort"], ports)
            volumes = {one["name"] for one in spec["template"]["spec"].get("volumes", [])} | {
                one["metadata"]["name"] for one in spec.get("volumeClaimTemplates", [])}
            self.assertEqual({one["name"] for one in container["volumeMounts"]}, volumes)
            self.assertTrue(spec["template"]["spec"]["securityContext"]["runAsNonRoot"])
            self.assertFalse(container["securityContext"]["allowPrivilegeEscalation"])
            self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]})
        self.assertEqual(objects["StatefulSet", "imagined-redis"]["spec"]["serviceName"],
                         "imagined-redis")
        self.assert_durable(container_of(objects["StatefulSet", "imagined-redis"])["args"])

    def test_the_deployment_is_two_processes_on_one_volume(self):
        objects = kubernetes()
        spec = objects["Deployment", "imagined"]["spec"]
        pod = spec["template"]["spec"]
        self.assertEqual(spec["replicas"], 2)
        self.assertEqual(objects["PersistentVolumeClaim", "imagined-pictures"]["spec"]
                         ["accessModes"], ["ReadWriteMany"])
        for name in ("runAsUser", "runAsGroup", "fsGroup"):
            self.assertEqual(pod["securityContext"][name], USER)
        self.assertFalse(pod["enableServiceLinks"], "IMAGINED_PORT is no setting")
        self.assertGreater(pod["terminationGracePeriodSeconds"], 180)
        mounts = {one["name"]: one["mountPath"] for one in container_of(
            objects["Deployment", "imagined"])["volumeMounts"]}
        self.assertEqual(mounts["pictures"], values(image(), "VOLUME")[0])

    def test_its_configuration_is_accepted_and_its_probes_are_answered(self):
        objects = kubernetes()
        container = container_of(objects["Deployment", "imagined"])
        [(name, text)] = objects["ConfigMap", "imagined"]["data"].items()
        file = self.directory / name
        file.write_text(text)
        self.assertEqual(container["args"], ["serve", "--config", f"/etc/imagined/{name}"])
        secret = objects["Secret", "imagined"]["stringData"]
        told = self.assert_accepted(self.config_of(["--config", str(file)], secret))
        self.assertIn('url = "redis://imagined-redis:6379/0"', told)
        self.assertIn(f':{container["ports"][0]["containerPort"]}"', told)
        server = self.serve()
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container[probe]["httpGet"]
            self.assertEqual(asked["port"], container["ports"][0]["name"])
            self.assertEqual(ask(server.url + asked["path"]).status, 200)
        self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
        self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/healthz")

    def test_image_and_package_have_the_version_of_the_program(self):
        version = run_imagined("version", directory=self.directory).stdout.split()[1]
        image_name = container_of(kubernetes()["Deployment", "imagined"])["image"]
        self.assertEqual(image_name, f"imagined:{version}")
