"""Labels that flow to rows without one, beside scikit-learn's."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from sklearn import datasets, semi_supervised as peer  # noqa: E402
from sklearn.metrics.pairwise import rbf_kernel  # noqa: E402


def partly_labelled(name="iris", share=0.8):
    x, y = getattr(datasets, "load_" + name)(return_X_y=True)
    x = x + np.random.default_rng(1).normal(scale=1e-4, size=x.shape)  # no two distances are equal
    hidden = np.random.default_rng(0).uniform(size=len(y)) < share
    return x, np.where(hidden, -1, y).astype(float)


def kernel(a, b):
    return rbf_kernel(a, b, gamma=0.5)


def agree(name, x, y, **keywords):
    settings = {"max_iter": 30, **keywords}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = getattr(ml, name)(**settings).fit(x, y), getattr(peer, name)(**settings).fit(x, y)
    q = x[:50] + 0.05
    np.testing.assert_allclose(ours.label_distributions_, theirs.label_distributions_, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(ours.transduction_, theirs.transduction_)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_array_equal(ours.X_, theirs.X_)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.predict_proba(q), theirs.predict_proba(q), rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(q), theirs.predict(q))


@pytest.mark.parametrize("name", ["LabelPropagation", "LabelSpreading"])
@pytest.mark.parametrize("keywords", [
    {}, {"gamma": 0.3}, {"kernel": "knn"}, {"kernel": "knn", "n_neighbors": 3, "max_iter": 200}, {"max_iter": 1},
    {"max_iter": 2}, {"tol": 0.5}, {"tol": 0.0}, {"kernel": kernel}, {"max_iter": 1000}])
def test_labels_flow_as_with_scikit_learn(name, keywords):
    agree(name, *partly_labelled(), **keywords)


@pytest.mark.parametrize("name", ["LabelPropagation", "LabelSpreading"])
def test_other_data(name):
    x, y = partly_labelled("digits", 0.5)
    agree(name, x[:600], y[:600], gamma=0.01)
    x, y = partly_labelled("wine", 0.3)
    agree(name, (x - x.mean(0)) / x.std(0), y, gamma=0.2)
    agree(name, (x - x.mean(0)) / x.std(0), np.abs(y), gamma=0.2)


@pytest.mark.parametrize("alpha", [0.01, 0.5, 0.99])
def test_alpha(alpha):
    agree("LabelSpreading", *partly_labelled(), alpha=alpha)


def test_what_is_told_and_refused():
    x, y = partly_labelled()
    with pytest.warns(UserWarning, match="max_iter=1 "):
        ml.LabelPropagation(max_iter=1).fit(x, y)
    for keywords, name in (({"alpha": 1.0}, "alpha"), ({"alpha": 0}, "alpha"), ({"kernel": "odd"}, "kernel"),
                           ({"gamma": -1}, "gamma"), ({"max_iter": 0}, "max_iter"),
                           ({"kernel": "knn", "n_neighbors": 151}, "n_neighbors"),
                           ({"kernel": lambda a, b: a}, "kernel")):
        with pytest.raises(ValueError, match=name):
            ml.LabelSpreading(**keywords).fit(x, y)
    with pytest.raises(ValueError, match="-1"):
        ml.LabelSpreading().fit(x, -np.ones(len(x)))
    names = ml.LabelPropagation(gamma=1).fit([[0.0], [1.0]], ["a", "b"])
    assert list(names.predict([[0.1], [0.9]])) == ["a", "b"] and list(names.transduction_) == ["a", "b"]
