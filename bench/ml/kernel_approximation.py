"""Features that stand for kernels."""

from sklearn import kernel_approximation as peer

import kailash.ml as ml

CASES = [
    (name, lambda name=name: getattr(ml, name)(random_state=0), lambda name=name: getattr(peer, name)(random_state=0), data, {"target": "none"})
    for name in ("RBFSampler", "Nystroem") for data in ("breast_cancer", "digits", "class_10k", "class_100k")
]
