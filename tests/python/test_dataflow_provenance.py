"""Where knowledge came from, how much of it reached the index, and who used it; on every engine."""

import json
import threading

import pytest

from dataflow_models import TEXT, model, refusal

import kailash
from kailash import DerivesFromEdge, WriteScope

HERE = WriteScope(tenant_id="here")


def chunk(number, source, key, locator="l", span="s", **more):
    reference = {"source_id": source, "locator": locator, "span": span}
    return {"id": f"c{number:06}", "content": "text", "source_ref": reference, "index_key": key,
            "accountability_anchors": [], "sensitivity": "internal", **more}


def entry(key, status="distilled", refs=(), tag=None):
    return {"id": key, "description": f"about {key}", "chunk_refs": list(refs), "accountability_anchors": [],
            "coverage_status": status, "classification": "public", "owning_level": "team", "cascade_scope": "scoped",
            "distill_session": "s1", "framework_tag": tag}


def anchor(name, refs=(), origin="distilled"):
    return {"id": f"a-{name}", "anchor": name, "chunk_refs": list(refs), "origin": origin}


def retrieval(number, key, agent, incorporated=None):
    return {"id": f"00000000-0000-4000-8000-{number:012}", "index_key": key, "agent_id": agent, "session_id": "s",
            "timestamp": "2024-05-01T10:00:00+00:00", "incorporated": incorporated}


def event(**changed):
    return {"artifact_type": "skill", "artifact_id": "plan", "agent_id": "ann", "session_id": "s1",
            "timestamp": "2024-05-01T10:00:00Z", "lifecycle_moment": "session-start",
            "observation_tier": "observed", **changed}


def use(number, artifact, kind, tier, agent):
    return {**event(artifact_id=artifact, artifact_type=kind, observation_tier=tier, agent_id=agent),
            "id": f"00000000-0000-4000-9000-{number:012}", "activation_schema_version": 1, "event_type": "E",
            "producer": "p", "source_file": "f", "source_line": number}


def add(df, name, *rows, scope=HERE):
    for row in rows:
        df.express.create_scoped(name, row, False, scope)


@pytest.fixture
def df(database):
    df = database.dataflow()
    kailash.register_rag_provenance_models(df)
    return df


@pytest.fixture
def in_memory():
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    kailash.register_rag_provenance_models(df)
    yield df
    df.close()


def resolved(name):
    return name != "gone"


# ---- words ----------------------------------------------------------------------------------------------------------

STABLE = ["§", "§ 5.7", "a.md § 5", "a.md§5", "foo::bar", "foo::", "::bar", "a/b.py::Cls.m", "a.py#frag", "#frag",
          "a.py#h-2", "a.py:12::x", "a.py::f:12", "a.py::x:12-20", "a.py:12 § x", "§5:12", "foo(bar)", "foo()",
          "file.md#h:12", "é::ü", "a.py#é", "a#b#c", "f():12", "a\n::b"]
UNSTABLE = {
    "": "is empty", " \t": "is empty",
    "kp://x/y": "is a kp:// handle", "KP://a::b": "is a kp:// handle", "kp://a § b": "is a kp:// handle",
    "a.py:12": "names a line", "a.py:12-20": "names a line", "a.py::12": "names a line", "a::12-20": "names a line",
    "a.py:12:5": "names a line", "a.py#L12": "names a line", "a.py#L12-L20": "names a line", "a:1": "names a line",
    "a.py": "cannot be found again", "word": "cannot be found again", "x/y": "cannot be found again",
    "a.py:foo": "cannot be found again", "a.py#": "cannot be found again", "a.py#12": "cannot be found again",
    "a.py:12-": "cannot be found again", "a.py:12a": "cannot be found again", "()": "cannot be found again",
    "a.py#_1": "cannot be found again", "12": "cannot be found again", "-L12": "cannot be found again",
    "a.py:-12": "cannot be found again",
}


@pytest.mark.parametrize("text", STABLE)
def test_an_anchor_that_can_be_searched_for_is_good(text):
    assert kailash.validate_provenance_anchor(text) is None


@pytest.mark.parametrize("text", UNSTABLE)
def test_an_anchor_that_moves_is_refused(text):
    message = refusal(ValueError, kailash.validate_provenance_anchor, text)
    assert message.startswith("derives_from anchor") and UNSTABLE[text] in message


def test_the_words():
    assert kailash.rag_provenance_model_names() == ["IndexEntry", "Chunk", "Embedding", "AccountabilityAnchor",
                                                    "RagIndexActivationEvent", "ArtifactActivationEvent"]
    assert kailash.derives_from_edge_fields() == ["id", "artifact", "endpoint", "emitted_by", "tenant_id"]
    assert kailash.rag_metric_names() == ["faithfulness", "groundedness", "context-relevance", "answer-relevance",
                                          "context-recall"]
    assert kailash.cascade_scope_resolve("generic") == "generic"
    assert kailash.cascade_scope_resolve() == "scoped"
    for other in (None, "", "Generic", " generic", "generic ", "x"):
        assert kailash.cascade_scope_resolve(other) == "scoped"
    for tier in ("observed", "availability", "self-reported"):
        assert kailash.observation_tier_parse(tier) == tier
    for other in ("", "Observed", "observed ", "unknown"):
        assert kailash.observation_tier_parse(other) is None
    refusal(TypeError, kailash.observation_tier_parse, None)
    refusal(TypeError, kailash.cascade_scope_resolve, 3)


# ---- models ---------------------------------------------------------------------------------------------------------

def test_the_models_are_registered_once_and_by_tenant(in_memory):
    names = [*kailash.rag_provenance_model_names(), "DerivesFromEdge"]
    kailash.register_rag_provenance_models(in_memory)
    kailash.register_rag_provenance_models_express(in_memory.express)
    kailash.register_rag_provenance_models_express(in_memory)
    assert in_memory.registered_models == names
    for each in in_memory.models:
        fields = [field.name for field in each.fields]
        assert each.tenant_column == "tenant_id" and each.primary_key == "id"
        assert fields[0] == "id" and fields[-3:] == ["tenant_id", "created_at", "updated_at"]
    refusal(TypeError, kailash.register_rag_provenance_models, in_memory.express)
    refusal(TypeError, kailash.register_rag_provenance_models_express, HERE)
    refusal(TypeError, kailash.register_rag_provenance_models_express, 3)


def test_another_model_of_the_name_is_not_taken_for_it():
    with_chunk = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    with_chunk.register_model(model("Chunk", "chunks", ("tenant_id", TEXT), key=("id", TEXT)).multi_tenant())
    with_chunk.register_model(model("IndexEntry", "entries", ("tenant_id", TEXT), key=("id", TEXT)).multi_tenant())
    refusal(ValueError, kailash.register_rag_provenance_models, with_chunk)
    message = refusal(RuntimeError, kailash.compute_source_coverage, with_chunk, "here", "s", "l")
    assert "is not the one of register_rag_provenance_models()" in message
    with_chunk.close()


def test_who_asks_needs_models_and_a_tenant(in_memory):
    empty = kailash.DataFlow("sqlite::memory:")
    assert "model not registered" in refusal(RuntimeError, kailash.sweep_unbacked_anchors, empty, "here")
    empty.close()
    edge = DerivesFromEdge("e", "a::b", "c::d")
    for blank in ("", " \t"):
        for call, model_name, arguments in [
                (kailash.compute_source_coverage, "Chunk", (blank, "s", "l")),
                (kailash.compute_corpus_coverage, "Chunk", (blank, "l", resolved)),
                (kailash.render_corpus_coverage, "Chunk", (blank, "l", resolved)),
                (kailash.sweep_unbacked_anchors, "AccountabilityAnchor", (blank,)),
                (kailash.sweep_orphaned_chunks, "AccountabilityAnchor", (blank, resolved)),
                (kailash.provenance_of, "DerivesFromEdge", ("a::b", blank)),
                (kailash.derived_from_endpoint, "DerivesFromEdge", ("a::b", blank)),
                (kailash.persist_derives_from_edge, "DerivesFromEdge", (edge, blank)),
                (kailash.aggregate_index_activation_overlap, "RagIndexActivationEvent", (blank, 2)),
                (kailash.aggregate_artifact_activation_overlap, "ArtifactActivationEvent", (blank, 2)),
                (kailash.render_activation_report, "IndexEntry", (blank, "l", 2)),
                (kailash.drain_artifact_activation_events, "ArtifactActivationEvent", (blank, "/"))]:
            source = in_memory if call is kailash.drain_artifact_activation_events else in_memory.express
            message = refusal(RuntimeError, call, source, *arguments)
            assert f"{call.__name__} failed: tenant required: model {model_name} is multi-tenant" in message
    refusal(TypeError, kailash.sweep_unbacked_anchors, HERE, "here")
    refusal(TypeError, kailash.sweep_unbacked_anchors, 3, "here")
    refusal(OverflowError, kailash.aggregate_index_activation_overlap, in_memory, "here", -1)


# ---- edges ----------------------------------------------------------------------------------------------------------

def test_an_edge_is_a_value():
    edge = DerivesFromEdge("e1", "a::b", "c § d", emitted_by="codify")
    assert repr(edge) == 'DerivesFromEdge(id="e1", artifact="a::b", endpoint="c § d")'
    assert (edge.id, edge.artifact, edge.endpoint, edge.emitted_by) == ("e1", "a::b", "c § d", "codify")
    assert edge == DerivesFromEdge("e1", "a::b", "c § d", "codify") != DerivesFromEdge("e1", "a::b", "c § d")
    assert DerivesFromEdge(id="x", artifact="y", endpoint="z").emitted_by is None


def test_edges_lead_both_ways_and_stay_with_their_tenant(df):
    first, second = DerivesFromEdge("e1", "a::b", "c § d"), DerivesFromEdge("e2", "a::b", "e#f", "codify")
    third = DerivesFromEdge("e3", "x::y", "c § d")
    foreign = DerivesFromEdge("e4", "a::b", "c § d")
    for edge in (first, second, third):
        assert kailash.persist_derives_from_edge(df.express, edge, "here") is None
    kailash.persist_derives_from_edge(df, foreign, "there")
    assert kailash.provenance_of(df.express, "a::b", "here") == [first, second]
    assert kailash.derived_from_endpoint(df.express, "c § d", "here") == [first, third]
    assert kailash.provenance_of(df, "a::b", "there") == [foreign]
    assert kailash.provenance_of(df, "A::b", "here") == kailash.provenance_of(df, "a::b", "elsewhere") == []
    error = kailash.UniqueViolationError
    message = refusal(error, kailash.persist_derives_from_edge, df, foreign, "here")
    assert message.startswith("persist_derives_from_edge failed: database error: ")
    for wrong, what in [(DerivesFromEdge("e", "foo", "a::b"), "artifact"),
                        (DerivesFromEdge("e", "a::b", "x.py:12"), "endpoint")]:
        message = refusal(ValueError, kailash.persist_derives_from_edge, df, wrong, "here")
        assert message.startswith(f"persist_derives_from_edge failed: {what}: derives_from anchor")
    assert df.express.count_with_tenant("DerivesFromEdge", "here") == 3


# ---- sweeps and coverage --------------------------------------------------------------------------------------------

SPAN = [1, {"b": 1, "a": "é"}]


def fill_corpus(df):
    add(df, "IndexEntry", entry("known", refs=["c1", "c9"], tag="F"), entry("cut", "fallback-chunked"),
        entry("dropped", "boilerplate-dropped"))
    add(df, "Chunk", chunk(1, "z", "known", span=SPAN), chunk(2, "z", "nowhere", "l2", SPAN), chunk(3, "a", "dropped"),
        chunk(4, "m", "cut"), chunk(5, "z", "dropped"), chunk(6, "none", "nowhere", "l6", "text"))
    add(df, "AccountabilityAnchor", anchor("x::y", ["c1"]), anchor("bare"), anchor("by hand", (), "hand-authored"),
        anchor("gone", ["c9"], "hand-authored"))
    elsewhere = WriteScope(tenant_id="there")
    add(df, "IndexEntry", entry("nowhere"), scope=elsewhere)
    add(df, "Chunk", chunk(7, "z", "nowhere"), scope=elsewhere)
    add(df, "AccountabilityAnchor", anchor("theirs"), scope=elsewhere)


def source_numbers(source, coverage, covered, boilerplate, *uncovered):
    return {"source_id": source, "scope_label": "all", "coverage": coverage, "covered_span_count": covered,
            "boilerplate_span_count": boilerplate, "has_data": coverage is not None, "has_gaps": bool(uncovered),
            "uncovered_spans": [{"source_id": source, "locator": locator, "span": span} for locator, span in uncovered]}


SOURCES = [source_numbers("z", 0.5, 1, 1, ("l2", SPAN)), source_numbers("a", None, 0, 1), source_numbers("m", 1.0, 1, 0),
           source_numbers("none", 0.0, 0, 0, ("l6", "text"))]
UNBACKED = [{"id": "a-bare", "anchor": "bare", "chunk_refs": [], "origin": "distilled"}]
ORPHANED = [{"id": "a-gone", "anchor": "gone", "chunk_refs": ["c9"], "origin": "hand-authored"}]


def test_coverage_counts_what_reached_the_index(df):
    fill_corpus(df)
    express, asked = df.express, []

    def resolver(name):
        asked.append(name)
        assert express.count_with_tenant("Chunk", "here") == 6  # no connection is held meanwhile
        return resolved(name)

    for source in SOURCES:
        assert kailash.compute_source_coverage(express, "here", source["source_id"], "all") == source
    assert kailash.compute_source_coverage(express, "here", "unheard", "all") == source_numbers("unheard", None, 0, 0)
    assert kailash.compute_source_coverage(express, "there", "z", "all") == source_numbers("z", 1.0, 1, 0)
    assert kailash.sweep_unbacked_anchors(express, "here") == UNBACKED
    assert kailash.sweep_orphaned_chunks(express, "here", resolved) == ORPHANED
    corpus = kailash.compute_corpus_coverage(express, "here", "all", resolver)
    assert corpus == {"scope_label": "all", "sources": SOURCES,
                      "accountability": {"orphaned": ORPHANED, "unbacked": UNBACKED, "is_clean": False}}
    assert asked == ["x::y", "gone"]
    check_rendered(kailash.render_corpus_coverage(express, "here", "all", resolver))
    nothing = kailash.compute_corpus_coverage(express, "elsewhere", "all", resolved)
    assert nothing["sources"] == [] and nothing["accountability"]["is_clean"] is True


def check_rendered(report):
    assert list(report) == ["scope_label", "corpus_coverage", "corpus_band", "corpus_annotation", "total_covered_spans",
                            "total_boilerplate_spans", "total_uncovered_spans", "sources", "index_descriptions",
                            "completeness"]
    assert (report["corpus_coverage"], report["corpus_band"]) == (0.5, "partially-covered")
    assert report["corpus_annotation"] == "The corpus is in the index to 50 %; 2 of its spans did not reach it."
    assert [report[f"total_{word}_spans"] for word in ("covered", "boilerplate", "uncovered")] == [2, 2, 2]
    assert [(source["source_id"], source["band"], source["coverage"]) for source in report["sources"]] == [
        ("z", "partially-covered", 0.5), ("a", "no-data", None), ("m", "fully-covered", 1.0), ("none", "not-covered", 0.0)]
    assert report["sources"][0]["uncovered"] == [
        {"source_id": "z", "locator": "l2", "span_display": '[1, {"a": "é", "b": 1}]'}]
    assert report["sources"][3]["uncovered"][0]["span_display"] == "text"
    keys = ("index_key", "description", "coverage_status", "framework_tag", "backing_chunk_count")
    assert [tuple(each[key] for key in keys) for each in report["index_descriptions"]] == [
        ("known", "about known", "distilled", "F", 2), ("cut", "about cut", "fallback-chunked", None, 0),
        ("dropped", "about dropped", "boilerplate-dropped", None, 0)]
    assert len({each["status_annotation"] for each in report["index_descriptions"]}) == 3
    complete = report["completeness"]
    assert (complete["sources_represented"], complete["sources_with_gaps"], complete["is_complete"]) == (4, 2, False)
    assert [each["anchor"] for each in complete["unbacked_anchors"]] == ["bare"]
    assert [each["anchor_id"] for each in complete["orphaned_anchors"]] == ["a-gone"]


def test_nearly_all_is_not_all(in_memory):
    add(in_memory, "IndexEntry", entry("k"))
    rows = [chunk(number, "s", "k" if number else "missing") for number in range(300)]
    in_memory.express.bulk_create_scoped("Chunk", rows, HERE)
    report = kailash.render_corpus_coverage(in_memory, "here", "all", resolved)
    assert report["corpus_band"] == "partially-covered" and "99 %" in report["corpus_annotation"]
    in_memory.execute_raw("UPDATE rag_chunks SET index_key = CASE index_key WHEN 'k' THEN 'missing' ELSE 'k' END")
    report = kailash.render_corpus_coverage(in_memory, "here", "all", resolved)
    assert report["corpus_band"] == "partially-covered" and " 1 %" in report["corpus_annotation"]
    in_memory.execute_raw("UPDATE rag_chunks SET index_key = 'k'")
    report = kailash.render_corpus_coverage(in_memory, "here", "all", resolved)
    assert (report["corpus_coverage"], report["corpus_band"]) == (1.0, "fully-covered")
    assert report["completeness"]["is_complete"] is True


@pytest.mark.parametrize("stored, why", [
    ("5", "is no JSON object"), ('"x"', "is no JSON object"), ("[1]", "is no JSON object"), ("not json", "is no JSON object"),
    ("", "is no JSON object"), ('{"locator": "l", "span": 1}', "has no text source_id"),
    ('{"source_id": 1, "locator": "l", "span": 1}', "has no text source_id"),
    ('{"source_id": "q", "locator": 1, "span": 1}', "has no text locator"), ('{"source_id": "q", "locator": "l"}', "has no span"),
    ('{"source_id": "q", "locator": "l", "span": null}', "has no span")])
def test_a_chunk_that_tells_no_source_fails_the_whole_call(in_memory, stored, why):
    add(in_memory, "IndexEntry", entry("k"))
    add(in_memory, "Chunk", chunk(1, "s", "k"), chunk(2, "s", "k", source_ref=stored))
    for call, arguments in [(kailash.compute_source_coverage, ("s", "l")), (kailash.compute_corpus_coverage, ("l", resolved)),
                            (kailash.render_corpus_coverage, ("l", resolved))]:
        message = refusal(RuntimeError, call, in_memory, "here", *arguments)
        assert message == f"{call.__name__} failed: query build error: Chunk 'c000002': source_ref {why}"
    assert kailash.compute_source_coverage(in_memory, "there", "s", "l")["has_data"] is False


def test_a_status_that_nobody_knows_fails_even_where_no_chunk_asks(in_memory):
    add(in_memory, "IndexEntry", entry("k"), entry("odd", "half-done"))
    add(in_memory, "Chunk", chunk(1, "s", "k"))
    message = refusal(RuntimeError, kailash.compute_source_coverage, in_memory, "here", "s", "l")
    assert "IndexEntry 'odd': unrecognized coverage_status 'half-done'" in message


def test_the_resolver_answers_yes_or_no(in_memory):
    add(in_memory, "AccountabilityAnchor", anchor("a", ["c"]), anchor("b", ["c"]))

    class Odd(Exception):
        pass

    def raises(name):
        raise Odd(name)

    for call, arguments in [(kailash.sweep_orphaned_chunks, ()), (kailash.compute_corpus_coverage, ("l",)),
                            (kailash.render_corpus_coverage, ("l",))]:
        assert refusal(Odd, call, in_memory, "here", *arguments, raises) == "a"
        for answer in (1, None, "yes"):
            message = refusal(TypeError, call, in_memory, "here", *arguments, lambda name: answer)
            assert message.startswith("resolver: expected bool, got ")
        for wrong in (3, None, "f"):
            message = refusal(ValueError, call, in_memory, "here", *arguments, wrong)
            assert message.startswith("resolver: expected callable, got ")
    in_memory.execute_raw("UPDATE rag_accountability_anchors SET chunk_refs = '{}' WHERE anchor = 'b'")
    message = refusal(RuntimeError, kailash.sweep_unbacked_anchors, in_memory, "here")
    assert message.endswith("AccountabilityAnchor 'a-b': chunk_refs is no JSON array")


# ---- activation -----------------------------------------------------------------------------------------------------

def fill_events(df):
    add(df, "IndexEntry", entry("b", tag="F"), entry("a"), entry("quiet"), entry("blank"), entry("never"))
    rows = [("a", "ann", True), ("a", "bob", None), ("a", "ann", False), ("b", "ann", None), ("b", "bob", None),
            ("b", "eve", False), ("quiet", "ann", False), ("blank", " ", False), ("blank", "", None), ("Z", "ann", None)]
    add(df, "RagIndexActivationEvent", *[retrieval(i, *row) for i, row in enumerate(rows)])
    add(df, "RagIndexActivationEvent", retrieval(99, "never", "ann", True), scope=WriteScope(tenant_id="there"))
    uses = [("plan", "skill", "self-reported", "ann"), ("plan", "skill", "observed", "ann"),
            ("plan", "skill", "observed", "bob"), ("plan", "skill", "availability", None), ("Lint", "hook", "observed", ""),
            ("plan", "skill", "observed", "ann")]
    add(df, "ArtifactActivationEvent", *[use(i, *row) for i, row in enumerate(uses)])


def test_activation_counts_distinct_agents(df):
    fill_events(df)
    express = df.express
    overlap = kailash.aggregate_index_activation_overlap(express, "here", 2)
    assert [(row["key"], row["distinct_agent_count"], row["bucket"]) for row in overlap] == [
        ("Z", 1, "1-agent"), ("a", 2, "some"), ("b", 3, "many"), ("blank", 0, "activated-unattributed"),
        ("quiet", 1, "1-agent")]
    assert {row["key"]: row["bucket"] for row in kailash.aggregate_index_activation_overlap(express, "here", 0)} == {
        "Z": "1-agent", "a": "many", "b": "many", "blank": "activated-unattributed", "quiet": "1-agent"}
    assert kailash.aggregate_artifact_activation_overlap(express, "here", 5) == [
        {"key": "Lint", "distinct_agent_count": 0, "bucket": "activated-unattributed"},
        {"key": "plan", "distinct_agent_count": 2, "bucket": "some"}]
    assert kailash.aggregate_index_activation_overlap(express, "elsewhere", 2) == []
    check_activation(kailash.render_activation_report(express, "here", "all", 2))


def check_activation(report):
    assert (report["scope_label"], report["threshold"]) == ("all", 2)
    keys = ("index_key", "framework_tag", "distinct_agent_count", "bucket", "incorporation")
    assert [tuple(row[key] for key in keys) for row in report["indexes"]] == [
        ("a", None, 2, "some", "incorporated"), ("b", "F", 3, "many", "retrieved-unjudged"),
        ("blank", None, 0, "activated-unattributed", "retrieved-unjudged"),
        ("never", None, 0, "not-activated", "not-retrieved"),
        ("quiet", None, 1, "1-agent", "retrieved-not-incorporated")]
    assert [report["indexes_not_activated"], report["indexes_activated_unattributed"]] == [1, 1]
    assert [row["index_key"] for row in report["undeclared_index_activations"]] == ["Z"]
    assert [(row["artifact_id"], row["artifact_type"], row["observation_tier"], row["distinct_agent_count"])
            for row in report["artifacts"]] == [
        ("Lint", "hook", "observed", 0), ("plan", "skill", "observed", 2), ("plan", "skill", "availability", 0),
        ("plan", "skill", "self-reported", 1)]
    for row in report["indexes"] + report["artifacts"] + report["undeclared_index_activations"]:
        assert row["annotation"].endswith(".")


def test_the_settings_of_a_database_change_no_answer(database):
    df = database.dataflow(pg_type_mode="native", json_mode="decode", undeclared_fields="redact")
    kailash.register_rag_provenance_models_express(df.express)
    fill_corpus(df)
    corpus = kailash.compute_corpus_coverage(df, "here", "all", resolved)
    assert corpus["sources"] == SOURCES and corpus["accountability"]["orphaned"] == ORPHANED
    check_rendered(kailash.render_corpus_coverage(df, "here", "all", resolved))
    df.execute_raw("DELETE FROM rag_index_entries")
    fill_events(df)
    check_activation(kailash.render_activation_report(df, "here", "all", 2))


def test_the_report_believes_no_word_that_it_does_not_know(in_memory):
    add(in_memory, "ArtifactActivationEvent", use(1, "a", "tool", "observed", "ann"))
    message = refusal(RuntimeError, kailash.render_activation_report, in_memory, "here", "l", 2)
    assert "artifact 'a': unrecognized artifact_type 'tool'" in message
    assert len(kailash.aggregate_artifact_activation_overlap(in_memory, "here", 2)) == 1
    in_memory.execute_raw("UPDATE rag_artifact_activation_events SET artifact_type = 'rule', observation_tier = 'seen'")
    message = refusal(RuntimeError, kailash.render_activation_report, in_memory, "here", "l", 2)
    assert "artifact 'a': unrecognized observation_tier 'seen'" in message
    in_memory.execute_raw("UPDATE rag_artifact_activation_events SET observation_tier = 'observed'")
    add(in_memory, "ArtifactActivationEvent", use(2, "a", "hook", "availability", "ann"))
    message = refusal(RuntimeError, kailash.render_activation_report, in_memory, "here", "l", 2)
    assert "artifact 'a' has events as hook and as rule" in message


# ---- drain ----------------------------------------------------------------------------------------------------------

def write_lines(path, *lines):
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))


def counts(answer):
    return tuple(answer[key] for key in ("inserted", "skipped_duplicates", "files_processed", "errored"))


def test_a_drain_stores_each_line_once(df, tmp_path):
    folder = tmp_path / "events"
    (folder / "below.jsonl").mkdir(parents=True)
    write_lines(folder / "below.jsonl" / "x.jsonl", event())
    write_lines(folder / "a.txt", event())
    write_lines(folder / "b.jsonl", event(artifact_id="late"))
    lines = [event(), "", event(agent_id=None, extra=1, activation_schema_version=7, producer="mine", event_type="E"), "no json",
             event(observation_tier="guessed"), event(artifact_id=" "), event(timestamp="yesterday")]
    write_lines(folder / "a.jsonl", *lines)
    answer = kailash.drain_artifact_activation_events(df, "here", str(folder))
    assert counts(answer) == (3, 0, 2, 4)
    assert [(error["file"], error["line"]) for error in answer["errors"]] == [("a.jsonl", n) for n in (4, 5, 6, 7)]
    assert [error["reason"].partition(":")[0] for error in answer["errors"][1:]] == [
        "observation_tier", "artifact_id", "timestamp"]
    rows = df.express.list_with_tenant("ArtifactActivationEvent", "here", order_by="source_line")
    assert sorted((row["source_file"], row["source_line"], row["agent_id"], row["producer"]) for row in rows
                  if row["agent_id"]) == [("a.jsonl", 1, "ann", "loom"), ("b.jsonl", 1, "ann", "loom")]
    third = rows[-1]
    assert [third[key] for key in ("source_line", "activation_schema_version", "producer", "event_type", "agent_id")] == [
        3, 7, "mine", "E", None]
    assert counts(kailash.drain_artifact_activation_events(df, "here", str(folder))) == (0, 3, 2, 4)
    lines[0] = event(artifact_id="rewritten")
    write_lines(folder / "a.jsonl", *lines, event(artifact_id="appended"))
    assert counts(kailash.drain_artifact_activation_events(df, "here", str(folder))) == (1, 3, 2, 4)
    assert {row["key"] for row in kailash.aggregate_artifact_activation_overlap(df, "here", 2)} == {
        "plan", "late", "appended"}
    assert counts(kailash.drain_artifact_activation_events(df, "there", str(folder))) == (4, 0, 2, 4)


BAD = [("[]", "expected a JSON object, got array"), ("{}", "artifact_type: expected one of agent, skill, rule, hook, got null"),
       (event(artifact_type="tool"), "artifact_type: expected one of"), (event(artifact_id=""), "artifact_id: expected a text"),
       (event(artifact_id=3), "artifact_id: expected a text that is not blank, got integer"),
       (event(session_id="\t"), "session_id: expected a text"), (event(session_id=None), "session_id: expected a text"),
       (event(timestamp=1), "timestamp: expected an RFC 3339 time"),
       (event(timestamp="2024-05-01T10:00:00"), "timestamp: expected an RFC 3339 time"),
       (event(lifecycle_moment="noon"), "lifecycle_moment: expected one of"), (event(agent_id=3), "agent_id: expected a text or null"),
       (event(producer=[]), "producer: expected a text, got array"), (event(event_type={}), "event_type: expected a text, got object"),
       (event(activation_schema_version="1"), "activation_schema_version: expected integer, got string"),
       (event(activation_schema_version=True), "activation_schema_version: expected integer, got bool"),
       ('"' + "x" * (1 << 20) + '"', "longer than 1 MiB"), ('{"a": 1} {', "")]


def test_a_bad_line_is_told_and_the_rest_goes_on(in_memory, tmp_path):
    lines = [line for bad, _ in BAD for line in (bad, event())]
    write_lines(tmp_path / "e.jsonl", *lines)
    with open(tmp_path / "e.jsonl", "ab") as file:
        file.write(b'{"artifact_id": "\xff\xfe"}\r\n\0\n' + json.dumps(event()).encode())  # the last line has no end
    answer = kailash.drain_artifact_activation_events(in_memory, "here", str(tmp_path))
    assert counts(answer) == (len(BAD) + 1, 0, 1, len(BAD) + 2)
    for (_, reason), error in zip(BAD, answer["errors"]):
        assert error["reason"].startswith(reason) and error["reason"], (reason, error)
    assert [error["line"] for error in answer["errors"]][:3] == [1, 3, 5]


def test_errors_beyond_a_thousand_are_counted_only(in_memory, tmp_path):
    write_lines(tmp_path / "e.jsonl", *["x"] * 1200, *[event()] * 1100)
    answer = kailash.drain_artifact_activation_events(in_memory, "here", str(tmp_path))
    assert counts(answer) == (1100, 0, 1, 1200) and len(answer["errors"]) == 1000
    assert counts(kailash.drain_artifact_activation_events(in_memory, "here", str(tmp_path))) == (0, 1100, 1, 1200)


def test_a_folder_that_cannot_be_read_is_an_error(in_memory, tmp_path):
    write_lines(tmp_path / "e.jsonl", event())
    for path in (tmp_path / "none", tmp_path / "e.jsonl"):
        message = refusal(RuntimeError, kailash.drain_artifact_activation_events, in_memory, "here", str(path))
        assert message.startswith("drain_artifact_activation_events failed: ")
    refusal(TypeError, kailash.drain_artifact_activation_events, in_memory.express, "here", str(tmp_path))


def test_drains_at_once_store_nothing_twice(df, tmp_path):
    for name in "abcd":
        write_lines(tmp_path / f"{name}.jsonl", *[event(artifact_id=str(n)) for n in range(60)])
    answers = []

    def drain():
        answers.append(kailash.drain_artifact_activation_events(df, "here", str(tmp_path)))

    threads = [threading.Thread(target=drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and sum(answer["inserted"] for answer in answers) == 240
    assert all(answer["inserted"] + answer["skipped_duplicates"] == 240 for answer in answers)
    assert df.express.count_with_tenant("ArtifactActivationEvent", "here") == 240
