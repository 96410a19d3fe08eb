"""Apache Kafka: one node that is broker and controller, without ZooKeeper; its jars come through Maven.

They are pinned in kafka.json and kept in the cache folder. Without Java or Maven, or where the jars cannot be
had, no broker is started, and the tests use those that librdkafka makes.
"""
import glob
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PINS = pathlib.Path(__file__).with_suffix(".json")
HEAP = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]  # starts fast, stays small
CLUSTER = "a2FpbGFzaC1pbi1hLXRlc3Q"  # any 16 bytes as base64


def cache_folder():
    """The folder that the pinned archives of the build are kept in."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("KAILASH_CACHE") or os.path.join(base, "kailash"))


def sums_of(folder):
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}


def project(artifacts):
    """A project of Maven that depends on nothing else."""
    parts = ("groupId", "artifactId", "version")
    fields = lambda values: "".join(f"<{part}>{value}</{part}>" for part, value in zip(parts, values))
    wanted = "".join(f"<dependency>{fields(name.split(':'))}</dependency>" for name in artifacts)
    return (f"<project><modelVersion>4.0.0</modelVersion>{fields(['kailash', 'kafka', '1'])}"
            f"<packaging>pom</packaging><dependencies>{wanted}</dependencies></project>")


def fetch(pins, folder):
    """Let Maven bring the jars to a new folder; what it says when it cannot, else ""."""
    os.makedirs(folder.parent, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        made = pathlib.Path(made)
        (made / "pom.xml").write_text(project(pins["artifacts"]))
        done = subprocess.run(["mvn", "-B", "-q", "-f", str(made / "pom.xml"), "dependency:copy-dependencies",
                               f"-DoutputDirectory={made / 'jars'}"], check=False, capture_output=True, text=True)
        if done.returncode:
            return (done.stdout + done.stderr).strip()[:600] or f"mvn ended with {done.returncode}"
        if sums_of(made / "jars") != pins["jars"]:
            raise SystemExit(f"tests/services: kafka: the jars are not those of {PINS.name}")
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(made / "jars", folder)
    return ""


def jars():
    """(folder, ""), or why there is none."""
    pins = json.loads(PINS.read_text())
    folder = cache_folder() / f"kafka-{pins['version']}"
    if not shutil.which("java"):
        return None, "there is no 'java'"
    if sums_of(folder) == pins["jars"]:
        return folder, ""
    if not shutil.which("mvn"):
        return None, "there is no 'mvn' to fetch its jars"
    why = fetch(pins, folder)
    return (None, f"its jars cannot be had: {why}") if why else (folder, "")


def settings(service, port, controller):
    return f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={service.folder}/data
num.partitions=2
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
controlled.shutdown.enable=false
"""


def start(service):
    folder, why = jars()
    if why:
        print(f"tests/services: kafka: not started: {why}", file=sys.stderr)
        return {}
    port, controller = service.free_port(), service.free_port()
    config = os.path.join(service.folder, "server.properties")
    with open(config, "w", encoding="utf-8") as file:
        file.write(settings(service, port, controller))
    java = ["java", *HEAP, "-cp", ":".join(sorted(glob.glob(f"{folder}/*.jar")))]
    service.call([*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", config])
    service.run([*java, "kafka.Kafka", config])
    service.wait_for_port(port)
    return {"KAILASH_TEST_KAFKA_BROKERS": f"127.0.0.1:{port}"}
