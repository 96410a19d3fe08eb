"""Single trees beside scikit-learn."""

from sklearn import tree

from kailash import ml

CASES = [
    ("DecisionTreeClassifier", ml.DecisionTreeClassifier, tree.DecisionTreeClassifier, data, {})
    for data in ("iris", "wine", "breast_cancer", "digits", "class_10k", "class_100k")
] + [
    ("DecisionTreeRegressor", ml.DecisionTreeRegressor, tree.DecisionTreeRegressor, data, {})
    for data in ("diabetes", "reg_10k", "reg_100k")
] + [
    (f"DecisionTreeRegressor {criterion}", lambda criterion=criterion: ml.DecisionTreeRegressor(criterion=criterion),
     lambda criterion=criterion: tree.DecisionTreeRegressor(criterion=criterion), "diabetes", {})
    for criterion in ("absolute_error", "poisson")
] + [
    ("DecisionTreeClassifier entropy", lambda: ml.DecisionTreeClassifier(criterion="entropy"),
     lambda: tree.DecisionTreeClassifier(criterion="entropy"), "digits", {}),
]
