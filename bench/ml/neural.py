"""Networks."""

import kailash.ml as ml
from sklearn import neural_network as peer

CASES = [
    (f"{name} {words}", lambda n=name, k=keywords: getattr(ml, n)(random_state=0, **k),
     lambda n=name, k=keywords: getattr(peer, n)(random_state=0, **k), data, {"rounds": 2})
    for name, words, keywords, data in [
        ("MLPClassifier", "adam", {"max_iter": 50}, "iris"),
        ("MLPClassifier", "adam", {"max_iter": 50}, "digits"),
        ("MLPClassifier", "adam", {"max_iter": 10}, "class_10k"),
        ("MLPClassifier", "lbfgs", {"max_iter": 50, "solver": "lbfgs"}, "digits"),
        ("MLPRegressor", "adam", {"max_iter": 50}, "diabetes"),
        ("MLPRegressor", "adam", {"max_iter": 10}, "reg_10k"),
    ]
] + [("BernoulliRBM", lambda: ml.BernoulliRBM(64, random_state=0), lambda: peer.BernoulliRBM(64, random_state=0), "digits",
      {"rounds": 2, "target": "none"})]
