"""Scalers, encoders, imputers, powers and quantiles beside scikit-learn's."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import impute  # noqa: E402
from sklearn import preprocessing as peer  # noqa: E402
from sklearn.datasets import load_breast_cancer  # noqa: E402

draw = np.random.default_rng(0)
PLAIN = draw.normal(size=(100, 5))
PLAIN[:, 4] = 3  # a constant column
HOLES = PLAIN.copy()
HOLES[draw.random(PLAIN.shape) < 0.1] = np.nan
POSITIVE = np.exp(PLAIN)
TIES = np.round(PLAIN * 2) + 0.0
CANCER = load_breast_cancer().data


def quiet(call, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments)


def dense(x):
    return x.toarray() if hasattr(x, "toarray") else np.asarray(x)


def same(ours, theirs):
    ours, theirs = dense(ours), dense(theirs)
    if ours.dtype == object or theirs.dtype == object:
        assert ours.astype(object).tolist() == theirs.astype(object).tolist()
    else:
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)


def agree(ours, theirs, x, back=True):
    quiet(ours.fit, x)
    quiet(theirs.fit, x)
    transformed = ours.transform(x)
    same(transformed, theirs.transform(x))
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())
    if back:
        same(ours.inverse_transform(transformed), theirs.inverse_transform(theirs.transform(x)))
    for name in vars(theirs):
        if name.endswith("_") and not name.startswith("_") and name not in ("feature_names_in_", "categories_", "infrequent_categories_"):
            value = getattr(theirs, name)
            if isinstance(value, (np.ndarray, float, int)) and getattr(value, "dtype", None) != object:
                np.testing.assert_allclose(getattr(ours, name), value, rtol=1e-6, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("x", [PLAIN, HOLES, CANCER], ids=["plain", "holes", "cancer"])
@pytest.mark.parametrize("name, keywords", [
    ("StandardScaler", {}), ("StandardScaler", {"with_mean": False}), ("StandardScaler", {"with_std": False}),
    ("MinMaxScaler", {}), ("MinMaxScaler", {"feature_range": (-2, 3)}), ("MaxAbsScaler", {}),
    ("RobustScaler", {}), ("RobustScaler", {"quantile_range": (10, 60)}), ("RobustScaler", {"unit_variance": True}),
    ("RobustScaler", {"with_centering": False}), ("RobustScaler", {"with_scaling": False}),
])
def test_scalers(name, keywords, x):
    agree(getattr(ml, name)(**keywords), getattr(peer, name)(**keywords), x)


@pytest.mark.parametrize("name", ["StandardScaler", "MinMaxScaler", "MaxAbsScaler"])
def test_parts_of_the_rows_are_learned_one_after_the_other(name):
    ours, theirs = getattr(ml, name)(), getattr(peer, name)()
    for part in np.array_split(HOLES, 4):
        ours.partial_fit(part)
        theirs.partial_fit(part)
    same(ours.transform(PLAIN), theirs.transform(PLAIN))


def test_weights_and_sparse_data_of_scalers():
    sparse = pytest.importorskip("scipy.sparse")
    weights = draw.integers(0, 4, 100).astype(float)
    ours = ml.StandardScaler().fit(PLAIN, sample_weight=weights)
    same(ours.mean_, peer.StandardScaler().fit(PLAIN, sample_weight=weights).mean_)
    same(ours.var_, np.repeat(PLAIN, weights.astype(int), axis=0).var(axis=0))
    x = sparse.random(50, 6, 0.3, "csr", random_state=0)
    for name, keywords in (("StandardScaler", {"with_mean": False}), ("MaxAbsScaler", {}), ("Normalizer", {}),
                           ("Binarizer", {"threshold": 0.4})):
        result = getattr(ml, name)(**keywords).fit(x).transform(x)
        assert sparse.issparse(result)
        same(result, getattr(peer, name)(**keywords).fit(x).transform(x))
    with pytest.raises(ml.MlError, match="with_mean=False"):
        ml.StandardScaler().fit(x)


def test_numbers_beyond_the_range_are_cut_where_asked():
    for name in ("MinMaxScaler", "MaxAbsScaler"):
        ours, theirs = getattr(ml, name)(clip=True).fit(PLAIN), getattr(peer, name)(clip=True).fit(PLAIN)
        same(ours.transform(PLAIN * 3), theirs.transform(PLAIN * 3))


@pytest.mark.parametrize("keywords", [
    {}, {"degree": 3}, {"degree": (2, 3)}, {"interaction_only": True}, {"include_bias": False},
    {"degree": (0, 2), "include_bias": False}, {"degree": 4, "interaction_only": True}])
def test_products_of_columns(keywords):
    agree(ml.PolynomialFeatures(**keywords), peer.PolynomialFeatures(**keywords), PLAIN, back=False)


def test_rows():
    for norm in ("l1", "l2", "max"):
        agree(ml.Normalizer(norm), peer.Normalizer(norm=norm), np.vstack([PLAIN, np.zeros(5)]), back=False)
    agree(ml.Binarizer(0.3), peer.Binarizer(threshold=0.3), PLAIN, back=False)
    assert ml.Normalizer().transform(PLAIN).shape == PLAIN.shape


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent", "constant"])
@pytest.mark.parametrize("indicator", [False, True])
def test_one_value_for_what_misses(strategy, indicator):
    more = {"fill_value": 0} if strategy == "constant" else {}
    agree(ml.SimpleImputer(strategy, add_indicator=indicator),
          impute.SimpleImputer(strategy=strategy, add_indicator=indicator, **more), HOLES, back=False)
    marked = np.where(np.isnan(HOLES), -1, HOLES)
    same(ml.SimpleImputer(strategy, missing_values=-1).fit(marked).transform(marked),
         ml.SimpleImputer(strategy).fit(HOLES).transform(HOLES))


def test_a_column_without_a_number():
    x = HOLES.copy()
    x[:, 1] = np.nan
    with pytest.raises(ml.MlError, match="column 1 .*keep_empty_features"):
        ml.SimpleImputer().fit(x)
    assert (ml.SimpleImputer(keep_empty_features=True).fit(x).transform(x)[:, 1] == 0).all()
    assert (ml.SimpleImputer("constant", 7.0).fit(x).transform(x)[:, 1] == 7).all()


@pytest.mark.parametrize("keywords", [
    {}, {"drop": "first"}, {"drop": "if_binary"}, {"min_frequency": 10}, {"max_categories": 3},
    {"min_frequency": 0.1, "handle_unknown": "infrequent_if_exist"}])
def test_a_column_for_each_value(keywords):
    agree(ml.OneHotEncoder(**keywords), peer.OneHotEncoder(**keywords), TIES)
    same(ml.OneHotEncoder(sparse_output=True, **keywords).fit(TIES).transform(TIES),
         peer.OneHotEncoder(**keywords).fit(TIES).transform(TIES))


@pytest.mark.parametrize("keywords", [{}, {"min_frequency": 5}, {"max_categories": 4},
                                      {"handle_unknown": "use_encoded_value", "unknown_value": -1}])
def test_values_as_numbers(keywords):
    agree(ml.OrdinalEncoder(**keywords), peer.OrdinalEncoder(**keywords), TIES)


def test_texts_and_what_misses_among_them():
    x = [["a", "x"], ["b", "y"], ["a", None]]
    ordinal = ml.OrdinalEncoder().fit(x)
    np.testing.assert_array_equal(ordinal.transform(x), [[0, 0], [1, 1], [0, np.nan]])
    assert ordinal.inverse_transform(ordinal.transform(x)).tolist() == x
    hot = ml.OneHotEncoder(handle_unknown="ignore").fit(x)
    assert hot.transform([["c", "x"]]).tolist() == [[0, 0, 1, 0, 0]]
    assert list(hot.get_feature_names_out()) == ["x0_a", "x0_b", "x1_x", "x1_y", "x1_None"]
    with pytest.raises(ml.MlError, match="row 0, column 0 is 'c'"):
        ordinal.transform([["c", "x"]])
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"n": [1, 2, 1], "t": ["u", "v", "u"]})
    assert list(ml.OneHotEncoder().fit(frame).get_feature_names_out()) == ["n_1.0", "n_2.0", "t_u", "t_v"]


def test_labels():
    encoder = ml.LabelEncoder().fit(["b", "a", "b"])
    assert encoder.transform(["a", "b"]).tolist() == [0, 1] and list(encoder.inverse_transform([1, 0])) == ["b", "a"]
    with pytest.raises(ml.MlError, match=r"y\[0\] is 'zz'"):
        encoder.transform(["zz"])
    with pytest.raises(ml.MlError, match="from 0 to 1"):
        encoder.inverse_transform([2])
    assert ml.LabelEncoder().fit_transform([0.2, 0.7, 0.2]).tolist() == [0, 1, 0]  # no truncation
    labels = [1, 2, 6, 4, 2, 1]
    ours, theirs = ml.LabelBinarizer(neg_label=-1), peer.LabelBinarizer(neg_label=-1)
    same(ours.fit_transform(labels), theirs.fit_transform(labels))
    same(ours.inverse_transform(ours.transform([1, 6])), [1, 6])
    assert ml.LabelBinarizer().fit_transform(["n", "y", "n"]).tolist() == [[0], [1], [0]]
    same(ml.LabelBinarizer(sparse_output=True).fit_transform(labels), peer.LabelBinarizer().fit_transform(labels))


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("x", [PLAIN[:, :4], HOLES[:, :4], POSITIVE[:, :4], CANCER], ids=["plain", "holes", "positive", "cancer"])
def test_powers(x, standardize):
    agree(ml.PowerTransformer(standardize=standardize), peer.PowerTransformer(standardize=standardize), x)


def test_powers_of_positive_and_of_constant_columns():
    agree(ml.PowerTransformer("box-cox"), peer.PowerTransformer("box-cox"), POSITIVE[:, :4])
    with pytest.raises(ml.MlError, match="above 0"):
        ml.PowerTransformer("box-cox").fit(PLAIN)
    constant = ml.PowerTransformer().fit(PLAIN)
    assert constant.lambdas_[4] == 1 and (constant.transform(PLAIN)[:, 4] == 0).all()


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
@pytest.mark.parametrize("quantiles", [1, 10, 100, 1000])
@pytest.mark.parametrize("x", [PLAIN, HOLES, TIES, CANCER], ids=["plain", "holes", "ties", "cancer"])
def test_ranks(x, quantiles, distribution):
    if quantiles > 1:
        agree(ml.QuantileTransformer(quantiles, distribution),
              peer.QuantileTransformer(n_quantiles=quantiles, output_distribution=distribution), x)
    else:
        assert quiet(ml.QuantileTransformer(1, distribution).fit, x).quantiles_.shape == (1, x.shape[1])


@pytest.mark.parametrize("make, message", [
    (lambda: ml.MinMaxScaler(1.0, 1.0), "begin below its end"),
    (lambda: ml.RobustScaler(quantile_range_low=80.0), "invalid quantile range"),
    (lambda: ml.PolynomialFeatures(0), "degree"),
    (lambda: ml.QuantileTransformer(0), "n_quantiles"),
    (lambda: ml.OneHotEncoder(min_frequency=0), "min_frequency"),
    (lambda: ml.OrdinalEncoder(handle_unknown="use_encoded_value"), "unknown_value"),
    (lambda: ml.LabelBinarizer(neg_label=2), "neg_label"),
])
def test_parameters_that_cannot_be_meant(make, message):
    with pytest.raises(ml.MlError, match=message):
        make().fit(TIES if not isinstance(make(), ml.LabelBinarizer) else [1, 2])
    for bad in (lambda: ml.SimpleImputer("mode"), lambda: ml.Normalizer("l3"), lambda: ml.PowerTransformer("log")):
        with pytest.raises(ValueError):
            bad()


# ---- kinds of numbers, and the way back ----------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", ["float32", np.float32, float, "int64", np.int64, np.dtype("int64")])
@pytest.mark.parametrize("name", ["OneHotEncoder", "OrdinalEncoder"])
def test_kinds_of_numbers_of_encoders(name, dtype):
    peer = pytest.importorskip("sklearn.preprocessing")
    x = [["a", "x"], ["b", "y"], ["a", "z"], ["c", "x"]]
    more = {"sparse_output": False} if name == "OneHotEncoder" else {}
    ours, theirs = getattr(ml, name)(dtype=dtype, **more), getattr(peer, name)(dtype=dtype, **more)
    given, known = ours.fit_transform(x), theirs.fit_transform(x)
    assert given.dtype == known.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(given, known)
    assert ours.inverse_transform(given).tolist() == x and ours.clone().get_params()["dtype"] == np.dtype(dtype).name


def test_kinds_of_numbers_that_are_none():
    for name in ("OneHotEncoder", "OrdinalEncoder"):
        with pytest.raises(ml.MlError, match="'float64', 'float32' or 'int64'"):
            getattr(ml, name)(dtype="int8")
    with pytest.raises(ml.MlError, match="sparse"):
        ml.OneHotEncoder(sparse_output=True, dtype=np.float32).fit_transform([["a"]])
    with pytest.raises(ml.MlError, match="int64"):
        ml.OrdinalEncoder(dtype=int).fit_transform([[1.0], [np.nan]])


@pytest.mark.parametrize("missing", [np.nan, -1.0])
@pytest.mark.parametrize("strategy", ["mean", "median", "constant"])
def test_what_was_imputed_goes_missing_again(strategy, missing):
    peer = pytest.importorskip("sklearn.impute")
    for seed in range(5):
        draw = np.random.default_rng(seed)
        x = draw.normal(size=(30, 5))
        x[draw.random(x.shape) < 0.2] = missing
        x[:, 2] = np.abs(np.nan_to_num(x[:, 2]))
        keywords = {"strategy": strategy, "missing_values": missing, "add_indicator": True}
        ours, theirs = ml.SimpleImputer(**keywords).fit(x), peer.SimpleImputer(**keywords).fit(x)
        np.testing.assert_array_equal(ours.inverse_transform(ours.transform(x)), x)
        np.testing.assert_array_equal(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)))
    with pytest.raises(ml.MlError, match="add_indicator"):
        ml.SimpleImputer().fit(x[:, 2:3]).inverse_transform(x[:, 2:3])
    with pytest.raises(ml.MlError, match="columns"):
        ours.inverse_transform(x)
