"""A process that forks while its threads decide and change: the lock of Python is held by the one who forks."""

import subprocess
import sys

PROGRAM = """
import json, os, signal, threading, warnings
import kailash

warnings.simplefilter("ignore", DeprecationWarning)  # of a process with threads that forks
engine = kailash.PactGovernanceEngine(json.dumps({"org_id": "o", "name": "O", "departments": [
    {"id": "d", "name": "D", "head_role_id": "h", "roles": [{"id": "h", "name": "H"}, {"id": "m", "name": "M"}]}]}))
log = kailash.ShadowEnforcer(kailash.ConstraintEnvelope(), kailash.ConstraintEnvelope())
over = False

def use():
    engine.verify_action("D1-R1", "read")
    engine.grant_clearance("m", "secret")  # a writer, who lets the lock of Python go
    engine.set_clock(None)
    log.evaluate("read")
    log.records()

def hammer():
    while not over:
        use()

threads = [threading.Thread(target=hammer) for _ in range(4)]
for thread in threads:
    thread.start()
for turn in range(40):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        use()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status:
        print("child", turn, "ended with", status)
over = True
for thread in threads:
    thread.join()
print("done")
"""


def test_forks_amid_threads_that_decide_and_change():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
    assert run.stdout == "done\n", run.stdout + run.stderr
