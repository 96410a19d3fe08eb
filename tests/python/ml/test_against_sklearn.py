"""Every estimator beside scikit-learn's: on its data sets, 10,000 rows of 20 columns, 100,000 of 50, and hard ones.

What has one right answer is compared number by number, answers and what was learned. What stops at a tolerance is
asked besides whether its cost is as small. What draws numbers learns with twenty seeds on either side: the mean quality
on rows that were not seen must differ by no more than both vary. How each is made, and why some differ, stands in
peers.py.
"""

import re

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("kailash.ml")

import peer_data  # noqa: E402
import peers  # noqa: E402
from test_battery import NAMES, quiet  # noqa: E402

SEEDS = 20
ASKED = 2000  # rows
METHODS = ("predict", "predict_proba", "decision_function", "transform", "score_samples")
OF_THE_RUN = ("n_iter_", "dual_gap_", "refit_time_", "cv_results_", "scores_")  # not of the answer
ALONE = {"DartRegressor"}  # nobody else has it

pytestmark = pytest.mark.slow


def learn(model, kind, x, y, weights=None):
    keywords = {} if weights is None else {"sample_weight": weights}
    arguments = (x,) if kind in peer_data.NO_TARGET else (x, y)
    return quiet(model.fit, *arguments, **keywords)


def tried(call, *arguments):
    try:
        return call(*arguments), None
    except Exception as error:
        return None, error


# ---- what has one right answer ---------------------------------------------------------------------------------------

def numbers(value):
    """As an array, None for what is none."""
    value = value.toarray() if hasattr(value, "toarray") else value
    value = tried(np.asarray, value)[0]
    return value if value is not None and value.dtype.kind in "biuf" else None


def learned(model, names):
    found = {name: tried(getattr, model, name)[0] for name in names}
    return {name: numbers(value) for name, value in found.items() if numbers(value) is not None}


def public(model):
    return [name for name in dir(model) if name.endswith("_") and not name.startswith("_")]


def answers(model, x):
    said = {name: tried(quiet, getattr(model, name), x[:ASKED]) for name in METHODS if hasattr(model, name)}
    return {name: numbers(answer) if error is None else error for name, (answer, error) in said.items()}


def turned(mine, expected):
    """Vectors that point the other way, turned: along each axis that they may lie on."""
    for axis in range(mine.ndim):
        with np.errstate(all="ignore"):
            yield mine * np.where(np.nansum(mine * expected, axis=axis, keepdims=True) < 0, -1.0, 1.0)


def close(mine, expected, rtol):
    atol = rtol * np.max(np.abs(expected), where=np.isfinite(expected), initial=0) + 1e-12
    return np.allclose(mine, expected, rtol=rtol, atol=atol, equal_nan=True)


def same(mine, expected, peer):
    mine, expected = mine.astype(float), expected.astype(float)
    ways = turned(mine, expected) if peer.signs else ()
    return close(mine, expected, peer.rtol) or any(close(way, expected, peer.rtol) for way in ways)


def same_groups(mine, expected, at_least):
    from sklearn.metrics import adjusted_rand_score
    return adjusted_rand_score(expected, mine) >= at_least


def compare(name, mine, expected, peer, data):
    if isinstance(expected, Exception) or expected is None:
        assert mine is None or isinstance(mine, Exception), name
        return
    assert mine is not None and not isinstance(mine, Exception), f"{name}: {mine!r}"
    if data in peer.but:
        assert mine.shape == expected.shape, name
        return
    if peer.groups is not None:
        if name in ("labels_", "predict"):
            assert same_groups(mine, expected, peer.groups), name
        return
    assert mine.shape == expected.shape, name
    assert same(mine, expected, peer), f"{name}:\n{mine}\n{expected}"


def exact_cases():
    for peer in peers.EXACT:
        for name in peer_data.names(peer.kind, peer.rows):
            if name not in peer.without:
                yield pytest.param(peer, name, id=f"{peer} {name}")


@pytest.mark.parametrize(("peer", "name"), list(exact_cases()))
def test_same_answers(peer, name):
    x, y, *weights = peer_data.data(peer.kind, name)
    mine, expected = peer.pair()
    _, error = tried(learn, expected, peer.kind, x, y, *weights)
    if weights and re.search("sample.weight", str(error)):
        pytest.skip("takes no weights")
    if error is not None or name in peer.refuses:
        with pytest.raises((ValueError, TypeError)):
            learn(mine, peer.kind, x, y, *weights)
        return
    learn(mine, peer.kind, x, y, *weights)
    if peer.cost:
        weight = weights[0] if weights else np.ones(len(x))
        ours, theirs = (peer.cost(model, x, y, weight) for model in (mine, expected))
        assert ours <= theirs + 1e-5 * abs(theirs) + 1e-9 or name in peer.but
    said = [answers(model, x) for model in (mine, expected)]
    names = [known for known in public(expected) if known not in (*OF_THE_RUN, *peer.skip)]
    known = [learned(model, names) for model in (mine, expected)]
    for ours, theirs in (said, known):
        for what in theirs:
            if what not in peer.skip:
                compare(what, ours.get(what), theirs[what], peer, name)


# ---- what draws ------------------------------------------------------------------------------------------------------

def split(x, y):
    """Every tenth row is not seen, of few rows every third."""
    each = 10 if len(x) > 1000 else 3
    unseen = np.arange(len(x)) % each == 1
    return x[~unseen], y[~unseen], x[unseen][:ASKED], y[unseen][:ASKED]


def qualities(make, peer, data):
    x, y, *_ = peer_data.data(peer.kind, data)
    seen_x, seen_y, x, y = (x, y, x, y) if peer.quality is peers.measure.same_groups else split(x, y)
    found = []
    for seed in range(SEEDS):
        model = learn(make(seed), peer.kind, seen_x, seen_y)
        found.append(quiet(peer.quality, model, x, y))
    return np.array(found)


def drawn_cases():
    for peer in peers.DRAWN:
        for name in peer_data.names(peer.kind, peer.rows, peer_data.TAME):
            if name not in peer.without and (peer.rows >= 600 or name in ("iris", "wine")):
                yield pytest.param(peer, name, id=f"{peer} {name}")


@pytest.mark.parametrize(("peer", "name"), list(drawn_cases()))
def test_as_good_over_twenty_seeds(peer, name):
    makers = (lambda seed, side=side: peer.pair(random_state=seed)[side] for side in (0, 1))
    ours, theirs = (qualities(make, peer, name) for make in makers)
    error = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / SEEDS)
    assert np.isfinite(ours).all()
    assert abs(ours.mean() - theirs.mean()) <= 4 * error + (peer.noise or 1e-6) * max(abs(theirs.mean()), 1e-3), \
        f"{ours.mean():.6g} ± {ours.std():.2g} beside {theirs.mean():.6g} ± {theirs.std():.2g}"


def test_every_estimator_is_compared():
    assert {peer.name for peer in peers.EXACT + peers.DRAWN} == set(NAMES) - ALONE
