"""F: fields of models, to write conditions with, and the conditions."""

from kailash.dataflow import F, FilterCondition

__all__ = ["F", "FilterCondition"]
