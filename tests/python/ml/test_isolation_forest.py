"""IsolationForest beside scikit-learn: the same definition, as good over seeds."""

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from scipy.sparse import csr_matrix  # noqa: E402
from sklearn import datasets, ensemble  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402


def cloud(seed=0):
    draw = np.random.default_rng(seed)
    x = np.r_[draw.normal(size=(500, 4)), draw.uniform(-6, 6, size=(50, 4))]
    return x, np.r_[np.ones(500), -np.ones(50)]


@pytest.mark.parametrize("how", [{}, {"max_samples": 64}, {"max_samples": 0.5}, {"max_features": 2},
                                 {"bootstrap": True}], ids=str)
def test_scores(how):
    x, truth = cloud()
    ours = [ml.IsolationForest(60, random_state=s, **how).fit(x).score_samples(x) for s in range(4)]
    theirs = [ensemble.IsolationForest(n_estimators=60, random_state=s, **how).fit(x).score_samples(x) for s in range(3)]
    assert all(roc_auc_score(truth, s) > 0.97 for s in ours)
    assert abs(np.mean(ours) - np.mean(theirs)) < 0.012
    assert np.corrcoef(np.mean(ours, axis=0), np.mean(theirs, axis=0))[0, 1] > 0.99


def test_a_score_is_by_the_mean_path():
    x, _ = cloud()
    model = ml.IsolationForest(20, random_state=0).fit(x)
    n = model.max_samples_
    assert n == 256 and max(t.get_depth() for t in model.estimators_) == 8
    paths = np.mean([t.predict(x) for t in model.estimators_], axis=0)
    usual = 2 * (np.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n
    np.testing.assert_allclose(model.score_samples(x), -2 ** (-paths / usual), rtol=1e-12)
    np.testing.assert_allclose(model.decision_function(x), model.score_samples(x) - model.offset_)
    tree = model.estimators_[0].tree_
    alone = tree.n_node_samples == 1
    np.testing.assert_array_equal(tree.value[alone, 0, 0], tree.compute_node_depths()[alone] - 1)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.37, 0.5])
def test_contamination_is_met(share):
    x, _ = cloud()
    model = ml.IsolationForest(contamination=share, random_state=0)
    flags = model.fit_predict(x)
    assert set(flags) == {-1.0, 1.0} and abs((flags == -1).mean() - share) <= 1.5 / len(x)
    np.testing.assert_allclose(model.offset_, np.percentile(model.score_samples(x), 100 * share))
    assert ml.IsolationForest(contamination="auto").fit(x).offset_ == -0.5


def test_draws():
    x, _ = cloud()
    model = ml.IsolationForest(10, max_samples=40, max_features=0.5, random_state=0).fit(x)
    assert all(len(set(rows)) == 40 for rows in model.estimators_samples_)
    for tree, features in zip(model.estimators_, model.estimators_features_):
        assert len(features) == 2 and set(tree.tree_.feature) - {-2} <= set(features)
    assert any(len(set(r)) < 40 for r in
               ml.IsolationForest(10, max_samples=40, bootstrap=True, random_state=0).fit(x).estimators_samples_)
    weights = np.ones(len(x))
    weights[300:] = 0
    for bootstrap in (False, True):
        model = ml.IsolationForest(10, bootstrap=bootstrap, random_state=0).fit(x, sample_weight=weights)
        assert max(rows.max() for rows in model.estimators_samples_) < 300
    with pytest.raises(ml.MlError, match="without replacement"):
        ml.IsolationForest(max_samples=301).fit(x, sample_weight=weights)
    heavy = np.where(np.arange(len(x)) < 50, 20.0, 1.0)
    model = ml.IsolationForest(200, max_samples=20, random_state=0).fit(x, sample_weight=heavy)
    drawn = np.concatenate(model.estimators_samples_) < 50
    assert 0.55 < drawn.mean() < 0.67  # 2/3 for the first of a draw, less for those behind it
    with pytest.warns(UserWarning, match="max_samples"):
        assert ml.IsolationForest(max_samples=10_000).fit(x).max_samples_ == len(x)


def test_warm_start_seeds_and_threads(monkeypatch):
    x, _ = cloud()
    model = ml.IsolationForest(5, random_state=3, warm_start=True).fit(x)
    model.set_params(n_estimators=12).fit(x)
    made = []
    for threads in ("1", "2"):
        monkeypatch.setenv("KAILASH_NUM_THREADS", threads)
        made.append(ml.IsolationForest(12, random_state=3).fit(x).score_samples(x))
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(model.score_samples(x), made[0])
    assert not np.array_equal(made[0], ml.IsolationForest(12, random_state=4).fit(x).score_samples(x))


def test_data():
    x, truth = cloud()
    sparse = np.where(np.abs(x) < 0.5, 0, x)
    a = ml.IsolationForest(random_state=0).fit(csr_matrix(sparse))
    b = ml.IsolationForest(random_state=0).fit(sparse)
    np.testing.assert_array_equal(a.score_samples(csr_matrix(sparse)), b.score_samples(sparse))
    x[::9, 1] = np.nan
    assert roc_auc_score(truth, ml.IsolationForest(random_state=0).fit(x).score_samples(x)) > 0.95
    one = ml.IsolationForest(random_state=0).fit([[1.0, 2.0]])
    assert list(one.predict([[1.0, 2.0]])) == [1] and one.score_samples([[0.0, 0.0]])[0] == -0.5
    same = ml.IsolationForest(random_state=0).fit(np.ones((30, 2)))
    assert (same.predict(np.ones((3, 2))) == 1).all()
    iris = datasets.load_iris().data
    assert abs((ml.IsolationForest(random_state=0).fit_predict(iris) == -1).mean() - 0.1) <= 1 / 150


@pytest.mark.parametrize("wrong", [
    {"contamination": 0.0}, {"contamination": 0.6}, {"contamination": "some"}, {"max_samples": 0}, {"max_samples": 1.5},
    {"max_samples": "all"}, {"max_features": 0}, {"max_features": 1.5}, {"n_estimators": 0},
], ids=str)
def test_wrong_parameters(wrong):
    with pytest.raises(ml.MlError, match=next(iter(wrong))):
        ml.IsolationForest(**wrong).fit(np.arange(8.0).reshape(4, 2))
