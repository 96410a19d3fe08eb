#!/usr/bin/env python3
"""Queries per second of VectorQueryNode, beside numpy's exact search and hnswlib.

    PYTHONPATH=build/release/python python bench/nodes/vectors.py [COUNT] [DIMENSION]

Claims: looking at all vectors keeps up with numpy, though each query is a workflow of its own; among
50,000 the graph finds at least 95 % of the ten nearest. Needs numpy; hnswlib is left out when it is not
installed, and the output says so.
"""

import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(pathlib.Path(os.environ.get("KAILASH_BUILD", HERE.parents[1] / "build" / "release")) / "python"))

import kailash  # noqa: E402
import numpy  # noqa: E402

try:
    import hnswlib
except ImportError:
    hnswlib = None

TOP, QUERIES, BATCH = 10, 200, 2000


class Ours:
    """A collection filled through VectorUpsertNode; the query's workflow is built once."""

    def __init__(self, data):
        self.registry = kailash.NodeRegistry()
        self.runtime = kailash.Runtime(self.registry)
        upsert = self.build("VectorUpsertNode")
        for start in range(0, len(data), BATCH):
            entries = [{"id": str(start + k), "embedding": row} for k, row in
                       enumerate(data[start:start + BATCH].tolist())]
            self.runtime.execute(upsert, {"vectors": entries})

    def build(self, node, **config):
        builder = kailash.WorkflowBuilder()
        builder.add_node(node, "n", config)
        return builder.build(self.registry)

    def finder(self, **config):
        workflow = self.build("VectorQueryNode", top_k=TOP, **config)

        def find(query):
            inputs = {"query_vector": query.tolist()}
            results = self.runtime.execute(workflow, inputs)["results"]["n"]["results"]
            return [int(one["id"]) for one in results]
        return find


def numpy_finder(data):
    units = data / numpy.linalg.norm(data, axis=1, keepdims=True)

    def find(query):
        scores = units @ (query / numpy.linalg.norm(query))
        best = numpy.argpartition(-scores, TOP)[:TOP]
        return best[numpy.argsort(-scores[best])].tolist()
    return find


def hnswlib_finder(data):
    index = hnswlib.Index("cosine", data.shape[1])
    index.init_index(len(data), M=16, ef_construction=200)
    index.add_items(data, num_threads=1)
    index.set_ef(384)
    index.set_num_threads(1)
    return lambda query: index.knn_query(query, k=TOP)[0][0].tolist()


def measure(name, make, queries, exact):
    began = time.perf_counter()
    find = make()
    find(queries[0])  # an index is made with the first query
    made = time.perf_counter() - began
    took, found = [], 0
    for query, wanted in zip(queries, exact):
        start = time.perf_counter()
        ids = find(query)
        took.append(time.perf_counter() - start)
        found += len(set(ids) & set(wanted))
    took.sort()
    print(f"{name:<28} made in {made:6.2f} s   median {took[len(took) // 2] * 1e6:8.0f} us   "
          f"tenth {took[len(took) // 10] * 1e6:8.0f} us   recall@{TOP} {found / TOP / len(queries):.3f}")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    dimension = int(sys.argv[2]) if len(sys.argv) > 2 else 64
    draw = numpy.random.default_rng(1)
    data = draw.uniform(-1, 1, (count, dimension)).astype(numpy.float32)
    queries = draw.uniform(-1, 1, (QUERIES, dimension)).astype(numpy.float32)
    find = numpy_finder(data)
    exact = [find(query) for query in queries]
    ours = Ours(data)
    print(f"{count} vectors of {dimension} numbers, uniform at random")
    measure("numpy, all", lambda: find, queries, exact)
    measure("VectorQueryNode, all", lambda: ours.finder(exact=True), queries, exact)
    measure("VectorQueryNode", ours.finder, queries, exact)
    if hnswlib:
        measure("hnswlib, one thread", lambda: hnswlib_finder(data), queries, exact)
    else:
        print("hnswlib is not installed: left out")


if __name__ == "__main__":
    main()
