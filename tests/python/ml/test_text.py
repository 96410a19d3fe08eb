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


# ---- documents: bytes, files, accents, other kinds of numbers ------------------------------------------------------

VECTORIZERS = ["CountVectorizer", "TfidfVectorizer", "HashingVectorizer"]
ODD = TEXTS + ["Éàè ﬁne Ⅻ ½ ＡＢＣ ñandú çok İstanbul", "한국어 텍스트 क्षि ก็ Ångström Å a\u030a e\u0301\u0323", "ĳ ǆ ŉ ß ẞ ﷺ"]


def pair(name, **keywords):
    small = {"n_features": 64} if name == "HashingVectorizer" else {}
    return getattr(ml, name)(**small, **keywords), getattr(peer, name)(**small, **keywords)


def same_numbers(ours, theirs, x):
    np.testing.assert_allclose(dense(ours.fit_transform(x)), dense(theirs.fit_transform(x)), rtol=1e-12)
    if hasattr(ours, "get_vocabulary"):
        assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())


@pytest.mark.parametrize("accents", ["ascii", "unicode", lambda text: text.replace("é", "e").upper(), None])
@pytest.mark.parametrize("name", VECTORIZERS)
def test_accents(name, accents):
    for more in ({}, {"lowercase": False}, {"analyzer": "char", "ngram_range": (1, 2)}):
        same_numbers(*pair(name, strip_accents=accents, **more), ODD)


def test_every_letter_without_accents():
    """What Python's own tables say of all code points that its version of Unicode and ours know."""
    import unicodedata
    letters = [chr(code) for code in range(0x80, 0x30000) if unicodedata.category(chr(code))[0] in "LMNPSZ"]
    for way in ("ascii", "unicode"):
        ours, theirs = pair("CountVectorizer", strip_accents=way, lowercase=False)
        mine, known = ours.build_preprocessor(), theirs.build_preprocessor()
        assert [letter for letter in letters if mine(letter) != known(letter)] == []


@pytest.mark.parametrize("encoding, errors", [
    ("utf-8", "strict"), ("utf8", "ignore"), ("UTF-8", "replace"), ("latin-1", "strict"), ("cp1252", "strict"),
    ("utf-16", "strict"), ("ascii", "ignore"), ("ascii", "replace"), ("iso8859_15", "strict")])
@pytest.mark.parametrize("name", VECTORIZERS)
def test_bytes_of_many_encodings(name, encoding, errors):
    words = ["naïve café fox", "fox fox straße", "plain ascii words"]
    x = [word.encode("ascii" if encoding == "ascii" and errors == "strict" else "utf-8" if encoding == "ascii" else encoding)
         for word in words]
    if errors != "strict":
        x += [b"broken \xff\xc3( \xe2\x82 \xf0\x90\x80 \xed\xa0\x80 \xe2\x28\xa1 end", b"caf\xc3"]
    same_numbers(*pair(name, encoding=encoding, decode_error=errors), x)
    ours, theirs = pair(name, encoding=encoding, decode_error=errors)
    assert [ours.decode(document) for document in x] == [theirs.decode(document) for document in x]


def test_broken_bytes_over_seeds():
    draw = np.random.default_rng(5)
    likely = np.array([0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff])
    for errors in ("ignore", "replace"):
        for encoding in ("utf-8", "ascii"):
            ours = ml.CountVectorizer(encoding=encoding, decode_error=errors)
            for _ in range(2000):
                document = bytes(draw.choice(likely, draw.integers(0, 9)).astype(np.uint8))
                assert ours.decode(document) == document.decode(encoding, errors)


@pytest.mark.parametrize("name", VECTORIZERS)
def test_files_and_their_names(name, tmp_path):
    paths = []
    for number, text in enumerate(ODD):
        path = tmp_path / f"{number}.txt"
        path.write_bytes(text.encode())
        paths.append(str(path))
    same_numbers(*pair(name, input="filename"), paths)
    ours, theirs = pair(name, input="file")
    opened = lambda: [open(path, "rb") for path in paths]  # noqa: E731
    np.testing.assert_allclose(dense(ours.fit_transform(opened())), dense(theirs.fit_transform(opened())))
    with open(paths[0], encoding="utf-8") as text:
        assert ours.decode(text) == ODD[0]


def test_files_that_are_none(tmp_path):
    names = ml.CountVectorizer(input="filename")
    with pytest.raises(RuntimeError, match="nothing"):
        names.fit([str(tmp_path / "nothing")])
    with pytest.raises(RuntimeError):
        names.fit([str(tmp_path)])
    with pytest.raises(RuntimeError, match="/dev/zero"):
        names.fit(["/dev/zero"])
    large = tmp_path / "large"
    with open(large, "wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(RuntimeError, match="67108864"):
        names.fit([str(large)])
    with pytest.raises(TypeError, match=r"x\[1\]"):
        names.fit([__file__, 3.5])
    with pytest.raises(TypeError, match="open file"):
        ml.CountVectorizer(input="file").fit(["text"])


@pytest.mark.parametrize("keywords, x, error, match", [
    ({}, [b"ok", b"\xff"], ml.MlError, r"x\[1\] is not UTF-8"),
    ({"encoding": "klingon"}, ["text"], ml.MlError, "encoding"),
    ({"encoding": "utf-16", "decode_error": "ignore"}, ["text"], ml.MlError, "decode_error"),
    ({"strip_accents": "latin"}, ["text"], ml.MlError, "strip_accents"),
    ({"strip_accents": lambda text: 3}, ["text"], TypeError, "strip_accents"),
    ({"stop_words": "german"}, ["text"], ml.MlError, "stop_words"), ({"analyzer": "lines"}, ["text"], ml.MlError, "analyzer"),
    ({"analyzer": lambda text: 3}, ["text"], TypeError, "analyzer"), ({"dtype": "int8"}, ["text"], ml.MlError, "dtype"),
    ({"dtype": np.float16}, ["text"], ml.MlError, "dtype"),
    ({"dtype": "float32", "sparse_output": True}, ["text"], ml.MlError, "sparse")])
def test_what_documents_cannot_be(keywords, x, error, match):
    with pytest.raises(error, match=match):
        ml.CountVectorizer(**keywords).fit_transform(x)


@pytest.mark.parametrize("name", VECTORIZERS)
def test_stop_words_of_english(name):
    texts = ["the cat sat on the mat, whereupon it would not move", "system of a down and cry", "I amongst others describe them"]
    same_numbers(*pair(name, stop_words="english"), texts)
    ours, theirs = pair(name, stop_words="english")
    assert sorted(ours.get_stop_words()) == sorted(theirs.get_stop_words())
    assert getattr(ml, name)().get_stop_words() is None and list(getattr(ml, name)(stop_words=["a"]).get_stop_words()) == ["a"]


@pytest.mark.parametrize("keywords", [
    {}, {"ngram_range": (1, 2), "stop_words": ["fox"]}, {"analyzer": "char_wb", "ngram_range": (2, 3)}, {"lowercase": False},
    {"analyzer": "char"}, {"tokenizer": str.split, "token_pattern": None}, {"preprocessor": str.swapcase},
    {"strip_accents": "ascii"}, {"token_pattern": r"(\w)\w*"}, {"analyzer": str.split}])
@pytest.mark.parametrize("name", VECTORIZERS)
def test_steps_as_functions(name, keywords):
    ours, theirs = pair(name, **keywords)
    same_numbers(*pair(name, **keywords), TEXTS)
    for build in ("build_analyzer", "build_preprocessor", "build_tokenizer"):
        mine, known = getattr(ours, build)(), getattr(theirs, build)()
        for text in TEXTS:
            one, other = mine(text), known(text)
            if build == "build_analyzer":  # in whatever order
                one, other = sorted(one), sorted(other)
            assert one == other, (build, text)
    analyze = ours.build_analyzer()
    ours.set_params(lowercase=not ours.get_params()["lowercase"])
    assert sorted(analyze(TEXTS[0])) == sorted(theirs.build_analyzer()(TEXTS[0]))  # as it was when it was built
    with pytest.raises(TypeError, match="one document"):
        analyze()


@pytest.mark.parametrize("name", VECTORIZERS[:2])
def test_terms_of_numbers(name):
    for sparse_output in (False, True):
        ours, theirs = getattr(ml, name)(sparse_output=sparse_output), getattr(peer, name)()
        counts, known = ours.fit_transform(TEXTS), theirs.fit_transform(TEXTS)
        assert [list(row) for row in ours.inverse_transform(counts)] == [sorted(row) for row in theirs.inverse_transform(known)]
        assert [sorted(row) for row in ours.inverse_transform(known)] == [sorted(row) for row in theirs.inverse_transform(known)]
    with pytest.raises(ml.MlError, match="features"):
        ours.inverse_transform(np.ones((2, 3)))


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32"), float, "float64", int, np.int64])
def test_kinds_of_numbers(dtype):
    wanted = np.dtype(dtype)
    for name in VECTORIZERS:
        if wanted.kind == "i" and name != "CountVectorizer":
            with pytest.raises(ml.MlError, match="'float64' or 'float32'"):
                getattr(ml, name)(dtype=dtype)
            continue
        ours, theirs = pair(name, dtype=dtype)
        given = ours.fit_transform(TEXTS)
        assert given.dtype == wanted
        np.testing.assert_allclose(given, theirs.fit_transform(TEXTS).toarray(), rtol=1e-6)
        assert ours.get_params()["dtype"] == wanted.name and ours.clone().fit_transform(TEXTS).dtype == wanted


def test_more_documents_for_hashes():
    ours = ml.HashingVectorizer(n_features=16)
    assert ours.partial_fit(TEXTS).partial_fit(TEXTS, None) is ours
    with pytest.raises(TypeError):
        ours.partial_fit("text")


def test_fit_of_a_hashing_vectorizer_looks_at_nothing():
    """As scikit-learn's: nothing is learned, so what is no text is found where it matters."""
    odd = [object(), 1]
    vectorizer = ml.HashingVectorizer(n_features=16)
    assert vectorizer.fit(odd) is vectorizer
    assert vectorizer.partial_fit(odd) is vectorizer
    with pytest.raises(TypeError):
        vectorizer.fit(5)
    with pytest.raises(TypeError):
        vectorizer.transform(odd)
