"""WebScrapingNode over pages that are given and pages that are fetched."""

import pytest

from http_servers import serve
from node_calls import call, failure

PAGE = """<!doctype html><title>Shop</title>
<ul><li class=item><a href="/a?x&amp;y">A <b>one</b></a><i class=price>1</i>
<li class=item><a href="/b" title="t">B</a>
<li class="item new"><a>C</a><i class=price>3</i></ul>"""


def scrape(**inputs):
    return call("WebScrapingNode", {}, inputs)


def results(**inputs):
    out = scrape(**{"html": PAGE, **inputs})
    assert out["success"] is True and out["count"] == len(out["results"]) and "error" not in out
    return out["results"]


def said(status=200, body=b"", **headers):
    return lambda handler: handler.say(status, body, **headers)


@pytest.mark.parametrize(("inputs", "expected"), [
    ({"selector": "a"}, ["A one", "B", "C"]),
    ({"selector": "a", "extract": "text"}, ["A one", "B", "C"]),
    ({"selector": "a", "extract": "href"}, ["/a?x&y", "/b", ""]),
    ({"selector": "a", "extract": "HREF"}, ["/a?x&y", "/b", ""]),
    ({"selector": "a", "extract": "html"}, ["A <b>one</b>", "B", "C"]),
    ({"selector": "a:first-child", "extract": "outer_html", "limit": 1}, ['<a href="/a?x&amp;y">A <b>one</b></a>']),
    ({"selector": "a[href]", "extract": ["href", "title", "text"]},
     [{"href": "/a?x&y", "title": "", "text": "A one"}, {"href": "/b", "title": "t", "text": "B"}]),
    ({"selector": ".item:has(.price):not(.new) a"}, ["A one"]),
    ({"selector": "a", "limit": 2}, ["A one", "B"]),
    ({"selector": "a", "limit": 0}, ["A one", "B", "C"]),
    ({"selector": "nav"}, []),
    ({"selector": ".item", "selectors": {"name": "a", "price": ".price"}},
     [{"name": "A one", "price": "1"}, {"name": "B", "price": None}, {"name": "C", "price": "3"}]),
    ({"selector": ".item", "selectors": {"to": {"selector": "a", "extract": "href"}, "b": ":scope > a > b"}},
     [{"to": "/a?x&y", "b": "one"}, {"to": "/b", "b": None}, {"to": "", "b": None}]),
    ({"selectors": {"name": "a", "price": ".price"}},
     [{"name": "A one", "price": "1"}, {"name": "B", "price": "3"}, {"name": "C", "price": None}]),
    ({"selectors": {"name": "a"}, "limit": 1}, [{"name": "A one"}]),
    ({"selectors": {"none": "nav"}}, []),
])
def test_what_is_taken(inputs, expected):
    assert results(**inputs) == expected


def test_pages_are_completed():
    assert results(html="x", selector="*", extract="outer_html")[0] == "<html><head></head><body>x</body></html>"
    assert results(html="", selector="*") == ["", "", ""]
    assert results(html="<p>x<script>y</script><style>z</style>", selector="p") == ["xyz"]


@pytest.mark.parametrize(("selector", "error"), [
    ("p[", "Invalid CSS selector: the selector ends at byte 2; expected the name of an attribute"),
    ("", "Invalid CSS selector: the selector ends at byte 0; expected a selector"),
    ("p::before", "Invalid CSS selector: a pseudo-element at byte 1: it is no element that could be selected")])
def test_a_bad_selector_is_told(selector, error):
    told = {"results": [], "count": 0, "success": False, "error": error}
    assert scrape(html="<p>", selector=selector) == told
    assert scrape(html="<p>", selectors={"a": selector}) == told


def test_a_page_is_fetched():
    with serve({"/p": said(200, b"<p>Hi <b>you</b></p><p>x", content_type="text/html")}) as server:
        out = scrape(url=f"{server.url}/p", selector="p", headers={"X-A": "b"})
        assert out == {"results": ["Hi you", "x"], "count": 2, "success": True}
        assert server.seen[0][2]["user-agent"] == "kailash-scraper/0.1" and server.seen[0][2]["x-a"] == "b"
        scrape(url=f"{server.url}/p", selector="p", headers={"User-Agent": "me"})
        assert server.seen[1][2]["user-agent"] == "me"


@pytest.mark.parametrize(("body", "content_type"), [
    ("<p>café".encode("latin-1"), "text/html; charset=ISO-8859-1"),
    ("<meta charset=iso-8859-1><p>café".encode("latin-1"), "text/html"),
    (b'<meta http-equiv=content-type content="text/html; charset=windows-1252"><p>caf\xe9', "text/html"),
    ("<p>café".encode(), "text/html"),
    ("\ufeff<meta charset=iso-8859-1><p>café".encode(), "text/html"),
    ("<meta charset=iso-8859-1><p>café".encode(), "text/html; charset=utf-8"),
])
def test_charsets(body, content_type):
    with serve({"/": said(200, body, content_type=content_type)}) as server:
        assert scrape(url=server.url, selector="p")["results"] == ["café"]


def test_a_page_that_cannot_be_had_is_told():
    with serve({"/gone": said(404)}) as server:
        assert scrape(url=f"{server.url}/gone", selector="p") == {
            "results": [], "count": 0, "success": False, "error": f"HTTP 404 from {server.url}/gone"}
    out = scrape(url="http://u:hush@127.0.0.1:1/", selector="p")
    assert out["success"] is False and out["error"].startswith("HTTP request failed: connection error: ")
    assert "hush" not in out["error"]


@pytest.mark.parametrize(("inputs", "expected"), [
    ({"html": "x"}, "missing required input: selector"),
    ({"selector": "p"}, "missing required input: url or html"),
    ({"html": 5, "selector": "p"}, "invalid input 'html': expected string, got 5"),
    ({"html": "x", "selector": 5}, "invalid input 'selector': expected string, got 5"),
    ({"url": "zz", "selector": "p"}, "invalid input 'url': expected an http or https URL, got a malformed URL "
     "(relative URL without a base)"),
    ({"html": "x", "selector": "p", "extract": 5}, "invalid input 'extract': expected text, html, outer_html, the name "
     "of an attribute, or list of those, got 5"),
    ({"html": "x", "selector": "p", "extract": []}, "invalid input 'extract': expected text, html, outer_html, the name "
     "of an attribute, or list of those, got array"),
    ({"html": "x", "selectors": {"a": 5}},
     "invalid input 'selectors.a': expected string or object {selector, extract?}, got 5"),
    ({"html": "x", "selectors": {"a": {"selector": "p", "limit": 1}}},
     "invalid input 'selectors.a': expected string or object {selector, extract?}"),
    ({"html": "x", "selector": "p", "limit": -1}, "invalid input 'limit': expected non-negative integer, got -1"),
    ({"html": "<div>" * 2000, "selector": "p"}, "resource limit exceeded: html_depth (limit: 1024 levels)"),
])
def test_what_is_wrong_is_named(inputs, expected):
    assert failure("WebScrapingNode", {}, inputs) == expected
