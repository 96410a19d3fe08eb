"""Every estimator beside the one of scikit-learn: how both are made, what they learn from, how equal they must be."""

import dataclasses
import functools
import warnings

import peer_measures as measure
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.utils import all_estimators

from kailash import ml


@functools.cache
def _peers():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(all_estimators())


def ours(name, **keywords):
    return getattr(ml, name)(**keywords)


def theirs(name, **keywords):
    return _peers()[name](**keywords)


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    kind: str             # of what it learns from: one of KINDS in peer_data.py
    both: object = None   # parameters, or a function of ours() or theirs() that gives them
    ours: dict = dataclasses.field(default_factory=dict)    # parameters of one side alone
    theirs: dict = dataclasses.field(default_factory=dict)
    rows: int = 100_000   # it is not tried on more
    rtol: float = 1e-6
    signs: bool = False   # vectors may point the other way
    groups: float = None  # labels are names of groups, which must be as alike as this (adjusted Rand index)
    skip: tuple = ()      # what is learned and need not be equal
    cost: object = None   # what it makes small: ours may not be larger
    # Data for which more than one answer is right, as rows are equally near or there is nothing to choose by: only the
    # form of the answers is compared.
    but: tuple = ()
    without: tuple = ()   # data on which scikit-learn takes minutes, gives another form, or nothing can be measured
    refuses: tuple = ()   # data that ours does not take, and says so, though theirs gives something
    quality: object = None  # of what draws numbers: a function of model, x, y that is the same in the mean
    noise: float = 0.0    # by which qualities differ that do not vary
    label: str = ""

    def __str__(self):
        return f"{self.name} {self.label}".strip()

    def pair(self, **more):
        made = []
        for side, make in ((self.ours, ours), (self.theirs, theirs)):
            both = self.both(make) if callable(self.both) else self.both or {}
            made.append(make(self.name, **{**both, **side, **more}))
        return made


def classes(name, both=None, **more):
    return Peer(name, "classes", both, **more)


def numbers(name, both=None, **more):
    return Peer(name, "numbers", both, **more)


def rows(name, both=None, **more):
    return Peer(name, "rows", both, **more)


ONE_CLASS = ("one target", "one row")  # which is no question for a classifier
TO_THE_END = {"tol": 1e-9, "max_iter": 5000}
PATH = {"tol": 1e-10, "max_iter": 100_000}
KERNEL = {"tol": 1e-8, "gamma": "scale"}
SVM = ("support_", "support_vectors_", "dual_coef_", "n_support_")  # rows that are alike may stand for each other
TREE = ("feature_importances_", "train_score_", "tree_")  # splits that are equally good may be taken in any order

EXACT = [
    # ---- linear models
    numbers("LinearRegression"),
    numbers("Ridge"),
    numbers("RidgeCV", {"alphas": [0.1, 1.0, 10.0]}),
    classes("RidgeClassifier", refuses=ONE_CLASS),
    numbers("Lasso", PATH),
    numbers("ElasticNet", PATH),
    numbers("BayesianRidge", rtol=1e-5),
    numbers("ARDRegression", rtol=1e-5, skip=("lambda_",)),
    classes("LogisticRegression", TO_THE_END, theirs={"solver": "newton-cholesky"}, rtol=2e-3,
            cost=measure.cost_of_logistic),
    numbers("HuberRegressor", TO_THE_END, rtol=1e-2, cost=measure.cost_of_huber,
            but=("one target", "one row", "wide", "constant")),
    numbers("TweedieRegressor", TO_THE_END),
    Peer("PoissonRegressor", "positive", {**TO_THE_END, "solver": "newton-cholesky"}),
    Peer("GammaRegressor", "positive", {**TO_THE_END, "solver": "newton-cholesky"}),
    # ---- support vectors
    classes("SVC", KERNEL, rows=2000, skip=SVM),
    classes("NuSVC", {**KERNEL, "nu": 0.3}, rows=2000, rtol=2e-3, skip=SVM, without=("tall",)),
    numbers("SVR", KERNEL, rows=2000, skip=SVM),
    numbers("NuSVR", {**KERNEL, "nu": 0.3}, rows=2000, skip=SVM),
    rows("OneClassSVM", KERNEL, rows=2000, skip=SVM),
    classes("LinearSVC", {"tol": 1e-9, "max_iter": 20_000, "random_state": 0}, rtol=1e-5),
    numbers("LinearSVR", {"tol": 1e-9, "max_iter": 20_000, "random_state": 0}, rtol=1e-2,
            cost=measure.cost_of_linear_svr,
            but=("one target", "ill-conditioned")),
    # ---- neighbours: of rows equally near any may be taken
    classes("KNeighborsClassifier", but=("iris", "digits", "ties")),
    numbers("KNeighborsRegressor", but=("ties",)),
    classes("RadiusNeighborsClassifier", {"radius": 40.0, "outlier_label": "most_frequent"}, rows=2000),
    numbers("RadiusNeighborsRegressor", {"radius": 40.0}, rows=2000),
    classes("NearestCentroid"),
    classes("LabelPropagation", {"gamma": 0.1, "max_iter": 1000}, rows=2000),
    classes("LabelSpreading", {"gamma": 0.1}, rows=2000),
    # ---- trees and committees
    classes("DecisionTreeClassifier", {"random_state": 0}, skip=TREE),
    numbers("DecisionTreeRegressor", {"random_state": 0}, skip=TREE, but=("weighted",)),
    classes("HistGradientBoostingClassifier", {"max_depth": 6, "max_iter": 20, "early_stopping": False},
            refuses=ONE_CLASS),
    numbers("HistGradientBoostingRegressor", {"max_depth": 6, "max_iter": 20, "early_stopping": False}),
    classes("VotingClassifier", lambda make: {
        "estimators": [("bayes", make("GaussianNB")), ("near", make("NearestCentroid")),
                ("line", make("RidgeClassifier"))]},
        refuses=ONE_CLASS),
    numbers("VotingRegressor",
            lambda make: {"estimators": [("flat", make("Ridge")), ("bayes", make("BayesianRidge"))]}),
    classes("StackingClassifier", lambda make: {
        "estimators": [("bayes", make("GaussianNB")), ("line", make("LinearDiscriminantAnalysis"))], "cv": 5,
        "final_estimator": make("LogisticRegression", **TO_THE_END)}, rtol=1e-4),
    numbers("StackingRegressor", lambda make: {
        "estimators": [("flat", make("Ridge")), ("bayes", make("BayesianRidge"))], "cv": 5,
                "final_estimator": make("Ridge")}),
    classes("AdaBoostClassifier", lambda make: {
        "n_estimators": 10, "random_state": 0, "estimator": make("DecisionTreeClassifier", max_depth=1)}, rows=10_000,
        skip=TREE, but=("wide",), refuses=ONE_CLASS),
    # ---- naive Bayes, discriminants, Gaussian processes
    classes("GaussianNB"),
    classes("BernoulliNB"),
    Peer("MultinomialNB", "counts"),
    classes("LinearDiscriminantAnalysis", {"solver": "svd"}, signs=True, refuses=ONE_CLASS),
    classes("LinearDiscriminantAnalysis", {"solver": "lsqr", "shrinkage": "auto"}, label="lsqr", refuses=ONE_CLASS),
    classes("QuadraticDiscriminantAnalysis", {"reg_param": 0.1}, skip=("rotations_",)),
    numbers("GaussianProcessRegressor", {"optimizer": None, "alpha": 1e-6, "normalize_y": True},
            ours={"kernel": "1 * rbf(10)"}, theirs={"kernel": measure.squared_exponential(10)}, rows=2000, rtol=1e-5),
    # ---- composition
    classes("Pipeline", lambda make: {"steps": [("scale", make("StandardScaler")), ("nb", make("GaussianNB"))]}),
    rows("FeatureUnion",
         lambda make: {"transformer_list": [("scale", make("StandardScaler")), ("range", make("MinMaxScaler"))]}),
    rows("ColumnTransformer", lambda make: {
        "transformers": [("scale", make("StandardScaler"), [0])], "remainder": "passthrough"}),
    numbers("GridSearchCV", lambda make: {
        "estimator": make("Ridge"), "param_grid": {"alpha": [0.01, 0.1, 1.0, 10.0]}, "scoring": "r2"}),
    numbers("RandomizedSearchCV", lambda make: {
        "estimator": make("Ridge"), "param_distributions": {"alpha": [0.01, 0.1, 1.0, 10.0]}, "n_iter": 4,
                "scoring": "r2"},
        skip=("best_index_",)),
    classes("OneVsRestClassifier", lambda make: {"estimator": make("LinearDiscriminantAnalysis")}, refuses=ONE_CLASS),
    classes("OneVsOneClassifier", lambda make: {"estimator": make("LinearDiscriminantAnalysis")}),
    classes("CalibratedClassifierCV", lambda make: {"estimator": make("GaussianNB"), "cv": 5}, rtol=1e-5),
    numbers("RFE", lambda make: {"estimator": make("Ridge"), "n_features_to_select": 3}),
    classes("SelectKBest", {"k": 3}, refuses=("tall",)),
    # ---- clusters
    rows("DBSCAN", {"eps": 3.0}, rows=10_000),
    rows("HDBSCAN", {"min_samples": 5}, theirs={"copy": True}, groups=0.85, rows=2000, skip=("probabilities_",)),
    rows("OPTICS", {"min_samples": 5}, groups=0.9, rows=600,
         skip=("cluster_hierarchy_", "ordering_", "predecessor_", "reachability_")),
    rows("MeanShift", {"bandwidth": 30.0}, rows=600, without=("digits",)),
    rows("AgglomerativeClustering", {"n_clusters": 3}, groups=1.0, rows=2000),
    rows("AgglomerativeClustering", {"n_clusters": 3, "linkage": "average"}, groups=1.0, rows=2000, label="average"),
    rows("Birch", {"n_clusters": 3}, groups=1.0, rows=10_000,
         skip=("subcluster_centers_", "subcluster_labels_", "transform")),
    rows("AffinityPropagation", {"random_state": 0, "damping": 0.9, "max_iter": 2000}, groups=0.9, rows=600,
         but=("breast_cancer",), without=("duplicates", "tall")),
    # ---- decompositions, covariances
    rows("PCA", {"n_components": 2}, signs=True),
    rows("IncrementalPCA", {"n_components": 2}, signs=True, refuses=("one row",)),
    rows("TruncatedSVD", {"n_components": 2, "random_state": 0, "algorithm": "arpack"}, signs=True),
    rows("KernelPCA", {"n_components": 2, "kernel": "rbf", "gamma": 0.01}, signs=True, rows=2000),
    rows("FactorAnalysis", {"n_components": 2, "tol": 1e-8, "max_iter": 10_000, "svd_method": "lapack"},
         signs=True, rows=10_000,
         rtol=1e-3, skip=("loglike_",), but=("ill-conditioned",), refuses=("one row", "tall")),
    Peer("NMF", "parts", {"n_components": 2, "tol": 1e-8, "max_iter": 5000}, rows=10_000, rtol=1e-3,
         cost=measure.cost_of_nmf,
         but=("one row", "tall")),
    rows("SparsePCA", {"n_components": 2, "random_state": 0}, rows=2000, signs=True, rtol=1e-3,
         cost=measure.cost_of_factors,
         without=("one row",)),
    rows("DictionaryLearning", {"n_components": 2, "max_iter": 50, "random_state": 0}, rows=600, signs=True,
         rtol=1e-3,
         cost=measure.cost_of_factors, but=("diabetes", "one row", "tall"), without=("digits",)),
          # atoms that nothing uses are drawn anew
    rows("EmpiricalCovariance", rtol=1e-5),
    rows("LedoitWolf"),
    rows("GraphicalLasso", {"alpha": 0.1, "tol": 1e-10, "enet_tol": 1e-12, "max_iter": 1000}, rows=10_000,
         skip=("costs_",)),
    # ---- preprocessing
    rows("StandardScaler"),
    rows("MinMaxScaler"),
    rows("MaxAbsScaler"),
    rows("RobustScaler"),
    rows("Normalizer"),
    rows("Binarizer"),
    rows("SimpleImputer"),
    rows("KNNImputer", rows=2000),
    rows("IterativeImputer", {"max_iter": 3, "random_state": 0}, rows=2000),
    rows("PolynomialFeatures"),
    rows("PowerTransformer", skip=("lambdas_",)),
    rows("QuantileTransformer", {"n_quantiles": 100, "random_state": 0}, rows=10_000),
    rows("OneHotEncoder", {"sparse_output": False}, rows=2000),
    rows("OrdinalEncoder"),
    Peer("LabelEncoder", "labels"),
    Peer("LabelBinarizer", "labels"),
    # ---- texts
    Peer("CountVectorizer", "texts"),
    Peer("TfidfVectorizer", "texts"),
    Peer("HashingVectorizer", "texts", {"n_features": 4096}),
    Peer("TfidfTransformer", "parts", rows=2000),
    # ---- directions in common, rising lines
    numbers("PLSRegression", signs=True),
    numbers("PLSCanonical", {"n_components": 1}, signs=True),
    numbers("CCA", {"n_components": 1}, signs=True),
    Peer("IsotonicRegression", "line", {"out_of_bounds": "clip"}),
]

SMALL = 2000  # rows of what takes long
FEW, FIVE = {"n_estimators": 10}, {"n_estimators": 5}
DRAWN = [
    classes("SGDClassifier", {"max_iter": 2, "tol": None}, quality=measure.accuracy),
    numbers("SGDRegressor", {"max_iter": 2, "tol": None}, quality=measure.r2),
    classes("Perceptron", {"max_iter": 2, "tol": None}, quality=measure.accuracy),
    numbers("RANSACRegressor", quality=measure.r2, without=("wide",)),
    numbers("TheilSenRegressor", {"max_subpopulation": 300}, quality=measure.r2, rows=10_000),
    classes("DecisionTreeClassifier", {"min_samples_leaf": 3}, quality=measure.accuracy, rows=10_000),
    numbers("DecisionTreeRegressor", {"min_samples_leaf": 3}, quality=measure.r2, rows=10_000),
    classes("RandomForestClassifier", FIVE, quality=measure.accuracy, rows=10_000),
    numbers("RandomForestRegressor", FIVE, quality=measure.r2, rows=10_000),
    classes("ExtraTreesClassifier", FIVE, quality=measure.accuracy, rows=10_000),
    numbers("ExtraTreesRegressor", FIVE, quality=measure.r2, rows=10_000),
    classes("BaggingClassifier", quality=measure.accuracy, rows=SMALL),
    numbers("BaggingRegressor", quality=measure.r2, rows=SMALL),
    classes("GradientBoostingClassifier", {**FIVE, "subsample": 0.5}, quality=measure.accuracy, rows=SMALL),
    numbers("GradientBoostingRegressor", {**FEW, "subsample": 0.5}, quality=measure.r2, rows=SMALL),
    classes("AdaBoostClassifier", lambda make: {
        **FEW, "estimator": make("DecisionTreeClassifier", max_depth=2)}, quality=measure.accuracy, rows=SMALL),
    numbers("AdaBoostRegressor", lambda make: {
        **FEW, "estimator": make("DecisionTreeRegressor", max_depth=3)}, quality=measure.r2, rows=SMALL),
    rows("IsolationForest", {"n_estimators": 50, "contamination": "auto"}, quality=measure.anomalies_found,
         rows=SMALL),
    classes("MLPClassifier", {"max_iter": 20}, quality=measure.accuracy, rows=SMALL),
    numbers("MLPRegressor", {"max_iter": 20}, quality=measure.r2, rows=SMALL),
    Peer("BernoulliRBM", "rows", {"n_components": 16, "n_iter": 3}, quality=measure.likelihood, rows=SMALL),
    rows("KMeans", {"n_clusters": 3, "n_init": 1}, quality=measure.near_centers),
    rows("MiniBatchKMeans", {"n_clusters": 3, "batch_size": 200}, quality=measure.near_centers),
    rows("GaussianMixture", {"n_components": 2, "covariance_type": "diag"}, quality=measure.likelihood, rows=10_000),
    rows("SpectralClustering", {"n_clusters": 3, "affinity": "nearest_neighbors"}, quality=measure.same_groups,
         rows=600,
         noise=0.02, without=("ties",)),
    rows("FastICA", {"n_components": 2, "whiten": "unit-variance"}, quality=measure.non_normality),
    Peer("LatentDirichletAllocation", "parts", {"n_components": 3, "max_iter": 2, "max_doc_update_iter": 10},
         quality=measure.perplexity, rows=SMALL, without=("digits", "tall")),
    rows("MinCovDet", quality=measure.determinant, rows=SMALL, noise=0.01,
         without=("digits", "rank-deficient", "constant")),  # the determinant is 0
    rows("TSNE", {"perplexity": 10.0, "max_iter": 300, "init": "random", "learning_rate": 50.0},
         quality=measure.divergence, rows=200),
    rows("RBFSampler", {"gamma": 0.01}, quality=measure.error_of_kernel),
    rows("Nystroem", {"gamma": 0.01, "n_components": 50}, quality=measure.error_of_kernel),
    rows("TruncatedSVD", {"n_components": 2, "n_iter": 2}, quality=measure.kept_variance, without=("tall",)),
]
