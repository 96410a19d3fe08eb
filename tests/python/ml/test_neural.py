"""Networks beside scikit-learn's: the same weights give the same answers, training ends as well."""

import warnings

import numpy as np
import pytest

ml = pytest.importorskip("kailash.ml")
pytest.importorskip("sklearn")
from sklearn import neural_network as peer  # noqa: E402
from sklearn.datasets import load_diabetes, load_digits, load_iris  # noqa: E402
from sklearn.preprocessing import scale  # noqa: E402

IRIS = (scale(load_iris().data), load_iris().target.astype(float))
DIABETES = (scale(load_diabetes().data), scale(load_diabetes().target))


def quiet(call, *arguments, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **keywords)


def transplanted(ours, theirs, x, y):
    """Their network with our weights."""
    theirs.set_params(max_iter=1)
    quiet(theirs.fit, x, y)
    theirs.coefs_, theirs.intercepts_ = list(ours.coefs_), list(ours.intercepts_)
    return theirs


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("classes", [2, 3])
def test_equal_weights_give_equal_answers(activation, classes):
    x, y = IRIS[0][IRIS[1] < classes], IRIS[1][IRIS[1] < classes]
    keywords = {"hidden_layer_sizes": (7, 5), "activation": activation}
    ours = quiet(ml.MLPClassifier(random_state=0, max_iter=20, **keywords).fit, x, y)
    theirs = transplanted(ours, peer.MLPClassifier(**keywords), x, y)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.predict_log_proba(x), theirs.predict_log_proba(x), rtol=1e-6)
    assert [c.shape for c in ours.coefs_] == [c.shape for c in theirs.coefs_]
    assert (ours.n_layers_, ours.n_outputs_, ours.out_activation_) == (theirs.n_layers_, theirs.n_outputs_, theirs.out_activation_)


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_the_gradient_leads_to_the_least_loss(alpha):
    # An identity network is ridge regression by two factors: its least loss is known to be theirs.
    x, y = DIABETES
    keywords = {"solver": "lbfgs", "activation": "identity", "hidden_layer_sizes": (3,), "alpha": alpha, "max_iter": 3000, "tol": 1e-7}
    ours = quiet(ml.MLPRegressor(random_state=0, **keywords).fit, x, y)
    theirs = quiet(peer.MLPRegressor(random_state=0, **keywords).fit, x, y)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-4)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=2e-3)


@pytest.mark.parametrize("keywords", [
    {}, {"solver": "sgd", "learning_rate_init": 0.1}, {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.5},
    {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.1, "nesterovs_momentum": False},
    {"solver": "lbfgs"}, {"shuffle": False}, {"batch_size": 20, "learning_rate_init": 0.01}])
def test_every_way_of_training_ends_as_well(keywords):
    x, y = IRIS
    ours = [quiet(ml.MLPClassifier(random_state=s, max_iter=150, **keywords).fit, x, y) for s in range(5)]
    theirs = [quiet(peer.MLPClassifier(random_state=s, max_iter=150, **keywords).fit, x, y) for s in range(5)]
    assert np.mean([m.score(x, y) for m in ours]) > np.mean([m.score(x, y) for m in theirs]) - 0.03
    assert np.median([m.loss_ for m in ours]) < 1.3 * np.median([m.loss_ for m in theirs]) + 0.01


def test_history_and_stopping_early():
    x, y = IRIS
    ours = quiet(ml.MLPClassifier(random_state=0, early_stopping=True, max_iter=300, learning_rate_init=0.01).fit, x, y)
    assert len(ours.validation_scores_) == len(ours.loss_curve_) == ours.n_iter_ < 300
    assert ours.best_validation_score_ == max(ours.validation_scores_) and not hasattr(ours, "best_loss_")
    plain = quiet(ml.MLPClassifier(random_state=0, max_iter=30).fit, x, y)
    assert plain.best_loss_ == min(plain.loss_curve_) and plain.t_ == 30 * len(x)
    with pytest.warns(UserWarning, match="30 iterations without having converged"):
        ml.MLPClassifier(random_state=0, max_iter=30).fit(x, y)


def test_going_on():
    x, y = IRIS
    model = ml.MLPClassifier(random_state=0, warm_start=True, max_iter=20)
    losses = [quiet(model.fit, x, y).loss_ for _ in range(4)]
    assert losses == sorted(losses, reverse=True)
    parts = ml.MLPClassifier(random_state=0, learning_rate_init=0.01)
    for _ in range(100):
        parts.partial_fit(x, y, classes=[0, 1, 2])
    assert parts.score(x, y) > 0.95 and parts.t_ == 100 * len(x)
    with pytest.raises(ml.MlError, match="'adam' or 'sgd'"):
        ml.MLPRegressor(solver="lbfgs").partial_fit(x, y)


def test_weights_of_rows_are_rows_repeated():
    x, y = DIABETES[0][:100], DIABETES[1][:100]
    weights = np.random.default_rng(0).integers(0, 3, 100).astype(float)
    keywords = {"solver": "lbfgs", "hidden_layer_sizes": (2,), "activation": "identity", "max_iter": 3000, "tol": 1e-7, "alpha": 0.0}
    weighted = quiet(ml.MLPRegressor(random_state=0, **keywords).fit, x, y, sample_weight=weights)
    repeated = quiet(ml.MLPRegressor(random_state=0, **keywords).fit, np.repeat(x, weights.astype(int), axis=0), np.repeat(y, weights.astype(int)))
    np.testing.assert_allclose(weighted.predict(x), repeated.predict(x), atol=1e-3)


def test_several_targets():
    x, y = DIABETES
    model = quiet(ml.MLPRegressor(random_state=0, max_iter=300).fit, x, np.c_[y, -y])
    assert model.predict(x).shape == (len(x), 2) and model.score(x, np.c_[y, -y]) > 0.5


def test_a_boltzmann_machine():
    x = load_digits().data / 16
    ours = ml.BernoulliRBM(30, random_state=0).fit(x)
    theirs = peer.BernoulliRBM(30, random_state=0).fit(x)
    likelihood = np.mean([m.score_samples(x).mean() for m in (ours,)])
    assert likelihood > theirs.score_samples(x).mean() - 2  # of about -22
    theirs.components_, theirs.intercept_hidden_, theirs.intercept_visible_ = ours.components_, ours.intercept_hidden_, ours.intercept_visible_
    np.testing.assert_allclose(ours.transform(x), theirs.transform(x), rtol=1e-9)
    assert set(np.unique(ours.gibbs(x))) <= {0.0, 1.0} and ours.components_.shape == (30, 64)
    more = ml.BernoulliRBM(10, random_state=0)
    for part in np.array_split(x, 30):
        more.partial_fit(part[:59])
    assert more.score_samples(x).mean() > -35


@pytest.mark.parametrize("keywords, message", [
    ({"hidden_layer_sizes": (0,)}, "hidden_layer_sizes"), ({"batch_size": 0}, "batch_size"), ({"alpha": -1.0}, "alpha"),
    ({"momentum": 2.0}, "momentum"), ({"max_iter": 0}, "max_iter")])
def test_parameters_that_cannot_be_meant(keywords, message):
    with pytest.raises(ml.MlError, match=message):
        ml.MLPClassifier(**keywords).fit(*IRIS)


# ---- counts --------------------------------------------------------------------------------------------------------

def counts(outputs=1, seed=0):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(150, 4))
    y = draw.poisson(np.exp(x @ draw.normal(scale=0.5, size=(4, outputs)) + 0.5)).astype(float)
    return x, y[:, 0] if outputs == 1 else y


@pytest.mark.parametrize("outputs", [1, 3])
def test_counts_are_learned_by_their_deviance(outputs):
    x, y = counts(outputs)
    keywords = {"solver": "lbfgs", "activation": "identity", "hidden_layer_sizes": (5,), "alpha": 0.1, "max_iter": 2000, "tol": 1e-8,
                "loss": "poisson"}
    ours, theirs = (quiet(side.MLPRegressor(random_state=0, **keywords).fit, x, y) for side in (ml, peer))
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-4)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=2e-2)
    assert ours.out_activation_ == theirs.out_activation_ == "exp" and (ours.predict(x) > 0).all()
    again = transplanted(ours, peer.MLPRegressor(**keywords), x, y)
    np.testing.assert_allclose(ours.predict(x), again.predict(x), rtol=1e-9)


def test_counts_by_every_solver():
    x, y = counts()
    for solver in ("adam", "sgd"):
        keywords = {"loss": "poisson", "solver": solver, "max_iter": 150, "learning_rate_init": 0.01}
        ours = [quiet(ml.MLPRegressor(random_state=s, **keywords).fit, x, y).loss_ for s in range(5)]
        theirs = [quiet(peer.MLPRegressor(random_state=s, **keywords).fit, x, y).loss_ for s in range(5)]
        assert np.median(ours) < 1.2 * np.median(theirs) + 0.05
    with pytest.raises(ml.MlError, match="row 2"):
        ml.MLPRegressor(loss="poisson").fit(x[:4], [1.0, 0, -1, 2])
    with pytest.raises((ValueError, TypeError), match="loss"):
        ml.MLPRegressor(loss="gamma")
