"""SparsePCA and DictionaryLearning beside scikit-learn's."""

import pickle

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import decomposition as peer  # noqa: E402

from decomposition_data import DATA, near, quiet, same_attributes  # noqa: E402

# Every 12th digit: enough to tell ways apart, and quick with the peer.
ROWS = {"iris": DATA["iris"], "wine": (DATA["wine"] - DATA["wine"].mean(0)) / DATA["wine"].std(0), "diabetes": DATA["diabetes"] * 20,
        "digits": DATA["digits"][::12], "wide": DATA["wide"]}
CODERS = ("lasso_lars", "lasso_cd", "lars", "omp", "threshold")


def pair(name, x, **keywords):
    keywords = {"n_components": 3, "random_state": 0, **keywords}
    return quiet(getattr(ml, name)(**keywords).fit, x), quiet(getattr(peer, name)(**keywords).fit, x)


def atoms(seed, count=12, columns=9):
    made = np.random.default_rng(seed).normal(size=(count, columns))
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def known(dictionary, kind=ml, **keywords):
    """A model whose atoms are given: no turn is made."""
    x = np.random.default_rng(1).normal(size=(4, dictionary.shape[1]))
    model = kind.DictionaryLearning(n_components=len(dictionary), max_iter=0, dict_init=dictionary,
                                    code_init=np.zeros((4, len(dictionary))), **keywords)
    return model.fit(x)


# ---- the way of a fit --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("data", ROWS)
@pytest.mark.parametrize("keywords", [{}, {"method": "cd"}, {"alpha": 0.1}, {"alpha": 2.0, "n_components": 2}, {"tol": 1e-3}], ids=str)
def test_sparse_pca(data, keywords):
    x = ROWS[data]
    ours, theirs = pair("SparsePCA", x, max_iter=100, **keywords)
    same_attributes(ours, theirs, "components_ mean_ n_components_ n_features_in_", atol=1e-7)
    near(ours.error_[:20], theirs.error_[:20])
    assert ours.n_iter_ == theirs.n_iter_ == len(ours.error_)
    near(ours.transform(x), theirs.transform(x), atol=1e-7)
    near(ours.fit_transform(x), theirs.transform(x), atol=1e-7)
    near(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)), atol=1e-7)
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())


@pytest.mark.parametrize("data", ROWS)
@pytest.mark.parametrize("keywords", [
    {}, {"fit_algorithm": "cd"}, {"alpha": 0.2, "n_components": 5}, {"positive_dict": True},
    {"fit_algorithm": "cd", "positive_code": True, "positive_dict": True, "transform_algorithm": "lasso_cd"}, {"tol": 1e-3},
], ids=str)
def test_dictionary_learning(data, keywords):
    x = ROWS[data]
    if keywords.get("n_components", 0) > x.shape[1]:
        pytest.skip("more atoms than columns: atoms by chance")
    ours, theirs = pair("DictionaryLearning", x, max_iter=30, **keywords)
    same_attributes(ours, theirs, "components_ error_ n_features_in_", atol=1e-7)
    assert ours.n_iter_ == theirs.n_iter_
    near(quiet(ours.transform, x), quiet(theirs.transform, x), atol=1e-6)
    near(quiet(ours.fit_transform, x), quiet(theirs.fit_transform, x), atol=1e-6)
    codes = quiet(ours.transform, x)
    near(ours.inverse_transform(codes), theirs.inverse_transform(codes))
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())


def test_a_beginning_that_is_given():
    x, draw = ROWS["wine"], np.random.default_rng(5)
    for count in (2, 3, 4):  # fewer are filled up with zeros, more are cut
        u, v = draw.normal(size=(len(x), count)), draw.normal(size=(count, x.shape[1]))
        ours, theirs = pair("SparsePCA", x, U_init=u, V_init=v, max_iter=3, n_components=min(count, 3))
        same_attributes(ours, theirs, "components_ error_", atol=1e-7)
        ours, theirs = pair("DictionaryLearning", x, code_init=u, dict_init=v, max_iter=3, n_components=min(count, 3))
        same_attributes(ours, theirs, "components_ error_", atol=1e-7)
    none = ml.DictionaryLearning(3, max_iter=0).fit(x)
    theirs = peer.DictionaryLearning(3, max_iter=0).fit(x)
    same_attributes(none, theirs, "components_ n_iter_")
    assert len(none.error_) == 0


def test_atoms_that_no_row_uses_are_replaced():
    """Which rows take their place is chance: the objective is as good as the peer's."""
    x = ROWS["iris"]
    best, theirs = [], []
    for seed in range(6):
        ours, peers = pair("DictionaryLearning", x, n_components=7, max_iter=40, random_state=seed, alpha=0.5)
        best.append(ours.error_[-1])
        theirs.append(peers.error_[-1])
        assert np.all(np.linalg.norm(ours.components_, axis=1) > 0.1)
        again = quiet(ml.DictionaryLearning(7, 0.5, 40, seed).fit, x)
        assert np.array_equal(ours.components_, again.components_)
    assert np.median(best) < np.median(theirs) * 1.1
    assert quiet(ml.SparsePCA(None, max_iter=20).fit, x).components_.shape == (4, 4)


# ---- codes -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("shape", [(5, 9), (12, 9), (30, 40), (3, 200)], ids=str)
def test_codes_are_the_peers(coder, seed, shape):
    dictionary, draw = atoms(seed, *shape), np.random.default_rng(seed + 50)
    x = draw.normal(size=(40, shape[1])) * draw.uniform(0.1, 20, size=(40, 1))
    for keywords in ({}, {"transform_alpha": 0.03}, {"transform_alpha": 3.0}, {"transform_n_nonzero_coefs": 3},
                     {"transform_alpha": 0.5, "positive_code": True, "fit_algorithm": "cd"}):
        if "positive_code" in keywords and coder in ("lars", "omp"):
            continue
        keywords = {"transform_algorithm": coder, **keywords}
        ours, theirs = known(dictionary, **keywords), known(dictionary, peer, **keywords)
        mine, expected = quiet(ours.transform, x), quiet(theirs.transform, x)
        near(mine, expected, rtol=1e-6, atol=1e-4 if coder == "lasso_cd" else 1e-8)
        assert np.mean((mine != 0) == (expected != 0)) > 0.99


@pytest.mark.parametrize("coder", ("lasso_lars", "lasso_cd"))
def test_codes_of_a_lasso_are_the_minimum(coder):
    """Products with what is left are at most alpha, and alpha where a code is not 0."""
    dictionary, x = atoms(3, 30, 12), np.random.default_rng(9).normal(size=(50, 12))
    codes = known(dictionary, transform_algorithm=coder, transform_alpha=0.3).transform(x)
    slope = (x - codes @ dictionary) @ dictionary.T
    assert np.abs(slope).max() < 0.3 + 1e-3
    assert np.allclose(slope[codes != 0], 0.3 * np.sign(codes[codes != 0]), atol=1e-3)
    assert 0.02 < np.mean(codes != 0) < 0.6


def test_atoms_that_depend_on_each_other():
    dictionary = atoms(4, 6, 8)
    dictionary[4] = dictionary[1]
    x = np.random.default_rng(0).normal(size=(30, 8)) + 2 * dictionary[1]
    for coder in ("lasso_lars", "lars", "omp"):
        model = known(dictionary, transform_algorithm=coder, transform_n_nonzero_coefs=6, transform_alpha=1e-3)
        with pytest.warns(UserWarning, match="depend"):
            codes = model.transform(x)
        if coder != "lars":
            left = x - codes @ dictionary
            exact = x - x @ np.linalg.pinv(dictionary) @ dictionary
            assert np.linalg.norm(left) < np.linalg.norm(exact) * 1.01
    assert not np.any((codes[:, 1] != 0) & (codes[:, 4] != 0))


def test_signs_may_be_split():
    x = ROWS["wine"]
    plain = ml.DictionaryLearning(3, transform_algorithm="lasso_lars", max_iter=5, random_state=0)
    split = plain.clone().set_params(split_sign=True)
    quiet(plain.fit, x), quiet(split.fit, x)
    codes, halves = plain.transform(x), split.transform(x)
    assert np.array_equal(halves[:, :3] - halves[:, 3:], codes) and halves.min() == 0 and np.any(codes < 0)
    near(split.inverse_transform(halves), plain.inverse_transform(codes))
    assert len(split.get_feature_names_out()) == 6
    assert split.transform(x[:0]).shape == (0, 6)


# ---- all else ----------------------------------------------------------------------------------------------------

def test_the_callback_is_told_every_fifth_turn():
    told = []
    model = ml.DictionaryLearning(3, max_iter=12, tol=0, callback=told.append, random_state=0)
    quiet(model.fit, ROWS["wine"])
    assert [state["ii"] for state in told] == [0, 5, 10]
    assert told[1]["code"].shape == (178, 3) and told[1]["dictionary"].shape == (3, 13)
    near(told[2]["errors"], model.error_[:11])
    near(told[2]["current_cost"], model.error_[10])

    def stop(state):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        ml.DictionaryLearning(3, callback=stop).fit(ROWS["wine"])


def test_components_of_few_columns():
    """Two groups of columns that have nothing in common: a component for each."""
    draw = np.random.default_rng(2)
    sources = draw.normal(size=(300, 2))
    x = np.repeat(sources, 5, axis=1) + 0.1 * draw.normal(size=(300, 10))
    model = ml.SparsePCA(2, alpha=2.0).fit(x)
    groups = np.sort((model.components_ != 0) @ (1 << np.arange(10)))
    assert list(groups) == [0b0000011111, 0b1111100000]
    near(np.linalg.norm(model.components_, axis=1), 1.0)


@pytest.mark.parametrize("ridge", [0.0, 0.5])
def test_ridge_of_the_way_there(ridge):
    x = ROWS["iris"]
    ours, theirs = pair("SparsePCA", x, n_components=2, ridge_alpha=ridge, max_iter=5)
    near(ours.transform(x), theirs.transform(x))
    empty = quiet(ml.SparsePCA(2, alpha=1e6, max_iter=2, ridge_alpha=ridge).fit, x)  # all components are 0
    assert not empty.components_.any() and not empty.transform(x).any()


@pytest.mark.parametrize("name, keywords, word", [
    ("SparsePCA", {"alpha": -1}, "alpha"), ("SparsePCA", {"n_components": 0}, "n_components"), ("SparsePCA", {"tol": -1}, "tol"),
    ("SparsePCA", {"ridge_alpha": -1}, "ridge_alpha"), ("SparsePCA", {"max_iter": -1}, "max_iter"),
    ("SparsePCA", {"U_init": np.ones((150, 2))}, "V_init"), ("SparsePCA", {"U_init": np.ones((9, 2)), "V_init": np.ones((2, 4))}, "U_init"),
    ("DictionaryLearning", {"code_init": np.ones((150, 2))}, "dict_init"),
    ("DictionaryLearning", {"code_init": np.ones((150, 2)), "dict_init": np.ones((3, 4))}, "dict_init"),
    ("DictionaryLearning", {"positive_code": True}, "fit_algorithm"), ("DictionaryLearning", {"transform_alpha": -1}, "transform_alpha"),
    ("DictionaryLearning", {"transform_n_nonzero_coefs": 0}, "transform_n_nonzero_coefs"),
    ("DictionaryLearning", {"transform_max_iter": -1}, "transform_max_iter"),
])
def test_what_is_refused(name, keywords, word):
    with pytest.raises(ml.MlError, match=word):
        getattr(ml, name)(**keywords).fit(ROWS["iris"])


def test_words_and_widths_that_are_refused():
    for name, keywords in (("SparsePCA", {"method": "omp"}), ("DictionaryLearning", {"fit_algorithm": "omp"}),
                           ("DictionaryLearning", {"transform_algorithm": "cd"})):
        with pytest.raises(ValueError):
            getattr(ml, name)(**keywords)
    model = quiet(ml.DictionaryLearning(2, max_iter=3, fit_algorithm="cd", positive_code=True).fit, ROWS["iris"])
    with pytest.raises(ml.MlError, match="transform_algorithm"):
        model.transform(ROWS["iris"])
    with pytest.raises(ml.MlError, match="components"):
        model.inverse_transform(np.ones((2, 3)))
    model.set_params(transform_n_nonzero_coefs=3)
    model = quiet(ml.DictionaryLearning(2, max_iter=3, transform_n_nonzero_coefs=3).fit, ROWS["iris"])
    with pytest.raises(ml.MlError, match="transform_n_nonzero_coefs"):
        model.transform(ROWS["iris"])


def test_they_stand_where_transformers_stand(tmp_path):
    x, y = DATA["wine"], np.arange(178) % 3
    for step in (ml.SparsePCA(3, max_iter=20, verbose=False), ml.DictionaryLearning(3, max_iter=5, transform_algorithm="lasso_cd")):
        line = ml.Pipeline([("scale", ml.StandardScaler()), ("few", step), ("model", ml.LogisticRegression())])
        quiet(line.fit, x, y)
        same = pickle.loads(pickle.dumps(line))
        assert np.array_equal(quiet(same.predict, x), quiet(line.predict, x))
        assert type(step).__name__ in ml.list_estimators("transformer")
