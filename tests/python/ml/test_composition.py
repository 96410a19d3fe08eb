"""Pipelines, unions, transformers of columns: anything composes with anything."""

import threading

import numpy as np
import pytest

import kailash.ml as ml

sklearn = pytest.importorskip("sklearn")
from sklearn import compose, datasets, decomposition, linear_model, pipeline, preprocessing  # noqa: E402

X, Y = datasets.load_iris(return_X_y=True)
X, Y = X[::2], Y[::2].astype(float)


class Doubler:
    """A transformer of Python without any base."""

    def fit(self, x, y=None):
        assert isinstance(x, np.ndarray)
        self.fits = getattr(self, "fits", 0) + 1

    def transform(self, x):
        return 2 * x


class Nearest:
    """A classifier of Python: the class of the nearest row."""

    def __init__(self, power=2):
        self.power = power

    def get_params(self, deep=True):
        return {"power": self.power}

    def set_params(self, **params):
        self.power = params.get("power", self.power)
        return self

    def fit(self, x, y):
        self.x, self.y, self.classes_ = x, y, np.unique(y)
        return self

    def predict(self, x):
        return self.y[(np.abs(x[:, None] - self.x[None]) ** self.power).sum(2).argmin(1)]


class Broken(Doubler):
    def transform(self, x):
        raise KeyError("broken within")


# ---- pipelines ---------------------------------------------------------------------------------------------

def test_a_pipeline_is_scikit_learns():
    ours = ml.Pipeline([("scale", ml.StandardScaler()), ("range", "MinMaxScaler")])
    theirs = pipeline.Pipeline([("scale", preprocessing.StandardScaler()), ("range", preprocessing.MinMaxScaler())])
    np.testing.assert_allclose(ours.fit_transform(X), theirs.fit_transform(X))
    np.testing.assert_allclose(ours.transform(X[:5]), theirs.transform(X[:5]))
    np.testing.assert_allclose(ours.inverse_transform(ours.transform(X)), X)
    assert ours.steps == ["scale", "range"] and len(ours) == 2
    assert ours.n_features_in_ == 4
    assert repr(ours) == 'Pipeline(steps=["scale", "range"], fitted)'
    assert repr(ml.Pipeline([("s", ml.StandardScaler())])) == 'Pipeline(steps=["s"], unfitted)'


def test_steps_of_the_user_are_fitted():
    scaler = ml.StandardScaler()
    pipe = ml.Pipeline([("scale", scaler), ("range", ml.MinMaxScaler())]).fit(X)
    assert pipe.named_steps["scale"] is scaler and pipe["scale"] is scaler and pipe[0] is scaler
    assert pipe[-1] is pipe["range"]
    np.testing.assert_allclose(scaler.mean_, X.mean(0))
    part = pipe[:1]
    assert part.steps == ["scale"] and part["scale"] is scaler
    for wrong in ["none", 2, -3]:
        with pytest.raises(KeyError):
            pipe[wrong]


def test_steps_that_do_nothing():
    pipe = ml.Pipeline([("a", "passthrough"), ("b", None), ("c", ml.MinMaxScaler())])
    np.testing.assert_allclose(pipe.fit_transform(X), preprocessing.minmax_scale(X))
    idle = ml.Pipeline([("a", ml.StandardScaler()), ("b", "passthrough")]).fit(X)
    np.testing.assert_allclose(idle.transform(X), preprocessing.scale(X))
    with pytest.raises(RuntimeError, match="does nothing"):
        idle.predict(X)


def test_python_within():
    doubler, nearest = Doubler(), Nearest()
    pipe = ml.Pipeline([("scale", ml.StandardScaler()), ("double", doubler), ("model", nearest)]).fit(X, Y)
    assert doubler.fits == 1 and pipe["double"] is doubler
    np.testing.assert_array_equal(pipe.predict(X), Y)
    np.testing.assert_array_equal(pipe.classes_, [0, 1, 2])
    np.testing.assert_allclose(pipe.transform(X), 2 * preprocessing.scale(X))
    mixed = ml.Pipeline([("pca", decomposition.PCA(2)), ("scale", ml.StandardScaler()),
                         ("model", linear_model.LogisticRegression())]).fit(X, Y)
    theirs = pipeline.make_pipeline(decomposition.PCA(2), preprocessing.StandardScaler(),
                                    linear_model.LogisticRegression()).fit(X, Y)
    np.testing.assert_array_equal(mixed.predict(X), theirs.predict(X))
    np.testing.assert_allclose(mixed.predict_proba(X), theirs.predict_proba(X), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(mixed.decision_function(X), theirs.decision_function(X), rtol=1e-5, atol=1e-8)
    assert mixed.score(X, Y) == theirs.score(X, Y)
    with pytest.raises(KeyError, match="broken within"):
        ml.Pipeline([("a", Broken()), ("b", ml.StandardScaler())]).fit(X, Y)


def test_ours_within_scikit_learn():
    theirs = pipeline.Pipeline([("ours", ml.Pipeline([("s", ml.StandardScaler())])),
                                ("model", linear_model.LogisticRegression())]).fit(X, Y)
    expected = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()).fit(X, Y)
    np.testing.assert_array_equal(theirs.predict(X), expected.predict(X))


def test_it_can_do_what_its_last_step_can():
    pipe = ml.Pipeline([("s", ml.StandardScaler()), ("m", linear_model.LinearRegression())]).fit(X, Y)
    assert hasattr(pipe, "predict") and not hasattr(pipe, "predict_proba")
    assert not hasattr(pipe, "decision_function") and not hasattr(pipe, "inverse_transform")
    with pytest.raises(AttributeError):
        pipe.predict_proba(X)
    with pytest.raises(AttributeError):
        pipe.classes_
    assert hasattr(ml.Pipeline([("m", linear_model.LogisticRegression())]), "predict_proba")


def test_what_comes_before_a_model_that_ends_it():
    pipe = ml.Pipeline([("scale", ml.StandardScaler()), ("model", ml.Ridge())])
    np.testing.assert_array_equal(pipe.fit_transform(X, Y), pipe.transform(X))
    np.testing.assert_array_equal(pipe.transform(X), ml.StandardScaler().fit_transform(X))


def test_pipelines_within_pipelines():
    inner = ml.Pipeline([("scale", ml.StandardScaler()), ("range", ml.MinMaxScaler())])
    outer = ml.Pipeline([("inner", inner), ("model", Nearest())]).fit(X, Y)
    np.testing.assert_array_equal(outer.predict(X), Y)
    assert "inner__scale__with_mean" in outer.get_params()
    outer.set_params(inner__scale__with_mean=False, model__power=1)
    assert inner["scale"].with_mean is False and outer["model"].power == 1
    outer.set_params(inner="passthrough")
    np.testing.assert_array_equal(outer.fit(X, Y).predict(X), Y)
    copy = outer.clone()
    assert copy.steps == outer.steps and copy["model"] is not outer["model"] and copy["model"].power == 1


def test_weights_reach_steps():
    w = np.arange(len(X), dtype=float)
    pipe = ml.Pipeline([("s", ml.StandardScaler()), ("m", linear_model.LinearRegression())])
    scaled = preprocessing.scale(X)
    expected = linear_model.LinearRegression().fit(scaled, Y, sample_weight=w).predict(scaled)
    np.testing.assert_allclose(pipe.fit(X, Y, w).predict(X), expected)
    np.testing.assert_allclose(pipe.fit(X, Y, m__sample_weight=w).predict(X), expected)
    pipe.fit(X, Y, s__sample_weight=w)
    np.testing.assert_allclose(pipe["s"].mean_, np.average(X, axis=0, weights=w))
    with pytest.raises(ValueError, match="no step 'q'"):
        pipe.fit(X, Y, q__sample_weight=w)
    with pytest.raises(TypeError, match="unexpected keyword"):
        pipe.fit(X, Y, m__coefficients=1)


@pytest.mark.parametrize("steps, error, match", [
    ([], ValueError, "at least one"),
    ([("a", ml.StandardScaler()), ("a", ml.MinMaxScaler())], ValueError, "twice"),
    ([("", ml.StandardScaler())], ValueError, "empty"),
    ([("a__b", ml.StandardScaler())], ValueError, "__"),
    ([ml.StandardScaler()], TypeError, "name, estimator"),
    ([("a", ml.StandardScaler(), 1)], TypeError, "name, estimator"),
    ([("a", 5)], TypeError, "fit"),
    ([("a", "NoSuchThing")], ValueError, "list_estimators"),
    ("abc", TypeError, "list"),
])
def test_steps_that_are_none(steps, error, match):
    with pytest.raises(error, match=match):
        ml.Pipeline(steps)


def test_a_step_in_between_must_transform():
    with pytest.raises(TypeError, match="'a' has none"):
        ml.Pipeline([("a", Nearest()), ("b", ml.StandardScaler())]).fit(X, Y)


def test_a_failure_leaves_all_as_it_was():
    scaler = ml.StandardScaler()
    pipe = ml.Pipeline([("s", scaler), ("m", ml.MinMaxScaler())]).fit(X)
    known = pipe.transform(X)
    pipe.set_params(m=Broken())
    with pytest.raises(KeyError):
        pipe.fit(2 * X).transform(X)
    with pytest.raises(TypeError):
        pipe.fit(np.zeros((2, 2, 2)))
    pipe.set_params(m=ml.MinMaxScaler())
    assert known.shape == pipe.fit(X).transform(X).shape


def test_names_of_columns():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    pipe = ml.Pipeline([("s", ml.StandardScaler()), ("m", ml.MinMaxScaler())]).fit(frame)
    assert list(pipe.feature_names_in_) == ["a", "b", "c", "d"]
    assert list(pipe.get_feature_names_out()) == ["a", "b", "c", "d"]
    union = ml.FeatureUnion([("s", ml.StandardScaler()), ("p", "passthrough")]).fit(frame)
    assert list(union.get_feature_names_out()) == ["s__a", "s__b", "s__c", "s__d", "p__a", "p__b", "p__c", "p__d"]
    columns = ml.ColumnTransformer([("s", ml.StandardScaler(), ["b", "a"])], remainder="passthrough").fit(frame)
    assert list(columns.get_feature_names_out()) == ["s__b", "s__a", "remainder__c", "remainder__d"]
    columns.set_params(verbose_feature_names_out=False)
    assert list(columns.fit(frame).get_feature_names_out()) == ["b", "a", "c", "d"]


# ---- unions ------------------------------------------------------------------------------------------------

def test_a_union_stands_side_by_side():
    parts = [("s", "StandardScaler"), ("none", "drop"), ("x", "passthrough"), ("d", Doubler()),
             ("pca", decomposition.PCA(1))]
    union = ml.FeatureUnion(parts, transformer_weights={"x": 3.0})
    expected = np.c_[preprocessing.scale(X), 3 * X, 2 * X, decomposition.PCA(1).fit_transform(X)]
    np.testing.assert_allclose(union.fit_transform(X), expected)
    np.testing.assert_allclose(union.transform(X[:3]), expected[:3])
    assert union.fit_transform(X).flags["C_CONTIGUOUS"]
    assert ml.FeatureUnion([]).fit_transform(X).shape == (len(X), 0)
    assert ml.FeatureUnion(transformer_list=parts).named_transformers["d"] is parts[3][1]
    with pytest.raises(ValueError, match="no transformer 'q'"):
        ml.FeatureUnion(parts, transformer_weights={"q": 1.0}).fit(X)


def test_a_union_of_sparse_parts_is_sparse():
    sparse = pytest.importorskip("scipy.sparse")
    union = ml.FeatureUnion([("hot", preprocessing.OneHotEncoder()), ("x", "passthrough")])
    made = union.fit_transform(np.round(X))
    assert sparse.issparse(made)
    expected = np.c_[preprocessing.OneHotEncoder(sparse_output=False).fit_transform(np.round(X)), np.round(X)]
    np.testing.assert_allclose(made.toarray(), expected)


# ---- columns -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("columns", [[0, 2], [-4, -2], slice(0, 3, 2), np.array([0, 2]), [True, False, True, False],
                                     np.array([True, False, True, False]), lambda x: [0, 2], (0, 2)])
def test_columns_are_chosen(columns):
    made = ml.ColumnTransformer([("s", ml.StandardScaler(), columns)], remainder="passthrough").fit_transform(X)
    np.testing.assert_allclose(made, np.c_[preprocessing.scale(X[:, [0, 2]]), X[:, [1, 3]]])


def test_columns_as_scikit_learn_has_them():
    lists = [("a", ml.StandardScaler(), [1]), ("b", "passthrough", [1, 0]), ("c", "drop", [3]),
             ("d", Doubler(), [2]), ("e", ml.MinMaxScaler(), [])]
    theirs = [("a", preprocessing.StandardScaler(), [1]), ("b", "passthrough", [1, 0]), ("c", "drop", [3]),
              ("d", preprocessing.FunctionTransformer(lambda x: 2 * x), [2]), ("e", preprocessing.MinMaxScaler(), [])]
    ours = ml.ColumnTransformer(lists, transformer_weights={"a": 0.5})
    peer = compose.ColumnTransformer(theirs, transformer_weights={"a": 0.5})
    np.testing.assert_allclose(ours.fit_transform(X), peer.fit_transform(X))
    np.testing.assert_allclose(ours.transform(X[:4]), peer.transform(X[:4]))
    assert [t[0] for t in ours.transformers_] == ["a", "b", "c", "d", "e"]
    assert ours.named_transformers_["a"].mean_ == pytest.approx(X[:, 1].mean())
    assert repr(ours) == 'ColumnTransformer(steps=["a", "b", "c", "d", "e"], fitted)'
    rest = ml.ColumnTransformer([("a", "drop", [0])], remainder=ml.MinMaxScaler()).fit(X)
    np.testing.assert_allclose(rest.transform(X), preprocessing.minmax_scale(X[:, 1:]))
    assert rest.transformers_[-1][0] == "remainder"


def test_columns_by_name():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    frame["e"] = np.where(Y > 1, "x", "y")
    ours = ml.ColumnTransformer([("n", ml.StandardScaler(), ["c", "a"]), ("s", ml.MinMaxScaler(), slice("a", "b")),
                                 ("t", preprocessing.OneHotEncoder(sparse_output=False), ["e"])])
    expected = np.c_[preprocessing.scale(X[:, [2, 0]]), preprocessing.minmax_scale(X[:, :2]), Y > 1, Y <= 1]
    np.testing.assert_allclose(ours.fit_transform(frame), expected)
    np.testing.assert_allclose(ours.transform(frame[["e", "d", "c", "b", "a"]]), expected)
    with pytest.raises(ml.MlError, match="'e'"):
        ours.transform(frame[["a", "b", "c", "d"]])


def test_a_single_column_is_a_row_of_values():
    seen = []

    class Looks(Doubler):
        def fit(self, x, y=None):
            seen.append(np.shape(x))

        def transform(self, x):
            return np.asarray(x).reshape(-1, 1)

    ml.ColumnTransformer([("one", Looks(), 1), ("list", Looks(), [1])]).fit(X)
    assert seen == [(len(X),), (len(X), 1)]


@pytest.mark.parametrize("columns, error, match", [
    ([4], ml.MlError, "out of range"), ([-5], ml.MlError, "out of range"), (["a"], ValueError, "names"),
    ([True, False], ml.MlError, "mask"), ([None], TypeError, "columns"), (slice(0, 3, 0), ValueError, "step")])
def test_columns_that_are_none(columns, error, match):
    with pytest.raises(error, match=match):
        ml.ColumnTransformer([("s", ml.StandardScaler(), columns)]).fit(X)


def test_what_a_transformer_of_columns_refuses():
    with pytest.raises(ValueError, match="remainder"):
        ml.ColumnTransformer([], remainder="keep")
    with pytest.raises(TypeError, match="columns"):
        ml.ColumnTransformer([("s", ml.StandardScaler())])
    fitted = ml.ColumnTransformer([("s", ml.StandardScaler(), [0])]).fit(X)
    with pytest.raises(ml.MlError, match="expected 4 features"):
        fitted.transform(X[:, :2])
    with pytest.raises(ml.MlError, match="sparse_threshold"):
        ml.ColumnTransformer([("s", ml.StandardScaler(), [0])], sparse_threshold=2.0).fit(X)


def test_python_within_unions_does_not_wait_for_itself():
    def work():
        parts = [(f"p{i}", Doubler()) for i in range(4)] + [("s", ml.StandardScaler())]
        made.append(ml.FeatureUnion(parts).fit_transform(X))
        made.append(ml.ColumnTransformer([(n, t, [0, 1]) for n, t in parts]).fit_transform(X))

    made = []
    threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 6


# ---- what is kept from fit to fit ----------------------------------------------------------------------------------

class Located:
    """As joblib.Memory is, as far as pipelines ask."""

    def __init__(self, location):
        self.location = location

    def cache(self, function):
        return function


def long_one(memory, **more):
    steps = [("scale", ml.StandardScaler()), ("parts", ml.PCA(3, random_state=0)), ("model", ml.Ridge(alpha=0.5))]
    return ml.Pipeline(steps, memory=memory, **more)


def files(folder):
    return sorted(folder.rglob("kailash-step-*"))


@pytest.mark.parametrize("memory", [str, lambda path: path, lambda path: Located(str(path)), lambda path: Located(path)])
def test_transformers_are_fitted_once(memory, tmp_path):
    folder = tmp_path / "deep" / "cache"
    plain, pipe = long_one(None).fit(X, Y), long_one(memory(folder)).fit(X, Y)
    np.testing.assert_array_equal(pipe.predict(X), plain.predict(X))
    assert len(files(folder)) == 2
    written = [(file, file.stat().st_mtime_ns) for file in files(folder)]
    again = long_one(memory(folder)).fit(X, Y)
    assert [(file, file.stat().st_mtime_ns) for file in files(folder)] == written
    np.testing.assert_array_equal(again.predict(X), plain.predict(X))
    np.testing.assert_array_equal(again["parts"].components_, plain["parts"].components_)
    again.set_params(model__alpha=7.0).fit(X, Y)  # the last step alone is fitted
    np.testing.assert_array_equal(again.predict(X), long_one(None).set_params(model__alpha=7.0).fit(X, Y).predict(X))
    assert len(files(folder)) == 2 and again[:2].get_params(deep=False)["memory"] is not None


def test_what_is_kept_is_really_used(tmp_path):
    """The file of other data in the place of the right one is taken for what it says."""
    means = []
    for name, x in (("one", X), ("two", X + 7)):
        folder = tmp_path / name
        pipe = ml.Pipeline([("scale", ml.StandardScaler()), ("model", ml.Ridge())], memory=str(folder)).fit(x, Y)
        means.append(pipe["scale"].mean_)
    one, two = files(tmp_path / "one"), files(tmp_path / "two")
    assert len(one) == len(two) == 1
    one[0].write_bytes(two[0].read_bytes())
    again = ml.Pipeline([("scale", ml.StandardScaler()), ("model", ml.Ridge())], memory=str(tmp_path / "one")).fit(X, Y)
    np.testing.assert_array_equal(again["scale"].mean_, means[1])
    one[0].unlink()
    again.fit(X, Y)
    np.testing.assert_array_equal(again["scale"].mean_, means[0])
    assert files(tmp_path / "one") == one


@pytest.mark.parametrize("change", [
    lambda x, y, pipe: (x + 1e-9, y, pipe), lambda x, y, pipe: (x[:-1], y[:-1], pipe),
    lambda x, y, pipe: (x, y + 1, pipe), lambda x, y, pipe: (x, y, pipe.set_params(parts__n_components=2)),
    lambda x, y, pipe: (x.astype(np.float32), y, pipe)])
def test_other_data_and_parameters_are_other_files(change, tmp_path):
    long_one(str(tmp_path)).fit(X, Y)
    before = len(files(tmp_path))
    x, y, pipe = change(X.copy(), Y.copy(), long_one(str(tmp_path)))
    pipe.fit(x, y)
    assert len(files(tmp_path)) > before
    known = long_one(None).set_params(parts__n_components=pipe["parts"].n_components).fit(x, y)
    np.testing.assert_array_equal(pipe.predict(x), known.predict(x))


def test_forms_of_data_that_are_kept(tmp_path):
    pandas = pytest.importorskip("pandas")
    sparse = pytest.importorskip("scipy.sparse")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    for number, (x, steps) in enumerate([
            (frame, long_one(None).get_params(deep=False)["steps"]), (np.asfortranarray(X), long_one(None).get_params(deep=False)["steps"]),
            (sparse.csr_matrix(X), [("range", ml.MaxAbsScaler()), ("model", ml.Ridge())]),
            ([f"word{i % 7} and word{i % 3}" for i in range(len(Y))], [("counts", ml.CountVectorizer(sparse_output=True)), ("model", ml.Ridge())])]):
        folder = tmp_path / str(number)
        known = ml.Pipeline(steps).fit(x, Y).predict(x)
        for _ in range(2):
            np.testing.assert_array_equal(ml.Pipeline(steps, memory=str(folder)).fit(x, Y).predict(x), known)
        assert len(files(folder)) == len(steps) - 1
    names = long_one(str(tmp_path / "0")).fit(frame, Y)["scale"].feature_names_in_
    assert list(names) == list("abcd")


def test_weights_of_steps_that_are_kept(tmp_path):
    w = np.arange(1.0, len(Y) + 1)
    for _ in range(2):
        pipe = long_one(str(tmp_path)).fit(X, Y, scale__sample_weight=w)
        np.testing.assert_array_equal(pipe.predict(X), long_one(None).fit(X, Y, scale__sample_weight=w).predict(X))
    plain = long_one(str(tmp_path)).fit(X, Y)
    np.testing.assert_array_equal(plain.predict(X), long_one(None).fit(X, Y).predict(X))


def test_damaged_files_are_as_good_as_none(tmp_path):
    known = long_one(str(tmp_path)).fit(X, Y).predict(X)
    for cut in (0, 10, 200, -1):
        for file in files(tmp_path):
            file.write_bytes(file.read_bytes()[:cut])
        np.testing.assert_array_equal(long_one(str(tmp_path)).fit(X, Y).predict(X), known)
    ml.Ridge().fit(X, Y).save(str(files(tmp_path)[0]))
    np.testing.assert_array_equal(long_one(str(tmp_path)).fit(X, Y).predict(X), known)


def test_python_within_is_not_kept(tmp_path):
    pipe = ml.Pipeline([("theirs", preprocessing.StandardScaler()), ("parts", ml.PCA(2)), ("model", ml.Ridge())], memory=str(tmp_path))
    for _ in range(2):
        pipe.fit(X, Y)
    assert len(files(tmp_path)) == 1


def test_folders_that_are_none(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.warns(UserWarning, match="StandardScaler learned could not be kept"):
        long_one(str(tmp_path / "file")).fit(X, Y)
    assert long_one(Located(None)).fit(X, Y).predict(X).shape == Y.shape
    for wrong in (3, {"path": "x"}, object(), Located(5)):
        with pytest.raises(TypeError, match="memory"):
            long_one(wrong)
    with pytest.raises(TypeError, match="transform_input"):
        long_one(None, transform_input=["x_val"])


def test_memory_of_joblib(tmp_path):
    joblib = pytest.importorskip("joblib")
    pipe = long_one(joblib.Memory(str(tmp_path), verbose=0))
    search = ml.GridSearchCV(pipe, {"model__alpha": [0.1, 1.0, 10.0]}, cv=3).fit(X, Y)
    assert len(files(tmp_path)) == 2 * 4  # for each fold and the fit to all data
    np.testing.assert_allclose(search.best_score_, ml.GridSearchCV(long_one(None), {"model__alpha": [0.1, 1.0, 10.0]}, cv=3).fit(X, Y).best_score_)
