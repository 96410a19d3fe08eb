"""DecisionTreeClassifier and DecisionTreeRegressor beside scikit-learn: node by node where no two splits are equally
good, by scores elsewhere."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")

from scipy.sparse import csr_matrix  # noqa: E402
from sklearn import datasets, tree  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

warnings.filterwarnings("ignore", category=FutureWarning)
ROWS = 500
SMALL = {"max_depth": 4, "min_samples_leaf": 12}  # nodes so large that no two splits are equally good


def data(seed=0, missing=0.0):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(ROWS, 6))
    score = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * draw.normal(size=ROWS)
    labels = (score > 0).astype(float) + (x[:, 3] > 1)
    numbers = 3 * x[:, 0] + np.sin(3 * x[:, 1]) + 0.3 * draw.normal(size=ROWS)
    if missing:
        x[draw.random(x.shape) < missing] = np.nan
    weights = draw.integers(1, 80, ROWS) / 32  # sums are exact, equal ones are rare
    return x, labels, numbers, weights


def same_trees(ours, theirs, x, y, weights=None):
    a = ours.fit(x, y, sample_weight=weights).tree_
    b = theirs.fit(x, y, sample_weight=weights).tree_
    np.testing.assert_array_equal(a.feature, b.feature)
    np.testing.assert_array_equal(a.children_left, b.children_left)
    np.testing.assert_array_equal(a.children_right, b.children_right)
    np.testing.assert_array_equal(a.n_node_samples, b.n_node_samples)
    np.testing.assert_allclose(a.threshold, b.threshold, rtol=1e-12)
    np.testing.assert_allclose(a.impurity, b.impurity, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(a.weighted_n_node_samples, b.weighted_n_node_samples, rtol=1e-9)
    np.testing.assert_allclose(a.value, b.value, rtol=1e-6)
    np.testing.assert_array_equal(ours.apply(x), theirs.apply(x))
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-6)
    np.testing.assert_allclose(ours.feature_importances_, theirs.feature_importances_, rtol=1e-6, atol=1e-12)
    assert (a.node_count, a.max_depth, a.n_leaves) == (b.node_count, b.max_depth, b.n_leaves)
    return a


RULES = [
    {},
    {"max_leaf_nodes": 10, "min_samples_leaf": 12},
    {"min_samples_leaf": 0.05},
    {"min_samples_split": 0.25, "min_samples_leaf": 10},
    {"min_weight_fraction_leaf": 0.04},
    {"min_impurity_decrease": 0.01},
    {"ccp_alpha": 0.004},
    {"max_depth": 3},
]


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("criterion", ["gini", "entropy", "log_loss"])
def test_classifier(rules, weighted, criterion):
    x, labels, _, weights = data()
    rules = {**SMALL, **rules, "criterion": criterion}
    if not weighted:  # whole counts are often equally good in small nodes
        rules.update(max_depth=2, min_samples_leaf=40)
    ours, theirs = ml.DecisionTreeClassifier(**rules), tree.DecisionTreeClassifier(random_state=0, **rules)
    same_trees(ours, theirs, x, labels, weights if weighted else None)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-6)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("criterion", ["squared_error", "friedman_mse", "absolute_error", "poisson"])
def test_regressor(rules, weighted, criterion):
    x, _, numbers, weights = data()
    rules = {**SMALL, **rules, "criterion": criterion}
    ours, theirs = ml.DecisionTreeRegressor(**rules), tree.DecisionTreeRegressor(random_state=0, **rules)
    same_trees(ours, theirs, x, np.exp(numbers / 3), weights if weighted else None)


@pytest.mark.parametrize("criterion", ["squared_error", "absolute_error", "poisson"])
def test_several_targets(criterion):
    x, _, numbers, _ = data()
    y = np.exp(np.c_[numbers, x[:, 2] ** 2 + 0.3 * numbers, -numbers] / 3)
    rules = dict(SMALL, criterion=criterion)
    ours, theirs = ml.DecisionTreeRegressor(**rules), tree.DecisionTreeRegressor(random_state=0, **rules)
    made = same_trees(ours, theirs, x, y)
    assert made.value.shape == (made.node_count, 3, 1) and ours.n_outputs_ == 3


@pytest.mark.parametrize("weighted", [False, True])
def test_missing_values_go_to_the_better_side(weighted):
    x, labels, numbers, weights = data(missing=0.15)
    weights = weights if weighted else None
    for criterion in ("gini", "entropy"):
        rules = dict(SMALL, criterion=criterion)
        made = same_trees(ml.DecisionTreeClassifier(**rules), tree.DecisionTreeClassifier(random_state=0, **rules), x,
                          labels, weights)
        assert made.missing_go_to_left.any() and not made.missing_go_to_left.all()
    for criterion in ("squared_error", "poisson", "absolute_error"):
        rules = dict(SMALL, criterion=criterion)
        same_trees(ml.DecisionTreeRegressor(**rules), tree.DecisionTreeRegressor(random_state=0, **rules), x,
                   np.exp(numbers / 3), weights)


def test_missing_alone_may_be_split_off():
    x = np.array([[1.0], [2], [3], [np.nan], [np.nan], [np.nan]])
    y = np.array([0.0, 0, 0, 1, 1, 1])
    model = ml.DecisionTreeClassifier().fit(x, y)
    assert model.tree_.threshold[0] == np.inf
    np.testing.assert_array_equal(model.predict(x), y)
    np.testing.assert_array_equal(model.predict([[1e30], [np.nan]]), [0, 1])


def test_missing_values_never_seen_go_to_the_larger_side():
    x, labels, _, weights = data()
    ours = ml.DecisionTreeClassifier(**SMALL).fit(x, labels, sample_weight=weights)
    theirs = tree.DecisionTreeClassifier(random_state=0, **SMALL).fit(x, labels, sample_weight=weights)
    x[np.random.default_rng(3).random(x.shape) < 0.3] = np.nan
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
    np.testing.assert_array_equal(ours.apply(x), theirs.apply(x))


@pytest.mark.parametrize("rules", [SMALL, {"max_leaf_nodes": 8, "min_samples_leaf": 12}], ids=str)
def test_monotonic_constraints(rules):
    x, labels, numbers, weights = data()
    constraints = [1, 0, -1, 1, 0, 0]
    two = (labels > 0).astype(float)
    same_trees(ml.DecisionTreeClassifier(monotonic_cst=constraints, **rules),
               tree.DecisionTreeClassifier(random_state=0, monotonic_cst=constraints, **rules), x, two, weights)
    for criterion in ("squared_error", "absolute_error", "poisson"):
        same_trees(ml.DecisionTreeRegressor(monotonic_cst=constraints, criterion=criterion, **rules),
                   tree.DecisionTreeRegressor(random_state=0, monotonic_cst=constraints, criterion=criterion, **rules),
                   x, np.exp(numbers / 3))
    with pytest.raises(ValueError, match="monotonic_cst"):
        ml.DecisionTreeClassifier(monotonic_cst=constraints).fit(x, labels)
    with pytest.raises(ValueError, match="expected 6"):
        ml.DecisionTreeRegressor(monotonic_cst=[1, 0]).fit(x, numbers)
    with pytest.raises(ValueError, match="-1, 0 or 1"):
        ml.DecisionTreeRegressor(monotonic_cst=[2] * 6).fit(x, numbers)


@pytest.mark.parametrize("weights", ["balanced", {0: 3.0, 2: 0.5}], ids=str)
def test_class_weight(weights):
    x, labels, _, rows = data()
    rules = {"max_depth": 2, "min_samples_leaf": 40}
    given = {**weights, 1: 1.0} if isinstance(weights, dict) else weights
    for sample_weight in (None, rows):
        same_trees(ml.DecisionTreeClassifier(class_weight=weights, **rules),
                   tree.DecisionTreeClassifier(random_state=0, class_weight=given, **rules), x, labels, sample_weight)


def test_rows_of_weight_0_are_not_there():
    x, labels, numbers, _ = data()
    weights = np.random.default_rng(1).integers(0, 4, ROWS).astype(float)
    same_trees(ml.DecisionTreeClassifier(**SMALL), tree.DecisionTreeClassifier(random_state=0, **SMALL), x, labels, weights)
    same_trees(ml.DecisionTreeRegressor(**SMALL), tree.DecisionTreeRegressor(random_state=0, **SMALL), x, numbers, weights)
    repeated = np.repeat(np.arange(ROWS), weights.astype(int))
    twice = ml.DecisionTreeRegressor(max_depth=5).fit(x[repeated], numbers[repeated])
    once = ml.DecisionTreeRegressor(max_depth=5).fit(x, numbers, sample_weight=weights)
    np.testing.assert_allclose(once.predict(x), twice.predict(x), rtol=1e-9)


@pytest.mark.parametrize("load", ["iris", "wine", "breast_cancer", "digits"])
def test_scores_of_classifiers(load):
    x, y = getattr(datasets, f"load_{load}")(return_X_y=True)
    train, test, seen, unseen = train_test_split(x, y.astype(float), random_state=0)
    theirs = [tree.DecisionTreeClassifier(random_state=s).fit(train, seen).score(test, unseen) for s in range(5)]
    ours = ml.DecisionTreeClassifier().fit(train, seen)
    assert ours.score(train, seen) == 1 and ours.score(test, unseen) > min(theirs) - 0.03
    again = ml.DecisionTreeClassifier().fit(train, seen)
    np.testing.assert_array_equal(again.tree_.threshold, ours.tree_.threshold)


def test_scores_of_regressors():
    x, y = datasets.load_diabetes(return_X_y=True)
    ours, theirs = ml.DecisionTreeRegressor(max_depth=3), tree.DecisionTreeRegressor(max_depth=3, random_state=0)
    same_trees(ours, theirs, x, y)
    assert ml.DecisionTreeRegressor().fit(x, y).score(x, y) == 1


def test_pruning_path():
    x, labels, numbers, weights = data()
    rules = {"min_samples_leaf": 12}
    for ours, theirs, y in [
        (ml.DecisionTreeClassifier(**rules), tree.DecisionTreeClassifier(random_state=0, **rules), labels),
        (ml.DecisionTreeRegressor(**rules), tree.DecisionTreeRegressor(random_state=0, **rules), numbers),
    ]:
        a = ours.cost_complexity_pruning_path(x, y, weights)
        b = theirs.cost_complexity_pruning_path(x, y, weights)
        np.testing.assert_allclose(a["ccp_alphas"], b.ccp_alphas, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(a["impurities"], b.impurities, rtol=1e-6)
        leaves = [type(ours)(ccp_alpha=alpha, **rules).fit(x, y, weights).get_n_leaves() for alpha in a["ccp_alphas"]]
        assert leaves == sorted(leaves, reverse=True) and leaves[0] > 20 and leaves[-1] == 1
        with pytest.raises(ml.NotFittedError):
            ours.tree_


def test_random_splits_and_random_features():
    x, labels, numbers, _ = data()
    for seed in range(3):
        some = {"splitter": "random", "random_state": seed}
        a, b = ml.DecisionTreeClassifier(**some).fit(x, labels), ml.DecisionTreeClassifier(**some).fit(x, labels)
        np.testing.assert_array_equal(a.tree_.threshold, b.tree_.threshold)
        assert a.score(x, labels) == 1
        assert ml.DecisionTreeRegressor(**some, criterion="absolute_error").fit(x, numbers).score(x, numbers) == 1
    a = ml.DecisionTreeClassifier(splitter="random", random_state=1, max_depth=3).fit(x, labels)
    b = ml.DecisionTreeClassifier(splitter="random", random_state=2, max_depth=3).fit(x, labels)
    assert not np.array_equal(a.tree_.threshold, b.tree_.threshold)
    expected = [("sqrt", 2), ("log2", 2), (3, 3), (0.5, 3), (1.0, 6), (None, 6), (1, 1), (50, 6)]
    for given, features in expected:
        model = ml.DecisionTreeRegressor(max_features=given, random_state=0, max_depth=3).fit(x, numbers)
        assert model.max_features_ == features
    roots = {ml.DecisionTreeRegressor(max_features=1, random_state=s, max_depth=1).fit(x, numbers).tree_.feature[0]
             for s in range(30)}
    assert len(roots) == 6


def test_random_splits_send_missing_values_either_way():
    x, labels, numbers, weights = data(missing=0.2)
    for y, made in [(labels, ml.DecisionTreeClassifier), (numbers, ml.DecisionTreeRegressor)]:
        model = made(splitter="random", random_state=0, max_depth=8).fit(x, y, sample_weight=weights)
        assert set(model.tree_.missing_go_to_left) == {0, 1}
        assert model.tree_.n_node_samples[0] == ROWS


def test_path_and_leaves():
    x, labels, _, weights = data()
    ours = ml.DecisionTreeClassifier(**SMALL).fit(x, labels, sample_weight=weights)
    theirs = tree.DecisionTreeClassifier(random_state=0, **SMALL).fit(x, labels, sample_weight=weights)
    assert (ours.decision_path(x).toarray() == theirs.decision_path(x).toarray()).all()
    assert (ours.get_depth(), ours.get_n_leaves()) == (theirs.get_depth(), theirs.get_n_leaves())
    np.testing.assert_array_equal(ours.tree_.compute_node_depths(), theirs.tree_.compute_node_depths())
    np.testing.assert_allclose(ours.tree_.compute_feature_importances(normalize=False),
                               theirs.tree_.compute_feature_importances(normalize=False), rtol=1e-6)
    assert repr(ours.tree_).startswith("Tree(node_count=")


def test_export_text():
    x, labels, numbers, weights = data()
    ours = ml.DecisionTreeClassifier(**SMALL).fit(x, labels, sample_weight=weights)
    theirs = tree.DecisionTreeClassifier(random_state=0, **SMALL).fit(x, labels, sample_weight=weights)
    names = [f"column {i}" for i in range(6)]
    for how in [{}, {"max_depth": 1}, {"show_weights": True, "decimals": 4}, {"spacing": 1, "feature_names": names},
                {"class_names": ["a", "b", "c"], "max_depth": 2}]:
        assert ours.export_text(**how) == tree.export_text(theirs, **how)
    a, b = ml.DecisionTreeRegressor(**SMALL).fit(x, numbers), tree.DecisionTreeRegressor(random_state=0, **SMALL)
    assert a.export_text(decimals=3) == tree.export_text(b.fit(x, numbers), decimals=3)
    with pytest.raises(ValueError, match="feature_names"):
        ours.export_text(feature_names=["one"])
    with pytest.raises(ValueError, match="class_names"):
        ours.export_text(class_names=["one"])


def test_sparse_data_is_as_dense():
    x, labels, numbers, _ = data()
    x[np.abs(x) < 0.7] = 0
    for made, y in [(ml.DecisionTreeClassifier, labels), (ml.DecisionTreeRegressor, numbers)]:
        dense, sparse = made(max_depth=5).fit(x, y), made(max_depth=5).fit(csr_matrix(x), y)
        np.testing.assert_array_equal(dense.tree_.threshold, sparse.tree_.threshold)
        np.testing.assert_array_equal(dense.predict(x), sparse.predict(csr_matrix(x)))
        assert sparse.decision_path(csr_matrix(x)).shape == (ROWS, sparse.tree_.node_count)


def test_odd_data():
    one = ml.DecisionTreeRegressor().fit([[1.0, 2.0]], [5.0])
    assert one.tree_.node_count == 1 and one.predict([[9.0, 9.0]])[0] == 5 and (one.feature_importances_ == 0).all()
    constant = ml.DecisionTreeClassifier().fit(np.ones((6, 2)), [0.0, 1, 0, 1, 1, 1])
    assert constant.tree_.node_count == 1 and (constant.predict(np.ones((2, 2))) == 1).all()
    single = ml.DecisionTreeClassifier().fit([[1.0], [2.0]], [7.0, 7.0])
    assert (single.predict([[3.0]]) == 7).all() and single.predict_proba([[3.0]]).shape == (1, 1)
    words = ml.DecisionTreeClassifier().fit([[1.0], [2], [3], [4]], ["b", "b", "a", "a"])
    assert list(words.predict([[1.0], [9.0]])) == ["b", "a"] and list(words.classes_) == ["a", "b"]
    halves = ml.DecisionTreeClassifier().fit([[1.0], [2], [3], [4]], [0.25, 0.25, 0.75, 0.75])
    assert list(halves.predict([[1.0], [4.0]])) == [0.25, 0.75]
    close = np.array([[1.0], [1.0 + 3e-8], [2.0]])  # nearer than 1e-7: not to be told apart
    assert ml.DecisionTreeRegressor().fit(close, [0.0, 10.0, 20.0]).tree_.node_count == 3
    huge = ml.DecisionTreeRegressor().fit([[1e38], [3e38]], [0.0, 1.0])
    assert np.isfinite(huge.tree_.threshold[0]) and list(huge.predict([[1e38], [3e38]])) == [0, 1]
    with pytest.raises(ml.MlError, match="float32"):
        ml.DecisionTreeRegressor().fit([[1e300], [1.0]], [0.0, 1.0])
    same = ml.DecisionTreeRegressor().fit(np.arange(50.0)[:, None], np.full(50, 0.1))
    assert same.tree_.node_count == 1 and np.isclose(same.predict([[3.0]])[0], 0.1)
    wide = ml.DecisionTreeRegressor().fit(np.random.default_rng(0).normal(size=(8, 300)), np.arange(8.0))
    assert wide.get_n_leaves() == 8


def test_ties_go_to_the_first_feature():
    x = np.repeat(np.arange(10.0)[:, None], 3, axis=1)
    model = ml.DecisionTreeRegressor().fit(x, np.arange(10.0) ** 2)
    assert set(model.tree_.feature) == {0, -2}


def test_a_long_chain():
    x = np.arange(300.0)[:, None]
    y = 1e150 * 3.0 ** -np.arange(300.0)  # each split takes one row off
    model = ml.DecisionTreeRegressor().fit(x, y)
    assert model.get_depth() > 250
    assert "truncated branch of depth" in model.export_text()
    pruned = ml.DecisionTreeRegressor(ccp_alpha=1e100).fit(x, y)
    assert 1 < pruned.get_n_leaves() < model.get_n_leaves()


@pytest.mark.parametrize("wrong", [
    {"max_depth": 0}, {"min_samples_split": 1}, {"min_samples_split": 1.5}, {"min_samples_leaf": 0},
    {"min_samples_leaf": 1.0}, {"max_features": 0}, {"max_features": 1.5}, {"max_features": "all"},
    {"max_leaf_nodes": 1}, {"min_weight_fraction_leaf": 0.6}, {"min_impurity_decrease": -1.0}, {"ccp_alpha": -0.1},
], ids=str)
def test_wrong_parameters(wrong):
    name = next(iter(wrong))
    with pytest.raises(ml.MlError, match=name):
        ml.DecisionTreeRegressor(**wrong).fit([[1.0], [2.0]], [1.0, 2.0])


def test_wrong_words_and_targets():
    with pytest.raises(ValueError, match="criterion"):
        ml.DecisionTreeClassifier(criterion="variance")
    with pytest.raises(ValueError, match="splitter"):
        ml.DecisionTreeClassifier(splitter="worst")
    with pytest.raises(ml.MlError, match="negative"):
        ml.DecisionTreeRegressor(criterion="poisson").fit([[1.0], [2.0]], [-1.0, 2.0])
    with pytest.raises(ml.MlError, match="0 everywhere"):
        ml.DecisionTreeRegressor(criterion="poisson").fit([[1.0], [2.0]], [0.0, 0.0])


def test_one_tree_on_any_number_of_threads(monkeypatch):
    x, labels = datasets.make_classification(3000, 25, n_informative=8, random_state=0)
    labels = labels.astype(float)
    made = []
    for threads in ("1", "2"):
        monkeypatch.setenv("KAILASH_NUM_THREADS", threads)
        model = ml.DecisionTreeClassifier().fit(x, labels)
        made.append((model.tree_.feature, model.tree_.threshold))
    np.testing.assert_array_equal(made[0][0], made[1][0])
    np.testing.assert_array_equal(made[0][1], made[1][1])
