"""How good a model is, as a number, from what any estimator shows: costs that a fit makes small, and qualities on
rows that it has not seen."""

import numpy as np
from sklearn import gaussian_process, metrics


def squared_exponential(length):
    return gaussian_process.kernels.ConstantKernel(1.0) * gaussian_process.kernels.RBF(length)


# ---- what a fit makes as small as it can: f(model, x, y, weights) ---------------------------------------------------

def cost_of_huber(model, x, y, weights):
    epsilon, alpha = model.get_params()["epsilon"], model.get_params()["alpha"]
    rest, scale = np.abs(y - x @ model.coef_ - model.intercept_), model.scale_
    far = rest > epsilon * scale
    each = scale + np.where(far, 2 * epsilon * rest - scale * epsilon ** 2, rest ** 2 / scale)
    return np.sum(weights * each) + alpha * model.coef_ @ model.coef_


def cost_of_linear_svr(model, x, y, weights):
    coef, intercept = np.ravel(model.coef_), np.ravel(model.intercept_)
    rest = np.abs(y - x @ coef - intercept)
    return (coef @ coef + intercept @ intercept) / 2 + np.sum(weights * rest)


def cost_of_logistic(model, x, y, weights):
    chance = model.predict_proba(x)[np.arange(len(x)), np.searchsorted(model.classes_, y)]
    return np.sum(model.coef_ ** 2) / 2 - np.sum(weights * np.log(np.maximum(chance, 1e-300)))


def cost_of_nmf(model, x, y, weights):
    return np.linalg.norm(x - model.transform(x) @ model.components_)


def cost_of_factors(model, x, y, weights):
    """Sparse components and dictionaries: what the last round of the fit said."""
    return model.error_[-1]


# ---- quality on rows that were not seen, the more the better: f(model, x, y) -----------------------------------------

def accuracy(model, x, y):
    return np.mean(model.predict(x) == y)


def r2(model, x, y):
    return metrics.r2_score(y, np.ravel(model.predict(x)))


def near_centers(model, x, y):
    return -np.sqrt(metrics.pairwise_distances(x, model.cluster_centers_).min(axis=1).mean())


def likelihood(model, x, y):
    return np.mean(model.score_samples(x))


def same_groups(model, x, y):
    """Of the rows that it has seen: it answers for no others."""
    return metrics.adjusted_rand_score(y, model.labels_)


def non_normality(model, x, y):
    sources = model.transform(x)
    return np.mean(np.log(np.cosh(sources / sources.std(axis=0))))


def perplexity(model, x, y):
    return -np.log(model.perplexity(x))


def determinant(model, x, y):
    """Rows at the heart lie close together."""
    return -np.linalg.slogdet(model.raw_covariance_)[1]


def divergence(model, x, y):
    return -model.kl_divergence_


def anomalies_found(model, x, y):
    far = x.mean(axis=0) + 4 * x.std(axis=0) * np.where(np.arange(x.size).reshape(x.shape) % 3 == 0, 1, -1)
    return metrics.roc_auc_score(np.repeat([1, 0], len(x)), model.score_samples(np.vstack([x, far])))


def error_of_kernel(model, x, y):
    about = model.transform(x)
    return -np.abs(about @ about.T - metrics.pairwise.rbf_kernel(x, gamma=model.get_params()["gamma"])).mean()


def kept_variance(model, x, y):
    return np.var(model.transform(x), axis=0).sum() / np.var(x, axis=0).sum()
