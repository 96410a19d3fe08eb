"""Gradient boosting on histograms."""

import sklearn.ensemble as peer

import kailash.ml as ml


def case(kind, data, **keywords):
    label = " ".join([kind, *(f"{key}={value}" for key, value in keywords.items())])
    return (label, lambda: getattr(ml, kind)(**keywords),
            lambda: getattr(peer, kind)(**{"max_depth": 6, **keywords}), data, {})


CASES = [
    *(case("HistGradientBoostingRegressor", data) for data in ("diabetes", "reg_10k", "reg_100k")),
    *(case("HistGradientBoostingClassifier", data)
      for data in ("iris", "breast_cancer", "digits", "class_10k", "class_100k")),
]
