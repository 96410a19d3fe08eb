"""RBFSampler and Nystroem: features whose products are those of a kernel."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
sklearn = pytest.importorskip("sklearn")

from sklearn import datasets, kernel_approximation  # noqa: E402
from sklearn.metrics.pairwise import pairwise_kernels, rbf_kernel  # noqa: E402

X = datasets.load_iris().data


def error(features, kernel):
    return np.abs(features @ features.T - kernel).mean()


@pytest.mark.parametrize("gamma", [0.1, 1.0, "scale"])
def test_random_features_are_as_good_as_those_of_the_peer(gamma):
    number = 1 / (4 * X.var()) if gamma == "scale" else gamma
    exact = rbf_kernel(X, gamma=number)
    ours = np.mean([error(ml.RBFSampler(gamma=gamma, n_components=300, random_state=k).fit_transform(X), exact) for k in range(6)])
    theirs = np.mean([error(kernel_approximation.RBFSampler(gamma=gamma, n_components=300, random_state=k).fit_transform(X), exact)
                      for k in range(6)])
    assert ours < 1.2 * theirs


def test_random_features_are_what_their_attributes_say():
    ours = ml.RBFSampler(gamma=2.0, n_components=40, random_state=0).fit(X)
    assert ours.random_weights_.shape == (4, 40) and ours.random_offset_.shape == (40,)
    for x in (X, X * 1e3, X * 1e9):
        expected = np.sqrt(2 / 40) * np.cos(x @ ours.random_weights_ + ours.random_offset_)
        np.testing.assert_allclose(ours.transform(x), expected, atol=1e-10 if x is not X * 1e9 else 1e-6)
    assert abs(ours.random_weights_.std() - 2.0) < 0.4
    again = ml.RBFSampler(gamma=2.0, n_components=40, random_state=0).fit(X)
    np.testing.assert_array_equal(again.transform(X), ours.transform(X))
    other = ml.RBFSampler(gamma=2.0, n_components=40, random_state=1).fit(X)
    assert not np.allclose(other.transform(X), ours.transform(X))
    assert list(ours.get_feature_names_out()[:2]) == ["rbfsampler0", "rbfsampler1"]


@pytest.mark.parametrize("keywords", [
    {}, {"gamma": 0.3}, {"kernel": "linear"}, {"kernel": "poly", "degree": 2}, {"kernel": "polynomial", "coef0": 2.0},
    {"kernel": "sigmoid", "gamma": 0.01}, {"kernel": "laplacian"}, {"kernel": "cosine"}, {"kernel": "chi2"}, {"kernel": "additive_chi2"},
], ids=str)
def test_all_rows_give_the_kernel_itself(keywords):
    x = X[::3]
    ours = ml.Nystroem(n_components=len(x), random_state=0, **keywords).fit(x)
    kernel = keywords.get("kernel", "rbf")
    more = {key: value for key, value in keywords.items() if key != "kernel"}
    theirs = kernel_approximation.Nystroem(n_components=len(x), random_state=0, **keywords).fit(x)
    if kernel not in ("additive_chi2", "sigmoid"):  # which are no products
        exact = pairwise_kernels(x, metric=kernel, filter_params=True, **more)
        np.testing.assert_allclose(ours.transform(x) @ ours.transform(x).T, exact, atol=1e-5 * np.abs(exact).max())
    # In the order of the peer's rows it is the peer's answer.
    order = [list(ours.component_indices_).index(i) for i in theirs.component_indices_]
    values = pairwise_kernels(X, ours.components_, metric=kernel, filter_params=True, **more)
    np.testing.assert_allclose(ours.transform(X), values @ ours.normalization_.T, rtol=1e-6, atol=1e-6 * np.abs(values @ ours.normalization_.T).max())
    if kernel in ("rbf", "laplacian", "chi2"):
        np.testing.assert_allclose((ours.transform(X) @ ours.transform(X).T), (theirs.transform(X) @ theirs.transform(X).T), atol=1e-5)
        np.testing.assert_allclose(ours.components_[order], theirs.components_)


def test_some_rows_are_as_good_as_those_of_the_peer():
    exact = rbf_kernel(X, gamma=0.25)
    ours = np.mean([error(ml.Nystroem(20, random_state=k).fit_transform(X), exact) for k in range(8)])
    theirs = np.mean([error(kernel_approximation.Nystroem(n_components=20, random_state=k).fit_transform(X), exact) for k in range(8)])
    assert ours < 1.5 * theirs
    same = ml.Nystroem(20, random_state=3)
    np.testing.assert_array_equal(same.fit_transform(X), ml.Nystroem(20, random_state=3, n_jobs=1).fit_transform(X))


def test_a_callable_of_two_rows():
    def near(a, b, width=1.0):
        return np.exp(-width * ((a - b) ** 2).sum())

    x = X[::10]
    ours = ml.Nystroem(5, kernel=near, kernel_params={"width": 0.5}, random_state=0).fit(x)
    known = ml.Nystroem(5, gamma=0.5, random_state=0).fit(x)
    np.testing.assert_allclose(ours.transform(x), known.transform(x), atol=1e-8)
    np.testing.assert_allclose(ml.Nystroem(5, kernel=near, random_state=0).fit_transform(x), ml.Nystroem(5, gamma=1.0, random_state=0).fit_transform(x), atol=1e-8)


@pytest.mark.parametrize("cls, keywords, message", [
    ("RBFSampler", {"gamma": -1.0}, "gamma"), ("RBFSampler", {"gamma": "auto"}, "gamma"), ("RBFSampler", {"n_components": 0}, "n_components"),
    ("Nystroem", {"n_components": 0}, "n_components"), ("Nystroem", {"kernel": "cubic"}, "kernel: expected one of"),
    ("Nystroem", {"gamma": -0.1}, "gamma"), ("Nystroem", {"degree": 0}, "degree"), ("Nystroem", {"kernel_params": {"a": 1}}, "kernel_params"),
    ("Nystroem", {"kernel": max, "gamma": 1.0}, "kernel_params"), ("Nystroem", {"kernel": max, "kernel_params": 3}, "kernel_params"),
], ids=str)
def test_refuses_bad_parameters(cls, keywords, message):
    with pytest.raises(ValueError, match=message):
        getattr(ml, cls)(**keywords).fit(X)


def test_chi2_refuses_negative_numbers_and_few_rows_are_told():
    with pytest.raises(ValueError, match="numbers >= 0"):
        ml.Nystroem(5, kernel="chi2").fit(X - 3)
    with pytest.warns(UserWarning, match="n_components"):
        assert ml.Nystroem(100).fit_transform(X[:7]).shape == (7, 7)
