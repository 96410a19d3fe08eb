"""Covariances beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import covariance as peer  # noqa: E402

from decomposition_data import DATA, near, same_attributes  # noqa: E402

INVERTIBLE = ("iris", "wine", "diabetes", "duplicates")


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("keywords", [{}, {"assume_centered": True}, {"store_precision": False}], ids=str)
@pytest.mark.parametrize("name", ["EmpiricalCovariance", "LedoitWolf"])
def test_covariances(name, keywords, data):
    x = DATA[data]
    ours, theirs = getattr(ml, name)(**keywords).fit(x), getattr(peer, name)(**keywords).fit(x)
    same_attributes(ours, theirs, "covariance_ location_" + (" shrinkage_" if name == "LedoitWolf" else ""))
    if data in INVERTIBLE:
        near(ours.get_precision(), theirs.get_precision(), rtol=1e-5)
        near(ours.mahalanobis(x), theirs.mahalanobis(x))
        near(ours.score(x), theirs.score(x))
    for how in ({}, {"norm": "spectral"}, {"scaling": False}, {"squared": False}):
        other = np.eye(x.shape[1])
        near(ours.error_norm(other, **how), theirs.error_norm(other, **how))


def test_precision_is_stored_or_made():
    x = DATA["iris"]
    ours = ml.EmpiricalCovariance().fit(x)
    near(ours.precision_, np.linalg.inv(ours.covariance_))
    assert getattr(ml.EmpiricalCovariance(store_precision=False).fit(x), "precision_", None) is None
    with pytest.warns(UserWarning, match="one row"):
        ml.EmpiricalCovariance().fit(x[:1])
    with pytest.raises(ml.MlError, match="dimension mismatch"):
        ours.error_norm(np.eye(3))
    with pytest.raises(ml.MlError, match="block_size"):
        ml.LedoitWolf(block_size=0).fit(x)
    assert ml.LedoitWolf().fit(x[:, :1]).shrinkage_ == 0


# ---- MinCovDet ---------------------------------------------------------------------------------------------------

def contaminated(rows, columns, share=0.2):
    draw = np.random.default_rng(rows)
    x = draw.normal(size=(rows, columns)) @ draw.normal(size=(columns, columns))
    x[:int(share * rows)] += 40
    return x


@pytest.mark.parametrize("rows, columns", [(90, 3), (700, 3), (1700, 4)])
def test_outliers_do_not_move_it(rows, columns):
    x = contaminated(rows, columns)
    ours, theirs = ml.MinCovDet(random_state=0).fit(x), peer.MinCovDet(random_state=0).fit(x)
    same_attributes(ours, theirs, "location_ covariance_", rtol=0.05, atol=0.03)
    assert not ours.support_[:int(0.2 * rows)].any()
    assert ours.raw_support_.sum() == theirs.raw_support_.sum()
    assert np.linalg.slogdet(ours.raw_covariance_)[1] <= np.linalg.slogdet(theirs.raw_covariance_)[1] + 1e-3
    near(ours.dist_, ours.mahalanobis(x), rtol=1e-6)
    near(ours.raw_covariance_, np.cov(x[ours.raw_support_].T, bias=True))


@pytest.mark.parametrize("keywords", [{"support_fraction": 1.0}, {"support_fraction": 1.0, "assume_centered": True}], ids=str)
@pytest.mark.parametrize("data", ["iris", "wine"])
def test_all_rows_are_no_matter_of_chance(data, keywords):
    x = DATA[data]
    ours, theirs = ml.MinCovDet(**keywords).fit(x), peer.MinCovDet(**keywords).fit(x)
    same_attributes(ours, theirs, "raw_location_ raw_covariance_ location_ covariance_ dist_ precision_", rtol=1e-5)
    assert (ours.support_ == theirs.support_).all() and (ours.raw_support_ == theirs.raw_support_).all()
    near(ours.score(x), theirs.score(x))


@pytest.mark.parametrize("fraction", [None, 0.6, 0.9])
def test_one_column_is_no_matter_of_chance(fraction):
    x = contaminated(101, 1)
    ours, theirs = ml.MinCovDet(fraction).fit(x), peer.MinCovDet(support_fraction=fraction).fit(x)
    near(ours.raw_location_, theirs.raw_location_)
    same_attributes(ours, theirs, "raw_covariance_ covariance_ location_", rtol=0.15, atol=0.1)  # two ends are as near


def test_min_cov_det_refuses():
    x = DATA["iris"]
    for bad in (0.0, 1.5, 0.001):
        with pytest.raises(ml.MlError, match="support_fraction"):
            ml.MinCovDet(bad).fit(x)
    with pytest.raises(ml.MlError, match="equal"):
        ml.MinCovDet().fit(np.r_[np.ones((40, 2)), x[:9, :2]])
    with pytest.warns(UserWarning, match="full rank"):
        ml.MinCovDet(1.0).fit(np.c_[x, x[:, :1]])
    assert np.array_equal(ml.MinCovDet(random_state=3).fit(x).covariance_, ml.MinCovDet(random_state=3).fit(x).covariance_)


# ---- GraphicalLasso ----------------------------------------------------------------------------------------------

TIGHT = {"tol": 1e-9, "enet_tol": 1e-12, "max_iter": 1000}


@pytest.mark.parametrize("data", ["iris", "duplicates", "wine"])
@pytest.mark.parametrize("keywords", [{}, {"alpha": 0.1}, {"assume_centered": True}, {"mode": "lars"}], ids=str)
def test_graphical_lasso(data, keywords):
    x = (DATA[data] - DATA[data].mean(axis=0)) / DATA[data].std(axis=0) + 0.1
    keywords = {"alpha": 0.05, **TIGHT, **keywords}
    ours, theirs = ml.GraphicalLasso(**keywords).fit(x), peer.GraphicalLasso(**{**keywords, "mode": "cd"}).fit(x)
    same_attributes(ours, theirs, "covariance_ precision_ location_", rtol=1e-5, atol=1e-6)
    assert ((ours.precision_ == 0) == (theirs.precision_ == 0)).all()
    near(ours.costs_[-1][0], theirs.costs_[-1][0])
    near(ours.score(x), theirs.score(x))
    near(ours.mahalanobis(x), theirs.mahalanobis(x), rtol=1e-5)


def test_graphical_lasso_of_a_given_covariance():
    x = DATA["iris"]
    empirical = peer.empirical_covariance(x)
    ours = ml.GraphicalLasso(0.05, covariance="precomputed").fit(empirical)
    near(ours.covariance_, ml.GraphicalLasso(0.05).fit(x).covariance_)
    assert not ours.location_.any()
    plain = ml.GraphicalLasso(0.0).fit(x)
    near(plain.precision_, np.linalg.inv(empirical))
    near(ml.GraphicalLasso(0.05).fit(x).precision_, peer.GraphicalLasso(alpha=0.05).fit(x).precision_, rtol=1e-2, atol=1e-2)
    loose, tight = ml.GraphicalLasso(0.05, tol=10.0).fit(x), ml.GraphicalLasso(0.05, tol=1e-9, max_iter=500).fit(x)
    assert loose.n_iter_ == 1 < tight.n_iter_ == len(tight.costs_)
    assert not np.array_equal(ml.GraphicalLasso(0.05, eps=1.0).fit(x).covariance_, tight.covariance_)
    with pytest.warns(UserWarning, match="did not converge"):
        ml.GraphicalLasso(0.05, tol=1e-12, max_iter=1).fit(x)
    for bad in ({"alpha": -1}, {"tol": 0}, {"enet_tol": 0}, {"max_iter": -1}, {"eps": -1}, {"covariance": "precomputed"}):
        with pytest.raises(ml.MlError):
            ml.GraphicalLasso(**bad).fit(x)
    with pytest.raises(ml.MlError, match="ill-conditioned"):
        ml.GraphicalLasso(0.0).fit(np.c_[x, x])


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("fraction", [None, 0.8])
def test_the_steps_of_the_robust_covariance(fraction, centered):
    """From the same raw estimate, which is a matter of chance."""
    x = DATA["wine"][:, :5]
    x = x - (x.mean(0) if centered else 0)
    ours = ml.MinCovDet(fraction, random_state=0, assume_centered=centered).fit(x)
    theirs = peer.MinCovDet(support_fraction=fraction, random_state=0, assume_centered=centered).fit(x)
    before = ours.covariance_.copy()
    for name in ("raw_covariance_", "support_", "dist_", "location_", "covariance_", "precision_"):
        setattr(theirs, name, np.array(getattr(ours, name)))
    near(ours.correct_covariance(x), theirs.correct_covariance(x))
    near(ours.dist_, theirs.dist_)
    for mine, other in zip(ours.reweight_covariance(x), theirs.reweight_covariance(x)):
        near(mine, other)
    same_attributes(ours, theirs, "location_ covariance_ support_ dist_")
    near(ours.precision_, theirs.get_precision())
    assert before.shape == ours.covariance_.shape


def test_steps_that_are_refused():
    x = DATA["iris"]
    model = ml.MinCovDet(random_state=0)
    for step in (model.correct_covariance, model.reweight_covariance):
        with pytest.raises(ml.NotFittedError):
            step(x)
    model.fit(x)
    known = model.dist_.copy()
    for step in (model.correct_covariance, model.reweight_covariance):
        for wrong, word in ((x[:10], "samples"), (x[:, :2], "features"), (x * np.nan, "NaN")):
            with pytest.raises(ml.MlError, match=word):
                step(wrong)
    np.testing.assert_array_equal(model.dist_, known)
