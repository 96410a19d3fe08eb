"""Gaussian processes: fits with the search for the best hyperparameters."""

from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

import kailash.ml as ml

CASES = [
    ("GaussianProcessRegressor", lambda: ml.GaussianProcessRegressor("1 * rbf(1) + white(1)", n_restarts_optimizer=0, normalize_y=True),
     lambda: GaussianProcessRegressor(ConstantKernel() * RBF() + WhiteKernel(), normalize_y=True), "diabetes", {}),
    ("GaussianProcessRegressor restarts=5", lambda: ml.GaussianProcessRegressor("1 * rbf(1) + white(1)", random_state=0, normalize_y=True),
     lambda: GaussianProcessRegressor(ConstantKernel() * RBF() + WhiteKernel(), n_restarts_optimizer=5, random_state=0, normalize_y=True),
     "diabetes", {}),
]
