"""Naive Bayes and discriminants."""

from sklearn import discriminant_analysis, naive_bayes

import kailash.ml as ml


def case(peer, name, data, options=None, **keywords):
    label = " ".join([name, *(f"{key}={value}" for key, value in keywords.items())])
    return (label, lambda: getattr(ml, name)(**keywords), lambda: getattr(peer, name)(**keywords), data, options or {})


DATA = ("iris", "breast_cancer", "digits", "class_10k", "class_100k")
CASES = [
    *(case(naive_bayes, "GaussianNB", data) for data in DATA),
    *(case(naive_bayes, "MultinomialNB", data, {"x": "nonnegative"}) for data in DATA),
    *(case(naive_bayes, "BernoulliNB", data) for data in DATA),
    *(case(discriminant_analysis, "LinearDiscriminantAnalysis", data) for data in DATA),
    case(discriminant_analysis, "LinearDiscriminantAnalysis", "digits", solver="eigen", shrinkage=0.1),
    case(discriminant_analysis, "LinearDiscriminantAnalysis", "digits", solver="lsqr", shrinkage="auto"),
    *(case(discriminant_analysis, "QuadraticDiscriminantAnalysis", data, reg_param=0.1) for data in DATA),
]
