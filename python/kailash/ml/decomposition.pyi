"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import PCA as PCA
from kailash._kailash import IncrementalPCA as IncrementalPCA
from kailash._kailash import KernelPCA as KernelPCA
from kailash._kailash import FastICA as FastICA
from kailash._kailash import NMF as NMF
from kailash._kailash import LatentDirichletAllocation as LatentDirichletAllocation
from kailash._kailash import TruncatedSVD as TruncatedSVD
from kailash._kailash import SparsePCA as SparsePCA
from kailash._kailash import DictionaryLearning as DictionaryLearning
from kailash._kailash import FactorAnalysis as FactorAnalysis
from kailash._kailash import TSNE as TSNE
from kailash._kailash import SelectKBest as SelectKBest
from kailash._kailash import RFE as RFE
from kailash._kailash import RBFSampler as RBFSampler
from kailash._kailash import Nystroem as Nystroem

__all__ = [
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
]
