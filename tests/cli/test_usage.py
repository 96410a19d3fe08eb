"""The command line itself: help, errors, colours, completion, the manual page."""

import json
import re
import shutil
import subprocess

import pytest
from conftest import kailash, node, on_terminal

COMMANDS = ["run", "validate", "graph", "nodes", "describe", "db migrate", "db diff", "db inspect", "db shell",
            "pact check", "pact explain", "pact matrix",
            "ml list", "ml describe", "ml fit", "ml predict",
            *("attest " + words for words in (
                "init", "status", "decide", "decisions", "milestone", "verify", "repair", "migrate", "delegate add",
                "delegate list", "delegate revoke", "hold list", "hold approve", "hold deny", "template list",
                "template show", "template apply", "shadow enable", "shadow report", "shadow details",
                "shadow promote", "shadow disable", "audit", "export json", "export html", "diagnose",
                "conformance", "mirror")),
            "completion", "version", "help"]
# What may stand first: those of several words are found by the first of them.
WORDS = list(dict.fromkeys(command.split()[0] for command in COMMANDS))


def options_of(command):
    return json.loads(kailash("help", *command.split(), "--json").stdout)["options"]


# ---- help ------------------------------------------------------------------------------------------


def test_no_command_explains_itself():
    done = kailash()
    assert done.returncode == 2
    for name in WORDS:
        assert re.search(rf"^  {name} +\S", done.stdout, re.M)
    assert kailash("--help").returncode == 0 and kailash("--help").stdout == done.stdout
    assert kailash("help").stdout == done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command):
    by_option, by_command = kailash(*command.split(), "--help"), kailash("help", *command.split())
    assert by_option.returncode == 0 and by_option.stdout == by_command.stdout
    out = by_option.stdout
    assert f"Usage: kailash {command}" in out and "\nExamples\n" in out and "\nExit codes\n" in out
    for option in options_of(command):
        assert f"--{option['name']}" in out
    assert max(map(len, out.splitlines())) <= 100


def test_help_of_a_group_lists_its_commands():
    for args in (["db", "--help"], ["help", "db"]):
        done = kailash(*args)
        assert done.returncode == 0 and done.stdout.startswith("Work with databases")
        for command in COMMANDS:
            if command.startswith("db "):
                assert re.search(rf"^  {command[3:]} +\S", done.stdout, re.M)
    assert (kailash("db").returncode, kailash("db").stdout) == (2, kailash("help", "db").stdout)
    names = [c["name"] for c in json.loads(kailash("help", "db", "--json").stdout)]
    assert names == [c for c in COMMANDS if c.startswith("db ")]


def test_help_lists_all_commands_as_json():
    assert [c["name"] for c in json.loads(kailash("help", "--json").stdout)] == COMMANDS


def test_version():
    done = kailash("version")
    assert re.fullmatch(r"kailash \d+\.\d+\.\d+\n", done.stdout)
    assert kailash("--version").stdout == done.stdout
    assert done.stdout == f"kailash {json.loads(kailash('version', '--json').stdout)['version']}\n"


# ---- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("args, message", [
    (["rum"], "unknown command 'rum'; did you mean run?"),
    (["xyzzy"], "unknown command 'xyzzy'; see: kailash help"),
    (["help", "grap"], "unknown command 'grap'; did you mean graph?"),
    (["db", "migrat"], "unknown command 'db migrat'; did you mean db migrate?"),
    (["db", "xyzzy"], "unknown command 'db xyzzy'; see: kailash help db"),
    (["help", "db", "dif"], "unknown command 'db dif'; did you mean db diff?"),
    (["attest", "hold", "xyzzy"], "unknown command 'attest hold xyzzy'; see: kailash help attest hold"),
    (["help", "attest", "hold", "lst"], "unknown command 'attest hold lst'; did you mean attest hold list?"),
    (["help", "attest", "hold", "list", "x"], "help: unexpected argument 'x'; see: kailash help help"),
    (["db", "diff"], "db diff: MODELS is missing; see: kailash help db diff"),
    (["db", "inspect", "a", "b"], "db inspect: unexpected argument 'b'; see: kailash help db inspect"),
    (["run"], "run: FILE is missing; see: kailash help run"),
    (["run", "a", "b"], "run: unexpected argument 'b'; see: kailash help run"),
    (["version", "x"], "version: unexpected argument 'x'; see: kailash help version"),
    (["run", "a", "--inptu", "x"], "unknown option --inptu; did you mean --input?"),
    (["run", "a", "--zzzzzz=4"], "unknown option --zzzzzz; see: kailash help run"),
    (["run", "a", "-q"], "unknown option -q; see: kailash help run"),
    (["run", "a", "--json=yes"], "--json takes no value; leave out the value"),
    (["run", "a", "--input", "x"],
     "--input: 'x' is no NAME=VALUE; write a name, an equals sign and a value"),
    (["run", "a", "--input", "=x"],
     "--input: '=x' is no NAME=VALUE; write a name, an equals sign and a value"),
    (["run", "a", "--max-concurrent", "-1"],
     "--max-concurrent: '-1' is no count; give a whole number from 0"),
    (["run", "a", "--max-concurrent", "1.5"],
     "--max-concurrent: '1.5' is no count; give a whole number from 0"),
    (["run", "a", "--time-limit", "soon"],
     "--time-limit: 'soon' is no time in seconds; give a number from 0, such as 2.5"),
    (["run", "a", "--time-limit", "nan"],
     "--time-limit: 'nan' is no time in seconds; give a number from 0, such as 2.5"),
    (["run", "-", "--inputs", "-"],
     "run: FILE and --inputs are both -; name a file for one of them"),
    (["run", "a", "-o", "x", "-o", "y"], "--out stands twice; give it once"),
    (["graph", "a", "-f", "svgg"], "--format: unknown word 'svgg'; did you mean svg?"),
    (["graph", "a", "-f", "bitmap"], "--format: unknown word 'bitmap'; give one of: svg, dot"),
    (["completion", "bsh"], "SHELL: unknown word 'bsh'; did you mean bash?"),
    (["completion", "bash", "--json"], "unknown option --json; see: kailash help completion"),
    (["nodes", "--color", "sometimes"],
     "--color: unknown word 'sometimes'; give one of: auto, always, never"),
])
def test_usage_errors_are_one_line_with_a_hint(args, message):
    done = kailash(*args)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"kailash: {message}\n")


def test_a_missing_value_is_explained():
    done = kailash("run", "a", "--out")
    assert done.returncode == 2 and done.stderr.startswith("kailash: --out needs a value: --out FILE; ")


def test_two_dashes_end_the_options(tmp_path):
    (tmp_path / "--odd.json").write_text("{}")
    done = kailash("validate", "--", "--odd.json", cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.startswith("--odd.json:1:1: ")


def test_options_before_the_command():
    assert json.loads(kailash("--json", "version").stdout)["version"]


def test_long_words_do_no_harm():
    for args in (["x" * 5000], ["run", "a", "--" + "x" * 5000], ["nodes", "y" * 5000]):
        done = kailash(*args)
        assert done.returncode in (1, 2) and done.stderr.count("\n") == 1


# ---- colours ---------------------------------------------------------------------------------------


def test_no_colours_without_a_terminal():
    assert "\x1b" not in kailash("nodes").stdout + kailash("help", "run").stdout
    assert "\x1b" not in kailash("rum").stderr


def test_colours_on_a_terminal(workflow):
    path = workflow([node("a", x=1)])
    for args in (["nodes"], ["run", path], ["help", "run"], ["rum"]):
        assert "\x1b[" in on_terminal(*args)[1]
        assert "\x1b" not in on_terminal(*args, env={"NO_COLOR": "1"})[1]
        assert "\x1b" not in on_terminal(*args, env={"TERM": "dumb"})[1]
    assert "\x1b[" in on_terminal("nodes", env={"NO_COLOR": ""})[1]  # an empty one does not count
    assert "\x1b" not in on_terminal("nodes", "--color", "never")[1]
    assert "\x1b[" in kailash("nodes", "--color=always").stdout


def test_json_is_never_coloured(workflow):
    _, shown = on_terminal("run", workflow([node("a", x=1)]), "--json", columns=500)
    assert json.loads(shown)["results"] == {"a": {"x": 1}}


def test_tables_fit_the_terminal(workflow):
    path = workflow([node("a_rather_long_name_of_a_node", text="x" * 500)])
    for columns in (40, 80, 200):
        _, shown = on_terminal("run", path, columns=columns, env={"NO_COLOR": "1"})
        assert len(shown.splitlines()[1]) == columns


# ---- completion and the manual page ----------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_sound(shell, tmp_path):
    script = kailash("completion", shell).stdout
    for command in COMMANDS:
        assert all(word in script for word in command.split())
        for option in options_of(command):
            assert option["name"] in script
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "script"
    path.write_text(script)
    done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def complete_in_bash(line):
    script = kailash("completion", "bash").stdout + f"""
compopt() {{ :; }}
COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_kailash
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("line, words", [
    ("kailash ''", WORDS), ("kailash v", ["validate", "version"]),
    ("kailash db ''", ["migrate", "diff", "inspect", "shell"]), ("kailash db mi", ["migrate"]),
    ("kailash db migrate --dr", ["--drop", "--dry-run"]), ("kailash db migrate x --from y", []),
    ("kailash help d", ["describe", "db"]),
    ("kailash attest de", ["decide", "decisions", "delegate"]), ("kailash attest hold ''", ["list", "approve", "deny"]),
    ("kailash attest hold approve x --re", ["--reason"]), ("kailash attest conformance --level com", ["compatible", "complete"]),
    ("kailash graph --fo", ["--format"]), ("kailash graph x --format ''", ["svg", "dot"]),
    ("kailash graph x -f d", ["dot"]), ("kailash nodes NoO", ["NoOpNode"]),
    ("kailash describe RuntimeC", ["RuntimeConfig"]), ("kailash help comp", ["completion"]),
    ("kailash completion ''", ["bash", "zsh", "fish"]), ("kailash run --out x", []),
])
def test_bash_completes(line, words):
    assert complete_in_bash(line) == words


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish_completes(tmp_path):
    path = tmp_path / "kailash.fish"
    path.write_text(kailash("completion", "fish").stdout)
    done = subprocess.run(["fish", "-N", "-c", f"source {path}; complete -C 'kailash graph x --format '"],
                          capture_output=True, text=True)
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} >= {"svg", "dot"}
    done = subprocess.run(["fish", "-N", "-c", f"source {path}; complete -C 'kailash db '; "
                                               "complete -C 'kailash db migrate --dr'"],
                          capture_output=True, text=True)
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} >= {
        "migrate", "diff", "inspect", "shell", "--drop", "--dry-run"}


def test_the_manual_page():
    page = kailash("help", "--man").stdout
    assert page.startswith(".TH KAILASH 1")
    for command in COMMANDS:
        assert f'.SS "kailash {command}' in page
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "error"], input=page, text=True,
                              capture_output=True)
        assert (done.returncode, done.stdout) == (0, "")
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, text=True,
                              capture_output=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
        assert done.stderr == "" and "--max-concurrent" in re.sub("\x1b\\[[0-9;]*m|.\b", "", done.stdout)
