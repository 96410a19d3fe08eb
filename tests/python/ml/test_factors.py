"""FactorAnalysis, FastICA and LatentDirichletAllocation beside scikit-learn's."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import decomposition as peer  # noqa: E402

from decomposition_data import DATA, near, quiet, same_attributes  # noqa: E402

sparse = pytest.importorskip("scipy.sparse")
draw = np.random.default_rng(5)


# ---- FactorAnalysis ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("data", ["iris", "wine", "diabetes", "wide", "duplicates"])
@pytest.mark.parametrize("keywords", [
    {}, {"n_components": 3, "tol": 1e-6}, {"rotation": "varimax"}, {"rotation": "quartimax"}, {"max_iter": 3},
], ids=str)
def test_factors(data, keywords):
    x, keywords = DATA[data], {"n_components": 2, "svd_method": "lapack", **keywords}
    ours, theirs = quiet(ml.FactorAnalysis(**keywords).fit, x), quiet(peer.FactorAnalysis(**keywords).fit, x)
    assert ours.n_iter_ == theirs.n_iter_
    near(ours.loglike_, theirs.loglike_)
    near(ours.noise_variance_, theirs.noise_variance_, rtol=1e-5, atol=1e-6)
    signs = np.sign((ours.components_ * theirs.components_).sum(axis=1))
    near(ours.components_ * signs[:, None], theirs.components_, rtol=1e-5, atol=1e-5)
    near(ours.transform(x) * signs, theirs.transform(x), rtol=1e-5, atol=1e-5)
    near(ours.get_covariance(), theirs.get_covariance(), atol=1e-6)
    near(ours.get_precision(), theirs.get_precision(), rtol=1e-4, atol=1e-5)
    near(ours.score(x), theirs.score(x), rtol=1e-5)


def test_factors_by_chance_and_given_noise():
    x = DATA["digits"][:200, DATA["digits"].std(axis=0) > 4]
    exact = peer.FactorAnalysis(3, svd_method="lapack").fit(x)
    near(ml.FactorAnalysis(3).fit(x).score(x), exact.score(x), rtol=1e-3)
    rough = quiet(ml.FactorAnalysis(3, iterated_power=0, max_iter=30, random_state=1).fit, x)
    assert rough.score(x) < exact.score(x)
    noise = np.linspace(0.5, 2, x.shape[1])
    ours = ml.FactorAnalysis(3, svd_method="lapack", noise_variance_init=noise).fit(x)
    near(ours.loglike_, peer.FactorAnalysis(3, svd_method="lapack", noise_variance_init=noise).fit(x).loglike_)
    assert ml.FactorAnalysis(None).fit(DATA["iris"]).components_.shape == (4, 4)
    with pytest.warns(UserWarning, match="did not converge"):
        ml.FactorAnalysis(2, max_iter=2).fit(x)
    for bad in ({"n_components": 0}, {"n_components": 99}, {"max_iter": 0}, {"tol": -1}, {"iterated_power": -1},
                {"noise_variance_init": [1.0]}, {"noise_variance_init": -noise}):
        with pytest.raises(ml.MlError):
            ml.FactorAnalysis(**bad).fit(x)


# ---- FastICA -----------------------------------------------------------------------------------------------------

def mixed():
    time = np.linspace(0, 8, 2500)
    sources = np.c_[np.sin(2 * time), np.sign(np.sin(3 * time)), time % 1] + 0.02 * draw.normal(size=(2500, 3))
    return sources, sources @ np.array([[1.0, 1, 1, 0], [0.5, 2, 1, 1], [1.5, 1, 2, 3]])


@pytest.mark.parametrize("keywords", [
    {}, {"algorithm": "deflation"}, {"fun": "exp"}, {"fun": "cube"}, {"fun_args": {"alpha": 1.5}},
    {"whiten": "arbitrary-variance"}, {"whiten_solver": "eigh"}, {"fun": "exp", "algorithm": "deflation"}, {"max_iter": 3},
], ids=str)
def test_sources_from_the_same_beginning(keywords):
    _, x = mixed()
    w = np.random.default_rng(2).normal(size=(3, 3))
    keywords = {"n_components": 3, "w_init": w, "tol": 1e-10, "max_iter": 100, **keywords}
    ours, theirs = quiet(ml.FastICA(**keywords).fit, x), quiet(peer.FastICA(**keywords).fit, x)
    same_attributes(ours, theirs, "components_ mixing_ whitening_ mean_", rtol=1e-5, atol=1e-6)
    near(ours.transform(x), theirs.transform(x), rtol=1e-5, atol=1e-6)
    near(ours.inverse_transform(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)), atol=1e-6)
    assert abs(ours.n_iter_ - theirs.n_iter_) <= 1


def test_sources_are_found_from_any_beginning():
    sources = np.c_[draw.laplace(size=2000), draw.uniform(size=2000), draw.exponential(size=2000)]
    x = sources @ np.array([[1.0, 1, 1, 0], [0.5, 2, 1, 1], [1.5, 1, 2, 3]])
    for seed in range(4):
        found = ml.FastICA(3, random_state=seed).fit_transform(x)
        near(found.std(axis=0), np.ones(3))
        alike = np.abs(np.corrcoef(found.T, sources.T)[:3, 3:])
        assert (alike.max(axis=0) > 0.95).all()
    white = (x - x.mean(axis=0)) @ np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2][:3].T
    white /= white.std(axis=0)
    w = np.random.default_rng(2).normal(size=(3, 3))
    ours, theirs = (made(whiten=False, w_init=w).fit(white) for made in (ml.FastICA, peer.FastICA))
    near(ours.components_, theirs.components_, rtol=1e-5, atol=1e-6)


def test_fast_ica_refuses_and_warns():
    x = DATA["iris"]
    with pytest.warns(UserWarning, match="set to 4"):
        ml.FastICA(9).fit(x)
    with pytest.warns(UserWarning, match="Ignoring"):
        ml.FastICA(2, whiten=False).fit(x)
    with pytest.warns(UserWarning, match="did not converge"):
        ml.FastICA(max_iter=1, tol=1e-12).fit(x)
    for bad in ({"n_components": 0}, {"tol": 0}, {"max_iter": 0}, {"whiten": True}, {"whiten": "x"},
                {"fun_args": {"alpha": 3}}, {"w_init": [[1.0]]}):
        with pytest.raises(ml.MlError):
            ml.FastICA(**bad).fit(x)


# ---- topics ------------------------------------------------------------------------------------------------------

def documents(rows=120, words=40, topics=4):
    mixtures = draw.dirichlet(np.full(topics, 0.2), rows)
    of_words = draw.dirichlet(np.full(words, 0.1), topics)
    return np.array([draw.multinomial(80, mixture @ of_words) for mixture in mixtures]).astype(float)


DOCUMENTS = documents()


def as_peer(ours):
    """What scikit-learn says with the topics that we learned."""
    keywords = ours.get_params(deep=False)
    theirs = peer.LatentDirichletAllocation(**{**keywords, "max_iter": 1, "verbose": 0}).fit(DOCUMENTS)
    theirs.components_, theirs.exp_dirichlet_component_ = ours.components_, ours.exp_dirichlet_component_
    return theirs


@pytest.mark.parametrize("keywords", [
    {}, {"doc_topic_prior": 0.9, "topic_word_prior": 0.01}, {"learning_method": "online", "batch_size": 32},
    {"max_doc_update_iter": 2}, {"mean_change_tol": 0.5},
], ids=str)
def test_topics(keywords):
    ours = ml.LatentDirichletAllocation(4, random_state=0, **keywords).fit(DOCUMENTS)
    known = as_peer(ours)
    near(ours.transform(DOCUMENTS), known.transform(DOCUMENTS), rtol=1e-6)
    near(ours.score(DOCUMENTS), known.score(DOCUMENTS))
    near(ours.perplexity(DOCUMENTS), known.perplexity(DOCUMENTS))
    near(ours.perplexity(DOCUMENTS, sub_sampling=True), known.perplexity(DOCUMENTS, sub_sampling=True))
    near(ours.bound_, ours.perplexity(DOCUMENTS))
    near(ours.transform(DOCUMENTS).sum(axis=1), np.ones(len(DOCUMENTS)))
    best = {made: min(made(4, random_state=seed, **keywords).fit(DOCUMENTS).perplexity(DOCUMENTS) for seed in range(2))
            for made in (ml.LatentDirichletAllocation, peer.LatentDirichletAllocation)}
    assert best[ml.LatentDirichletAllocation] < 1.05 * best[peer.LatentDirichletAllocation]


def test_topics_of_sparse_rows_and_of_parts():
    keywords = {"n_components": 4, "random_state": 0}
    dense = ml.LatentDirichletAllocation(**keywords).fit(DOCUMENTS)
    compressed = ml.LatentDirichletAllocation(**keywords).fit(sparse.csr_matrix(DOCUMENTS))
    near(dense.components_, compressed.components_)
    near(dense.transform(DOCUMENTS), compressed.transform(sparse.csr_matrix(DOCUMENTS)))
    parts = ml.LatentDirichletAllocation(total_samples=120, **keywords)
    for _ in range(8):
        for part in np.array_split(DOCUMENTS, 4):
            parts.partial_fit(part)
    assert parts.n_batch_iter_ == 33
    assert parts.perplexity(DOCUMENTS) < dense.perplexity(DOCUMENTS) * 1.2
    other = [ml.LatentDirichletAllocation(learning_method="online", **{**keywords, "batch_size": 32, **more}).fit(DOCUMENTS)
             for more in ({}, {"learning_decay": 0.9}, {"learning_offset": 50.0}, {"batch_size": 64}, {"max_iter": 3})]
    assert len({model.components_[0, 0] for model in other}) == 5


def test_looks_at_the_perplexity_end_it():
    ours = ml.LatentDirichletAllocation(4, random_state=0, max_iter=50, evaluate_every=1, perp_tol=1e9).fit(DOCUMENTS)
    assert ours.n_iter_ == 1
    with pytest.raises(ml.MlError, match="negative"):
        ml.LatentDirichletAllocation().fit(-DOCUMENTS)
    for bad in ({"n_components": 0}, {"max_iter": -1}, {"doc_topic_prior": 2}, {"topic_word_prior": -1},
                {"learning_decay": 2}, {"learning_offset": 0}, {"batch_size": 0}, {"total_samples": 0}, {"perp_tol": -1},
                {"mean_change_tol": -1}, {"max_doc_update_iter": -1}):
        with pytest.raises(ml.MlError, match=next(iter(bad))):
            ml.LatentDirichletAllocation(**bad).fit(DOCUMENTS)


def cubes(y, power=3):
    return y**power, (power * y ** (power - 1)).mean(axis=-1)


@pytest.mark.parametrize("algorithm", ["parallel", "deflation"])
@pytest.mark.parametrize("fun, fun_args", [(cubes, None), (cubes, {"power": 5})])
def test_a_contrast_that_is_a_callable(algorithm, fun, fun_args):
    x = DATA["wine"]
    start = np.random.default_rng(4).normal(size=(3, 3))
    keywords = {"n_components": 3, "algorithm": algorithm, "w_init": start, "max_iter": 8 if fun_args else 500, "fun_args": fun_args}
    ours = quiet(ml.FastICA(fun=fun, **keywords).fit, x)
    theirs = quiet(peer.FastICA(fun=fun, **keywords).fit, x)
    assert ours.n_iter_ == theirs.n_iter_
    near(ours.components_, theirs.components_, rtol=1e-5, atol=1e-7)
    if fun_args is None:
        near(ours.components_, quiet(ml.FastICA(fun="cube", **keywords).fit, x).components_, rtol=1e-6, atol=1e-8)


def test_contrasts_that_are_refused():
    x = DATA["iris"]
    for wrong in ("tanh", 3):
        with pytest.raises((ValueError, TypeError), match="fun"):
            ml.FastICA(2, fun=wrong)
    for answer in (lambda y: y, lambda y: (y[:, :3], y.mean(axis=-1)), lambda y: (y, y), lambda y: (y * np.nan, y.mean(axis=-1))):
        with pytest.raises(ml.MlError, match="fun"):
            ml.FastICA(2, fun=answer).fit(x)
    with pytest.raises(KeyError):
        ml.FastICA(2, fun=lambda y: {}["x"]).fit(x)
    with pytest.raises(ml.MlError, match="fun_args"):
        ml.FastICA(2, fun_args=[1]).fit(x)
