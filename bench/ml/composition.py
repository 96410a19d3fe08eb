"""Estimators that hold others, each beside scikit-learn's with the same within."""

import kailash.ml as ml
from sklearn import calibration, compose, ensemble, feature_selection, linear_model, model_selection, multiclass, pipeline
from sklearn import preprocessing, tree

_GRID = {"alpha": [0.01, 0.1, 1.0, 10.0, 100.0]}


def _columns(of, scaler, ranger):
    return of.ColumnTransformer([("a", scaler(), [0, 2]), ("b", ranger(), [1, 3])], remainder="passthrough")


def _members(trees, logistic):
    return [("t", trees(max_depth=3)), ("l", logistic())]


CASES = [
    *((f"Pipeline {name}",
       lambda: ml.Pipeline([("s", ml.StandardScaler()), ("m", ml.LogisticRegression())]),
       lambda: pipeline.Pipeline([("s", preprocessing.StandardScaler()), ("m", linear_model.LogisticRegression())]),
       name, {}) for name in ("iris", "breast_cancer", "class_10k")),
    *((f"ColumnTransformer {name}",
       lambda: _columns(ml, ml.StandardScaler, ml.MinMaxScaler),
       lambda: _columns(compose, preprocessing.StandardScaler, preprocessing.MinMaxScaler),
       name, {}) for name in ("iris", "class_100k")),
    *((f"GridSearchCV {name}",
       lambda: ml.GridSearchCV(ml.Ridge(), _GRID),
       lambda: model_selection.GridSearchCV(linear_model.Ridge(), _GRID, scoring="r2"),
       name, {}) for name in ("diabetes", "reg_10k")),
    *((f"VotingClassifier {name}",
       lambda: ml.VotingClassifier(_members(ml.DecisionTreeClassifier, ml.LogisticRegression), voting="soft"),
       lambda: ensemble.VotingClassifier(_members(tree.DecisionTreeClassifier, linear_model.LogisticRegression), voting="soft"),
       name, {}) for name in ("iris", "class_10k")),
    *((f"StackingClassifier {name}",
       lambda: ml.StackingClassifier(_members(ml.DecisionTreeClassifier, ml.LogisticRegression)),
       lambda: ensemble.StackingClassifier(_members(tree.DecisionTreeClassifier, linear_model.LogisticRegression)),
       name, {}) for name in ("iris", "class_10k")),
    *((f"OneVsRestClassifier {name}",
       lambda: ml.OneVsRestClassifier(ml.LogisticRegression()),
       lambda: multiclass.OneVsRestClassifier(linear_model.LogisticRegression()),
       name, {}) for name in ("iris", "digits")),
    *((f"OneVsOneClassifier {name}",
       lambda: ml.OneVsOneClassifier(ml.LogisticRegression()),
       lambda: multiclass.OneVsOneClassifier(linear_model.LogisticRegression()),
       name, {}) for name in ("iris", "digits")),
    *((f"CalibratedClassifierCV {name}",
       lambda: ml.CalibratedClassifierCV(estimator=ml.LogisticRegression()),
       lambda: calibration.CalibratedClassifierCV(linear_model.LogisticRegression()),
       name, {}) for name in ("iris", "class_10k")),
    *((f"SelectKBest {name}",
       lambda: ml.SelectKBest(k=3),
       lambda: feature_selection.SelectKBest(k=3),
       name, {}) for name in ("iris", "digits", "class_100k")),
    *((f"RFE {name}",
       lambda: ml.RFE(5, estimator=ml.Ridge()),
       lambda: feature_selection.RFE(linear_model.Ridge(), n_features_to_select=5),
       name, {}) for name in ("diabetes", "reg_10k")),
]
