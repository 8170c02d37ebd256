"""Rules: FEEL expressions and DMN 1.5 decision models, compiled to closures.

It decides and gives reasons. Pure: no input, no output, no clock; the moment of evaluation is given by the caller.
It never runs code of a model: no eval, no files; of external functions, those of Java's Math and String by a table.
"""

from balai.engine.rules.answers import Answer, Reason
from balai.engine.rules.changes import Audience, Change
from balai.engine.rules.coverage import InputValues, RuleRemark
from balai.engine.rules.decision_model import DecisionInfo, DecisionModel, InputInfo
from balai.engine.rules.expressions import Expression, compile_expression, compile_unary_tests
from balai.engine.rules.feel_values import Function, Range
from balai.engine.rules.hostcalls import days_function, word_function
from balai.engine.rules.jsonvalues import from_json, to_json
from balai.engine.rules.loading import load_dmn
from balai.engine.rules.temporal import DateTime, FarDate, Time, YearsMonthsDuration
from balai.engine.rules.wording import kept_in_words

__all__ = [
    "Answer",
    "Audience",
    "Change",
    "DateTime",
    "DecisionInfo",
    "DecisionModel",
    "Expression",
    "FarDate",
    "Function",
    "InputInfo",
    "InputValues",
    "Range",
    "Reason",
    "RuleRemark",
    "Time",
    "YearsMonthsDuration",
    "compile_expression",
    "compile_unary_tests",
    "days_function",
    "from_json",
    "kept_in_words",
    "load_dmn",
    "to_json",
    "word_function",
]
