"""IterativeImputer beside scikit-learn, and what each of its parameters does."""

import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.datasets import load_diabetes, load_iris  # noqa: E402
from sklearn.experimental import enable_iterative_imputer  # noqa: E402, F401
from sklearn.impute import IterativeImputer as Peer  # noqa: E402
from sklearn.linear_model import Ridge as PeerRidge  # noqa: E402

import kailash.ml as ml  # noqa: E402


def with_holes(x, share=0.2, seed=0):
    x = np.array(x)
    x[np.random.default_rng(seed).random(x.shape) < share] = np.nan
    return x


IRIS, DIABETES = with_holes(load_iris().data), with_holes(load_diabetes().data[:70, :6], 0.1, 1)


def fitted(make, x, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(**params).fit(x)


def same(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("x", [IRIS, DIABETES, IRIS[:, 1:3]], ids=["iris", "diabetes", "two columns"])
def test_bayesian_ridge_in_turn(x):
    ours, peer = fitted(ml.IterativeImputer, x), fitted(Peer, x)
    assert (ours.n_iter_, ours.n_features_with_missing_) == (peer.n_iter_, peer.n_features_with_missing_)
    same(ours.transform(x), peer.transform(x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same(ml.IterativeImputer().fit_transform(x), Peer().fit_transform(x))
    new = with_holes(np.nan_to_num(x, nan=1.0), 0.3, 7)
    same(ours.transform(new), peer.transform(new))
    known = ~np.isnan(x)
    assert (ours.transform(x)[known] == x[known]).all()


@pytest.mark.parametrize("params", [
    {"imputation_order": "descending"}, {"imputation_order": "roman"}, {"imputation_order": "arabic"},
    {"max_iter": 2}, {"max_iter": 0}, {"tol": 0.5}, {"skip_complete": True},
    {"initial_strategy": "median"}, {"initial_strategy": "most_frequent"},
    {"initial_strategy": "constant", "fill_value": 2.0}, {"min_value": 1.0, "max_value": 4.0},
    {"min_value": [0.0, 3.0, -1.0, 0.5]}, {"add_indicator": True}])
def test_parameters(params):
    x = IRIS.copy()
    x[:, 2] = load_iris().data[:, 2]  # a column without gaps
    new = with_holes(load_iris().data[::3], 0.4, 3)
    ours, peer = fitted(ml.IterativeImputer, x, **params), fitted(Peer, x, **params)
    assert ours.n_iter_ == peer.n_iter_
    same(ours.transform(x), peer.transform(x))
    if not params.get("add_indicator"):
        same(ours.transform(new), peer.transform(new))
    if "tol" not in params and "imputation_order" not in params:
        plain = fitted(ml.IterativeImputer, x)
        differ = [ours.transform(part) for part in (x, new)], [plain.transform(part) for part in (x, new)]
        assert any(a.shape != b.shape or not np.array_equal(a, b) for a, b in zip(*differ))


def test_another_estimator_of_the_library_or_of_scikit_learn():
    peer = fitted(Peer, IRIS, estimator=PeerRidge(alpha=2.0)).transform(IRIS)
    same(fitted(ml.IterativeImputer, IRIS, estimator=ml.Ridge(2.0)).transform(IRIS), peer)
    same(fitted(ml.IterativeImputer, IRIS, estimator=PeerRidge(alpha=2.0)).transform(IRIS), peer)
    same(fitted(ml.IterativeImputer, IRIS, estimator="LinearRegression").transform(IRIS),
         fitted(ml.IterativeImputer, IRIS, estimator=ml.LinearRegression()).transform(IRIS))
    with pytest.raises(TypeError, match="estimator"):
        ml.IterativeImputer(estimator=5).fit(IRIS)


def test_a_number_may_stand_for_what_is_missing():
    marked = np.nan_to_num(IRIS, nan=-1.0)
    same(fitted(ml.IterativeImputer, marked, missing_values=-1).transform(marked),
         fitted(ml.IterativeImputer, IRIS).transform(IRIS))
    with pytest.raises(ml.MlError, match="NaN"):
        ml.IterativeImputer(missing_values=-1).fit(IRIS)


def test_a_random_order_is_that_of_the_seed():
    def filled(seed):
        return fitted(ml.IterativeImputer, IRIS, imputation_order="random", random_state=seed, max_iter=2).transform(IRIS)

    assert np.array_equal(filled(1), filled(1))
    assert any(not np.array_equal(filled(1), filled(seed)) for seed in range(2, 6))


def test_some_neighbours_are_drawn_by_their_likeness():
    fit = fitted(ml.IterativeImputer, IRIS, n_nearest_features=1, random_state=0, max_iter=40, tol=0.0)
    chosen = {column: [] for column in range(4)}
    for column, neighbours, estimator in fit.imputation_sequence_:
        assert len(neighbours) == 1 and estimator.coef_.shape == (1,)
        chosen[column].append(int(neighbours[0]))
    assert len(fit.imputation_sequence_) == 160
    for column, drawn in chosen.items():
        assert column not in drawn
    # Length and width of petals are most alike, sepals' width is like nothing.
    assert chosen[2].count(3) > chosen[2].count(1) and chosen[3].count(2) > chosen[3].count(1)
    every = fitted(ml.IterativeImputer, IRIS, n_nearest_features=4).transform(IRIS)
    assert np.array_equal(every, fitted(ml.IterativeImputer, IRIS).transform(IRIS))


def test_draws_of_the_posterior():
    truth, holes = load_iris().data, np.isnan(IRIS)

    def filled(seed, **more):
        fit = fitted(ml.IterativeImputer, IRIS, sample_posterior=True, random_state=seed, max_iter=5, **more)
        assert fit.n_iter_ == 5
        return fit.transform(IRIS)

    draws = np.array([filled(seed) for seed in range(8)])
    assert np.array_equal(draws[0], filled(0)) and not np.array_equal(draws[0], draws[1])
    mean = fitted(ml.IterativeImputer, IRIS).transform(IRIS)
    spread = draws.std(axis=0)[holes]
    assert (spread > 0).all() and 0.05 < spread.mean() < 1
    off = np.abs(draws.mean(axis=0) - mean)[holes]
    assert off.mean() < 0.4 and np.abs(draws.mean(axis=0) - truth)[holes].mean() < 0.5
    cut = filled(0, min_value=1.0, max_value=3.0)[holes]
    assert cut.min() >= 1 and cut.max() <= 3 and len(np.unique(cut)) > 20
    with pytest.raises(TypeError, match="return_std"):
        ml.IterativeImputer(sample_posterior=True, estimator=ml.Ridge()).fit(IRIS)


def test_empty_columns():
    x = np.column_stack([IRIS, np.full(len(IRIS), np.nan)])
    with pytest.raises(ml.MlError, match="column 4 has no value"):
        ml.IterativeImputer().fit(x)
    ours = fitted(ml.IterativeImputer, x, keep_empty_features=True)
    same(ours.transform(x), fitted(Peer, x, keep_empty_features=True).transform(x))
    assert (ours.transform(x)[:, 4] == 0).all()


def test_names_and_attributes(tmp_path):
    ours = fitted(ml.IterativeImputer, IRIS, add_indicator=True)
    assert list(ours.get_feature_names_out(["a", "b", "c", "d"])) == [
        "a", "b", "c", "d", "missingindicator_a", "missingindicator_b", "missingindicator_c", "missingindicator_d"]
    np.testing.assert_allclose(ours.initial_imputer_.statistics_, np.nanmean(IRIS, axis=0))
    assert len(ours.imputation_sequence_) == 4 * ours.n_iter_
    again = pickle.loads(pickle.dumps(ours))
    assert np.array_equal(again.transform(IRIS), ours.transform(IRIS))
    ours.save(str(tmp_path / "m.kmlf"))
    assert np.array_equal(ml.IterativeImputer.load(str(tmp_path / "m.kmlf")).transform(IRIS), ours.transform(IRIS))


@pytest.mark.parametrize("params, message", [
    ({"min_value": 2.0, "max_value": 1.0}, "min_value must be below max_value"),
    ({"min_value": [1.0, 2.0]}, "min_value: expected a number, or one for each of 4 columns, got 2"),
    ({"max_iter": -1}, "max_iter"), ({"tol": -1.0}, "tol"), ({"n_nearest_features": 0}, "n_nearest_features")])
def test_refusals(params, message):
    with pytest.raises(ml.MlError, match=message):
        ml.IterativeImputer(**params).fit(IRIS)


def test_too_few_rounds_are_told():
    with pytest.warns(ml.ConvergenceWarning, match="has not converged in 1 rounds"):
        ml.IterativeImputer(1).fit(IRIS)
    assert ml.IterativeImputer(3).fit([[1.0], [np.nan], [3.0]]).transform([[np.nan]])[0, 0] == 2
