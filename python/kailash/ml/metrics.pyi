"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import accuracy_score as accuracy_score
from kailash._kailash import precision_score as precision_score
from kailash._kailash import recall_score as recall_score
from kailash._kailash import f1_score as f1_score
from kailash._kailash import r2_score as r2_score
from kailash._kailash import mean_squared_error as mean_squared_error
from kailash._kailash import mean_absolute_error as mean_absolute_error
from kailash._kailash import root_mean_squared_error as root_mean_squared_error
from kailash._kailash import median_absolute_error as median_absolute_error
from kailash._kailash import explained_variance_score as explained_variance_score
from kailash._kailash import max_error as max_error
from kailash._kailash import mean_absolute_percentage_error as mean_absolute_percentage_error
from kailash._kailash import mean_squared_log_error as mean_squared_log_error
from kailash._kailash import confusion_matrix as confusion_matrix
from kailash._kailash import matthews_corrcoef as matthews_corrcoef
from kailash._kailash import cohen_kappa_score as cohen_kappa_score
from kailash._kailash import log_loss as log_loss
from kailash._kailash import hamming_loss as hamming_loss
from kailash._kailash import jaccard_score as jaccard_score
from kailash._kailash import hinge_loss as hinge_loss
from kailash._kailash import brier_score_loss as brier_score_loss
from kailash._kailash import zero_one_loss as zero_one_loss
from kailash._kailash import balanced_accuracy_score as balanced_accuracy_score
from kailash._kailash import roc_auc_score as roc_auc_score
from kailash._kailash import average_precision_score as average_precision_score
from kailash._kailash import silhouette_score as silhouette_score
from kailash._kailash import adjusted_rand_score as adjusted_rand_score
from kailash._kailash import normalized_mutual_info_score as normalized_mutual_info_score
from kailash._kailash import v_measure_score as v_measure_score
from kailash._kailash import davies_bouldin_score as davies_bouldin_score
from kailash._kailash import calinski_harabasz_score as calinski_harabasz_score

__all__ = [
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
]
