"""The built-in functions of FEEL. Source: DMN 1.5, 10.3.4."""

from balai.engine.rules.builtins import contexts, conversions, lists, moments, numeric, ranges, strings
from balai.engine.rules.builtins.registry import BUILTINS
from balai.engine.rules.parser import NameTable

NAMES = NameTable(BUILTINS)

__all__ = ["BUILTINS", "NAMES", "contexts", "conversions", "lists", "moments", "numeric", "ranges", "strings"]
