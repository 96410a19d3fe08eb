"""Answers of near rows, beside scikit-learn's."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from sklearn import datasets, neighbors as peer  # noqa: E402


def loaded(name):
    x, y = getattr(datasets, "load_" + name)(return_X_y=True)
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def drawn(rows, columns, seed=0, classes=3):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, columns))
    return x, np.floor(draw.uniform(0, classes, rows))


def halves(x, y):
    return x[::2], y[::2], x[1::2], y[1::2]


def exact(x, q, k, distance):
    """The k nearest by comparing all: the lower number of equals first."""
    d = distance(q[:, None, :] - x[None, :, :])
    rows = np.argsort(d, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(d, rows, 1), rows


METRICS = {
    "euclidean": lambda e: np.sqrt((e**2).sum(-1)),
    "manhattan": lambda e: np.abs(e).sum(-1),
    "chebyshev": lambda e: np.abs(e).max(-1),
}


# ---- who is near -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("columns", [1, 2, 7, 15, 16, 40])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("rows, k", [(1, 1), (9, 9), (300, 5), (1100, 40)])
def test_the_nearest_are_those_of_comparing_all(columns, metric, rows, k):
    x, y = drawn(rows, columns, seed=rows + columns)
    q = np.vstack([drawn(40, columns, seed=5)[0], x[:20]])
    model = ml.KNeighborsRegressor(k, metric=metric).fit(x, y)
    d, i = model.kneighbors(q)
    expected_d, expected_i = exact(x, q, k, METRICS[metric])
    np.testing.assert_array_equal(i, expected_i)
    np.testing.assert_allclose(d, expected_d, rtol=1e-9, atol=1e-12)
    radius = float(np.median(expected_d[:, -1])) + 1e-9
    d, i = model.clone().fit(x, y).kneighbors(q, 1)
    assert d.shape == (len(q), 1)
    within = ml.RadiusNeighborsRegressor(radius, metric=metric).fit(x, y)
    wd, wi = within.radius_neighbors(q)
    all_d = METRICS[metric](q[:, None, :] - x[None, :, :])
    for row in range(len(q)):
        np.testing.assert_array_equal(wi[row], np.flatnonzero(all_d[row] <= radius))
        np.testing.assert_allclose(wd[row], all_d[row][all_d[row] <= radius], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("columns", [2, 20])
def test_of_equal_distances_the_lower_number_is_nearer(columns):
    draw = np.random.default_rng(1)
    x = draw.integers(0, 3, (500, columns)).astype(float)
    x[:, 2:] = 0
    model = ml.KNeighborsClassifier(7).fit(x, np.arange(500) % 2)
    _, rows = model.kneighbors(x)
    np.testing.assert_array_equal(rows, exact(x, x, 7, METRICS["euclidean"])[1])
    _, rows = model.kneighbors()
    np.testing.assert_array_equal(rows[0], [i for i in exact(x, x, 8, METRICS["euclidean"])[1][0] if i != 0][:7])


def test_far_from_the_origin_distances_stay_exact():
    x, y = drawn(200, 30)
    x += 1e6
    d, i = ml.KNeighborsClassifier(3).fit(x, y).kneighbors(x)
    expected = exact(x, x, 3, METRICS["euclidean"])
    np.testing.assert_array_equal(i, expected[1])
    np.testing.assert_allclose(d, expected[0], rtol=1e-9)


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, np.inf])
@pytest.mark.parametrize("where", ["near", "far", "alike", "apart", "many columns"])
def test_balls_find_what_comparing_all_finds(p, where):
    random = np.random.default_rng(0)
    x = random.normal(size=(700, 25 if where == "many columns" else 4))
    x = {"far": x + 1e8, "alike": np.round(x), "apart": x * np.exp(6 * random.normal(size=(700, 1)))}.get(where, x)
    asked = np.vstack([x[::7], x[::11] * 1.5])
    near, within = [], []
    for algorithm in ("brute", "ball_tree"):
        model = ml.KNeighborsRegressor(5, algorithm=algorithm, p=p, leaf_size=8).fit(x, x[:, 0])
        near.append((*model.kneighbors(asked), model.predict(asked)))
        model = ml.RadiusNeighborsRegressor(1.3, algorithm=algorithm, p=p).fit(x, x[:, 0])
        within.append(model.radius_neighbors(asked, return_distance=False))
    for one, other in zip(*near, strict=True):
        np.testing.assert_array_equal(one, other) if one.dtype.kind == "i" else np.testing.assert_allclose(one, other)
    assert all(np.array_equal(np.sort(one), np.sort(other)) for one, other in zip(*within, strict=True))


def test_balls_are_saved(tmp_path):
    x = np.random.default_rng(0).normal(size=(300, 3))
    model = ml.KNeighborsRegressor(3, algorithm="ball_tree").fit(x, x[:, 0])
    model.save(str(tmp_path / "m.kmlf"))
    loaded = ml.Estimator.load(str(tmp_path / "m.kmlf"))
    np.testing.assert_array_equal(loaded.predict(x + 0.1), model.predict(x + 0.1))
    model.set_params(algorithm="kd_tree")  # of the next fit
    np.testing.assert_array_equal(loaded.predict(x + 0.1), model.predict(x + 0.1))


@pytest.mark.parametrize("algorithm", ["auto", "ball_tree", "kd_tree", "brute"])
@pytest.mark.parametrize("keywords", [
    {}, {"p": 1}, {"p": 3}, {"p": float("inf")}, {"p": 1.5, "leaf_size": 1}, {"metric": "l1"}, {"metric": "chebyshev"},
    {"metric_params": {"p": 4}}, {"metric": "cosine"}, {"leaf_size": 1000}])
def test_metrics_are_those_of_scikit_learn(algorithm, keywords):
    if keywords.get("metric") == "cosine" and "tree" in algorithm:
        with pytest.raises(ValueError, match="cosine"):
            ml.KNeighborsClassifier(algorithm=algorithm, **keywords).fit(*loaded("iris"))
        return
    x, y = drawn(300, 4)
    ours = ml.KNeighborsClassifier(6, algorithm=algorithm, **keywords).fit(x, y)
    more = dict(keywords)
    if "metric_params" in more:
        more = {"p": 4}
    theirs = peer.KNeighborsClassifier(6, algorithm="brute", **more).fit(x, y)
    q, _ = drawn(100, 4, seed=9)
    for one, other in zip(ours.kneighbors(q), theirs.kneighbors(q)):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    assert ours.effective_metric_ == theirs.effective_metric_
    assert ours.effective_metric_params_.get("p") == theirs.effective_metric_params_.get("p")
    assert ours.n_samples_fit_ == 300 and ours.outputs_2d_ is False


def test_graphs_are_those_of_scikit_learn():
    x, y = drawn(80, 3)
    for ours, theirs, name in (
            (ml.KNeighborsClassifier(4), peer.KNeighborsClassifier(4), "kneighbors_graph"),
            (ml.RadiusNeighborsClassifier(0.9), peer.RadiusNeighborsClassifier(0.9), "radius_neighbors_graph")):
        ours.fit(x, y), theirs.fit(x, y)
        for arguments in ({}, {"X": x[:9] + 0.1}, {"mode": "distance"}, {"X": x[:9] + 0.1, "mode": "distance"}):
            one, other = getattr(ours, name)(**arguments), getattr(theirs, name)(**arguments)
            assert one.shape == other.shape
            np.testing.assert_allclose(one.toarray(), other.toarray(), rtol=1e-9)


def test_radius_neighbors_may_be_sorted_and_without_distances():
    x, y = drawn(100, 3)
    ours = ml.RadiusNeighborsRegressor(1.2).fit(x, y)
    theirs = peer.RadiusNeighborsRegressor(1.2).fit(x, y)
    for (d, i), (e, j) in zip(zip(*ours.radius_neighbors(x, sort_results=True)),
                              zip(*theirs.radius_neighbors(x, sort_results=True))):
        np.testing.assert_allclose(d, e)
        np.testing.assert_array_equal(i, j)
    for i, j in zip(ours.radius_neighbors(None, 0.8, return_distance=False),
                    theirs.radius_neighbors(None, 0.8, return_distance=False)):
        np.testing.assert_array_equal(i, np.sort(j))
    rows = ml.KNeighborsClassifier().fit(x, y).kneighbors(x, 2, return_distance=False)
    np.testing.assert_array_equal(rows[:, 0], np.arange(100))


# ---- k nearest ---------------------------------------------------------------------------------------------------

def squares(distances):
    if distances.dtype == object:  # scikit-learn's lists of neighbours within a radius
        return np.array([squares(row) for row in distances] + [None], dtype=object)[:-1]
    return np.exp(-distances**2)


WEIGHTS = ["uniform", "distance", None, squares]


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_k_neighbors_classifier(name, weights):
    x, y, q, expected = halves(*loaded(name))
    if name in ("iris", "digits"):  # where many distances are equal
        x = x + np.random.default_rng(0).normal(scale=1e-3, size=x.shape)
    if weights is squares:
        x, q = x / 100, q / 100
    ours = ml.KNeighborsClassifier(5, weights=weights).fit(x, y)
    theirs = peer.KNeighborsClassifier(5, weights=weights, algorithm="kd_tree").fit(x, y)
    np.testing.assert_allclose(ours.predict_proba(q), theirs.predict_proba(q), rtol=1e-6, atol=1e-12)
    np.testing.assert_array_equal(ours.predict(q), theirs.predict(q))
    assert ours.score(q, expected) == pytest.approx(theirs.score(q, expected))
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_k_neighbors_regressor(weights):
    x, y, q, _ = halves(*loaded("diabetes"))
    both = np.column_stack([y, np.sin(y)])
    for k, target in ((1, y), (5, y), (221, y), (4, both)):
        ours = ml.KNeighborsRegressor(k, weights=weights).fit(x, target)
        theirs = peer.KNeighborsRegressor(k, weights=weights).fit(x, target)
        np.testing.assert_allclose(ours.predict(q), theirs.predict(q), rtol=1e-6)
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-6)


def test_of_equal_votes_the_smallest_label_wins():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert ml.KNeighborsClassifier(2).fit(x, ["b", "a", "b", "a"]).predict([[0.5]]).tolist() == ["a"]
    assert ml.KNeighborsClassifier(4).fit(x, [5, 2, 5, 2]).predict([[9.0]]).tolist() == [2.0]


def test_k_neighbors_refuse_what_cannot_be():
    x, y = drawn(10, 2)
    with pytest.raises(ValueError, match="n_neighbors"):
        ml.KNeighborsClassifier(11).fit(x, y).predict(x)
    with pytest.raises(ValueError, match="n_neighbors"):
        ml.KNeighborsClassifier(0).fit(x, y)
    with pytest.raises(ValueError, match="n_neighbors <= 9"):
        ml.KNeighborsClassifier(10).fit(x, y).kneighbors()
    with pytest.raises(ValueError, match="n_neighbors"):
        ml.KNeighborsClassifier(3).fit(x, y).kneighbors(x, 11)
    with pytest.raises(ValueError, match="metric.*'euclidean'"):
        ml.KNeighborsClassifier(metric="parsecs").fit(x, y)
    with pytest.raises(ValueError, match="metric_params"):
        ml.KNeighborsClassifier(metric_params={"q": 1}).fit(x, y)
    with pytest.raises(ValueError, match="`p`"):
        ml.KNeighborsClassifier(p=0).fit(x, y)
    with pytest.raises(ValueError, match="weights"):
        ml.KNeighborsClassifier(weights="heavy").fit(x, y)
    with pytest.raises(ValueError, match="one number for each"):
        ml.KNeighborsClassifier(weights=lambda d: d[:1]).fit(x, y).predict(x)
    for model in (ml.KNeighborsClassifier(), ml.KNeighborsRegressor(), ml.RadiusNeighborsRegressor(),
                  ml.RadiusNeighborsClassifier(), ml.NearestCentroid()):
        with pytest.raises(RuntimeError, match="expected 2 features, got 3 features"):
            model.fit(x, y).predict(np.ones((2, 3)))


# ---- within a radius ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("weights", WEIGHTS)
def test_radius_neighbors_classifier(weights):
    x, y, q, _ = halves(*loaded("iris"))
    for label in ("most_frequent", 1):
        ours = ml.RadiusNeighborsClassifier(0.4, weights=weights, outlier_label=label).fit(x, y)
        theirs = peer.RadiusNeighborsClassifier(0.4, weights=weights, outlier_label=label).fit(x, y)
        np.testing.assert_allclose(ours.predict_proba(q), theirs.predict_proba(q), rtol=1e-6, atol=1e-12)
        np.testing.assert_array_equal(ours.predict(q), theirs.predict(q))
        assert list(ours.outlier_label_) == list(theirs.outlier_label_)


def test_rows_without_a_neighbour():
    x, y = drawn(30, 2)
    model = ml.RadiusNeighborsClassifier(0.5).fit(x, y)
    with pytest.raises(RuntimeError, match="row 1 has no neighbour within radius 0.5"):
        model.predict([x[0], [99, 99]])
    with pytest.raises(ValueError, match="outlier_label"):
        ml.RadiusNeighborsClassifier(outlier_label=17).fit(x, y)
    with pytest.warns(UserWarning, match="1 rows have no neighbour"):
        answer = ml.RadiusNeighborsRegressor(0.5).fit(x, y).predict([x[0], [99, 99]])
    assert np.isnan(answer[1]) and not np.isnan(answer[0])
    with pytest.raises(ValueError, match="radius"):
        ml.RadiusNeighborsRegressor(-1.0).fit(x, y)
    names = ml.RadiusNeighborsClassifier(0.5, outlier_label="b").fit([[0.0], [1.0]], ["a", "b"])
    assert names.predict([[0.1], [50.0]]).tolist() == ["a", "b"]


@pytest.mark.parametrize("weights", WEIGHTS)
def test_radius_neighbors_regressor(weights):
    x, y, q, _ = halves(*loaded("diabetes"))
    both = np.column_stack([y, np.sin(y)])
    for radius, target in ((0.15, y), (0.08, both)):
        ours = ml.RadiusNeighborsRegressor(radius, weights=weights).fit(x, target)
        theirs = peer.RadiusNeighborsRegressor(radius, weights=weights).fit(x, target)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.testing.assert_allclose(ours.predict(q), theirs.predict(q), rtol=1e-6)
            np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-6)


# ---- centres -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("keywords", [
    {}, {"shrink_threshold": 0.5}, {"shrink_threshold": 5.0}, {"metric": "manhattan"}, {"priors": "empirical"},
    {"metric": "manhattan", "shrink_threshold": 0.3}, {"metric": "manhattan", "priors": "empirical"}])
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_nearest_centroid(name, keywords):
    x, y, q, _ = halves(*loaded(name))
    x, y, q = x[5:], y[5:], q[:200]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = ml.NearestCentroid(**keywords).fit(x, y), peer.NearestCentroid(**keywords).fit(x, y)
    for attribute in ("centroids_", "class_prior_", "within_class_std_dev_", "deviations_"):
        one, other = getattr(ours, attribute), getattr(theirs, attribute)
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9, err_msg=attribute)
    np.testing.assert_array_equal(ours.predict(q), theirs.predict(q))
    if "metric" in keywords:
        with pytest.raises(AttributeError, match="euclidean"):
            ours.predict_proba(q)
        return
    for method in ("decision_function", "predict_proba"):
        np.testing.assert_allclose(getattr(ours, method)(q), getattr(theirs, method)(q), rtol=1e-6, atol=1e-9)


def test_priors_of_centroids():
    x, y = loaded("iris")
    ours = ml.NearestCentroid(priors=[0.6, 0.3, 0.1]).fit(x, y)
    theirs = peer.NearestCentroid(priors=[0.6, 0.3, 0.1]).fit(x, y)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    with pytest.warns(UserWarning, match="sum"):
        ours = ml.NearestCentroid(priors=[6, 3, 1]).fit(x, y)
    np.testing.assert_allclose(ours.class_prior_, [0.6, 0.3, 0.1])
    for wrong in ("odd", [0.5, 0.5], [1, 1, -1]):
        with pytest.raises(ValueError, match="priors"):
            ml.NearestCentroid(priors=wrong).fit(x, y)
    with pytest.raises(ValueError, match="shrink_threshold"):
        ml.NearestCentroid(0).fit(x, y)
    with pytest.raises(ValueError, match="constant"):
        ml.NearestCentroid().fit(np.ones((4, 2)), [0, 0, 1, 1])


def test_representations():
    assert repr(ml.KNeighborsClassifier(3)) == "KNeighborsClassifier(n_neighbors=3, unfitted)"
    assert repr(ml.RadiusNeighborsRegressor(1.0)) == "RadiusNeighborsRegressor(radius=1, unfitted)"
    assert repr(ml.NearestCentroid()) == "NearestCentroid(unfitted)"
