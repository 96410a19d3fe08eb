"""kailash nodes and kailash describe."""

import json

from conftest import kailash


def test_nodes_lists_by_category():
    out = kailash("nodes").stdout
    assert "\nSystem\n  NAME" in out
    assert "  NoOpNode     " in out or "  NoOpNode  " in out
    assert "another name of NoOpNode" in out


def test_nodes_json_is_a_catalog():
    rows = json.loads(kailash("nodes", "--json").stdout)
    noop = next(row for row in rows if row["name"] == "NoOpNode")
    assert noop["category"] == "System" and "HandlerNode" in noop["aliases"]
    assert {"inputs", "config", "outputs", "doc"} <= set(noop)
    assert len({row["name"] for row in rows}) == len(rows)


def test_one_category():
    rows = json.loads(kailash("nodes", "--category", "system", "--json").stdout)
    assert {row["category"] for row in rows} == {"System"}
    done = kailash("nodes", "-c", "Sistem")
    assert done.returncode == 1
    assert done.stderr == "kailash: no category 'Sistem'; did you mean System?\n"


def test_every_node_can_be_explained():
    for row in json.loads(kailash("nodes", "--json").stdout):
        for name in [row["name"], *row["aliases"]]:
            done = kailash("nodes", name)
            assert done.returncode == 0 and done.stdout.startswith(name)
            for group, title in (("inputs", "Inputs"), ("config", "Config"), ("outputs", "Outputs")):
                assert (f"\n{title}\n" in done.stdout) == bool(row[group])
            for param in row["inputs"] + row["config"] + row["outputs"]:
                assert f"\n  {param['name']} " in done.stdout
        assert json.loads(kailash("nodes", row["name"], "--json").stdout) == row


def test_an_unknown_node():
    done = kailash("nodes", "NopNode")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "kailash: no node type 'NopNode'; did you mean NoOpNode?\n"
    assert kailash("nodes", "Zzzzzzzz").stderr == (
        "kailash: no node type 'Zzzzzzzz'; kailash nodes lists them\n")


def test_describe_lists_all_types():
    lines = kailash("describe").stdout.splitlines()
    assert lines[0].split()[:2] == ["NAME", "MODULE"]
    assert any(line.startswith("Runtime ") for line in lines)
    assert "types" in lines[-1] and "functions" in lines[-1]


def test_describe_json_is_the_whole_catalog():
    catalog = json.loads(kailash("describe", "--json").stdout)
    names = [entry["name"] for entry in catalog["types"]]
    assert {"Runtime", "Workflow", "RuntimeConfig"} <= set(names)
    for entry in catalog["types"] + catalog["functions"]:
        key = f"{entry['module']}.{entry['name']}"
        assert json.loads(kailash("describe", key, "--json").stdout) == entry
        assert kailash("describe", key).returncode == 0


def test_describe_a_type():
    out = kailash("describe", "RuntimeConfig").stdout
    assert out.startswith("RuntimeConfig  kailash\n")
    assert "  max_concurrent_nodes      non-negative integer, default 0, settable\n" in out
    runtime = kailash("describe", "kailash.Runtime").stdout
    assert "\nConstructor\n" in runtime and "\nMethods\n" in runtime and "  execute(" in runtime
    assert "Cannot be constructed" in kailash("describe", "Workflow").stdout


def test_an_unknown_type():
    done = kailash("describe", "Runtim")
    assert (done.returncode, done.stderr) == (
        1, "kailash: no type or function 'Runtim'; did you mean Runtime?\n")
    assert kailash("describe", "nowhere.Runtime").returncode == 1
