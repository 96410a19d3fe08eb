"""TSNE beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn.manifold import TSNE, trustworthiness  # noqa: E402
from sklearn.metrics import pairwise_distances  # noqa: E402

from decomposition_data import DATA, near, quiet  # noqa: E402

DIGITS = DATA["digits"][:250]
KEYWORDS = {"learning_rate": "auto", "random_state": 0}


def test_a_map_is_as_good():
    x, keywords = DATA["iris"][::2], {**KEYWORDS, "perplexity": 12, "max_iter": 400}
    ours, theirs = ml.TSNE(**keywords).fit(x), TSNE(method="exact", **keywords).fit(x)
    assert ours.embedding_.shape == theirs.embedding_.shape
    assert ours.kl_divergence_ < theirs.kl_divergence_ * 1.15 + 0.02
    assert trustworthiness(x, ours.embedding_) > trustworthiness(x, theirs.embedding_) - 0.03
    assert ours.learning_rate_ == theirs.learning_rate_


@pytest.mark.parametrize("keywords, least", [
    ({}, 0.96), ({"method": "exact"}, 0.96), ({"perplexity": 10}, 0.96), ({"init": "random"}, 0.96),
    ({"n_components": 3}, 0.97), ({"n_components": 1}, 0.9), ({"n_components": 3, "method": "exact"}, 0.97),
], ids=str)
def test_neighbours_stay_neighbours(keywords, least):
    ours = ml.TSNE(**{**KEYWORDS, "n_iter": 400, **keywords}).fit(DIGITS)
    assert trustworthiness(DIGITS, ours.embedding_) > least


def test_all_pairs_and_cells_agree():
    near_pairs = ml.TSNE(method="exact", n_iter=250, perplexity=20, **KEYWORDS).fit(DIGITS)
    for angle in (0.0, 0.2):
        cells = ml.TSNE(angle=angle, n_iter=250, perplexity=20, **KEYWORDS).fit(DIGITS)
        near(cells.kl_divergence_, near_pairs.kl_divergence_, rtol=0.1)
    assert ml.TSNE(4, n_iter=250, init="random", random_state=0).fit(DIGITS).embedding_.shape == (250, 4)


@pytest.mark.parametrize("metric, more", [("manhattan", {}), ("cosine", {}), ("chebyshev", {}), ("minkowski", {"p": 3})])
def test_metrics_are_those_of_given_distances(metric, more):
    given = pairwise_distances(DIGITS, metric=metric, **more)
    keywords = {"init": DATA["digits"][:250, 2:4] * 1e-5, "n_iter": 250, **KEYWORDS}
    known = ml.TSNE(metric="precomputed", **keywords).fit(given)
    ours = ml.TSNE(metric=metric, metric_params=more or None, **keywords).fit(DIGITS)
    near(ours.kl_divergence_, known.kl_divergence_, rtol=0.05)
    assert abs(ml.TSNE(**keywords).fit(DIGITS).kl_divergence_ - known.kl_divergence_) > 1e-6


def test_steps_end_when_nothing_is_gained():
    for keywords in ({"min_grad_norm": 1e3}, {"n_iter_without_progress": 0, "learning_rate": 5.0, "n_iter": 2000}):
        assert ml.TSNE(**{**KEYWORDS, "n_iter": 1000, **keywords}).fit(DATA["iris"]).n_iter_ < keywords.get("n_iter", 1000)
    gentle = ml.TSNE(early_exaggeration=1.0, n_iter=250, **KEYWORDS).fit(DIGITS).kl_divergence_
    assert gentle != ml.TSNE(n_iter=250, **KEYWORDS).fit(DIGITS).kl_divergence_
    model = ml.TSNE(n_iter=250, **KEYWORDS)
    near(model.fit_transform(DIGITS), model.embedding_)
    same = quiet(ml.TSNE(n_iter=250, perplexity=5, init="random", random_state=0).fit, np.ones((40, 3)))
    assert np.isfinite(same.embedding_).all()


@pytest.mark.parametrize("bad, word", [
    ({"perplexity": 250}, "perplexity"), ({"perplexity": 0}, "perplexity"), ({"learning_rate": 0}, "learning_rate"),
    ({"learning_rate": "x"}, "learning_rate"), ({"n_iter": 249}, "n_iter"), ({"angle": 2}, "angle"),
    ({"early_exaggeration": 0}, "early_exaggeration"), ({"init": "x"}, "init"), ({"init": [[1.0]]}, "init"),
    ({"metric_params": {"p": 0}}, "metric_params"), ({"metric": "precomputed"}, "square"), ({"n_components": 0}, "n_components"),
    ({"n_components": 99, "init": "pca"}, "init"), ({"min_grad_norm": -1}, "min_grad_norm"),
])
def test_tsne_refuses(bad, word):
    with pytest.raises(ml.MlError, match=word):
        ml.TSNE(**bad).fit(DIGITS)
