"""LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis beside scikit-learn."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
sklearn = pytest.importorskip("sklearn")

from sklearn import covariance, datasets  # noqa: E402
from sklearn import discriminant_analysis as peer  # noqa: E402

LDA, QDA = "LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"


def data(name):
    if name == "two":
        return datasets.make_classification(400, 8, n_informative=5, n_redundant=0, random_state=1)
    if name == "wide":
        return datasets.make_classification(60, 90, n_informative=8, n_classes=3, random_state=2)
    return getattr(datasets, f"load_{name}")(return_X_y=True)


def compare(ours, theirs, x):
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.predict_log_proba(x), theirs.predict_log_proba(x), rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    for name in ("means_", "priors_", "coef_", "intercept_", "xbar_", "explained_variance_ratio_"):
        assert hasattr(ours, name) == hasattr(theirs, name), name
        if hasattr(theirs, name):
            np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-6, atol=1e-8, err_msg=name)


def upright(matrix):
    """Directions have no sign: columns whose largest number is positive."""
    matrix = np.asarray(matrix)
    return matrix * np.sign(matrix[np.abs(matrix).argmax(axis=0), np.arange(matrix.shape[1])])


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "two", "wide"])
@pytest.mark.parametrize("keywords", [
    {}, {"solver": "lsqr", "shrinkage": "auto"}, {"solver": "eigen", "shrinkage": 0.3}, {"solver": "lsqr", "shrinkage": 0.7},
], ids=str)
def test_lda_agrees_with_the_peer(name, keywords):
    x, y = data(name)
    ours, theirs = ml.LinearDiscriminantAnalysis(**keywords).fit(x, y), peer.LinearDiscriminantAnalysis(**keywords).fit(x, y)
    compare(ours, theirs, x)
    if keywords.get("solver") == "lsqr":
        assert not hasattr(ours, "scalings_")
        with pytest.raises(AttributeError):
            ours.transform(x)
        return
    np.testing.assert_allclose(upright(ours.transform(x)), upright(theirs.transform(x)), rtol=1e-6, atol=1e-6)
    assert list(ours.get_feature_names_out()) == [f"lineardiscriminantanalysis{k}" for k in range(ours.transform(x).shape[1])]


@pytest.mark.parametrize("keywords", [
    {"n_components": 1}, {"priors": [0.2, 0.3, 0.5]}, {"tol": 0.2}, {"store_covariance": True}, {"solver": "eigen"},
    {"solver": "lsqr"},
], ids=str)
def test_lda_parameters(keywords):
    x, y = data("iris")
    ours, theirs = ml.LinearDiscriminantAnalysis(**keywords).fit(x, y), peer.LinearDiscriminantAnalysis(**keywords).fit(x, y)
    compare(ours, theirs, x)
    assert hasattr(ours, "covariance_") == hasattr(theirs, "covariance_")
    if hasattr(theirs, "covariance_"):
        np.testing.assert_allclose(ours.covariance_, theirs.covariance_)
    if keywords.get("solver") != "lsqr":
        assert ours.fit_transform(x, y).shape == theirs.transform(x).shape


def test_lda_with_shrinkage_alone_solves_least_squares():
    x, y = data("wine")
    ours = ml.LinearDiscriminantAnalysis(None, "auto").fit(x, y)
    compare(ours, peer.LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(x, y), x)


def test_lda_with_dependent_and_constant_columns():
    x, y = data("iris")
    x = np.c_[x, x[:, 0] + x[:, 1], np.ones(len(x))]
    ours, theirs = ml.LinearDiscriminantAnalysis().fit(x, y), peer.LinearDiscriminantAnalysis().fit(x, y)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), rtol=1e-6, atol=1e-6)


def test_lda_warns_of_priors_whose_sum_is_not_1():
    x, y = data("iris")
    with pytest.warns(UserWarning, match="priors"):
        ours = ml.LinearDiscriminantAnalysis(priors=[2, 2, 4]).fit(x, y)
    np.testing.assert_allclose(ours.priors_, [0.25, 0.25, 0.5])


@pytest.mark.parametrize("name, keywords", [
    ("iris", {}), ("wine", {}), ("two", {}), ("iris", {"reg_param": 0.3}), ("breast_cancer", {"reg_param": 0.05}),
    ("digits", {"reg_param": 0.1}), ("wide", {"solver": "eigen", "shrinkage": "auto"}), ("wine", {"solver": "eigen"}),
    ("digits", {"solver": "eigen", "shrinkage": 0.5}), ("iris", {"priors": [0.2, 0.3, 0.5]}), ("iris", {"tol": 0.001}),
    ("iris", {"store_covariance": True}), ("iris", {"store_covariance": True, "solver": "eigen"}),
], ids=str)
def test_qda_agrees_with_the_peer(name, keywords):
    x, y = data(name)
    ours = ml.QuadraticDiscriminantAnalysis(**keywords).fit(x, y)
    theirs = peer.QuadraticDiscriminantAnalysis(**keywords).fit(x, y)
    compare(ours, theirs, x)
    for a, b in zip(ours.scalings_, theirs.scalings_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    for s, r, t, q in zip(ours.scalings_, ours.rotations_, theirs.scalings_, theirs.rotations_, strict=True):
        np.testing.assert_allclose((r * s) @ r.T, (q * t) @ q.T, rtol=1e-6, atol=1e-8)
    assert hasattr(ours, "covariance_") == hasattr(theirs, "covariance_")
    if hasattr(theirs, "covariance_"):
        np.testing.assert_allclose(ours.covariance_, theirs.covariance_, rtol=1e-9)


@pytest.mark.parametrize("name, keywords", [(LDA, {"solver": "lsqr"}), (LDA, {"solver": "eigen"}), (QDA, {"solver": "eigen"})])
def test_another_estimator_of_covariances(name, keywords):
    x, y = data("iris")
    given = covariance.OAS()
    ours = getattr(ml, name)(covariance_estimator=given, **keywords).fit(x, y)
    compare(ours, getattr(peer, name)(covariance_estimator=covariance.OAS(), **keywords).fit(x, y), x)
    assert not hasattr(given, "covariance_")


@pytest.mark.parametrize("name, keywords, message", [
    (LDA, {"n_components": 3}, "n_components"), (LDA, {"n_components": 0}, "n_components"),
    (LDA, {"shrinkage": 2.0}, "shrinkage"), (LDA, {"shrinkage": "some"}, "shrinkage"),
    (LDA, {"solver": "svd", "shrinkage": 0.5}, "shrinkage.*None with the solver svd"), (LDA, {"tol": -1.0}, "tol"),
    (LDA, {"priors": [0.5, 0.5]}, "priors"), (LDA, {"priors": [-0.5, 0.5, 1]}, "priors"), (LDA, {"solver": "qr"}, "solver"),
    (LDA, {"solver": "lsqr", "covariance_estimator": 3}, "covariance_estimator"),
    (QDA, {"reg_param": 1.5}, r"reg_param.*\[0, 1\]"), (QDA, {"shrinkage": 0.1}, "shrinkage"),
    (QDA, {"solver": "eigen", "shrinkage": -0.1}, "shrinkage"), (QDA, {"priors": [1]}, "priors"),
], ids=str)
def test_refuses_bad_parameters(name, keywords, message):
    x, y = data("iris")
    with pytest.raises(ValueError, match=message):
        getattr(ml, name)(**keywords).fit(x, y)


def test_refuses_data_that_say_too_little():
    x, y = data("breast_cancer")
    with pytest.raises(RuntimeError, match="class 0 .* is not of full rank: 20 of 30; raise reg_param"):
        ml.QuadraticDiscriminantAnalysis().fit(x, y)
    with pytest.raises(RuntimeError, match="more rows than features"):
        ml.QuadraticDiscriminantAnalysis().fit(x[:30], y[:30])
    with pytest.raises(RuntimeError, match="one row only"):
        ml.QuadraticDiscriminantAnalysis().fit([[0.0], [1.0], [3.0]], [0, 0, 1])
    with pytest.raises(RuntimeError, match="more rows than classes"):
        ml.LinearDiscriminantAnalysis().fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(RuntimeError, match="singular"):
        ml.LinearDiscriminantAnalysis(solver="eigen").fit(np.c_[x, x[:, 0]], y)
