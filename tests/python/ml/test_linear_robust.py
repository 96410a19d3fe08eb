"""Robust and Bayesian regressions, chosen penalties, isotonic lines and pairs of directions beside scikit-learn."""

import numpy as np
import pytest
from linear_data import close, numbers, odd_data, quiet, same, weights

ml = pytest.importorskip("kailash.ml")
peer = pytest.importorskip("sklearn.linear_model")
datasets = pytest.importorskip("sklearn.datasets")
metrics = pytest.importorskip("sklearn.metrics")
model_selection = pytest.importorskip("sklearn.model_selection")
isotonic = pytest.importorskip("sklearn.isotonic")
cross = pytest.importorskip("sklearn.cross_decomposition")
sparse = pytest.importorskip("scipy.sparse")

ODD = odd_data()
DIABETES = datasets.load_diabetes(return_X_y=True)


def both(name, keywords, x, y, *more, module=peer):
    return tuple(quiet(getattr(side, name)(**keywords).fit, x, y, *more) for side in (ml, module))


# ---- RidgeCV

RIDGES = [{}, {"alphas": [1e-3, 0.5, 100.0]}, {"fit_intercept": False}, {"scoring": "r2"},
          {"scoring": "neg_mean_absolute_error"}, {"scoring": "neg_mean_squared_error"},
          {"scoring": "explained_variance"}, {"scoring": "neg_root_mean_squared_error"}]


@pytest.mark.parametrize("keywords", RIDGES)
@pytest.mark.parametrize("shape", [(50, 6), (12, 20)])
def test_chosen_penalties(keywords, shape):
    x, y = numbers(*shape, outputs=2, noise=0.5)
    for target, w in [(y, None), (y[:, 0], None), (y[:, 0], weights(shape[0]) + 0.1)]:
        ours, theirs = both("RidgeCV", dict(keywords, store_cv_results=True), x, target, w)
        assert ours.alpha_ == theirs.alpha_
        assert ours.best_score_ == pytest.approx(theirs.best_score_)
        same(ours, theirs)
        close(ours.cv_results_, theirs.cv_results_)


def test_chosen_penalties_per_target_and_in_folds():
    x, y = numbers(40, 6, outputs=3, noise=2.0)
    ours, theirs = both("RidgeCV", {"alphas": [0.01, 1.0, 50.0], "alpha_per_target": True}, x, y)
    assert list(ours.alpha_) == list(theirs.alpha_)
    close(ours.best_score_, theirs.best_score_)
    same(ours, theirs)
    for keywords in [{"cv": 4}, {"cv": 3, "scoring": "neg_mean_absolute_error"}, {"cv": 5, "fit_intercept": False}]:
        ours, theirs = both("RidgeCV", keywords, x, y[:, 0], None)
        assert ours.alpha_ == theirs.alpha_
        assert ours.best_score_ == pytest.approx(theirs.best_score_)
        same(ours, theirs)
    thin = np.where(np.abs(x) < 1, 0, x)
    same(ml.RidgeCV(gcv_mode="svd").fit(sparse.csr_matrix(thin), y), ml.RidgeCV().fit(thin, y))


def worst(estimator, x, y):
    return -np.max(np.abs(estimator.predict(x) - y))


@pytest.mark.parametrize("keywords", [
    {"scoring": worst}, {"scoring": worst, "cv": 3}, {"scoring": "neg_median_absolute_error"},
    {"scoring": "neg_median_absolute_error", "cv": model_selection.KFold(4, shuffle=True, random_state=1)},
    {"scoring": metrics.make_scorer(metrics.mean_squared_error, greater_is_better=False)},
    {"cv": [(list(range(20)), list(range(20, 40))), (list(range(10, 40)), list(range(10)))]}])
@pytest.mark.parametrize("outputs", [1, 3])
def test_penalties_chosen_by_any_scorer_and_any_folds(keywords, outputs):
    x, y = numbers(40, 6, outputs=3, noise=2.0)
    if outputs == 3 and "median" in str(keywords.get("scoring")):
        outputs = 2
    ours, theirs = both("RidgeCV", dict(keywords, alphas=[0.01, 1.0, 50.0]), x, y[:, 0] if outputs == 1 else y[:, :outputs])
    assert ours.alpha_ == theirs.alpha_
    assert ours.best_score_ == pytest.approx(theirs.best_score_)
    same(ours, theirs)


def test_scorers_of_each_target_and_weights():
    x, y = numbers(40, 6, outputs=3, noise=2.0)
    ours, theirs = both("RidgeCV", {"alphas": [0.01, 1.0, 50.0], "alpha_per_target": True, "scoring": worst}, x, y)
    assert list(ours.alpha_) == list(theirs.alpha_)
    close(ours.best_score_, theirs.best_score_)
    w = np.random.default_rng(0).uniform(0.1, 3, 40)
    for cv in (None, 4):
        for scoring in ("r2", "neg_median_absolute_error", metrics.make_scorer(metrics.mean_absolute_error)):
            ours, theirs = both("RidgeCV", {"cv": cv, "scoring": scoring}, x, y[:, 0], w)
            assert ours.best_score_ == pytest.approx(theirs.best_score_)
            same(ours, theirs)


def test_what_no_scorer_and_no_folds_are():
    with pytest.raises(ml.MlError, match="unknown scorer"):
        ml.RidgeCV(scoring="best").fit(*numbers(20, 3))
    with pytest.raises(ValueError, match="2"):
        ml.RidgeCV(cv=1).fit(*numbers(20, 3))
    with pytest.raises(ZeroDivisionError):
        ml.RidgeCV(scoring=lambda model, x, y: 1 / 0).fit(*numbers(20, 3))


@pytest.mark.parametrize("keywords, name", [
    ({"alphas": []}, "alphas"), ({"alphas": [1.0, -1.0]}, "alphas"), ({"alphas": [0.0]}, "alphas"),
    ({"cv": 3, "store_cv_results": True}, "store_cv_results"),
    ({"cv": 3, "alpha_per_target": True}, "alpha_per_target")])
def test_refusals_of_chosen_penalties(keywords, name):
    with pytest.raises(ml.MlError, match=f"`{name}`"):
        ml.RidgeCV(**keywords).fit(*numbers(20, 3))


# ---- Bayesian

BAYES = [("BayesianRidge", {}), ("BayesianRidge", {"fit_intercept": False}), ("BayesianRidge", {"alpha_init": 2.0, "lambda_init": 0.1}),
         ("BayesianRidge", {"alpha_1": 0.5, "alpha_2": 0.1, "lambda_1": 0.3, "lambda_2": 0.2}), ("BayesianRidge", {"tol": 1e-8}),
         ("BayesianRidge", {"max_iter": 2}), ("ARDRegression", {}), ("ARDRegression", {"fit_intercept": False}),
         ("ARDRegression", {"threshold_lambda": 50.0}), ("ARDRegression", {"alpha_1": 0.5, "lambda_2": 0.2}),
         ("ARDRegression", {"max_iter": 2})]


@pytest.mark.parametrize("name, keywords", BAYES)
@pytest.mark.parametrize("shape", [(60, 6), (12, 20), "diabetes"])
def test_bayesian_models(name, keywords, shape):
    if shape == (12, 20):
        keywords = dict(keywords, max_iter=4)  # it comes to fit the few rows exactly, and all is rounding then
    x, y = DIABETES if shape == "diabetes" else numbers(*shape, noise=0.5)
    ours, theirs = both(name, dict(keywords, compute_score=True), x, y)
    same(ours, theirs, "coef_", "intercept_", "alpha_", "lambda_", "X_scale_", rtol=1e-5)
    close(ours.X_offset_, theirs.X_offset_, atol=1e-12)
    same(ours, theirs, "sigma_", rtol=1e-5)
    close(ours.scores_[:ours.n_iter_], theirs.scores_[:ours.n_iter_], rtol=1e-5)  # what the peer appends is of older weights
    assert ours.n_iter_ == theirs.n_iter_
    for mine, their in zip(ours.predict(x, return_std=True), theirs.predict(x, return_std=True)):
        close(mine, their, rtol=1e-5)


def test_weights_of_bayesian_ridge():
    x, y = numbers(60, 6, noise=0.5)
    same(*both("BayesianRidge", {}, x, y, weights(60)), "coef_", "intercept_", "alpha_", "lambda_", "sigma_")
    assert not hasattr(ml.BayesianRidge().fit(x, y), "scores_")


@pytest.mark.parametrize("data", ["a constant column", "duplicate columns", "two rows", "one column", "far from 0"])
def test_odd_data_of_bayesian_ridge(data):
    x, y = ODD[data]
    ours, theirs = both("BayesianRidge", {}, x, y)
    close(ours.predict(x), theirs.predict(x), rtol=1e-5)


# ---- Huber

def spoilt(rows=80, columns=5):
    x, y = numbers(rows, columns, noise=0.3)
    y[::9] += 25
    return x, y


@pytest.mark.parametrize("keywords", [{}, {"epsilon": 1.1}, {"epsilon": 3.0}, {"alpha": 2.0}, {"alpha": 0.0},
                                      {"fit_intercept": False}])
def test_huber(keywords):
    x, y = spoilt()
    for w in (None, weights(80)):
        ours, theirs = both("HuberRegressor", dict(keywords, tol=1e-7, max_iter=10000), x, y, w)
        same(ours, theirs, "coef_", "intercept_", "scale_", rtol=2e-3)
        assert objective(ours, x, y, w) <= objective(theirs, x, y, w) * (1 + 1e-9)
        assert (ours.outliers_ == theirs.outliers_).mean() > 0.97


def objective(model, x, y, w):
    w = np.ones(len(y)) if w is None else w
    r = np.abs(y - model.predict(x)) / model.scale_
    e = model.epsilon
    return (w * model.scale_ * (1 + np.where(r < e, r * r, 2 * e * r - e * e))).sum() + model.alpha * (model.coef_ ** 2).sum()


def test_huber_goes_on_takes_sparse_data_and_warns():
    x, y = spoilt()
    model = ml.HuberRegressor(warm_start=True).fit(x, y)
    assert model.n_iter_ > 2 and model.fit(x, y).n_iter_ <= 1
    x[np.abs(x) < 0.5] = 0
    same(ml.HuberRegressor().fit(sparse.csr_matrix(x), y), ml.HuberRegressor().fit(x, y), "coef_", "scale_")
    with pytest.warns(UserWarning, match="did not converge"):
        ml.HuberRegressor(max_iter=1).fit(x, y)
    with pytest.raises(ml.MlError, match="epsilon"):
        ml.HuberRegressor(0.9).fit(x, y)


def test_huber_of_many_features():
    """More than Newton's method takes."""
    x = sparse.random(900, 600, density=0.02, random_state=0, format="csr")
    y = np.asarray(x.sum(axis=1)).ravel() + np.sin(np.arange(900.0) ** 2)
    ours = quiet(ml.HuberRegressor(alpha=1.0, max_iter=500).fit, x, y)
    theirs = quiet(peer.HuberRegressor(alpha=1.0, max_iter=500).fit, x, y)
    assert objective(ours, x, y, None) <= objective(theirs, x, y, None) * (1 + 1e-6)


# ---- samples

def test_theil_sen_of_all_subsets():
    x, y = spoilt(14, 2)
    for keywords in [{}, {"fit_intercept": False}, {"n_subsamples": 5}]:
        ours, theirs = both("TheilSenRegressor", dict(keywords, tol=1e-9), x, y)
        same(ours, theirs, rtol=1e-5)
        assert ours.n_subpopulation_ == theirs.n_subpopulation_
        assert ours.breakdown_ == pytest.approx(theirs.breakdown_)
    ours, theirs = both("TheilSenRegressor", {"fit_intercept": False}, x[:, :1], y)
    same(ours, theirs)


def test_theil_sen_of_samples():
    x, y = spoilt(100, 4)
    clean = np.arange(100) % 9 != 0
    for keywords in [{}, {"max_subpopulation": 300}]:
        scores = [ml.TheilSenRegressor(random_state=s, **keywords).fit(x, y).score(x[clean], y[clean]) for s in range(3)]
        assert min(scores) > peer.TheilSenRegressor(random_state=0).fit(x, y).score(x[clean], y[clean]) - 0.01
    one, two, other = (ml.TheilSenRegressor(100, random_state=s).fit(x, y).coef_ for s in (1, 1, 2))
    assert (one == two).all() and (one != other).any()
    with pytest.raises(ml.MlError, match="n_subsamples"):
        ml.TheilSenRegressor(n_subsamples=3).fit(x, y)
    with pytest.warns(UserWarning, match="median still moved"):
        ml.TheilSenRegressor(50, max_iter=1, random_state=0).fit(x, y)


def test_ransac_finds_the_rows_that_agree():
    x, y = spoilt(90, 3)
    clean = np.arange(90) % 9 != 0
    for keywords in [{}, {"loss": "squared_error", "residual_threshold": 4.0}, {"min_samples": 0.1}, {"max_trials": np.inf},
                     {"loss": lambda y, p: np.abs(y - p)}, {"estimator": ml.Ridge(0.01), "min_samples": 5}]:
        model = ml.RANSACRegressor(**dict({"random_state": 0, "residual_threshold": 2.0}, **keywords)).fit(x, y)
        assert (model.inlier_mask_ == clean).mean() > 0.95
        own = type(model.estimator_)(**model.estimator_.get_params()).fit(x[model.inlier_mask_], y[model.inlier_mask_])
        close(model.predict(x), own.predict(x))
        assert model.n_trials_ >= 1


def test_ransac_asks_its_checks_and_stops():
    x, y = spoilt(90, 3)
    seen = []
    model = ml.RANSACRegressor(random_state=0, residual_threshold=2.0, max_trials=20, stop_probability=1.0,
                               is_data_valid=lambda a, b: seen.append((a.shape, b.shape)) is None and len(seen) % 2 == 0,
                               is_model_valid=lambda m, a, b: m.predict(a).shape == b.shape).fit(x, y)
    assert seen[0] == ((4, 3), (4,)) and model.n_skips_invalid_data_ == 10 and model.n_skips_invalid_model_ == 0
    assert ml.RANSACRegressor(random_state=0, residual_threshold=1e6).fit(x, y).n_trials_ == 1
    assert ml.RANSACRegressor(random_state=0, residual_threshold=2.0, stop_n_inliers=5).fit(x, y).n_trials_ <= 100
    assert ml.RANSACRegressor(3, random_state=0, residual_threshold=2.0, stop_score=0.0).fit(x, y).n_trials_ <= 3
    with pytest.raises(ml.MlError, match="no rows that agree"):
        ml.RANSACRegressor(is_data_valid=lambda a, b: False).fit(x, y)
    with pytest.raises(ml.MlError, match="min_samples"):
        ml.RANSACRegressor(min_samples=91).fit(x, y)
    with pytest.raises(ml.MlError, match="min_samples"):
        ml.RANSACRegressor(estimator=ml.Lasso()).fit(x, y)
    with pytest.raises(ml.MlError, match="loss"):
        ml.RANSACRegressor(loss="best").fit(x, y)
    assert ml.RANSACRegressor(50, False, random_state=0).fit(x, y).estimator_.intercept_ == 0.0


def test_ransac_takes_models_of_others_and_weights():
    x, y = spoilt(60, 2)
    model = ml.RANSACRegressor(estimator=peer.Ridge(0.1), min_samples=4, residual_threshold=2.0, random_state=0)
    assert isinstance(model.fit(x, y, weights(60) + 0.1).estimator_, peer.Ridge)
    assert model.score(x[model.inlier_mask_], y[model.inlier_mask_]) > 0.9


# ---- isotonic

@pytest.mark.parametrize("keywords", [{}, {"increasing": False}, {"increasing": "auto"}, {"y_min": 0.0, "y_max": 1.0},
                                      {"out_of_bounds": "nan"}])
def test_isotonic(keywords):
    random = np.random.default_rng(0)
    x = random.integers(0, 30, 80).astype(float)
    for slope in (1.0, -1.0):
        y = slope * x / 20 + random.normal(size=80) * 0.3
        for w in (None, weights(80)):
            peers = dict({"out_of_bounds": "clip"}, **keywords)
            ours, theirs = (quiet(side.IsotonicRegression(**k).fit, x, y, w)
                            for side, k in ((ml, keywords), (isotonic, peers)))
            same(ours, theirs, "X_thresholds_", "y_thresholds_", "X_min_", "X_max_")
            assert ours.increasing_ == theirs.increasing_
            asked = np.linspace(-3, 33, 50)
            close(ours.predict(asked), theirs.predict(asked))
            close(ours.predict(asked[:, None]), theirs.transform(asked))
            close(ours.transform(asked), theirs.transform(asked))


def test_isotonic_of_few_points_and_refusals():
    one = ml.IsotonicRegression().fit([2.0], [5.0])
    assert one.predict([1.0, 2.0, 9.0]).tolist() == [5.0, 5.0, 5.0]
    line = ml.IsotonicRegression(out_of_bounds="raise").fit([1.0, 2.0], [1.0, 3.0])
    assert line.predict([1.5]).tolist() == [2.0]
    with pytest.raises(ml.MlError, match="outside"):
        line.predict([3.0])
    with pytest.raises(ml.MlError, match="one column"):
        ml.IsotonicRegression().fit(np.ones((3, 2)), np.arange(3.0))
    with pytest.raises(ml.MlError, match="increasing"):
        ml.IsotonicRegression("up").fit([1.0, 2.0], [1.0, 2.0])
    assert list(line.get_feature_names_out()) == ["isotonicregression0"]


# ---- pairs of directions

def pairs(rows=60, targets=3):
    x, y = numbers(rows, 6, outputs=targets, noise=1.0)
    return x, y


@pytest.mark.parametrize("name, keywords", [
    ("PLSRegression", {}), ("PLSRegression", {"n_components": 5}), ("PLSRegression", {"scale": False}), ("CCA", {}),
    ("CCA", {"n_components": 3}), ("CCA", {"scale": False}), ("PLSCanonical", {}), ("PLSCanonical", {"algorithm": "svd"})])
def test_pairs_of_directions(name, keywords):
    x, y = pairs()
    ours, theirs = both(name, dict(keywords, tol=1e-20, max_iter=5000), x, y, module=cross)
    same(ours, theirs, "x_weights_", "y_weights_", "x_loadings_", "y_loadings_", "x_rotations_", "y_rotations_", "coef_",
         "intercept_", rtol=1e-5)
    close(ours.predict(x), theirs.predict(x))
    close(ours.transform(x), theirs.transform(x), rtol=1e-5)
    close(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)), rtol=1e-5)
    for mine, known in zip(ours.transform(x, y), theirs.transform(x, y), strict=True):
        close(mine, known, rtol=1e-5)
    with pytest.raises(ml.MlError, match="samples"):
        ours.transform(x, y[:5])
    with pytest.raises(ml.MlError, match="targets"):
        ours.transform(x, y[:, :1])
    if name == "PLSRegression":
        same(ours, theirs, "x_scores_", "y_scores_", rtol=1e-5)


def test_one_target_and_iterations():
    x, y = pairs()
    ours, theirs = both("PLSRegression", {"n_components": 4}, x, y[:, 0], module=cross)
    same(ours, theirs, "coef_", "intercept_", "x_scores_")
    assert list(ours.n_iter_) == list(theirs.n_iter_) == [1, 1, 1, 1]
    close(ours.predict(x), theirs.predict(x))
    ours, theirs = both("PLSRegression", {}, x, y, module=cross)
    assert list(ours.n_iter_) == list(theirs.n_iter_)
    with pytest.warns(UserWarning, match="max_iter"):
        ml.PLSRegression(max_iter=1).fit(x, y)
    with pytest.warns(UserWarning, match="nothing is left of y"):
        ml.PLSRegression(3).fit(x, np.ones(60))
    for made, most in [(ml.PLSRegression, 7), (ml.CCA, 4)]:
        with pytest.raises(ml.MlError, match="n_components"):
            made(most).fit(x, y)
