"""Support vector machines."""

import sklearn.svm as peer

import kailash.ml as ml


def case(name, data, options=None, **keywords):
    label = " ".join([name, *(f"{key}={value}" for key, value in keywords.items())])
    return (label, lambda: getattr(ml, name)(**keywords), lambda: getattr(peer, name)(**keywords), data, options or {})


CASES = [
    *(case("SVC", data) for data in ("iris", "wine", "breast_cancer", "digits", "class_10k")),
    case("SVC", "iris", kernel="linear"),
    case("SVC", "digits", kernel="linear"),
    case("SVC", "digits", kernel="poly"),
    *(case("NuSVC", data, nu=0.1) for data in ("iris", "breast_cancer", "digits")),
    *(case("SVR", data) for data in ("diabetes", "reg_10k")),
    case("SVR", "diabetes", kernel="linear"),
    *(case("NuSVR", data) for data in ("diabetes", "reg_10k")),
    *(case("LinearSVC", data) for data in ("iris", "breast_cancer", "digits", "class_10k", "class_100k")),
    case("LinearSVC", "digits", loss="hinge"),
    case("LinearSVC", "breast_cancer", penalty="l1"),
    *(case("LinearSVR", data) for data in ("diabetes", "reg_10k", "reg_100k")),
    case("LinearSVR", "reg_10k", loss="squared_epsilon_insensitive"),
    *(case("OneClassSVM", data, {"target": "none"}) for data in ("iris", "breast_cancer", "blobs_10k")),
]
