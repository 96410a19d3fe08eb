"""Near rows, and clusters where rows lie densely."""

import sklearn.cluster
import sklearn.impute
import sklearn.neighbors
import sklearn.semi_supervised

from kailash import ml


def _case(room, name, data, keywords, options=None):
    return (name, lambda: getattr(ml, name)(**keywords), lambda: getattr(room, name)(**keywords), data, options or {})


CASES = [
    *(_case(sklearn.neighbors, name, data, {})
      for name in ("KNeighborsClassifier", "NearestCentroid")
      for data in ("iris", "breast_cancer", "digits", "class_10k")),
    *(_case(sklearn.neighbors, "KNeighborsRegressor", data, {}) for data in ("diabetes", "reg_10k")),
    _case(sklearn.neighbors, "RadiusNeighborsClassifier", "iris", {"radius": 1.0}),
    _case(sklearn.neighbors, "RadiusNeighborsRegressor", "diabetes", {"radius": 0.3}),
    *(_case(sklearn.cluster, "DBSCAN", data, {"eps": 0.5}) for data in ("iris", "blobs_10k")),
    *(_case(sklearn.cluster, "MeanShift", data, {}, {"fit": True}) for data in ("iris",)),
    *(_case(sklearn.cluster, name, data, {"min_samples": 5}, {"fit": True})
      for name in ("HDBSCAN", "OPTICS") for data in ("iris", "digits")),
    *(_case(sklearn.semi_supervised, name, data, {"gamma": 0.1}, {"fit": True})
      for name in ("LabelPropagation", "LabelSpreading") for data in ("iris", "digits")),
    *(_case(sklearn.impute, "KNNImputer", data, {}) for data in ("iris", "breast_cancer")),
]
