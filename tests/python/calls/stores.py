"""Stores and retrieval, each in a collection of its own; graphs also on a server of this process."""

import threading

from bolt_server import Server, Structure


def answer(query, params, extra):
    if "RETURN n" in query:
        return ["n"], [[Structure(ord("N"), 3, ["A"], {"n": 1}, "4:3")]]
    return (["id"], [["5:1"]]) if "AS id" in query else (["n"], [[1]])


BOLT = Server(answer)
threading.Thread(target=BOLT.serve_forever, daemon=True).start()

from calls.net import URL

FILE = {"backend": "sqlite", "connection_string": "kept.db", "scope": "registry"}
STORE = {"collection": "bad_inputs", "backend": "memory", "scope": "process"}
SEARCH = {"top_k": 2, "min_score": -1.0, "filter": {"k": 1}, "keyword_weight": 0.5, "diversity": 0.5, "fetch_k": 4}
CHUNKS = {"chunks": ["a b"], "embeddings": [[1.0, 0.5]], "metadatas": [{"k": 1}], "ids": ["i"]}
CALLS = {
    "VectorUpsertNode": [
        {"vectors": [{"id": "a", "embedding": [1.0, 0.5], "metadata": {"k": 1}, "content": "c"}], **STORE}],
    "VectorQueryNode": [
        {"query_vector": [1.0, 0.5], "top_k": 2, "filter": {"k": {"$gte": 1}}, "metric": metric,
         "min_score": -1.0, "exact": False, "effort": 10, **STORE}
        for metric in ("cosine", "euclidean", "dot_product")],
    "VectorDeleteNode": [{"ids": ["z"], **STORE}, {"ids": ["z"], **FILE}, {"filter": {"k": 99}, **STORE}],
    "DocumentStoreNode": [
        {"operation": operation, "collection": "bad_inputs", "backend": "memory", "scope": "process", **more}
        for operation, more in [
            ("insert", {"document": {"a": 1}}), ("insert", {"documents": [{"a": [1, 2]}]}),
            ("find", {"filter": {"a": {"$in": [1]}}, "projection": {"a": 1}, "sort": {"a": -1}, "skip": 0,
                      "limit": 5}),
            ("update", {"filter": {"a": 1}, "update": {"$set": {"b.c": 1}}, "one": True, "upsert": True}),
            ("delete", {"filter": {"a": 99}, "one": False}), ("count", {"filter": {}}),
            ("aggregate", {"pipeline": [{"$match": {"a": 1}}, {"$group": {"_id": "$a"}}]}),
            ("create_index", {"field": "a", "unique": False}), ("list_indexes", {}),
            ("drop_index", {"field": "a"})]],
    "GraphDatabaseNode": [
        {"operation": operation, "graph": "bad_inputs", "backend": "memory", "scope": "process",
         "max_steps": 10000, **more}
        for operation, more in [
            ("create_node", {"labels": ["A"], "properties": {"n": 1}}),
            ("create_relationship", {"from_id": "node_1", "to_id": "node_1", "relationship_type": "R",
                                     "properties": {}}),
            ("query", {"query": "MATCH (n:A) WHERE n.n = $n RETURN n LIMIT 3", "params": {"n": 1}}),
            ("match", {"labels": ["A"], "properties": {"n": 1}}),
            ("create_index", {"labels": ["A"], "property": "n"})]] + [
        {"operation": operation, "backend": "bolt", "url": BOLT.url, "user": "u", "password": "right", "database": "d",
         "timeout_ms": 2000, "ca_file": "none.pem", "verify_tls": True, "scope": "process", **more}
        for operation, more in [
            ("create_node", {"labels": ["A"], "properties": {"n": 1}}),
            ("create_relationship", {"from_id": "1", "to_id": "2", "relationship_type": "R", "properties": {}}),
            ("delete_node", {"node_id": "1"}), ("query", {"query": "RETURN n", "params": {"n": 1}}),
            ("match", {"labels": ["A"], "properties": {"n": 1}}),
            ("create_index", {"labels": ["A"], "property": "n"})]],
    "DocumentLoaderNode": [
        {"content": "a b", "metadata": {"k": 1}, "source_type": "string"},
        {"content": "<p>a", "source_type": "html"}, {"content": "# a", "source_type": "markdown"},
        {"content": "a,b\n1,2", "source_type": "csv"},
        {"content": "[1]", "source_type": "json", "json_path": "[0]"},
        {"path": "rows.csv", "source_type": "csv", "base_dir": ".", "max_size_bytes": 1000},
        {"path": "folder/file.txt", "source_type": "file"},
        {"path": "empty.pdf", "source_type": "pdf", "password": "p"},
        {"url": URL, "source_type": "url", "timeout_ms": 2000, "allow_private": True}],
    "TextSplitterNode": [
        {"text": "One two. Three four.\n\nFive six.", "chunk_size": 10, "overlap": 2, "strategy": strategy}
        for strategy in ("fixed_size", "sentence", "paragraph", "recursive", "token", "markdown", "code")],
    "EmbeddingStoreNode": [{**CHUNKS, "replace": True, **STORE, "collection": "bad_inputs_rag"}],
    "VectorSearchNode": [
        {"query_embedding": [1.0, 0.5], "query": "a", **SEARCH, **STORE, "collection": "bad_inputs_rag"}],
    "RerankNode": [
        {"results": [{"content": "a b", "score": 0.5}], "query": "a", "score_weight": 0.7,
         "keyword_weight": 0.3, "top_k": 1},
        {"results": [], "query": "a", "endpoint": URL, "provider": "jina", "model": "m", "api_key": "k",
         "batch_size": 1, "timeout_ms": 2000, "max_retries": 0, "retry_delay_ms": 1}],
    "ContextAssemblerNode": [
        {"chunks": ["a", {"content": "b"}], "query": "q", "separator": "|", "max_tokens": 10}],
    "RAGPipelineNode": [
        {"query": "q", "query_embedding": [1.0, 0.5], **SEARCH, **STORE, "collection": "bad_inputs_rag",
         "separator": "|", "max_tokens": 10},
        {"query": "q", "query_embedding": [1.0], "collection": "none", **FILE,
         "answerer": {"type": "NoOpNode", "config": {"response": "yes"}}}],
}
