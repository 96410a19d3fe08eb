"""Texts as numbers beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn.feature_extraction import text as peer  # noqa: E402

TEXTS = ["The quick brown fox, the lazy dog!", "A fox's den -- is_it 42 or 7?", "ÜBER straße naïve Ελλάδα σοφός", "", "dog dog dog fox",
         "Ein\tSatz\n\nmit   Zwischenräumen", "日本語 テキスト です 日本語"]
draw = np.random.default_rng(0)
MANY = [" ".join(f"w{int(i)}" for i in draw.zipf(1.5, 30) % 500) for _ in range(200)]


def dense(x):
    return x.toarray() if hasattr(x, "toarray") else np.asarray(x)


@pytest.mark.parametrize("texts", [TEXTS, MANY], ids=["few", "many"])
@pytest.mark.parametrize("keywords", [
    {}, {"ngram_range": (1, 3)}, {"ngram_range": (2, 2)}, {"lowercase": False}, {"binary": True}, {"max_features": 4},
    {"min_df": 2}, {"max_df": 0.5}, {"min_df": 0.2, "max_df": 0.9}, {"stop_words": ["fox", "w1"]}, {"token_pattern": r"\w+"},
    {"token_pattern": r"(\w)\w*"}, {"analyzer": "char", "ngram_range": (1, 3)}, {"analyzer": "char_wb", "ngram_range": (2, 5)},
    {"tokenizer": str.split, "token_pattern": None}, {"preprocessor": str.swapcase}])
@pytest.mark.parametrize("name", ["CountVectorizer", "TfidfVectorizer"])
def test_terms_and_counts(name, keywords, texts):
    ours, theirs = getattr(ml, name)(**keywords), getattr(peer, name)(**keywords)
    if texts is TEXTS and keywords.get("max_df") == 0.5:
        keywords = {"max_df": 3}
    np.testing.assert_allclose(dense(ours.fit_transform(texts)), dense(theirs.fit_transform(texts)), rtol=1e-12)
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())
    assert ours.get_vocabulary() == {term: int(column) for term, column in theirs.vocabulary_.items()}
    np.testing.assert_allclose(dense(ours.transform(texts[::-1] + ["unseen words"])), dense(theirs.transform(texts[::-1] + ["unseen words"])))


@pytest.mark.parametrize("keywords", [
    {}, {"use_idf": False}, {"smooth_idf": False}, {"sublinear_tf": True}, {"norm": "l1"}, {"norm": None}])
def test_weights_of_terms(keywords):
    sparse = pytest.importorskip("scipy.sparse")
    counts = peer.CountVectorizer().fit_transform(MANY).astype(float)
    theirs = peer.TfidfTransformer(**keywords).fit(counts)
    for x in (counts, counts.toarray()):
        ours = ml.TfidfTransformer(**keywords).fit(x)
        given = ours.transform(x)
        assert sparse.issparse(given) == sparse.issparse(x)
        np.testing.assert_allclose(dense(given), theirs.transform(counts).toarray(), rtol=1e-12, atol=1e-15)
    if keywords.get("use_idf", True):
        np.testing.assert_allclose(ours.idf_, theirs.idf_)


@pytest.mark.parametrize("texts", [TEXTS, MANY], ids=["few", "many"])
@pytest.mark.parametrize("keywords", [
    {}, {"n_features": 16}, {"n_features": 7, "alternate_sign": False}, {"n_features": 64, "ngram_range": (1, 2), "norm": None},
    {"n_features": 64, "binary": True, "norm": "l1"}])
def test_columns_by_hash(keywords, texts):
    sparse = pytest.importorskip("scipy.sparse")
    ours = ml.HashingVectorizer(**keywords).transform(texts)
    assert sparse.issparse(ours) == (keywords.get("n_features", 1 << 20) > 65536)
    theirs = peer.HashingVectorizer(**keywords).transform(texts)
    assert abs(sparse.csr_matrix(ours) - theirs).max() < 1e-12


def test_vocabularies_that_are_given():
    ours = ml.CountVectorizer(vocabulary=["fox", "dog"])
    assert ours.fit_transform(TEXTS).tolist() == peer.CountVectorizer(vocabulary=["fox", "dog"]).fit_transform(TEXTS).toarray().tolist()
    assert ml.CountVectorizer(vocabulary={"dog": 1, "fox": 0}).fit_transform(TEXTS).tolist() == ours.transform(TEXTS).tolist()
    sparse = ml.CountVectorizer(sparse_output=True).fit_transform(TEXTS)
    np.testing.assert_array_equal(dense(sparse), ml.CountVectorizer().fit_transform(TEXTS))


@pytest.mark.parametrize("make, x, message", [
    (lambda: ml.CountVectorizer(), [], "0 texts"),
    (lambda: ml.CountVectorizer(), ["a b c"], "empty vocabulary"),
    (lambda: ml.CountVectorizer(min_df=2), ["ab", "cd"], "leave no term"),
    (lambda: ml.CountVectorizer(ngram_range_min=2), ["ab"], "n-grams"),
    (lambda: ml.CountVectorizer(ngram_range=(0, 1)), ["ab"], "n-grams"),
    (lambda: ml.CountVectorizer(max_df=1, min_df=2), ["ab"], "max_df is less"),
    (lambda: ml.CountVectorizer(vocabulary={"a": 1}), ["ab"], "without a gap"),
    (lambda: ml.TfidfVectorizer(norm="l3"), ["ab"], "norm"),
    (lambda: ml.HashingVectorizer(0), ["ab"], "n_features"),
])
def test_what_cannot_be_meant(make, x, message):
    with pytest.raises(ml.MlError, match=message):
        make().fit(x)


def test_what_is_no_list_of_texts():
    for wrong in ("one text", [1, 2], [["ab"], ["cd"]], np.zeros((2, 2))):
        with pytest.raises(TypeError):
            ml.CountVectorizer().fit(wrong)
