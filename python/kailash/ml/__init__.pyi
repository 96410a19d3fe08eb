"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash.ml import linear_model as linear_model
from kailash.ml import boost as boost
from kailash.ml import svm as svm
from kailash.ml import tree as tree
from kailash.ml import ensemble as ensemble
from kailash.ml import cluster as cluster
from kailash.ml import neighbors as neighbors
from kailash.ml import decomposition as decomposition
from kailash.ml import preprocessing as preprocessing
from kailash.ml import text as text
from kailash.ml import naive_bayes as naive_bayes
from kailash.ml import neural as neural
from kailash.ml import others as others
from kailash.ml import model_selection as model_selection
from kailash.ml import pipeline as pipeline
from kailash.ml import metrics as metrics
from kailash._kailash import ARDRegression as ARDRegression
from kailash._kailash import AdaBoostClassifier as AdaBoostClassifier
from kailash._kailash import AdaBoostRegressor as AdaBoostRegressor
from kailash._kailash import AffinityPropagation as AffinityPropagation
from kailash._kailash import AgglomerativeClustering as AgglomerativeClustering
from kailash._kailash import BaggingClassifier as BaggingClassifier
from kailash._kailash import BaggingRegressor as BaggingRegressor
from kailash._kailash import BayesianRidge as BayesianRidge
from kailash._kailash import BernoulliNB as BernoulliNB
from kailash._kailash import BernoulliRBM as BernoulliRBM
from kailash._kailash import Binarizer as Binarizer
from kailash._kailash import Birch as Birch
from kailash._kailash import CCA as CCA
from kailash._kailash import CalibratedClassifierCV as CalibratedClassifierCV
from kailash._kailash import ColumnTransformer as ColumnTransformer
from kailash._kailash import ConvergenceWarning as ConvergenceWarning
from kailash._kailash import CountVectorizer as CountVectorizer
from kailash._kailash import DBSCAN as DBSCAN
from kailash._kailash import DartRegressor as DartRegressor
from kailash._kailash import DecisionTreeClassifier as DecisionTreeClassifier
from kailash._kailash import DecisionTreeRegressor as DecisionTreeRegressor
from kailash._kailash import DictionaryLearning as DictionaryLearning
from kailash._kailash import ElasticNet as ElasticNet
from kailash._kailash import EmpiricalCovariance as EmpiricalCovariance
from kailash._kailash import Estimator as Estimator
from kailash._kailash import ExtraTreesClassifier as ExtraTreesClassifier
from kailash._kailash import ExtraTreesRegressor as ExtraTreesRegressor
from kailash._kailash import FactorAnalysis as FactorAnalysis
from kailash._kailash import FastICA as FastICA
from kailash._kailash import FeatureUnion as FeatureUnion
from kailash._kailash import GammaRegressor as GammaRegressor
from kailash._kailash import GaussianMixture as GaussianMixture
from kailash._kailash import GaussianNB as GaussianNB
from kailash._kailash import GaussianProcessRegressor as GaussianProcessRegressor
from kailash._kailash import GradientBoostingClassifier as GradientBoostingClassifier
from kailash._kailash import GradientBoostingRegressor as GradientBoostingRegressor
from kailash._kailash import GraphicalLasso as GraphicalLasso
from kailash._kailash import GridSearchCV as GridSearchCV
from kailash._kailash import GroupKFold as GroupKFold
from kailash._kailash import HDBSCAN as HDBSCAN
from kailash._kailash import HashingVectorizer as HashingVectorizer
from kailash._kailash import HistGradientBoostingClassifier as HistGradientBoostingClassifier
from kailash._kailash import HistGradientBoostingRegressor as HistGradientBoostingRegressor
from kailash._kailash import HuberRegressor as HuberRegressor
from kailash._kailash import IncrementalPCA as IncrementalPCA
from kailash._kailash import IsolationForest as IsolationForest
from kailash._kailash import IsotonicRegression as IsotonicRegression
from kailash._kailash import IterativeImputer as IterativeImputer
from kailash._kailash import KFold as KFold
from kailash._kailash import KMeans as KMeans
from kailash._kailash import KNNImputer as KNNImputer
from kailash._kailash import KNeighborsClassifier as KNeighborsClassifier
from kailash._kailash import KNeighborsRegressor as KNeighborsRegressor
from kailash._kailash import KernelPCA as KernelPCA
from kailash._kailash import LabelBinarizer as LabelBinarizer
from kailash._kailash import LabelEncoder as LabelEncoder
from kailash._kailash import LabelPropagation as LabelPropagation
from kailash._kailash import LabelSpreading as LabelSpreading
from kailash._kailash import Lasso as Lasso
from kailash._kailash import LatentDirichletAllocation as LatentDirichletAllocation
from kailash._kailash import LedoitWolf as LedoitWolf
from kailash._kailash import LinearDiscriminantAnalysis as LinearDiscriminantAnalysis
from kailash._kailash import LinearRegression as LinearRegression
from kailash._kailash import LinearSVC as LinearSVC
from kailash._kailash import LinearSVR as LinearSVR
from kailash._kailash import LogisticRegression as LogisticRegression
from kailash._kailash import MLPClassifier as MLPClassifier
from kailash._kailash import MLPRegressor as MLPRegressor
from kailash._kailash import MaxAbsScaler as MaxAbsScaler
from kailash._kailash import MeanShift as MeanShift
from kailash._kailash import MinCovDet as MinCovDet
from kailash._kailash import MinMaxScaler as MinMaxScaler
from kailash._kailash import MiniBatchKMeans as MiniBatchKMeans
from kailash._kailash import MlError as MlError
from kailash._kailash import MultinomialNB as MultinomialNB
from kailash._kailash import NMF as NMF
from kailash._kailash import NearestCentroid as NearestCentroid
from kailash._kailash import Normalizer as Normalizer
from kailash._kailash import NotFittedError as NotFittedError
from kailash._kailash import NuSVC as NuSVC
from kailash._kailash import NuSVR as NuSVR
from kailash._kailash import Nystroem as Nystroem
from kailash._kailash import OPTICS as OPTICS
from kailash._kailash import OneClassSVM as OneClassSVM
from kailash._kailash import OneHotEncoder as OneHotEncoder
from kailash._kailash import OneVsOneClassifier as OneVsOneClassifier
from kailash._kailash import OneVsRestClassifier as OneVsRestClassifier
from kailash._kailash import OrdinalEncoder as OrdinalEncoder
from kailash._kailash import PCA as PCA
from kailash._kailash import PLSCanonical as PLSCanonical
from kailash._kailash import PLSRegression as PLSRegression
from kailash._kailash import Perceptron as Perceptron
from kailash._kailash import Pipeline as Pipeline
from kailash._kailash import PoissonRegressor as PoissonRegressor
from kailash._kailash import PolynomialFeatures as PolynomialFeatures
from kailash._kailash import PowerTransformer as PowerTransformer
from kailash._kailash import QuadraticDiscriminantAnalysis as QuadraticDiscriminantAnalysis
from kailash._kailash import QuantileTransformer as QuantileTransformer
from kailash._kailash import RANSACRegressor as RANSACRegressor
from kailash._kailash import RBFSampler as RBFSampler
from kailash._kailash import RFE as RFE
from kailash._kailash import RadiusNeighborsClassifier as RadiusNeighborsClassifier
from kailash._kailash import RadiusNeighborsRegressor as RadiusNeighborsRegressor
from kailash._kailash import RandomForestClassifier as RandomForestClassifier
from kailash._kailash import RandomForestRegressor as RandomForestRegressor
from kailash._kailash import RandomizedSearchCV as RandomizedSearchCV
from kailash._kailash import Ridge as Ridge
from kailash._kailash import RidgeCV as RidgeCV
from kailash._kailash import RidgeClassifier as RidgeClassifier
from kailash._kailash import RobustScaler as RobustScaler
from kailash._kailash import SGDClassifier as SGDClassifier
from kailash._kailash import SGDRegressor as SGDRegressor
from kailash._kailash import SVC as SVC
from kailash._kailash import SVR as SVR
from kailash._kailash import SelectKBest as SelectKBest
from kailash._kailash import SimpleImputer as SimpleImputer
from kailash._kailash import SparsePCA as SparsePCA
from kailash._kailash import SpectralClustering as SpectralClustering
from kailash._kailash import StackingClassifier as StackingClassifier
from kailash._kailash import StackingRegressor as StackingRegressor
from kailash._kailash import StandardScaler as StandardScaler
from kailash._kailash import StratifiedKFold as StratifiedKFold
from kailash._kailash import TSNE as TSNE
from kailash._kailash import TfidfTransformer as TfidfTransformer
from kailash._kailash import TfidfVectorizer as TfidfVectorizer
from kailash._kailash import TheilSenRegressor as TheilSenRegressor
from kailash._kailash import TimeSeriesSplit as TimeSeriesSplit
from kailash._kailash import Tree as Tree
from kailash._kailash import TruncatedSVD as TruncatedSVD
from kailash._kailash import TweedieRegressor as TweedieRegressor
from kailash._kailash import VotingClassifier as VotingClassifier
from kailash._kailash import VotingRegressor as VotingRegressor
from kailash._kailash import accuracy_score as accuracy_score
from kailash._kailash import adjusted_rand_score as adjusted_rand_score
from kailash._kailash import average_precision_score as average_precision_score
from kailash._kailash import balanced_accuracy_score as balanced_accuracy_score
from kailash._kailash import brier_score_loss as brier_score_loss
from kailash._kailash import calinski_harabasz_score as calinski_harabasz_score
from kailash._kailash import cohen_kappa_score as cohen_kappa_score
from kailash._kailash import confusion_matrix as confusion_matrix
from kailash._kailash import cross_val_score as cross_val_score
from kailash._kailash import data_profile as data_profile
from kailash._kailash import davies_bouldin_score as davies_bouldin_score
from kailash._kailash import estimator_count as estimator_count
from kailash._kailash import explained_variance_score as explained_variance_score
from kailash._kailash import f1_score as f1_score
from kailash._kailash import hamming_loss as hamming_loss
from kailash._kailash import hinge_loss as hinge_loss
from kailash._kailash import jaccard_score as jaccard_score
from kailash._kailash import list_estimators as list_estimators
from kailash._kailash import log_loss as log_loss
from kailash._kailash import matthews_corrcoef as matthews_corrcoef
from kailash._kailash import max_error as max_error
from kailash._kailash import mean_absolute_error as mean_absolute_error
from kailash._kailash import mean_absolute_percentage_error as mean_absolute_percentage_error
from kailash._kailash import mean_squared_error as mean_squared_error
from kailash._kailash import mean_squared_log_error as mean_squared_log_error
from kailash._kailash import median_absolute_error as median_absolute_error
from kailash._kailash import normalized_mutual_info_score as normalized_mutual_info_score
from kailash._kailash import precision_score as precision_score
from kailash._kailash import r2_score as r2_score
from kailash._kailash import recall_score as recall_score
from kailash._kailash import register_estimator as register_estimator
from kailash._kailash import registered_estimator_ids as registered_estimator_ids
from kailash._kailash import roc_auc_score as roc_auc_score
from kailash._kailash import root_mean_squared_error as root_mean_squared_error
from kailash._kailash import silhouette_score as silhouette_score
from kailash._kailash import train_test_split as train_test_split
from kailash._kailash import unregister_estimator as unregister_estimator
from kailash._kailash import v_measure_score as v_measure_score
from kailash._kailash import zero_one_loss as zero_one_loss

__all__ = [
    "LinearRegression",
    "Ridge",
    "Lasso",
    "LogisticRegression",
    "ElasticNet",
    "RidgeCV",
    "RidgeClassifier",
    "SGDClassifier",
    "SGDRegressor",
    "Perceptron",
    "BayesianRidge",
    "ARDRegression",
    "HuberRegressor",
    "RANSACRegressor",
    "TheilSenRegressor",
    "TweedieRegressor",
    "PoissonRegressor",
    "GammaRegressor",
    "GradientBoostingClassifier",
    "GradientBoostingRegressor",
    "DartRegressor",
    "HistGradientBoostingRegressor",
    "HistGradientBoostingClassifier",
    "SVC",
    "LinearSVC",
    "SVR",
    "LinearSVR",
    "NuSVC",
    "NuSVR",
    "OneClassSVM",
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "AdaBoostClassifier",
    "AdaBoostRegressor",
    "BaggingClassifier",
    "BaggingRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "IsolationForest",
    "StackingClassifier",
    "StackingRegressor",
    "VotingClassifier",
    "VotingRegressor",
    "KMeans",
    "MiniBatchKMeans",
    "DBSCAN",
    "HDBSCAN",
    "OPTICS",
    "AgglomerativeClustering",
    "SpectralClustering",
    "MeanShift",
    "Birch",
    "AffinityPropagation",
    "KNeighborsClassifier",
    "KNeighborsRegressor",
    "RadiusNeighborsClassifier",
    "RadiusNeighborsRegressor",
    "NearestCentroid",
    "PCA",
    "IncrementalPCA",
    "KernelPCA",
    "FastICA",
    "NMF",
    "LatentDirichletAllocation",
    "TruncatedSVD",
    "SparsePCA",
    "DictionaryLearning",
    "FactorAnalysis",
    "TSNE",
    "SelectKBest",
    "RFE",
    "RBFSampler",
    "Nystroem",
    "StandardScaler",
    "MinMaxScaler",
    "RobustScaler",
    "MaxAbsScaler",
    "Normalizer",
    "OneHotEncoder",
    "LabelEncoder",
    "OrdinalEncoder",
    "LabelBinarizer",
    "SimpleImputer",
    "KNNImputer",
    "IterativeImputer",
    "Binarizer",
    "PolynomialFeatures",
    "PowerTransformer",
    "QuantileTransformer",
    "CountVectorizer",
    "HashingVectorizer",
    "TfidfTransformer",
    "TfidfVectorizer",
    "GaussianNB",
    "MultinomialNB",
    "BernoulliNB",
    "MLPClassifier",
    "MLPRegressor",
    "LinearDiscriminantAnalysis",
    "QuadraticDiscriminantAnalysis",
    "GaussianProcessRegressor",
    "GaussianMixture",
    "BernoulliRBM",
    "IsotonicRegression",
    "LabelPropagation",
    "LabelSpreading",
    "OneVsRestClassifier",
    "OneVsOneClassifier",
    "CalibratedClassifierCV",
    "EmpiricalCovariance",
    "LedoitWolf",
    "MinCovDet",
    "GraphicalLasso",
    "PLSRegression",
    "CCA",
    "RandomizedSearchCV",
    "KFold",
    "StratifiedKFold",
    "GroupKFold",
    "TimeSeriesSplit",
    "GridSearchCV",
    "Pipeline",
    "ColumnTransformer",
    "FeatureUnion",
    "accuracy_score",
    "precision_score",
    "recall_score",
    "f1_score",
    "r2_score",
    "mean_squared_error",
    "mean_absolute_error",
    "root_mean_squared_error",
    "median_absolute_error",
    "explained_variance_score",
    "max_error",
    "mean_absolute_percentage_error",
    "mean_squared_log_error",
    "confusion_matrix",
    "matthews_corrcoef",
    "cohen_kappa_score",
    "log_loss",
    "hamming_loss",
    "jaccard_score",
    "hinge_loss",
    "brier_score_loss",
    "zero_one_loss",
    "balanced_accuracy_score",
    "roc_auc_score",
    "average_precision_score",
    "silhouette_score",
    "adjusted_rand_score",
    "normalized_mutual_info_score",
    "v_measure_score",
    "davies_bouldin_score",
    "calinski_harabasz_score",
    "train_test_split",
    "cross_val_score",
    "data_profile",
    "list_estimators",
    "estimator_count",
    "register_estimator",
    "unregister_estimator",
    "registered_estimator_ids",
    "ConvergenceWarning",
    "Estimator",
    "MlError",
    "NotFittedError",
    "PLSCanonical",
    "Tree",
]
