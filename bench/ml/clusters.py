"""KMeans and mixtures."""

import kailash.ml as ml
from sklearn.cluster import AgglomerativeClustering, KMeans, MiniBatchKMeans
from sklearn.mixture import GaussianMixture

CASES = [("KMeans", lambda k=k: ml.KMeans(k, random_state=0), lambda k=k: KMeans(k, random_state=0, n_init=10), data,
          {"target": "none", "rounds": 3}) for data, k in (("iris", 3), ("digits", 10), ("blobs_10k", 8))]
CASES += [(f"GaussianMixture {kind}", lambda k=k, c=kind: ml.GaussianMixture(k, c, random_state=0),
           lambda k=k, c=kind: GaussianMixture(k, covariance_type=c, random_state=0), data, {"target": "none", "rounds": 3})
          for data, k in (("iris", 3), ("blobs_10k", 8)) for kind in ("full", "tied", "diag", "spherical")]
CASES += [(f"AgglomerativeClustering {linkage}", lambda how=linkage: ml.AgglomerativeClustering(3, linkage=how),
           lambda how=linkage: AgglomerativeClustering(3, linkage=how), data, {"target": "none", "rounds": 3})
          for data in ("iris", "digits") for linkage in ("ward", "average", "single")]
CASES += [("MiniBatchKMeans", lambda k=k: ml.MiniBatchKMeans(k, random_state=0),
           lambda k=k: MiniBatchKMeans(k, batch_size=100, random_state=0), data, {"target": "none", "rounds": 3})
          for data, k in (("iris", 3), ("digits", 10), ("blobs_10k", 8))]
