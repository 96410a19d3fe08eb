"""MetricsCollectorNode: what it prints is what the parsers of prometheus_client read."""

import math

from hypothesis import given, strategies as st
from node_calls import call
from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as openmetrics

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
LABELS = st.dictionaries(NAMES.filter(lambda name: name != "le"), st.text(max_size=8), max_size=3)
NUMBERS = st.floats(allow_nan=False)


@st.composite
def measurements(draw):
    """Each kind has names of its own, so that none clashes."""
    kind = draw(st.sampled_from(["counter", "gauge", "histogram"]))
    finite = st.floats(0, 1e6)
    return {"name": f"{kind}_{draw(NAMES)}x", "type": kind, "labels": draw(LABELS),
            "value": draw(finite if kind == "counter" else NUMBERS), "help": draw(st.text(max_size=8))}


def expected(metrics):
    """Samples by name and labels, reckoned anew. Parsers call those of a counter NAME_total."""
    samples = {}
    for metric in metrics:
        labels = tuple(sorted(metric["labels"].items()))
        key = (metric["name"], labels)
        if metric["type"] == "counter":
            total = (metric["name"] + "_total", labels)
            samples[total] = samples.get(total, 0) + metric["value"]
        elif metric["type"] == "gauge":
            samples[key] = metric["value"]
        else:
            count = (metric["name"] + "_count", labels)
            samples[count] = samples.get(count, 0) + 1
    return samples


def found(families):
    return {(sample.name, tuple(sorted(sample.labels.items()))): float(sample.value)
            for family in families for sample in family.samples
            if not sample.name.endswith(("_bucket", "_sum"))}


@given(st.lists(measurements(), max_size=12))
def test_both_texts_are_read_back(metrics):
    outputs = call("MetricsCollectorNode", {"format": "openmetrics"}, {"metrics": metrics})
    wanted = expected(metrics)
    assert found(prometheus.text_string_to_metric_families(outputs["prometheus_text"])) == wanted
    fallen = {key for metric in metrics if metric["type"] == "histogram" and metric["value"] < 0
              for key in [(metric["name"] + "_count", tuple(sorted(metric["labels"].items())))]}
    opened = found(openmetrics.text_string_to_metric_families(outputs["openmetrics_text"]))
    assert opened == {key: value for key, value in wanted.items() if key not in fallen}


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=20))
def test_buckets_add_up(values):
    metrics = [{"name": "h", "type": "histogram", "value": value, "buckets": [-1, 0, 2.5, 10]}
               for value in values]
    text = call("MetricsCollectorNode", {}, {"metrics": metrics})["prometheus_text"]
    (family,) = prometheus.text_string_to_metric_families(text)
    samples = {(sample.name, sample.labels.get("le")): sample.value for sample in family.samples}
    for bound in (-1, 0, 2.5, 10, math.inf):
        label = "+Inf" if bound == math.inf else f"{bound}"
        assert samples["h_bucket", label] == sum(value <= bound for value in values)
    assert samples["h_count", None] == len(values)
    assert math.isclose(samples["h_sum", None], sum(values), abs_tol=1e-9)
