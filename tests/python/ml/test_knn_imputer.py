"""Numbers that near rows give, beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from sklearn import datasets  # noqa: E402
from sklearn.impute import KNNImputer  # noqa: E402


def with_holes(name="iris", share=0.15, seed=0):
    x = getattr(datasets, "load_" + name)(return_X_y=True)[0].astype(float)
    draw = np.random.default_rng(seed)
    x = x + draw.normal(scale=1e-3, size=x.shape)  # no two distances are equal
    x[draw.uniform(size=x.shape) < share] = np.nan
    return x


def weights(distances):
    return np.exp(-distances)


@pytest.mark.parametrize("name", ["iris", "wine", "diabetes", "breast_cancer"])
@pytest.mark.parametrize("keywords", [
    {}, {"weights": "distance"}, {"n_neighbors": 1}, {"n_neighbors": 1000}, {"weights": weights},
    {"add_indicator": True}, {"keep_empty_features": True}])
def test_holes_are_filled_as_by_scikit_learn(name, keywords):
    x = with_holes(name)[:200]
    if "keep_empty_features" in keywords:
        x[:, 1] = np.nan
    ours, theirs = ml.KNNImputer(**keywords), KNNImputer(**keywords)
    np.testing.assert_allclose(ours.fit_transform(x), theirs.fit_transform(x), rtol=1e-6, atol=1e-7)
    q = with_holes(name, 0.4, 1)[:100]
    np.testing.assert_allclose(ours.transform(q), theirs.transform(q), rtol=1e-6, atol=1e-7)
    assert len(ours.get_feature_names_out()) == ours.transform(q).shape[1]


def test_columns_without_a_number_are_left_out():
    x = with_holes()
    x[:, 2] = np.nan
    ours, theirs = ml.KNNImputer(add_indicator=True), KNNImputer(add_indicator=True)
    np.testing.assert_allclose(ours.fit_transform(x), theirs.fit_transform(x), rtol=1e-6)
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())


def test_rows_that_compare_with_none_get_the_mean():
    x = np.array([[1.0, np.nan, 3.0], [2.0, 5.0, np.nan], [4.0, 7.0, 1.0], [np.nan, np.nan, np.nan]])
    np.testing.assert_allclose(ml.KNNImputer(2).fit_transform(x), KNNImputer(n_neighbors=2).fit_transform(x))
    same = np.array([[1.0, 2.0], [1.0, 4.0], [1.0, np.nan], [3.0, 9.0]])
    for keywords in ({}, {"weights": "distance"}):
        np.testing.assert_allclose(ml.KNNImputer(3, **keywords).fit_transform(same),
                                   KNNImputer(n_neighbors=3, **keywords).fit_transform(same))


def test_another_number_may_stand_for_what_is_missing():
    x = np.array([[1.0, -9.0], [2.0, 4.0], [2.5, 6.0]])
    ours, theirs = ml.KNNImputer(1, missing_values=-9), KNNImputer(n_neighbors=1, missing_values=-9)
    np.testing.assert_allclose(ours.fit_transform(x), theirs.fit_transform(x))
    for keywords, name in (({"n_neighbors": 0}, "n_neighbors"), ({"weights": "heavy"}, "weights")):
        with pytest.raises(ValueError, match=name):
            ml.KNNImputer(**keywords).fit(x)
    with pytest.raises(ValueError, match="metric"):
        ml.KNNImputer(metric="euclidean").fit(x)
    assert repr(ml.KNNImputer()) == "KNNImputer(n_neighbors=5, unfitted)"
