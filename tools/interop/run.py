"""Exchanges artefacts of trust between the built package, the original wheel and the open SDK.

    python run.py FOLDER

Every side makes what it can, every side checks what every side made, and the built package must refuse each
artefact once a byte of it was changed. Prints a matrix; leaves with 1 when anything in it is not ok.

Environment: KAILASH_BUILD (folder of the build, build/release), KAILASH_ORIGINAL and KAILASH_OPEN (the
interpreters which have the wheel and the SDK; a side without one is left out).
"""

import json
import os
import pathlib
import subprocess
import sys

import common

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("KAILASH_BUILD", HERE.parents[1] / "build" / "release"))


def sides():
    """By name: interpreter, script, environment."""
    found = {"ours": (sys.executable, "enterprise.py", {"PYTHONPATH": str(BUILD / "python")})}
    if os.environ.get("KAILASH_ORIGINAL"):
        found["wheel"] = (os.environ["KAILASH_ORIGINAL"], "enterprise.py", {})
    if os.environ.get("KAILASH_OPEN"):
        found["SDK"] = (os.environ["KAILASH_OPEN"], "open_sdk.py", {})
    return found


def ask(side, command, folder):
    python, script, environment = side
    inherited = {name: value for name, value in os.environ.items()
                 if name != "PYTHONPATH" and not name.startswith("TRUST_PLANE_")}
    run = subprocess.run([python, str(HERE / script), command, str(folder)], capture_output=True, text=True,
                         env={**inherited, **environment})
    if run.returncode != 0:
        sys.exit(f"{script} {command} under {python} failed:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def cell(answer, of_changes=False):
    if answer is None:
        return "-"
    result, why = answer
    if result == "no form":
        return "has no such form"
    return f"refused {why}" if of_changes and result == "ok" else result


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def exchange(folder):
    """The rows of the matrix, and what is not ok or has no form, with the reasons."""
    of = sides()
    made = {maker: ask(side, "make", folder / maker) for maker, side in of.items()}
    checked = {maker: {name: ask(side, "check", folder / maker) for name, side in of.items()} for maker in of}
    changed = {maker: ask(of["ours"], "tampered", folder / maker) for maker in of}
    rows = [["kind", "made by", *(f"checked by {name}" for name in of), "a byte changed"]]
    faults, notes = [], set()
    for kind, title in common.KINDS.items():
        for maker in of:
            answers = [checked[maker][name].get(kind) for name in of] + [changed[maker].get(kind)]
            if made[maker][kind][0] != "ok":
                answers = [made[maker][kind]] + [None] * len(of)
                rows.append([title, maker, cell(answers[0]), *["-"] * len(of)])
            else:
                rows.append([title, maker, *map(cell, answers[:-1]), cell(answers[-1], True)])
            for name, answer in zip([*of, "changes"], answers):
                if answer and answer[0] == "not ok":
                    faults.append(f"{title}, made by {maker}, {name}: {answer[1]}")
                elif answer and answer[0] == "no form" and answer[1]:
                    who = maker if made[maker][kind][0] != "ok" else name
                    notes.add(f"{title}, {who}: {answer[1]}")
    return rows, faults, sorted(notes)


def continue_projects():
    """Projects that ours and the wheel continue by turns: see trust_plane.py."""
    original = os.environ.get("KAILASH_ORIGINAL")
    if not original:
        return True
    print("\nproject directories, continued by turns with the wheel:")
    return subprocess.run([sys.executable, str(HERE / "trust_plane.py"), original],
                          env={**os.environ, "PYTHONPATH": str(BUILD / "python")}).returncode == 0


def main(folder):
    rows, faults, notes = exchange(folder)
    table(rows)
    for title, lines in (("has no such form:", notes), ("NOT OK:", faults)):
        if lines:
            print("\n" + title, *lines, sep="\n  ")
    sys.stdout.flush()
    fine = continue_projects()
    return 0 if fine and not faults else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
