"""Scalers, encoders, imputers, powers, quantiles."""

import kailash.ml as ml
from sklearn import impute
from sklearn import preprocessing as peer

CASES = []
for data in ("iris", "digits", "reg_10k", "reg_100k"):
    for name in ("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "Normalizer", "Binarizer"):
        CASES.append((name, lambda n=name: getattr(ml, n)(), lambda n=name: getattr(peer, n)(), data, {"target": "none"}))
    CASES.append(("SimpleImputer", ml.SimpleImputer, impute.SimpleImputer, data, {"target": "none"}))
for data in ("iris", "reg_10k"):
    CASES += [
        ("PolynomialFeatures", ml.PolynomialFeatures, peer.PolynomialFeatures, data, {"target": "none"}),
        ("PowerTransformer", ml.PowerTransformer, peer.PowerTransformer, data, {"target": "none", "rounds": 3}),
        ("QuantileTransformer", lambda: ml.QuantileTransformer(100), lambda: peer.QuantileTransformer(n_quantiles=100), data,
         {"target": "none"}),
    ]
for data in ("iris", "digits"):
    CASES += [("OneHotEncoder", ml.OneHotEncoder, lambda: peer.OneHotEncoder(sparse_output=False), data, {"target": "none"}),
              ("OrdinalEncoder", ml.OrdinalEncoder, peer.OrdinalEncoder, data, {"target": "none"})]
