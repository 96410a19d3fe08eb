"""RerankNode with a cross-encoder, against servers that are strict about what they are asked."""

import json

import pytest

from http_servers import serve
from node_calls import call, failure

NODE = "RerankNode"
RESULTS = [{"content": text, "score": 0.5, "id": n} for n, text in enumerate(["aa", "b", "cccc", "ddd"])]
FAST = {"max_retries": 0, "retry_delay_ms": 0, "timeout_ms": 5000}


def say(handler, status, value):
    handler.say(status, value if isinstance(value, bytes) else json.dumps(value).encode(),
                content_type="application/json")


def strict(form, most=1000):
    """A server of `form`, which refuses what the real one does not know, and scores by length."""
    def answer(handler):
        asked = json.loads(handler.body)
        assert handler.command == "POST" and handler.headers["content-type"] == "application/json"
        if form == "tei":
            known, texts = {"query", "texts", "truncate", "raw_scores", "return_text"}, asked.get("texts")
        else:
            known, texts = {"model", "query", "documents", "top_n"}, asked.get("documents")
            if form == "jina":
                known |= {"return_documents"}
            if handler.headers["authorization"] != "Bearer key":
                return say(handler, 401, {"message" if form == "cohere" else "detail": "invalid api token"})
        if not set(asked) <= known or not all(isinstance(text, str) for text in texts):
            return say(handler, 422, {"error": f"unknown: {sorted(set(asked) - known)}"})
        if len(texts) > most:
            return say(handler, 413, {"error": f"batch size {len(texts)} > {most}", "error_type": "Validation"})
        scores = sorted(((len(text) / 10, n) for n, text in enumerate(texts)), reverse=True)
        if form == "tei":
            return say(handler, 200, [{"index": n, "score": score} for score, n in scores])
        return say(handler, 200, {"id": "1", "results": [{"index": n, "relevance_score": score}
                                                         for score, n in scores]})
    return answer


@pytest.mark.parametrize(("form", "config", "expected"), [
    ("cohere", {"model": "rerank-v3.5", "api_key": "key"},
     {"model": "rerank-v3.5", "query": "q", "documents": ["aa", "b", "cccc", "ddd"]}),
    ("jina", {"model": "m", "api_key": "key"},
     {"model": "m", "query": "q", "documents": ["aa", "b", "cccc", "ddd"], "return_documents": False}),
    ("jina", {"api_key": "key"},
     {"query": "q", "documents": ["aa", "b", "cccc", "ddd"], "return_documents": False}),
    ("tei", {}, {"query": "q", "texts": ["aa", "b", "cccc", "ddd"], "truncate": True})])
def test_each_form(form, config, expected):
    with serve({"/rerank": strict(form)}) as server:
        out = call(NODE, {"endpoint": f"{server.url}/rerank", "provider": form, "top_k": 3, **config},
                   {"results": RESULTS, "query": "q"})["reranked"]
        assert json.loads(server.seen[0][3]) == expected
    assert [(each["id"], each["score"]) for each in out] == [(2, 0.4), (3, 0.3), (0, 0.2)]
    assert out[0] == {"content": "cccc", "score": 0.4, "id": 2, "keyword_score": 0.0, "original_score": 0.5}


def test_batches():
    results = [{"content": "x" * (n % 9)} for n in range(100)] + [{"other": 1}, {"content": 5}]
    with serve({"/": strict("tei", most=32)}) as server:
        config = {"endpoint": server.url, "provider": "tei", **FAST}
        out = call(NODE, config, {"results": results, "query": "q"})["reranked"]
        assert [len(json.loads(seen[3])["texts"]) for seen in server.seen] == [32, 32, 32, 6]
        assert [each["score"] for each in out] == sorted((n % 9 / 10 for n in range(100)), reverse=True) + [0, 0]
        assert failure(NODE, {**config, "batch_size": 33}, {"results": results, "query": "q"}) == (
            "node execution failed: the reranker answered with status 413: batch size 33 > 32")
        server.seen.clear()
        assert call(NODE, config, {"results": [], "query": "q"}) == {"reranked": []}
        assert not server.seen


def test_a_key_that_is_refused_is_not_told():
    with serve({"/": strict("cohere")}) as server:
        text = failure(NODE, {"endpoint": server.url, "model": "m", "api_key": "geheim", **FAST},
                       {"results": RESULTS, "query": "q"})
    assert text == "node execution failed: the reranker answered with status 401: invalid api token"


def test_an_answer_that_comes_late_is_asked_for_again():
    tries = []

    def answer(handler):
        tries.append(1)
        if len(tries) < 3:
            return say(handler, 503 if len(tries) == 1 else 429, {})
        return strict("tei")(handler)
    with serve({"/": answer}) as server:
        config = {"endpoint": server.url, "provider": "tei", "retry_delay_ms": 1}
        assert call(NODE, config, {"results": RESULTS, "query": "q"})["reranked"][0]["id"] == 2
        tries.clear()
        assert failure(NODE, {**config, "max_retries": 1}, {"results": RESULTS, "query": "q"}) == (
            "node execution failed: the reranker answered with status 429")


@pytest.mark.parametrize(("answer", "why"), [
    (b"<html>", "the reranker's answer is no JSON: "),
    ({}, "the reranker's answer is no list"),
    ([{"index": 0, "score": 1}], "the reranker scored 1 of 4 contents"),
    ([{"index": 4, "score": 1}], "the reranker's answer has an item whose index is none of 0 to 3"),
    ([{"index": -1, "score": 1}], "the reranker's answer has an item whose index is none of 0 to 3"),
    ([{"score": 1}], "the reranker's answer has an item whose index is none of 0 to 3"),
    ([5], "the reranker's answer has an item whose index is none of 0 to 3"),
    ([{"index": 0, "score": 1}] * 4, "the reranker's answer has index 0 twice"),
    ([{"index": 0, "score": "1"}], "the reranker's answer has no number as 'score', but string"),
    ([{"index": 0, "relevance_score": 1}], "the reranker's answer has no number as 'score', but null")])
def test_answers_that_are_wrong(answer, why):
    with serve({"/": lambda handler: say(handler, 200, answer)}) as server:
        assert failure(NODE, {"endpoint": server.url, "provider": "tei", **FAST},
                       {"results": RESULTS, "query": "q"}).startswith(f"node execution failed: {why}")


def test_a_list_that_is_not_there():
    with serve({"/": lambda handler: say(handler, 200, {"data": []})}) as server:
        assert failure(NODE, {"endpoint": server.url, "model": "m", **FAST},
                       {"results": RESULTS, "query": "q"}) == (
            "node execution failed: the reranker's answer has no list 'results'")


@pytest.mark.parametrize(("config", "why"), [
    ({"endpoint": "http://127.0.0.1:1"}, "missing required input: model"),
    ({"endpoint": "http://127.0.0.1:1", "provider": "tei", "model": "m"},
     "invalid input 'model': expected none: a server of tei has one model"),
    ({"endpoint": "http://127.0.0.1:1", "ranker": "NoOpNode"}, "invalid input 'endpoint': expected none together with ranker"),
    ({"endpoint": "ftp://x", "model": "m"}, "invalid input 'endpoint': expected an http or https URL, got scheme 'ftp'"),
    ({"provider": "voyage"}, "provider: expected one of: cohere, jina, tei"),
    ({"endpoint": "http://127.0.0.1:1", "model": "m", "max_retries": 0}, "node execution failed: HTTP POST http://127.0.0.1:1"),
])
def test_bad_settings(config, why):
    assert failure(NODE, config, {"results": RESULTS, "query": "q"}).startswith(why)
