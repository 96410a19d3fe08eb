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
