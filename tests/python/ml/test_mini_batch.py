"""MiniBatchKMeans: step by step as scikit-learn's partial_fit(), as good over seeds in fit()."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.cluster")

DRAW = np.random.default_rng(0)
CENTERS = DRAW.normal(size=(6, 3)) * 10
X = np.repeat(CENTERS, 150, axis=0) + DRAW.normal(size=(900, 3))
DRAW.shuffle(X)


@pytest.mark.parametrize("weighted", [False, True])
def test_steps(weighted):
    keywords = {"init": X[:6], "n_init": 1, "reassignment_ratio": 0.0}
    ours, theirs = ml.MiniBatchKMeans(6, **keywords), peer.MiniBatchKMeans(6, **keywords)
    for begin in range(0, 900, 100):
        rows = X[begin : begin + 100]
        weights = DRAW.uniform(0.1, 2, 100) if weighted else None
        ours.partial_fit(rows, sample_weight=weights)
        theirs.partial_fit(rows, sample_weight=weights)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-6)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-6)
    assert ours.n_steps_ == theirs.n_steps_ == 9
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-6)
    assert ours.score(X) == pytest.approx(theirs.score(X), rel=1e-6)


@pytest.mark.parametrize("init", ["k-means++", "random", CENTERS, lambda x, k, random_state: CENTERS[:k] + 0 * x[:k]], ids=["++", "random", "given", "called"])
def test_as_good_over_seeds(init):
    ours = [ml.MiniBatchKMeans(6, random_state=seed, init=init).fit(X).inertia_ for seed in range(12)]
    theirs = [peer.MiniBatchKMeans(6, random_state=seed, init=init, batch_size=100).fit(X).inertia_ for seed in range(12)]
    assert np.median(ours) < 1.15 * np.median(theirs)


def test_given_centres_and_weights():
    first = ml.MiniBatchKMeans(6, init=CENTERS, random_state=0).fit(X)
    assert first.inertia_ < 1.1 * ml.KMeans(6, random_state=0).fit(X).inertia_
    assert first.n_iter_ == -(-first.n_steps_ * 100 // 900)
    weights = (X[:, 0] > 0).astype(float)
    seen = ml.MiniBatchKMeans(1, random_state=0, max_no_improvement=None).fit(X, sample_weight=weights)
    np.testing.assert_allclose(seen.cluster_centers_[0], X[X[:, 0] > 0].mean(0), atol=0.5)


def test_when_it_stops():
    longest = ml.MiniBatchKMeans(6, max_iter=20, max_no_improvement=None, random_state=0).fit(X)
    assert (longest.n_iter_, longest.n_steps_) == (20, 180)
    assert ml.MiniBatchKMeans(6, max_iter=20, max_no_improvement=None, tol=0.01, random_state=0).fit(X).n_steps_ < 180
    assert ml.MiniBatchKMeans(6, max_iter=20, max_no_improvement=1, random_state=0).fit(X).n_steps_ < 100
    assert ml.MiniBatchKMeans(6, 900, max_iter=5, max_no_improvement=None, random_state=0).fit(X).n_steps_ == 5


def test_centres_without_rows_begin_anew():
    far = np.vstack([CENTERS[:1], CENTERS[:1] + np.arange(1, 6)[:, None] * 1e4])
    kept = ml.MiniBatchKMeans(6, init=far, reassignment_ratio=0.0, random_state=0).fit(X)
    anew = ml.MiniBatchKMeans(6, init=far, random_state=0).fit(X)
    assert np.unique(kept.labels_).size == 1 and anew.inertia_ < kept.inertia_ / 2


def test_options():
    plain = ml.MiniBatchKMeans(6, compute_labels=False, random_state=0).fit(X)
    full = ml.MiniBatchKMeans(6, random_state=0).fit(X)
    assert plain.inertia_ == pytest.approx(full.inertia_, rel=0.5) and plain.inertia_ != full.inertia_
    np.testing.assert_array_equal(plain.cluster_centers_, full.cluster_centers_)
    small = ml.MiniBatchKMeans(6, init_size=6, random_state=0).fit(X)
    assert np.abs(small.cluster_centers_ - full.cluster_centers_).max() > 1e-6
    many = ml.MiniBatchKMeans(6, init="random", n_init=20, random_state=0).fit(X)
    assert many.inertia_ != ml.MiniBatchKMeans(6, init="random", n_init=1, random_state=0).fit(X).inertia_


@pytest.mark.parametrize(
    ("keywords", "message"),
    [({"n_clusters": 901}, "n_clusters"), ({"init": "nearby"}, "init"), ({"n_init": 0}, "n_init"), ({"batch_size": 0}, "batch_size")],
)
def test_refused(keywords, message):
    with pytest.raises((ml.MlError, ValueError), match=message):
        ml.MiniBatchKMeans(**keywords).fit(X)
