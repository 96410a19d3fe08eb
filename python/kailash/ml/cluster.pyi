"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import KMeans as KMeans
from kailash._kailash import MiniBatchKMeans as MiniBatchKMeans
from kailash._kailash import DBSCAN as DBSCAN
from kailash._kailash import HDBSCAN as HDBSCAN
from kailash._kailash import OPTICS as OPTICS
from kailash._kailash import AgglomerativeClustering as AgglomerativeClustering
from kailash._kailash import SpectralClustering as SpectralClustering
from kailash._kailash import MeanShift as MeanShift
from kailash._kailash import Birch as Birch
from kailash._kailash import AffinityPropagation as AffinityPropagation

__all__ = [
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
]
