"""NMF beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import decomposition as peer  # noqa: E402

from decomposition_data import DATA, draw, near, quiet  # noqa: E402

sparse = pytest.importorskip("scipy.sparse")
POSITIVE = {name: DATA[name] for name in ("iris", "wine", "cancer", "digits")}
POSITIVE["wide"] = np.abs(DATA["wide"])


@pytest.mark.parametrize("data", POSITIVE)
@pytest.mark.parametrize("keywords", [
    {}, {"init": "nndsvd"}, {"init": "nndsvdar"}, {"init": "random"}, {"alpha_W": 0.01},
    {"alpha_W": 0.01, "alpha_H": 0.1, "l1_ratio": 0.5}, {"solver": "mu"}, {"shuffle": True},
], ids=str)
def test_nmf_reaches_the_same_error(data, keywords):
    x, keywords = POSITIVE[data], {"n_components": 3, "max_iter": 400, "tol": 1e-5, "random_state": 0, **keywords}
    seeds = range(4) if "random" in keywords.values() or "shuffle" in keywords else (0,)
    ours = [quiet(ml.NMF(**{**keywords, "random_state": seed}).fit, x) for seed in seeds]
    ours = min(ours, key=lambda model: model.reconstruction_err_)
    theirs = min(quiet(peer.NMF(**{**keywords, "random_state": seed}).fit, x).reconstruction_err_ for seed in seeds)
    assert theirs * 0.9 < ours.reconstruction_err_ < theirs * 1.05
    near(ours.reconstruction_err_, np.linalg.norm(x - quiet(ours.fit_transform, x) @ ours.components_), rtol=1e-9)
    assert ours.components_.min() >= 0 and ours.n_components_ == 3


@pytest.mark.parametrize("keywords", [
    {}, {"solver": "mu"}, {"solver": "mu", "beta_loss": "kullback-leibler"}, {"solver": "mu", "beta_loss": 1.5},
    {"solver": "mu", "beta_loss": 3}, {"solver": "mu", "beta_loss": "itakura-saito"}, {"solver": "mu", "beta_loss": 0.5},
    {"alpha_W": 0.01, "l1_ratio": 0.3}, {"solver": "mu", "beta_loss": 1, "alpha_W": 0.01, "l1_ratio": 0.3},
], ids=str)
@pytest.mark.parametrize("data", ["iris", "wine"])
def test_nmf_goes_the_same_way(data, keywords):
    """From the same beginning: of one component, or of given parts."""
    x = POSITIVE[data] + 0.05
    keywords = {"init": "nndsvda", "random_state": 0, "max_iter": 60, **keywords}
    ours, theirs = ml.NMF(3, **keywords), peer.NMF(3, **keywords)
    quiet(ours.fit, x), quiet(theirs.fit, x)
    assert ours.n_iter_ == theirs.n_iter_
    near(ours.components_, theirs.components_, rtol=1e-3, atol=1e-4)
    near(ours.reconstruction_err_, theirs.reconstruction_err_, rtol=1e-5)
    if keywords.get("beta_loss") != 1 or "l1_ratio" not in keywords:  # there the peer adds the penalty again and again
        near(quiet(ours.transform, x), quiet(theirs.transform, x), rtol=1e-3, atol=1e-4)
    near(ours.inverse_transform(np.eye(3)), ours.components_)


def test_sparse_rows_are_the_same_rows():
    x = sparse.random(120, 40, 0.2, format="csr", random_state=1)
    for keywords in ({}, {"solver": "mu"}, {"solver": "mu", "beta_loss": 1}):
        ours = quiet(ml.NMF(3, random_state=0, **keywords).fit, x)
        dense = quiet(ml.NMF(3, random_state=0, **keywords).fit, x.toarray())
        near(ours.components_, dense.components_, rtol=1e-5, atol=1e-6)
        near(ours.reconstruction_err_, dense.reconstruction_err_)


def test_nmf_refuses_and_warns():
    x = POSITIVE["iris"]
    assert quiet(ml.NMF("auto").fit, x).n_components_ == quiet(ml.NMF(None).fit, x).n_components_ == 4
    with pytest.raises(ml.MlError, match="negative"):
        ml.NMF().fit(-x)
    with pytest.raises(ml.MlError, match="zeros"):
        ml.NMF(solver="mu", beta_loss=0).fit(POSITIVE["digits"])
    for bad in ({"n_components": 0}, {"tol": -1}, {"max_iter": 0}, {"alpha_W": -1}, {"alpha_H": -1}, {"l1_ratio": 2},
                {"beta_loss": 1}, {"beta_loss": "x"}, {"n_components": 9, "init": "nndsvd"}):
        with pytest.raises(ml.MlError):
            ml.NMF(**bad).fit(x)
    assert quiet(ml.NMF(9, max_iter=5).fit, x).components_.shape == (9, 4)
    with pytest.warns(UserWarning, match="Maximum number of iterations 2"):
        ml.NMF(3, max_iter=2).fit(draw.random((30, 8)))


@pytest.mark.parametrize("keywords", [{}, {"solver": "mu"}, {"solver": "mu", "beta_loss": 1}, {"n_components": "auto"}], ids=str)
@pytest.mark.parametrize("data", ["iris", "wine", "wide"])
def test_a_beginning_of_the_users_own(data, keywords):
    x, start = POSITIVE[data], np.random.default_rng(3)
    w, h = start.random((len(x), 3)), start.random((3, x.shape[1]))
    kept = w.copy(), h.copy()
    keywords = {"n_components": 3, "max_iter": 30, "init": "custom", **keywords}
    ours, theirs = ml.NMF(**keywords), peer.NMF(**keywords)
    near(quiet(ours.fit_transform, x, W=w, H=h), quiet(theirs.fit_transform, x, W=w.copy(), H=h.copy()), rtol=1e-5, atol=1e-6)
    near(ours.components_, theirs.components_, rtol=1e-5, atol=1e-6)
    assert ours.n_iter_ == theirs.n_iter_ and np.array_equal(w, kept[0]) and np.array_equal(h, kept[1])
    again = quiet(ml.NMF(**keywords).fit, x, None, w, h)
    near(again.components_, ours.components_)


def test_beginnings_that_are_refused():
    x = POSITIVE["iris"]
    w, h = np.ones((150, 2)), np.ones((2, 4))
    for more, word in (({}, "W is None"), ({"W": w}, "H is None"), ({"W": w[:9], "H": h}, "150 x 2"), ({"W": w, "H": h[:, :3]}, "2 x 4"),
                       ({"W": -w, "H": h}, "negative"), ({"W": w, "H": 0 * h}, "all numbers are 0")):
        with pytest.raises(ml.MlError, match=word):
            ml.NMF(2, init="custom").fit(x, **more)
    with pytest.raises(ml.MlError, match="custom"):
        ml.NMF(2).fit(x, W=w, H=h)
