"""Texts as numbers."""

import kailash.ml as ml
from sklearn.feature_extraction import text as peer

CASES = [(name, lambda n=name, k=more: getattr(ml, n)(**k), lambda n=name: getattr(peer, n)(), "text", {"target": "none", "rounds": 3})
         for name, more in (("CountVectorizer", {"sparse_output": True}), ("TfidfVectorizer", {"sparse_output": True}),
                            ("HashingVectorizer", {}))]
