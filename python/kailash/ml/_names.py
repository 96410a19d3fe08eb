"""Which name stands in which part of kailash.ml; their order is that of kailash.ml.__all__."""

import types
from typing import Any

from kailash import _kailash

HOME = "kailash.ml"

PARTS = {
    "linear_model": """
        LinearRegression Ridge Lasso LogisticRegression ElasticNet RidgeCV RidgeClassifier
        SGDClassifier SGDRegressor Perceptron BayesianRidge ARDRegression HuberRegressor
        RANSACRegressor TheilSenRegressor TweedieRegressor PoissonRegressor GammaRegressor""",
    "boost": """
        GradientBoostingClassifier GradientBoostingRegressor DartRegressor
        HistGradientBoostingRegressor HistGradientBoostingClassifier""",
    "svm": """
        SVC LinearSVC SVR LinearSVR NuSVC NuSVR OneClassSVM""",
    "tree": """
        DecisionTreeClassifier DecisionTreeRegressor""",
    "ensemble": """
        RandomForestClassifier RandomForestRegressor AdaBoostClassifier AdaBoostRegressor
        BaggingClassifier BaggingRegressor ExtraTreesClassifier ExtraTreesRegressor IsolationForest
        StackingClassifier StackingRegressor VotingClassifier VotingRegressor""",
    "cluster": """
        KMeans MiniBatchKMeans DBSCAN HDBSCAN OPTICS AgglomerativeClustering SpectralClustering
        MeanShift Birch AffinityPropagation""",
    "neighbors": """
        KNeighborsClassifier KNeighborsRegressor RadiusNeighborsClassifier RadiusNeighborsRegressor
        NearestCentroid""",
    "decomposition": """
        PCA IncrementalPCA KernelPCA FastICA NMF LatentDirichletAllocation TruncatedSVD SparsePCA
        DictionaryLearning FactorAnalysis TSNE SelectKBest RFE RBFSampler Nystroem""",
    "preprocessing": """
        StandardScaler MinMaxScaler RobustScaler MaxAbsScaler Normalizer OneHotEncoder LabelEncoder
        OrdinalEncoder LabelBinarizer SimpleImputer KNNImputer IterativeImputer Binarizer
        PolynomialFeatures PowerTransformer QuantileTransformer""",
    "text": """
        CountVectorizer HashingVectorizer TfidfTransformer TfidfVectorizer""",
    "naive_bayes": """
        GaussianNB MultinomialNB BernoulliNB""",
    "neural": """
        MLPClassifier MLPRegressor""",
    "others": """
        LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis GaussianProcessRegressor
        GaussianMixture BernoulliRBM IsotonicRegression LabelPropagation LabelSpreading
        OneVsRestClassifier OneVsOneClassifier CalibratedClassifierCV EmpiricalCovariance LedoitWolf
        MinCovDet GraphicalLasso PLSRegression CCA""",
    "model_selection": """
        RandomizedSearchCV KFold StratifiedKFold GroupKFold TimeSeriesSplit GridSearchCV""",
    "pipeline": """
        Pipeline ColumnTransformer FeatureUnion""",
    "metrics": """
        accuracy_score precision_score recall_score f1_score r2_score mean_squared_error
        mean_absolute_error root_mean_squared_error median_absolute_error explained_variance_score
        max_error mean_absolute_percentage_error mean_squared_log_error confusion_matrix
        matthews_corrcoef cohen_kappa_score log_loss hamming_loss jaccard_score hinge_loss
        brier_score_loss zero_one_loss balanced_accuracy_score roc_auc_score average_precision_score
        silhouette_score adjusted_rand_score normalized_mutual_info_score v_measure_score
        davies_bouldin_score calinski_harabasz_score""",
}
# What stands at kailash.ml alone.
FURTHER = """
    train_test_split cross_val_score data_profile list_estimators estimator_count register_estimator
    unregister_estimator registered_estimator_ids device use_device"""
# What a part shows of another one.
SHARED = {
    "boost": "AdaBoostClassifier AdaBoostRegressor",
    "model_selection": "train_test_split cross_val_score",
}


def known() -> set[str]:
    """What the library has; it may have been built without machine learning."""
    return {name for name in _kailash._names(HOME) if not name.startswith("_")}


def ordered() -> list[str]:
    """All names: those of the parts in their order, then the others."""
    names = known()
    listed = [name for part in (*PARTS.values(), FURTHER) for name in part.split() if name in names]
    return [*listed, *sorted(names.difference(listed))]


def names_of(part: str) -> list[str]:
    names = known()
    return [name for name in f"{PARTS[part]} {SHARED.get(part, '')}".split() if name in names]


class _Part(types.ModuleType):
    """A module that shows some of kailash.ml."""

    def __getattr__(self, name: str) -> Any:
        part = self.__name__.rpartition(".")[2]
        if name == "__all__":
            return names_of(part)
        if name not in names_of(part):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(__import__(HOME, fromlist=[name]), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        part = self.__name__.rpartition(".")[2]
        return sorted({*self.__dict__, *names_of(part)})


def become_part(module: types.ModuleType) -> None:
    module.__class__ = _Part
