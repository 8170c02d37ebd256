"""The built-in functions of FEEL. Source: DMN 1.5, 10.3.4."""

from balai.engine.rules.builtins import contexts, conversions, lists, moments, numeric, ranges, texts
from balai.engine.rules.builtins.registry import BUILTINS

__all__ = ["BUILTINS", "contexts", "conversions", "lists", "moments", "numeric", "ranges", "texts"]
