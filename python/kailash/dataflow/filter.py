"""F: fields of models, to write conditions with."""

from kailash.dataflow import F

__all__ = ["F"]
