"""Linear models."""

import sklearn.cross_decomposition as cross
import sklearn.linear_model as peer

from kailash import ml

REGRESSION = ("diabetes", "reg_10k", "reg_100k")
CLASSES = ("iris", "breast_cancer", "digits", "class_10k", "class_100k")


def _case(name, data, keywords, options=None):
    return (name, lambda: getattr(ml, name)(**keywords), lambda: getattr(peer, name)(**keywords), data, options or {})


_SQUARES = [("LinearRegression", {}), ("Ridge", {}), ("Lasso", {}), ("ElasticNet", {})]

CASES = [
    *(_case(name, data, keywords) for name, keywords in _SQUARES for data in REGRESSION),
    *(_case(name, data, {}) for name in ("RidgeClassifier", "LogisticRegression", "SGDClassifier", "Perceptron")
      for data in CLASSES),
    *(_case(name, data, {}) for name in ("TweedieRegressor", "SGDRegressor", "RidgeCV", "BayesianRidge",
                                         "ARDRegression", "HuberRegressor") for data in REGRESSION),
    *(_case("RANSACRegressor", data, {"random_state": 0}) for data in REGRESSION),
    *(_case("TheilSenRegressor", data, {"random_state": 0, "max_subpopulation": 2000}) for data in ("diabetes", "reg_10k")),
    *(("PLSRegression", ml.PLSRegression, cross.PLSRegression, data, {}) for data in REGRESSION),
]
