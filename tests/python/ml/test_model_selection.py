"""Parting rows, scores by cross-validation, searches: scikit-learn's numbers, with estimators of either side."""

import math

import numpy as np
import pytest

import kailash.ml as ml

sk = pytest.importorskip("sklearn.model_selection")
from sklearn import datasets, ensemble, linear_model, naive_bayes, neighbors, pipeline, preprocessing, svm  # noqa: E402
from sklearn.metrics import get_scorer_names, make_scorer, mean_pinball_loss  # noqa: E402

X, Y = datasets.load_iris(return_X_y=True)
Y = Y.astype(float)
XR, YR = datasets.load_diabetes(return_X_y=True)
XB, YB = X[50:], (Y[50:] > 1).astype(float)


class Nearest:
    """A classifier of Python."""

    _estimator_type = "classifier"

    def __init__(self, shift=0.0):
        self.shift = shift

    def get_params(self, deep=True):
        return {"shift": self.shift}

    def set_params(self, **params):
        for name, value in params.items():
            if name != "shift":
                raise ValueError(name)
            self.shift = value
        return self

    def fit(self, x, y):
        self.centers = np.stack([x[y == c].mean(0) for c in np.unique(y)])
        self.classes_ = np.unique(y)
        return self

    def predict(self, x):
        return self.classes_[(np.square(x[:, None] - self.centers + self.shift).sum(2)).argmin(1)]


# ---- parting -----------------------------------------------------------------------------------------------

def test_a_split_takes_rows_of_every_kind():
    pandas = pytest.importorskip("pandas")
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20)
    a, b, c, d = ml.train_test_split(x, y)
    assert len(a) == 16 and len(b) == 4 and c.dtype == y.dtype
    assert sorted([*c, *d]) == list(range(20))
    np.testing.assert_array_equal(a[:, 0], 2 * c)
    assert [len(part) for part in ml.train_test_split(x[:10], y[:10], 0.25)] == [7, 3, 7, 3]
    frame = pandas.DataFrame(x, columns=["a", "b"])
    train, test = ml.train_test_split(frame, test_size=5)
    assert isinstance(train, pandas.DataFrame) and list(train.columns) == ["a", "b"] and len(test) == 5
    names = [f"n{i}" for i in range(20)]
    parts = ml.train_test_split(names, y, test_size=3, random_state=1)
    assert [int(n[1:]) for n in parts[1]] == parts[3].tolist()


def test_sizes_of_parts():
    x = np.arange(10.0).reshape(-1, 1)
    for keywords, sizes in [({"test_size": 3}, (7, 3)), ({"train_size": 0.35}, (3, 7)), ({"train_size": 4}, (4, 6)),
                            ({"train_size": 0.5, "test_size": 2}, (5, 2)), ({"test_size": 0.01}, (9, 1)), ({}, (8, 2))]:
        assert tuple(len(part) for part in ml.train_test_split(x, **keywords)) == sizes
    a, b = ml.train_test_split(x, shuffle=False, test_size=0.25)
    assert a.ravel().tolist() == list(range(7)) and b.ravel().tolist() == [7, 8, 9]
    one = ml.train_test_split(x, random_state=5)[1]
    assert (one == ml.train_test_split(x, random_state=5)[1]).all()
    assert any((one != ml.train_test_split(x, random_state=s)[1]).any() for s in range(6, 10))
    for keywords in [{"test_size": 1.0}, {"test_size": 1.5}, {"test_size": -0.1}, {"test_size": 0.0}, {"test_size": 10},
                     {"test_size": 0}, {"train_size": 0.9, "test_size": 0.3}]:
        for kind in (ValueError, RuntimeError):
            with pytest.raises(kind, match="size"):
                ml.train_test_split(x, **keywords)
    with pytest.raises(ValueError, match="1 rows"):
        ml.train_test_split(x[:1])
    with pytest.raises(ml.MlError, match="dimension"):
        ml.train_test_split(x, np.zeros(3))


def test_a_stratified_split_keeps_shares():
    y = np.repeat([0, 1, 2], [60, 30, 10])
    for seed in range(3):
        a, b = ml.train_test_split(y, test_size=0.3, stratify=y, random_state=seed)
        assert np.bincount(a).tolist() == [42, 21, 7] and np.bincount(b).tolist() == [18, 9, 3]
    assert ml.train_test_split([f"c{v}" for v in y], stratify=[f"c{v}" for v in y], test_size=10)
    for wrong, match in [([0] * 5 + [1], "one row"), (list(range(3)) * 2, "cannot hold")]:
        with pytest.raises(ml.MlError, match=match):
            ml.train_test_split(wrong, stratify=wrong, test_size=1)
    with pytest.raises(ml.MlError, match="shuffle"):
        ml.train_test_split(y, stratify=y, shuffle=False)


# ---- scores ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("scoring", get_scorer_names())
@pytest.mark.filterwarnings("ignore")
def test_scorers_have_the_peers_names_and_numbers(scoring):
    tables = neighbors.KNeighborsClassifier(), X, np.eye(3)[Y.astype(int)][:, :2]
    cases = [(naive_bayes.GaussianNB(), XB, YB), (linear_model.LinearRegression(), XR[:120], YR[:120] + 300),
             (naive_bayes.GaussianNB(), X, Y)]
    for model, x, y in [tables] if scoring.endswith("samples") else cases:
        try:
            theirs = sk.cross_val_score(model, x, y, cv=2, scoring=scoring, error_score="raise")
        except (ValueError, AttributeError):
            continue
        if np.isnan(theirs).any():
            continue
        np.testing.assert_allclose(ml.cross_val_score(model, x, y, 2, scoring), theirs, rtol=1e-9, atol=1e-12)
        return
    raise AssertionError("the scorer was not tried")


def test_what_may_be_scored_and_how():
    theirs = sk.cross_val_score(neighbors.NearestCentroid(), X, Y, cv=4)
    np.testing.assert_allclose(ml.cross_val_score(Nearest(), X, Y, cv=4), theirs)
    np.testing.assert_allclose(ml.cross_val_score(Nearest(), X, Y, cv=ml.StratifiedKFold(4)), theirs)
    np.testing.assert_allclose(ml.cross_val_score(Nearest(), X, Y, cv=sk.StratifiedKFold(4)), theirs)
    np.testing.assert_allclose(ml.cross_val_score(Nearest(), X, Y, cv=list(sk.StratifiedKFold(4).split(X, Y))), theirs)
    texts = [f"c{int(v)}" for v in Y]
    model = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
    ours = ml.Pipeline([("s", ml.StandardScaler()), ("m", linear_model.LogisticRegression())])
    np.testing.assert_allclose(ml.cross_val_score(ours, X, texts), sk.cross_val_score(model, X, texts))
    pinball = make_scorer(mean_pinball_loss, greater_is_better=False)
    linear = linear_model.LinearRegression()
    np.testing.assert_allclose(ml.cross_val_score(linear, XR, YR, scoring=pinball),
                               sk.cross_val_score(linear, XR, YR, scoring=pinball))
    np.testing.assert_allclose(ml.cross_val_score(linear, XR, YR, scoring=lambda m, x, y: m.predict(x).sum()),
                               sk.cross_val_score(linear, XR, YR, scoring=lambda m, x, y: m.predict(x).sum()))
    np.testing.assert_allclose(ml.cross_val_score(linear, XR, YR, scoring=None), sk.cross_val_score(linear, XR, YR))
    groups, w = np.arange(150) % 7, np.arange(150.0)
    np.testing.assert_allclose(ml.cross_val_score(Nearest(), X, Y, cv=ml.GroupKFold(3), groups=groups),
                               sk.cross_val_score(neighbors.NearestCentroid(), X, Y, cv=sk.GroupKFold(3), groups=groups))
    tree = naive_bayes.GaussianNB()
    np.testing.assert_allclose(ml.cross_val_score(tree, X, Y, params={"sample_weight": w}),
                               sk.cross_val_score(tree, X, Y, params={"sample_weight": w}))


def test_own_estimators_are_scored_as_others():
    scaler = ml.StandardScaler()
    ours = ml.cross_val_score(ml.Pipeline([("s", scaler), ("m", "LinearRegression")]), XR, YR, scoring="r2")
    np.testing.assert_allclose(ours, sk.cross_val_score(linear_model.LinearRegression(), XR, YR))
    assert not hasattr(scaler, "mean_")


def test_folds_that_fail():
    class Broken(Nearest):
        def predict(self, x):
            raise ZeroDivisionError("within")

    with pytest.raises(ZeroDivisionError, match="within"):
        ml.cross_val_score(Broken(), X, Y)
    with pytest.warns(UserWarning, match="within"):
        scores = ml.cross_val_score(Broken(), X, Y, cv=3, error_score=math.nan)
    assert scores.shape == (3,) and np.isnan(scores).all()
    for wrong, error, match in [({"scoring": "nope"}, ml.MlError, "unknown scorer 'nope'"), ({"scoring": 3}, TypeError, "scoring"),
                                ({"cv": 1}, ValueError, "cv"), ({"cv": "five"}, TypeError, "cv"),
                                ({"scoring": ["r2"]}, TypeError, "one scorer"), ({"error_score": "no"}, ml.MlError, "error_score"),
                                ({"params": {"q": 1}}, ValueError, "q"), ({"cv": [([0], [200])]}, ValueError, "row")]:
        with pytest.raises(error, match=match):
            ml.cross_val_score(Nearest(), X, Y, **wrong)
    with pytest.raises(ValueError, match="list_estimators"):
        ml.cross_val_score("Nothing", X, Y)


# ---- searches ----------------------------------------------------------------------------------------------

def test_a_grid_search_finds_what_scikit_learns_does():
    grid = {"C": [0.1, 1.0, 10.0], "gamma": [0.01, 0.1]}
    ours = ml.GridSearchCV(svm.SVC(), grid, scoring="accuracy", cv=4, return_train_score=True).fit(X, Y)
    theirs = sk.GridSearchCV(svm.SVC(), grid, scoring="accuracy", cv=4, return_train_score=True).fit(X, Y)
    assert ours.best_params_ == theirs.best_params_ and ours.best_index_ == theirs.best_index_
    assert ours.best_score_ == pytest.approx(theirs.best_score_)
    full = ours.cv_results_full_
    for key, column in theirs.cv_results_.items():
        if "time" in key:
            assert (full[key] >= 0).all()
        elif key == "params":
            assert full[key] == column
        elif key.startswith("param_"):
            assert list(full[key]) == list(column)
        else:
            np.testing.assert_allclose(full[key], column)
    assert [row["params"] for row in ours.cv_results_] == theirs.cv_results_["params"]
    np.testing.assert_allclose([row["mean_test_score"] for row in ours.cv_results_], theirs.cv_results_["mean_test_score"])
    np.testing.assert_allclose([row["std_test_score"] for row in ours.cv_results_], theirs.cv_results_["std_test_score"])
    assert sorted(row["rank"] for row in ours.cv_results_) == [1, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    assert ours.score(X, Y) == theirs.score(X, Y) and ours.n_splits_ == 4
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    assert not hasattr(ours.estimator, "support_") and hasattr(ours.best_estimator_, "support_")
    assert repr(ours) == "GridSearchCV(scoring='accuracy', cv=4, fitted)"


def test_a_search_tells_of_its_progress(capfd):
    told = []
    for candidates in ([0.1], list(np.linspace(0.1, 1, 20))):
        quiet, loud = (ml.GridSearchCV(ml.Ridge(), {"alpha": candidates}, cv=3, verbose=verbose) for verbose in (0, 1))
        quiet.fit(XR, YR)
        assert capfd.readouterr().err == ""
        loud.fit(XR, YR, progress=lambda *said: told.append(said))
        assert capfd.readouterr().err.count("GridSearchCV") >= 2
        assert quiet.best_score_ == loud.best_score_
    assert told == 2 * [(done, 3, "GridSearchCV") for done in range(3)]


@pytest.mark.parametrize("scoring", ["r2", None, make_scorer(mean_pinball_loss), lambda model, x, y: model.predict(x).sum()])
@pytest.mark.filterwarnings("ignore")
def test_weights_count_in_the_scores_of_a_search(scoring):
    w = np.random.default_rng(3).uniform(0.1, 3, len(YR))
    mine = ml.GridSearchCV(ml.Ridge(), {"alpha": [0.1, 1.0]}, scoring=scoring, cv=3, return_train_score=True).fit(XR, YR, w)
    theirs = sk.GridSearchCV(linear_model.Ridge(), {"alpha": [0.1, 1.0]}, scoring=scoring, cv=3, return_train_score=True)
    theirs.fit(XR, YR, sample_weight=w)
    for column in ("split1_test_score", "split2_train_score", "mean_test_score", "std_train_score", "rank_test_score"):
        np.testing.assert_allclose(mine.cv_results_full_[column], theirs.cv_results_[column], rtol=1e-8)


def test_a_search_of_our_own_within_a_pipeline():
    pipe = ml.Pipeline([("s", ml.StandardScaler()), ("m", linear_model.Ridge())])
    search = ml.GridSearchCV(pipe, [{"m__alpha": np.logspace(-2, 2, 5)}, {"s": ["passthrough", ml.MinMaxScaler()]}])
    search.fit(XR, YR)
    theirs = sk.GridSearchCV(pipeline.Pipeline([("s", preprocessing.StandardScaler()), ("m", linear_model.Ridge())]),
                             [{"m__alpha": np.logspace(-2, 2, 5)}, {"s": ["passthrough", preprocessing.MinMaxScaler()]}],
                             scoring="r2").fit(XR, YR)
    np.testing.assert_allclose(search.cv_results_full_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=1e-6)
    outer = ml.Pipeline([("search", search), ])
    np.testing.assert_allclose(outer.fit(XR, YR).predict(XR), theirs.predict(XR), rtol=1e-6)


def test_own_estimators_are_searched_at_once():
    search = ml.GridSearchCV("Ridge", {"alpha": [0.01, 0.1, 1.0, 10.0, 100.0, 1e3]}, cv=3).fit(XR, YR)
    theirs = sk.GridSearchCV(linear_model.Ridge(), {"alpha": [0.01, 0.1, 1.0, 10.0, 100.0, 1e3]}, scoring="r2", cv=3).fit(XR, YR)
    assert search.best_params_ == theirs.best_params_
    np.testing.assert_allclose(search.cv_results_full_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=1e-6)
    np.testing.assert_allclose(search.best_estimator_.coef_, theirs.best_estimator_.coef_, rtol=1e-6)


def test_several_scorers():
    grid = {"shift": [0.0, 0.5]}
    both = ml.GridSearchCV(Nearest(), grid, scoring=["accuracy", "f1_macro"], refit="f1_macro").fit(X, Y)
    assert both.multimetric_ and both.best_params_ == {"shift": 0.0}
    assert {"mean_test_accuracy", "rank_test_f1_macro", "split4_test_f1_macro"} <= set(both.cv_results_full_)
    named = ml.GridSearchCV(Nearest(), grid, scoring={"a": "accuracy", "n": lambda m, x, y: len(x)}, refit=False).fit(X, Y)
    assert "mean_test_n" in named.cv_results_full_ and not hasattr(named, "best_params_")
    chosen = ml.GridSearchCV(Nearest(), grid, scoring="accuracy", refit=lambda full: 1).fit(X, Y)
    assert chosen.best_index_ == 1 and chosen.best_estimator_.shift == 0.5
    with pytest.raises(ml.MlError, match="refit"):
        ml.GridSearchCV(Nearest(), grid, scoring=["accuracy", "f1_macro"]).fit(X, Y)
    idle = ml.GridSearchCV(Nearest(), grid, scoring="accuracy", refit=False).fit(X, Y)
    assert idle.best_score_ > 0.9
    with pytest.raises(RuntimeError, match="refit"):
        idle.predict(X)


@pytest.mark.parametrize("grid, error, match", [
    ({"no_such": [1]}, ValueError, "no_such"), ({"shift": 0.1}, TypeError, "list"), ({"shift": "ab"}, TypeError, "list"),
    ({"shift": []}, RuntimeError, "empty"), ([], RuntimeError, "empty"), ("abc", TypeError, "dict")])
def test_grids_that_are_none(grid, error, match):
    with pytest.raises(error, match=match):
        ml.GridSearchCV(Nearest(), grid).fit(X, Y)


def test_searches_refuse():
    with pytest.raises(ValueError, match="cv"):
        ml.GridSearchCV(Nearest(), {"shift": [0.0]}, cv=1).fit(X, Y)
    with pytest.raises(RuntimeError, match="not fitted"):
        ml.GridSearchCV(Nearest(), {"shift": [0.0]}).best_params_
    with pytest.raises(TypeError, match="estimator"):
        ml.GridSearchCV(5, {"shift": [0.0]})


def test_a_random_search():
    stats = pytest.importorskip("scipy.stats")
    lists = {"shift": [0.0, 0.1, 0.2, 0.3]}
    some = ml.RandomizedSearchCV(Nearest(), lists, n_iter=3, scoring="accuracy", random_state=1).fit(X, Y)
    tried = [row["params"]["shift"] for row in some.cv_results_]
    assert len(set(tried)) == 3
    assert len(ml.RandomizedSearchCV(Nearest(), lists, n_iter=9, scoring="accuracy").fit(X, Y).cv_results_) == 4
    again = ml.RandomizedSearchCV(Nearest(), lists, n_iter=3, scoring="accuracy", random_state=1).fit(X, Y)
    assert [row["params"]["shift"] for row in again.cv_results_] == tried
    for spec, low, high in [(stats.uniform(1, 2), 1, 3), ({"uniform": [1, 3]}, 1, 3), ({"loguniform": [1e-3, 1.0]}, 1e-3, 1),
                            ({"randint": [2, 5]}, 2, 5)]:
        search = ml.RandomizedSearchCV(Nearest(), {"shift": spec}, 12, "accuracy", 2, 0).fit(X, Y)
        drawn = [row["params"]["shift"] for row in search.cv_results_]
        assert len(drawn) == 12 and all(low <= v < high for v in drawn) and len(set(drawn)) > 1
    assert repr(search) == "RandomizedSearchCV(n_iter=12, scoring='accuracy', cv=2, fitted)"
    for wrong, error in [({"uniform": [3, 1]}, ValueError), ({"normal": [0, 1]}, ValueError), (5, TypeError)]:
        with pytest.raises(error, match="shift"):
            ml.RandomizedSearchCV(Nearest(), {"shift": wrong}).fit(X, Y)
