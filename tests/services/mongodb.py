"""MongoDB's wire protocol as mongo-java-server speaks it, with its collections in memory; its jars come through Maven.

They are pinned in mongodb.json and kept in the cache folder. It is no mongod: what it lacks is told in the tests.
"""
import glob
import pathlib

import fetched

SERVER = pathlib.Path(__file__).resolve().parent / "servers" / "MongoServer.java"


def start(service):
    folder, why = fetched.jars("mongodb", fetched.pins_of(__file__))
    if why:
        return fetched.not_started("mongodb", why)
    port = service.free_port()
    service.run(["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                 "-cp", ":".join(sorted(glob.glob(f"{folder}/*.jar"))), str(SERVER), str(port)])
    service.wait_for_port(port)
    return {"KAILASH_TEST_MONGODB_URL": f"mongodb://127.0.0.1:{port}/kailash"}
