"""What stands alone in its family, or beside those of the other files."""

import sklearn.cross_decomposition as cross
import sklearn.linear_model as linear
from sklearn import cluster, ensemble, isotonic, model_selection, pipeline, preprocessing, tree
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

from kailash import ml

_NONE = {"target": "none", "rounds": 3}


def _case(of, name, data, keywords, options, **only_theirs):
    return (name, lambda: getattr(ml, name)(**keywords), lambda: getattr(of, name)(**keywords, **only_theirs), data, options)


def _members(of, trees):
    return [("t", trees.DecisionTreeRegressor(max_depth=3, random_state=0)), ("r", of.Ridge())]


def _scalers(of):
    return [("a", of.StandardScaler()), ("b", of.MinMaxScaler())]


_GRID = {"alpha": [0.01, 0.1, 1.0, 10.0, 100.0]}

CASES = [
    *(_case(cluster, "AffinityPropagation", data, {"random_state": 0}, _NONE) for data in ("iris", "breast_cancer")),
    *(_case(cluster, "Birch", data, {"n_clusters": 3}, _NONE) for data in ("iris", "digits", "blobs_10k")),
    *(_case(cluster, "SpectralClustering", data, {"n_clusters": 3, "random_state": 0, "affinity": "nearest_neighbors"}, _NONE)
      for data in ("iris", "digits")),
    *(_case(cross, name, data, {"n_components": 1}, {}) for name in ("CCA", "PLSCanonical") for data in ("diabetes", "reg_10k")),
    *(_case(linear, name, data, {}, {"y": "positive"}) for name in ("PoissonRegressor", "GammaRegressor")
      for data in ("diabetes", "reg_10k", "reg_100k")),
    *(_case(isotonic, "IsotonicRegression", data, {}, {"x": "first"}) for data in ("diabetes", "reg_10k", "reg_100k")),
    *(("IterativeImputer", lambda: ml.IterativeImputer(max_iter=3, random_state=0),
       lambda: IterativeImputer(max_iter=3, random_state=0), data, {"x": "gaps", **_NONE}) for data in ("iris", "breast_cancer")),
    *(_case(preprocessing, name, data, {}, {"x": "labels", **_NONE}) for name in ("LabelEncoder", "LabelBinarizer")
      for data in ("iris", "class_100k")),
    *(("FeatureUnion", lambda: ml.FeatureUnion(_scalers(ml)), lambda: pipeline.FeatureUnion(_scalers(preprocessing)), data, _NONE)
      for data in ("iris", "reg_10k")),
    *(("RandomizedSearchCV", lambda: ml.RandomizedSearchCV(ml.Ridge(), _GRID, n_iter=3, random_state=0),
       lambda: model_selection.RandomizedSearchCV(linear.Ridge(), _GRID, n_iter=3, random_state=0, scoring="r2"), data, {})
      for data in ("diabetes", "reg_10k")),
    *((name, lambda n=name: getattr(ml, n)(_members(ml, ml)), lambda n=name: getattr(ensemble, n)(_members(linear, tree)), data, {})
      for name in ("VotingRegressor", "StackingRegressor") for data in ("diabetes", "reg_10k")),
]
