"""Nodes that read and write files, as documented."""

import datetime
import os
import stat

import openpyxl
import pytest

from node_calls import call, failure


@pytest.fixture
def folder(tmp_path):
    files = {
        "a.json": '{"b":1,"a":[1.0]}', "b.csv": "x,y\n1,2\n", "c.txt": "héllo\n",
        "e.toml": 'a = 1\n[b]\nc = "x"\n',
        "g.yaml": "a: 1\n", "h": "noext", ".hidden": "1", "sub/j.txt": "1", "sub/deep/k.md": "k",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "d.bin").write_bytes(b"\xff\x00")
    (tmp_path / "f.txt").write_bytes(b"a\xff")
    return tmp_path


def read(path, **config):
    return call("FileReaderNode", config, {"path": str(path)})


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.json", {"b": 1, "a": [1.0]}, "json"), ("b.csv", [{"x": "1", "y": "2"}], "csv"),
        ("c.txt", "héllo\n", "text"), ("e.toml", {"a": 1, "b": {"c": "x"}}, "toml"),
        ("g.yaml", "a: 1\n", "text"),
        ("h", b"noext", "binary"), ("d.bin", b"\xff\x00", "binary"), ("sub/deep/k.md", "k", "text"),
    ],
)
def test_files_are_read_by_their_extension(folder, name, content, form):
    assert read(folder / name) == {
        "content": content, "format": form, "size_bytes": (folder / name).stat().st_size}


def test_a_format_can_be_forced(folder):
    assert read(folder / "a.json", format="text")["content"] == '{"b":1,"a":[1.0]}'
    assert read(folder / "a.json", format="binary")["content"] == b'{"b":1,"a":[1.0]}'
    assert read(folder / "g.yaml", format="yaml")["content"] == {"a": 1}
    assert read(folder / "h", format="no such format")["format"] == "binary"
    assert read(folder / "c.txt", offset=1, length=2)["content"] == "é"
    (folder / "latin.txt").write_bytes("é".encode("latin-1"))
    assert read(folder / "latin.txt", encoding="latin1")["content"] == "é"


def test_what_reading_refuses(folder):
    def refused(name, **config):
        return failure("FileReaderNode", config, {"path": str(folder / name)})

    assert refused("f.txt").startswith("node execution failed: file content is not valid UTF-8: ")
    assert refused("c.txt", max_size_bytes=2) == "resource limit exceeded: file_size (limit: 2 bytes)"
    assert "No such file or directory" in refused("nope")
    assert "expected file, got directory" in refused("sub")
    assert "line 1 column" in refused("c.txt", format="json")
    assert "path" in failure("FileReaderNode", {}, {"path": "a\0b"})
    os.mkfifo(folder / "pipe")
    assert "pipe" in refused("pipe")


@pytest.mark.parametrize("way", ["../outside.txt", "sub/../../outside.txt", "link"])
def test_nothing_outside_base_dir(folder, way, monkeypatch):
    inside = folder / "inside"
    inside.mkdir()
    (inside / "sub").mkdir()
    (folder / "outside.txt").write_text("secret")
    (inside / "link").symlink_to(folder / "outside.txt")
    (inside / "good.txt").write_text("good")
    monkeypatch.chdir(inside)  # what relative paths begin at
    assert read("good.txt", base_dir=str(inside))["content"] == "good"
    for name in (way, str(inside / way), str(folder / "outside.txt")):
        text = failure("FileReaderNode", {"base_dir": str(inside)}, {"path": name})
        assert "base_dir" in text and "secret" not in text
    failure("FileWriterNode", {"base_dir": str(inside)}, {"path": "../new.txt", "content": "x"})
    assert not (folder / "new.txt").exists()


# ---- writing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "config", "content", "written"),
    [
        ("a.txt", {}, "héllo", "héllo"), ("a.txt", {}, {"b": [1, None]}, '{"b": [1, null]}'),
        ("a.txt", {}, b"\x00\xff", b"\x00\xff"), ("a.bin", {}, "x", "x"), ("a.txt", {}, 1.0, "1.0"),
        ("a.json", {}, {"b": [1], "a": {}}, '{\n  "b": [\n    1\n  ],\n  "a": {}\n}'),
        ("a.json", {}, "text", '"text"'), ("a.json", {"format": "text"}, "text", "text"),
        ("a.txt", {"format": "json"}, None, "null"),
    ],
)
def test_files_are_written(tmp_path, name, config, content, written):
    path = tmp_path / "new" / "folder" / name
    outputs = call("FileWriterNode", config, {"path": str(path), "content": content})
    data = written if isinstance(written, bytes) else written.encode()
    assert path.read_bytes() == data
    assert (outputs["path"], outputs["size_bytes"]) == (str(path), len(data))
    assert [file.name for file in path.parent.iterdir()] == [name]  # and no temporary file


def test_modes_of_writing(tmp_path):
    path = tmp_path / "a.txt"

    def write(content, mode):
        return call("FileWriterNode", {"mode": mode}, {"path": str(path), "content": content})

    write("one", "create_new")
    assert "exists" in failure("FileWriterNode", {"mode": "create_new"}, {"path": str(path), "content": "x"})
    write("two", "append")
    assert path.read_text() == "onetwo"
    path.chmod(0o640)
    write("three", "overwrite")
    assert path.read_text() == "three"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert failure("FileWriterNode", {"mode": "w"}, {"path": str(path), "content": ""}).startswith(
        "mode: expected one of: overwrite, write, append, create_new")
    assert failure("FileWriterNode", {"zz": 1}, {"path": str(path), "content": ""}) == "unknown key 'zz'"


# ---- folders -----------------------------------------------------------------------------------------


def listed(path, **config):
    outputs = call("DirectoryReaderNode", config, {"path": str(path)})
    assert outputs["count"] == len(outputs["entries"])
    return [os.path.relpath(entry["path"], path) for entry in outputs["entries"]]


def test_folders(folder):
    assert sorted(listed(folder)) == sorted(
        os.path.relpath(os.path.join(top, name), folder)
        for top, folders, files in os.walk(folder) for name in folders + files)
    assert listed(folder, recursive=False) == [
        ".hidden", "a.json", "b.csv", "c.txt", "d.bin", "e.toml", "f.txt", "g.yaml", "h", "sub"]
    assert "sub/deep/k.md" not in listed(folder, max_depth=2)
    assert sorted(listed(folder, extensions=["txt"])) == ["c.txt", "f.txt", "sub", "sub/deep", "sub/j.txt"]
    assert ".hidden" not in listed(folder, include_hidden=False)
    assert listed(folder, pattern="*.json", include_dirs=False) == ["a.json"]
    [entry] = call("DirectoryReaderNode", {"pattern": "a.json", "include_dirs": False},
                   {"path": str(folder)})["entries"]
    assert entry == {
        "name": "a.json", "path": str(folder / "a.json"), "extension": "json", "is_dir": False,
        "size_bytes": 17,
        "modified": str(int((folder / "a.json").stat().st_mtime))}


def test_folders_that_are_none(folder):
    assert "expected directory, got file" in failure("DirectoryReaderNode", {}, {"path": str(folder / "h")})
    assert "No such file or directory" in failure("DirectoryReaderNode", {}, {"path": str(folder / "zz")})
    (folder / "loop").symlink_to(folder)
    assert "loop/loop" not in listed(folder)


# ---- CSV ---------------------------------------------------------------------------------------------


def read_csv(content, **config):
    return call("CSVProcessorNode", config, {"action": "read", "content": content})


@pytest.mark.parametrize(
    ("content", "config", "columns", "rows"),
    [
        ("a,b\n1,2\n", {}, ["a", "b"], [["1", "2"]]), ("a,b\r\n1,2\r\n", {}, ["a", "b"], [["1", "2"]]),
        ('a\n"x ""y"""\n', {}, ["a"], [['x "y"']]), ('a\n"l1\nl2"\n', {}, ["a"], [["l1\nl2"]]),
        ("\ufeffa\n1\n", {}, ["a"], [["1"]]), ("a\n\n1\n\n", {}, ["a"], [["1"]]),
        ("1,2\n", {"has_headers": False}, ["column_0", "column_1"], [["1", "2"]]),
        ("a;b\n1;2\n", {"delimiter": ";"}, ["a", "b"], [["1", "2"]]), ("", {}, [], []),
        ("a,b\n1,x\n", {"infer_types": True}, ["a", "b"], [[1, "x"]]),
        ("#\na\n1\n2\n", {"skip_rows": 1, "limit": 1}, ["a"], [["1"]]),
    ],
)
def test_csv_is_read(content, config, columns, rows):
    assert read_csv(content, **config) == {
        "columns": columns, "rows": [dict(zip(columns, row, strict=True)) for row in rows],
        "row_count": len(rows)}


def test_csv_that_is_none():
    assert read_csv("a,a\n1,2\n")["rows"] == [{"a": "2"}]
    assert "line 3: expected 2 fields, got 1" in failure(
        "CSVProcessorNode", {}, {"action": "read", "content": "a,b\n1,2\n3\n"})
    assert read_csv("a,b\n1\n", flexible=True)["row_count"] == 1


def test_csv_is_written(tmp_path):
    data = [{"b": 1, "a": None}, {"a": True, "c": 'q"q'}, {"c": [1, "x"], "b": {"k": 1.5}}]
    outputs = call("CSVProcessorNode", {}, {"action": "write", "data": data})
    assert outputs == {
        "columns": ["b", "a", "c"], "row_count": 3,
        "content": 'b,a,c\n1,,\n,true,"q""q"\n"{""k"": 1.5}",,"[1, ""x""]"\n'}
    guarded = call("CSVProcessorNode", {"safe_cells": True},
                   {"action": "write", "data": [{"a": "=1+1"}]})["content"]
    assert not any(line.startswith("=") for line in guarded.splitlines())
    path = tmp_path / "out.csv"
    call("CSVProcessorNode", {}, {"action": "write", "data": data, "destination_path": str(path)})
    assert path.read_text() == outputs["content"]
    assert call("CSVProcessorNode", {}, {"action": "read", "source_path": str(path)})["row_count"] == 3


def test_csv_is_transformed():
    data = [{"k": "a", "v": 2}, {"k": "b", "v": 1}, {"k": "a", "v": 3}]

    def transformed(**config):
        return call("CSVProcessorNode", config, {"action": "transform", "data": data})["rows"]

    assert transformed() == data
    assert transformed(select=["v"], rename={"v": "w"}) == [{"w": 2}, {"w": 1}, {"w": 3}]
    assert transformed(filter={"field": "v", "op": "gt", "value": 1}) == [data[0], data[2]]
    assert [row["v"] for row in transformed(sort_by="v", descending=True, limit=2)] == [3, 2]
    assert transformed(select=["k"], distinct=True) == [{"k": "a"}, {"k": "b"}]
    assert transformed(group_by="k", aggregates={"total": {"op": "sum", "field": "v"}}) == [
        {"k": "a", "total": 5}, {"k": "b", "total": 1}]


# ---- Excel, XML --------------------------------------------------------------------------------------


def test_excel(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["n", "t", "b", "d"], [1, "x", True, datetime.date(2026, 1, 2)], [None] * 4,
                [2.5, "é", False, None]):
        sheet.append(row)
    book.create_sheet("S2")
    path = str(tmp_path / "book.xlsx")
    book.save(path)
    outputs = call("ExcelReaderNode", {}, {"file_path": path})
    assert outputs["sheet_names"] == ["Sheet", "S2"]
    assert outputs["data"] == [
        {"n": 1.0, "t": "x", "b": True, "d": "2026-01-02"}, {"n": None, "t": None, "b": None, "d": None},
        {"n": 2.5, "t": "é", "b": False, "d": None}]
    assert type(outputs["data"][0]["n"]) is float
    assert "expected one of: Sheet, S2, got zz" in failure("ExcelReaderNode", {},
                                                           {"file_path": path, "sheet_name": "zz"})
    assert call("ExcelReaderNode", {"range": "A1:B2"}, {"file_path": path})["data"] == [{"n": 1.0, "t": "x"}]
    assert call("ExcelReaderNode", {"max_rows": 1}, {"file_path": path})["row_count"] == 1
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no book")
    failure("ExcelReaderNode", {}, {"file_path": str(tmp_path / "bad.xlsx")})


def parse(content):
    return call("XMLParserNode", {"operation": "parse"}, {"content": content})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<a> t </a>", {"a": "t"}), ("<a/>", {"a": None}), ("<a></a>", {"a": None}), ("", {}),
        ("<a x='1'>t</a>", {"a": {"@x": "1", "#text": "t"}}),
        ("<a><b>1</b><c/><b>2</b></a>", {"a": {"b": ["1", "2"], "c": None}}),
        ("<a><!-- no --><![CDATA[<x>]]></a>", {"a": "<x>"}), ("<a>&lt;&amp;&#65;</a>", {"a": "<&A"}),
    ],
)
def test_xml_is_read(content, expected):
    assert parse(content) == {"result": expected, "success": True}


@pytest.mark.parametrize(
    "content",
    ["<a>", "<a></b>", "<a/><b/>", "<a x=1/>", "<a>&nope;</a>", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
     "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"],
)
def test_malformed_xml_is_an_answer(content):
    outputs = parse(content)
    assert (outputs["success"], outputs["result"]) == (False, None)
    assert outputs["error"] and "root:" not in outputs["error"]
    if "&" in content:
        assert "unrecognized entity" in outputs["error"]


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ({"d": None}, "<d/>\n"), ({"d": {}}, "<d/>\n"), ({"d": ""}, "<d></d>\n"),
        ({"d": "<&>\"'"}, "<d>&lt;&amp;&gt;&quot;'</d>\n"),
        ({"a": {"@x": "1", "b": [1, {"c": True}]}},
         '<a x="1">\n  <b>1</b>\n  <b>\n    <c>true</c>\n  </b>\n</a>\n'),
        ({"a": 1, "b": 2}, "<a>1</a>\n<b>2</b>\n"),
    ],
)
def test_xml_is_written(data, body):
    assert call("XMLParserNode", {}, {"operation": "generate", "data": data}) == {
        "result": '<?xml version="1.0" encoding="UTF-8"?>\n' + body, "success": True}


def test_xpath():
    content = "<r><a x='1'>t</a><a x='2'>u</a><b><c>v</c></b><d/></r>"
    for path, expected in (
        ("/r/a", [{"@x": "1", "#text": "t"}, {"@x": "2", "#text": "u"}]), ("/r/b/c", "v"), ("/r/zz", None),
        ("//a[@x='2']/text()", "u"), ("count(//a)", 2), ("/r/a/@x", ["1", "2"]), ("boolean(//d)", True),
    ):
        assert call("XMLParserNode", {}, {"operation": "xpath", "content": content, "xpath": path}) == {
            "result": expected, "success": True}
