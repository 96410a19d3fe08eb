"""The part of Qdrant's REST API that vectors need, over Qdrant's own engine: qdrant.py PORT FOLDER KEY.

Requests are checked strictly: what the documented API does not have is refused with 400. Filters and searches are
the engine's, but for one condition that its binding cannot say: a match of a boolean.
"""
import http.server
import json
import os
import re
import shutil
import sys
import threading
import urllib.parse
import uuid

import qdrant_edge as engine

PORT, FOLDER, KEY = int(sys.argv[1]), sys.argv[2], sys.argv[3]
DISTANCES = {name: getattr(engine.Distance, name) for name in ("Cosine", "Euclid", "Dot", "Manhattan")}
COLLECTIONS = {}
LOCK = threading.Lock()


class Refused(Exception):
    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


def expect(truth, why):
    if not truth:
        raise Refused(400, f"Format error in JSON body: {why}")


def only(value, required, optional=()):
    """An object with these members and no others."""
    expect(isinstance(value, dict), f"expected an object, got {value!r}")
    expect(set(required) <= set(value), f"missing field in {sorted(value)}; required {required}")
    expect(set(value) <= {*required, *optional}, f"unknown field in {sorted(value)}")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_count(value, least=0):
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def point_id(value):
    if is_count(value):
        return value
    expect(isinstance(value, str), f"{value!r} is no id of a point")
    try:
        return uuid.UUID(value)
    except ValueError:
        raise Refused(400, f"{value!r} is not a valid point ID; integers and UUIDs are") from None


def id_json(value):
    return value if isinstance(value, int) else str(value)


class Collection:
    def __init__(self, name, size, distance):
        self.size, self.distance = size, distance
        self.folder = os.path.join(FOLDER, uuid.uuid4().hex)
        os.makedirs(self.folder)
        self.name = name
        config = engine.EdgeConfig(vectors=engine.EdgeVectorParams(size, DISTANCES[distance]))
        self.shard = engine.EdgeShard.create(self.folder, config)

    def drop(self):
        self.shard.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def vector(self, value):
        expect(isinstance(value, list) and value and all(map(is_number, value)), "expected a vector")
        if len(value) != self.size:
            raise Refused(400, f"Wrong input: Vector dimension error: expected dim: {self.size}, got {len(value)}")
        return [float(number) for number in value]

    # ---- filters

    def filter(self, value):
        only(value, (), ("must", "should", "must_not"))
        return engine.Filter(**{word: [self.condition(part) for part in parts] for word, parts in value.items()})

    def condition(self, value):
        expect(isinstance(value, dict), "expected a condition")
        if "has_id" in value:
            only(value, ("has_id",))
            return engine.HasIdCondition({point_id(one) for one in value["has_id"]})
        if "key" not in value:
            return self.filter(value)
        only(value, ("key",), ("match", "range"))
        expect(isinstance(value["key"], str) and len(value) == 2, "a condition is a key with match or range")
        if "range" in value:
            only(value["range"], (), ("gt", "gte", "lt", "lte"))
            expect(all(map(is_number, value["range"].values())), "a range is one of numbers")
            return engine.FieldCondition(value["key"], range=engine.RangeFloat(**value["range"]))
        return self.match(value["key"], value["match"])

    def match(self, key, match):
        only(match, (), ("value", "any"))
        expect(len(match) == 1, "a match has a value or any")
        if "any" in match:
            kinds = {type(one) for one in match["any"]}
            expect(kinds in ({str}, {int}), "a match with any has strings or integers")
            return engine.FieldCondition(key, match=engine.MatchAny(match["any"]))
        value = match["value"]
        if isinstance(value, bool):  # the engine's binding takes it for an integer
            return engine.HasIdCondition(self.ids_with(key, value))
        expect(isinstance(value, (str, int)), "a match has a string, an integer or a boolean")
        return engine.FieldCondition(key, match=engine.MatchValue(value))

    def ids_with(self, key, truth):
        parts = [(name, bool(items)) for name, items in re.findall(r'\.?(metadata|"[^"]*")(\[\])?', key)]
        return {record.id for record in self.records(None, with_payload=True)
                if any(one is truth for one in values_at(record.payload, parts))}

    # ---- points

    def records(self, wanted, with_payload=False):
        found, offset = [], None
        while True:
            page, offset = self.shard.scroll(engine.ScrollRequest(offset=offset, limit=500, filter=wanted,
                                                                  with_payload=with_payload, with_vector=False))
            found += page
            if offset is None:
                return found

    def put(self, body):
        only(body, ("points",))
        points = []
        for point in body["points"]:
            only(point, ("id", "vector"), ("payload",))
            expect(isinstance(point.get("payload", {}), dict), "a payload is an object")
            points.append(engine.Point(point_id(point["id"]), self.vector(point["vector"]), point.get("payload", {})))
        expect(points, "no points are given")
        ids = [point.id for point in points]
        expect(len(set(map(str, ids))) == len(ids), "a request has each id once")
        self.shard.update(engine.UpdateOperation.upsert_points(points))
        return {"operation_id": 0, "status": "completed"}

    def delete(self, body):
        if "filter" in body:
            only(body, ("filter",))
            self.shard.update(engine.UpdateOperation.delete_points_by_filter(self.filter(body["filter"])))
        else:
            only(body, ("points",))
            self.shard.update(engine.UpdateOperation.delete_points([point_id(one) for one in body["points"]]))
        return {"operation_id": 0, "status": "completed"}

    def retrieve(self, body):
        only(body, ("ids",), ("with_payload", "with_vector"))
        expect(body.get("with_payload", True) is False and body.get("with_vector") is False, "ids alone were expected")
        found = self.shard.retrieve([point_id(one) for one in body["ids"]], with_payload=False, with_vector=False)
        return [{"id": id_json(record.id)} for record in found]

    def scroll(self, body):
        only(body, ("limit",), ("filter", "offset", "with_payload", "with_vector"))
        expect(is_count(body["limit"], 1), "limit is at least 1")
        request = engine.ScrollRequest(
            offset=point_id(body["offset"]) if "offset" in body else None, limit=body["limit"],
            filter=self.filter(body.get("filter", {})), with_payload=body.get("with_payload", True),
            with_vector=body.get("with_vector", False))
        found, following = self.shard.scroll(request)
        return {"points": [{"id": id_json(record.id), "payload": record.payload} for record in found],
                "next_page_offset": None if following is None else id_json(following)}

    def count(self, body):
        only(body, (), ("filter", "exact"))
        wanted = self.filter(body.get("filter", {}))
        return {"count": self.shard.count(engine.CountRequest(exact=body.get("exact", True), filter=wanted))}

    def query(self, body):
        only(body, ("query", "limit"), ("filter", "params", "with_payload", "with_vector"))
        params = body.get("params", {})
        only(params, (), ("exact", "hnsw_ef"))
        expect(is_count(body["limit"], 1), "limit is at least 1")
        expect(is_count(params.get("hnsw_ef", 1), 1), "hnsw_ef is at least 1")
        request = engine.QueryRequest(
            limit=body["limit"], query=engine.Query.Nearest(self.vector(body["query"])),
            filter=self.filter(body.get("filter", {})), with_payload=body.get("with_payload", False),
            with_vector=body.get("with_vector", False),
            params=engine.SearchParams(hnsw_ef=params.get("hnsw_ef"), exact=params.get("exact", False)))
        points = []
        for point in self.shard.query(request):
            vector = point.vector
            if isinstance(vector, dict):
                (vector,) = vector.values()
            points.append({"id": id_json(point.id), "version": point.version, "score": point.score,
                           "payload": point.payload, "vector": vector})
        return {"points": points}

    def info(self):
        return {"status": "green", "optimizer_status": "ok", "points_count": self.shard.info().points_count,
                "config": {"params": {"vectors": {"size": self.size, "distance": self.distance}, "shard_number": 1}}}


def values_at(payload, parts):
    """The values that a key leads to, and the items of a list that it ends at."""
    values = [payload]
    for name, items in parts:
        values = [value[name.strip('"')] for value in values if isinstance(value, dict) and name.strip('"') in value]
        if items:
            values = [one for value in values if isinstance(value, list) for one in value]
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


# ---- collections


def collection(name):
    if name not in COLLECTIONS:
        raise Refused(404, f"Not found: Collection `{name}` doesn't exist!")
    return COLLECTIONS[name]


def create(name, body):
    only(body, ("vectors",))
    only(body["vectors"], ("size", "distance"))
    expect(is_count(body["vectors"]["size"], 1) and body["vectors"]["size"] <= 65536, "size is 1 to 65536")
    expect(body["vectors"]["distance"] in DISTANCES, "unknown distance")
    if name in COLLECTIONS:
        raise Refused(409, f"Wrong input: Collection `{name}` already exists!")
    COLLECTIONS[name] = Collection(name, **body["vectors"])
    return True


def drop(name):
    found = COLLECTIONS.pop(name, None)
    if found:
        found.drop()
    return found is not None


ROUTES = {
    ("PUT", "/points"): Collection.put,
    ("POST", "/points"): Collection.retrieve,
    ("POST", "/points/delete"): Collection.delete,
    ("POST", "/points/scroll"): Collection.scroll,
    ("POST", "/points/count"): Collection.count,
    ("POST", "/points/query"): Collection.query,
}
WAITS = {("PUT", "/points"), ("POST", "/points/delete")}


def answer(method, target, body):
    path, _, query = target.partition("?")
    named = re.fullmatch(r"/collections/([^/]+)((?:/[a-z]+)*)", path)
    if not named:
        raise Refused(404, "")
    name, rest = urllib.parse.unquote(named[1], errors="strict"), named[2]
    if rest == "" and method in ("GET", "PUT", "DELETE"):
        if query or (method != "PUT" and body is not None):
            raise Refused(400, "unexpected query or body")
        return create(name, body) if method == "PUT" else drop(name) if method == "DELETE" else collection(name).info()
    if (method, rest) not in ROUTES:
        raise Refused(404, "")
    if query != ("wait=true" if (method, rest) in WAITS else ""):
        raise Refused(400, f"unexpected query {query!r}")
    expect(isinstance(body, dict), "expected an object")
    return ROUTES[method, rest](collection(name), body)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: else each answer waits for an acknowledgement

    def respond(self):
        size = int(self.headers.get("content-length", 0))
        text = self.rfile.read(size)
        if self.headers.get("api-key") != KEY:
            return self.send(401, b"Must provide an API key or an Authorization bearer token", "text/plain")
        if size > 32 << 20:
            return self.send(413, b"Payload Too Large", "text/plain")
        try:
            if text and self.headers.get("content-type") != "application/json":
                raise Refused(415, "Content type error")
            body = json.loads(text) if text else None
            with LOCK:
                said = {"result": answer(self.command, self.path, body), "status": "ok", "time": 0.0}
            code = 200
        except Refused as refused:
            said, code = {"status": {"error": str(refused)}, "time": 0.0}, refused.code
        except ValueError as error:
            said, code = {"status": {"error": f"Wrong input: {error}"}, "time": 0.0}, 400
        return self.send(code, json.dumps(said).encode(), "application/json")

    do_GET = do_PUT = do_POST = do_DELETE = respond

    def send(self, code, body, kind):
        self.send_response(code)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        print(self.command, self.path, *args, flush=True)


os.makedirs(FOLDER)
http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
