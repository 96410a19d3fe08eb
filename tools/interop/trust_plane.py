"""Trust projects exchanged with another implementation of the format, both ways.

    python tools/interop/trust_plane.py OTHER_PYTHON

runs itself under this interpreter and under OTHER_PYTHON, whose `kailash` is another one: each makes
projects, with and without an envelope, which the other loads, verifies and continues, and back again.
Prints one line per step; leaves with 1 when a step fails.
"""

import json
import os
import subprocess
import sys
import tempfile

TEXTS = ['Use "C"\n\t\\ \u2028 \U0001f600 \x7f', "é", "<script>"]


def classes():
    import kailash

    if hasattr(kailash, "TrustProject"):
        return kailash
    import kailash.trust_plane

    return kailash.trust_plane


def envelope(of, *blocked):
    made = of.ConstraintEnvelope()
    made.set_blocked_actions(list(blocked))
    return made


def findings(project):
    report = project.verify()
    return [f"{issue.severity} {issue.issue_type}" for issue in report.issues]


def write(project, who):
    for text in TEXTS:
        project.record_decision(f"{who}: {text}", text, "design", confidence=0.1, alternatives=TEXTS)
    project.record_milestone("v1", who)
    project.transition_posture("autonomous", TEXTS[0])
    project.transition_posture("supervised", "")


def make(path, who, with_envelope):
    of = classes()
    project = of.TrustProject.create(path, "prøject", "authør", envelope(of, "rm") if with_envelope else None)
    write(project, who)
    if with_envelope:
        project.enable_shadow(envelope(of, "rm", "ls"))
        project.shadow_check("ls")
        project.shadow_promote()
        project.enable_shadow(envelope(of, "rm", "ls"))
    with open(path + ".keys", "w") as file:
        json.dump([project.export_operational_key_hex(), open(path + "/keys/authority.pub").read()], file)
    return findings(project)


def continue_(path, who, with_envelope):
    key, authority = json.load(open(path + ".keys"))
    os.environ.update(
        TRUST_PLANE_AUTHORITY_PUBKEY=authority, TRUST_PLANE_OPERATIONAL_KEY=key, TRUST_PLANE_TRUST_DIR=path
    )
    project = classes().TrustProject.load(path)
    found = findings(project)
    project.resolve_operational_key_from_env()
    if hasattr(project, "anchors"):  # stand for what the other one wrote into our project
        project.repair()
        found = findings(project)
    write(project, who)
    expected = "blocked" if with_envelope else "auto_approved"
    if project.check("ls") != expected or project.is_shadow_active() != with_envelope:
        found.append("other envelope")
    return found + findings(project)


def step(python, name, path, who, with_envelope):
    script = [python, os.path.abspath(__file__), name, path, who, str(int(with_envelope))]
    run = subprocess.run(script, capture_output=True, text=True)
    answer = run.stdout.strip() if run.returncode == 0 else run.stderr.strip().splitlines()[-1]
    print(f"{name} by {who}, {'with' if with_envelope else 'without'} envelope: {answer}")
    return answer == "[]"


def main(other):
    sides = {"here": sys.executable, "there": other}
    fine = True
    with tempfile.TemporaryDirectory() as root:
        for maker, guest in (("here", "there"), ("there", "here")):
            for with_envelope in (False, True):
                path = f"{root}/{maker}{int(with_envelope)}"
                for name, who in (("make", maker), ("continue_", guest), ("continue_", maker), ("continue_", guest)):
                    fine = step(sides[who], name, path, who, with_envelope) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    if len(sys.argv) == 5:
        print(globals()[sys.argv[1]](sys.argv[2], sys.argv[3], sys.argv[4] == "1"))
    else:
        sys.exit(main(sys.argv[1]))
