"""Answers beside scikit-learn's on its own data sets, for every pair of estimators that the benchmarks measure.

What is compared here to six digits is what has one right answer. What draws numbers (or is made of what
does), names its groups in another order or stops at a tolerance is named below; its own tests say how near it must come.
"""

import importlib
import pathlib
import sys

import numpy as np
import pytest
import test_battery as battery

pytest.importorskip("sklearn")
pytest.importorskip("kailash.ml")

BENCH = pathlib.Path(__file__).resolve().parents[3] / "bench" / "ml"
DATA = ("iris", "wine", "breast_cancer", "diabetes", "digits")
RTOL = 1e-6

DRAWS = ("KMeans MiniBatchKMeans GaussianMixture FastICA LatentDirichletAllocation BaggingClassifier IsolationForest "
         "BaggingRegressor RandomForestRegressor AdaBoostRegressor GradientBoostingClassifier RBFSampler Nystroem "
         "SGDClassifier Perceptron SGDRegressor RANSACRegressor TheilSenRegressor MLPClassifier MLPRegressor "
         "AffinityPropagation TSNE MinCovDet RandomForestClassifier "
         "ExtraTreesClassifier ExtraTreesRegressor AdaBoostClassifier GradientBoostingRegressor SelfTrainingClassifier "
         "StackingClassifier StackingRegressor VotingClassifier VotingRegressor").split()
STOPS_AT_A_TOLERANCE = ("TruncatedSVD OneVsRestClassifier LogisticRegression HuberRegressor PoissonRegressor "
                        "GammaRegressor NuSVC LinearSVC LinearSVR").split()
OTHER_SIGN_OR_ORDER = "FactorAnalysis HDBSCAN".split()
ELSEWHERE = {*DRAWS, *STOPS_AT_A_TOLERANCE, *OTHER_SIGN_OR_ORDER}


LEARNED = ("labels_", "covariance_")  # of what can be asked nothing


def bench(name):
    sys.path.insert(0, str(BENCH))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCH))


def cases():
    found = {}
    for path in sorted(BENCH.glob("*.py")):
        for name, ours, theirs, data, options in getattr(bench(path.stem), "CASES", ()):
            if theirs is not None and data in DATA and name.split()[0] not in ELSEWHERE:
                found[f"{name} {data}"] = (ours, theirs, data, options)
    return found


CASES = cases() if BENCH.is_dir() else {}
inputs, answer = (getattr(bench("run"), name) for name in ("inputs", "answer")) if CASES else (None, None)


def answered(make, x, y):
    np.random.seed(0)  # what scikit-learn draws from where ties are broken by chance
    model = make()
    battery.quiet(lambda: model.fit(x) if y is None else model.fit(x, y))
    ask = answer(model, x)
    given = battery.quiet(ask) if ask else next(getattr(model, name) for name in LEARNED if hasattr(model, name))
    return np.asarray(given.toarray() if hasattr(given, "toarray") else given)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_answers_are_scikit_learn_s(case):
    ours, theirs, data, options = CASES[case]
    x, y = inputs(data, options)
    mine, expected = answered(ours, x, y), answered(theirs, x, y)
    assert mine.shape == expected.shape
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(mine, expected, rtol=RTOL, atol=RTOL * np.nanmax(np.abs(expected)), equal_nan=True)
    else:
        np.testing.assert_array_equal(mine, expected)


def test_there_is_much_to_compare():
    assert not CASES or len(CASES) > 140
