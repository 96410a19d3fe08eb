"""Committees of trees beside scikit-learn."""

from sklearn import ensemble

from kailash import ml

FOREST = {"n_estimators": 20, "n_jobs": 2}

CASES = []
for data in ("iris", "breast_cancer", "digits", "class_10k"):
    CASES += [
        ("RandomForestClassifier", lambda: ml.RandomForestClassifier(20, n_jobs=2),
         lambda: ensemble.RandomForestClassifier(**FOREST), data, {}),
        ("ExtraTreesClassifier", lambda: ml.ExtraTreesClassifier(20, n_jobs=2),
         lambda: ensemble.ExtraTreesClassifier(**FOREST), data, {}),
        ("BaggingClassifier", lambda: ml.BaggingClassifier(n_jobs=2), lambda: ensemble.BaggingClassifier(n_jobs=2), data, {}),
        ("AdaBoostClassifier", lambda: ml.AdaBoostClassifier(20), lambda: ensemble.AdaBoostClassifier(n_estimators=20),
         data, {}),
        ("GradientBoostingClassifier", lambda: ml.GradientBoostingClassifier(10),
         lambda: ensemble.GradientBoostingClassifier(n_estimators=10), data, {}),
        ("IsolationForest", lambda: ml.IsolationForest(contamination="auto", n_jobs=2),
         lambda: ensemble.IsolationForest(n_jobs=2), data, {"target": "none"}),
    ]
for data in ("diabetes", "reg_10k"):
    CASES += [
        ("RandomForestRegressor", lambda: ml.RandomForestRegressor(20, n_jobs=2),
         lambda: ensemble.RandomForestRegressor(**FOREST), data, {}),
        ("ExtraTreesRegressor", lambda: ml.ExtraTreesRegressor(20, n_jobs=2),
         lambda: ensemble.ExtraTreesRegressor(**FOREST), data, {}),
        ("BaggingRegressor", lambda: ml.BaggingRegressor(n_jobs=2), lambda: ensemble.BaggingRegressor(n_jobs=2), data, {}),
        ("AdaBoostRegressor", lambda: ml.AdaBoostRegressor(20), lambda: ensemble.AdaBoostRegressor(n_estimators=20), data, {}),
        ("GradientBoostingRegressor", lambda: ml.GradientBoostingRegressor(20),
         lambda: ensemble.GradientBoostingRegressor(n_estimators=20), data, {}),
    ]
