"""Apache Kafka: one node that is broker and controller, without ZooKeeper; its jars come through Maven.

They are pinned in kafka.json and kept in the cache folder. Without Java or Maven, or where the jars cannot be
had, no broker is started, and the tests use those that librdkafka makes.
"""
import glob
import os

import fetched

HEAP = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]  # starts fast, stays small
CLUSTER = "a2FpbGFzaC1pbi1hLXRlc3Q"  # any 16 bytes as base64


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
    folder, why = fetched.jars("kafka", fetched.pins_of(__file__))
    if why:
        return fetched.not_started("kafka", why)
    port, controller = service.free_port(), service.free_port()
    config = os.path.join(service.folder, "server.properties")
    with open(config, "w", encoding="utf-8") as file:
        file.write(settings(service, port, controller))
    java = ["java", *HEAP, "-cp", ":".join(sorted(glob.glob(f"{folder}/*.jar")))]
    service.call([*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", config])
    service.run([*java, "kafka.Kafka", config])
    service.wait_for_port(port)
    return {"KAILASH_TEST_KAFKA_BROKERS": f"127.0.0.1:{port}"}
