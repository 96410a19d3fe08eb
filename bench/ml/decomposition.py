"""Decompositions, covariances, maps."""

from sklearn import covariance, decomposition, manifold

from kailash import ml

EASY = ("iris", "breast_cancer", "digits", "class_10k", "class_100k")
SMALL = ("iris", "breast_cancer", "digits")


def _case(peer, name, data, **keywords):
    return (f"{name} {keywords}" if keywords else name, lambda: getattr(ml, name)(**keywords),
            lambda: getattr(peer, name)(**keywords), data,
            {"target": "none", "x": "nonnegative" if name in ("NMF", "LatentDirichletAllocation") else None,
             "fit": peer is not decomposition})


CASES = [
    *(_case(decomposition, "PCA", data, n_components=2) for data in EASY),
    *(_case(decomposition, "TruncatedSVD", data, n_components=2, random_state=0) for data in EASY),
    *(_case(decomposition, "IncrementalPCA", data, n_components=2) for data in EASY),
    *(_case(decomposition, "KernelPCA", data, n_components=2, kernel="rbf", gamma=0.01) for data in SMALL),
    *(_case(decomposition, "NMF", data, n_components=2, random_state=0) for data in SMALL),
    *(_case(decomposition, "FastICA", data, n_components=2, random_state=0) for data in EASY),
    *(_case(decomposition, "FactorAnalysis", data, n_components=2) for data in SMALL),
    *(_case(decomposition, "LatentDirichletAllocation", data, random_state=0) for data in SMALL),
    *(_case(decomposition, "SparsePCA", data, n_components=2, random_state=0) for data in SMALL),
    *(_case(decomposition, "SparsePCA", data, n_components=8, method="cd", max_iter=50, random_state=0)
      for data in ("breast_cancer", "digits")),
    *(_case(decomposition, "DictionaryLearning", data, n_components=4, max_iter=50, random_state=0)
      for data in ("iris", "breast_cancer")),
    *(_case(decomposition, "DictionaryLearning", data, n_components=4, max_iter=50, fit_algorithm="cd", random_state=0)
      for data in SMALL),
    _case(decomposition, "DictionaryLearning", "digits", n_components=30, max_iter=5, random_state=0),
    *(_case(covariance, "EmpiricalCovariance", data) for data in EASY),
    *(_case(covariance, "LedoitWolf", data) for data in EASY),
    *(_case(covariance, "MinCovDet", data, random_state=0) for data in ("iris", "breast_cancer", "class_10k")),
    *(_case(covariance, "GraphicalLasso", data, alpha=0.1) for data in ("iris",)),
    *(_case(manifold, "TSNE", data, random_state=0) for data in ("iris", "digits")),
]
