"""Compile the elements of a decision model: input data, decisions, knowledge models and decision services.

Source: DMN 1.5, 6.3 and 10.4.
"""

from collections.abc import Callable

from balai.engine.rules import types
from balai.engine.rules.boxed import BoxedSite, compile_boxed, function_parts, null, typed
from balai.engine.rules.feel_compiler import Code, closure
from balai.engine.rules.feel_values import MISSING, Function, Parameter
from balai.engine.rules.limits import Env, Runtime
from balai.engine.rules.requirements_graph import DrgElement, Session, prefix_of, referred
from balai.engine.rules.types import Type, convert


def _place(item: DrgElement) -> BoxedSite:
    names = {prefix or name for name, prefix, _ in item.needs}
    return BoxedSite(item.module.shop, item.name, frozenset(names))


def _variable_type(item: DrgElement) -> Type | None:
    variable = item.element.child("variable")
    return None if variable is None else item.module.shop.types.refer(variable, variable.get("typeRef"))


def _compile_input(item: DrgElement) -> None:
    item.type = kind = _variable_type(item)
    name, key = item.name, item.key
    qualified = f"{item.module.source.namespace}#{name}"

    def get(session: Session) -> object:
        known = session.known.get(key, MISSING)
        if known is not MISSING:
            return known
        value = session.given.get(name, MISSING)
        if value is MISSING:
            value = session.given.get(qualified, MISSING)
        if value is MISSING:
            session.runtime.note(f"The input “{name}” was not given.")
            session.runtime.missing.append(name)
            value = None
        elif kind is not None:
            value = convert(value, kind)
            if value is MISSING:
                session.runtime.note(f"The input “{name}” is not of the type {kind}, or not an allowed value.")
                value = None
        session.known[key] = value
        return value

    item.get = get


def _scope(item: DrgElement) -> Callable[[Session], Env]:
    """Answer what makes the scope of an element from the values of all it needs."""
    plain = [(name, need) for name, prefix, need in item.needs if not prefix]
    imported: dict[str, list[tuple[str, DrgElement]]] = {}
    for name, prefix, need in item.needs:
        if prefix:
            imported.setdefault(prefix, []).append((name, need))

    def make(session: Session) -> Env:
        variables = {name: need.get(session) for name, need in plain}
        for prefix, needs in imported.items():
            inner = session.inside(prefix)
            variables[prefix] = {name: need.get(inner) for name, need in needs}
        return Env(variables, None, session.runtime)

    return make


def _compile_decision(item: DrgElement) -> None:
    item.type = kind = _variable_type(item)
    expression, key = item.element.expression, item.key
    code: Code = null if expression is None else compile_boxed(expression, _place(item))
    code = typed(code, kind, item.name)
    scope = _scope(item)

    def get(session: Session) -> object:
        known = session.known.get(key, MISSING)
        if known is MISSING:
            known = session.known[key] = code(scope(session))
        return known

    item.get = get


def _compile_knowledge(item: DrgElement) -> None:
    returns = _result_type(_variable_type(item))
    logic, name, key = item.element.child("encapsulatedLogic"), item.name, item.key
    place = _place(item).knowing((name,))
    parameters, body, result = ((), null, None) if logic is None else function_parts(logic, place)
    if body is not None and returns is not None:
        body = typed(body, returns, name)
    scope = _scope(item)

    def get(session: Session) -> object:
        known = session.known.get(key, MISSING)
        if known is MISSING:
            holder = Env({}, None, session.runtime)
            known = session.known[key] = closure(parameters, body, holder, name, result or returns)
            # Filled afterwards: a knowledge model may call itself, and two may call each other.
            holder.vars = {name: known, **scope(session).vars}
        return known

    item.get = get
    item.type = types.FunctionType()


def _compile_service(item: DrgElement) -> None:
    inputs = _all_referred(item, "inputData") + _all_referred(item, "inputDecision")
    outputs = _all_referred(item, "outputDecision")
    if not outputs:
        item.module.shop.report(item.element, item.name, "The decision service has no output decision.", "Add one.")
    key, name = item.key, item.name
    item.outputs = tuple(output.name for output in outputs)
    returns = _result_type(_variable_type(item))

    def get(session: Session) -> object:
        known = session.known.get(key, MISSING)
        if known is MISSING:
            parameters = tuple(Parameter(need.name, need.type) for need in inputs)
            call = _service_call(item, session, inputs, outputs, returns)
            known = session.known[key] = Function(name, parameters, call, returns=returns)
        return known

    item.get = get


def _service_call(
    item: DrgElement, session: Session, inputs: list[DrgElement], outputs: list[DrgElement], returns: Type | None
) -> Callable[[Runtime, list[object]], object]:
    """Answer what calling a service does: its inputs hold what was given, everything else is worked out anew."""

    def call(runtime: Runtime, arguments: list[object]) -> object:
        inner = Session(dict(session.given), runtime)
        for need, value in zip(inputs, arguments, strict=True):
            inner.inside(prefix_of(item.module, need.module)).known[need.key] = value
        values = {output.name: output.get(inner.inside(prefix_of(item.module, output.module))) for output in outputs}
        result = convert(values if len(outputs) != 1 else values[outputs[0].name], returns)
        if result is MISSING:
            runtime.note(f"The value of {item.name} is not of the type {returns}.")
            return None
        return result

    return call


def _all_referred(item: DrgElement, name: str) -> list[DrgElement]:
    modules = [item.module, *(other for _, other in item.module.imports)]
    found = (referred(item.module, element, modules) for element in item.element.all(name))
    return [one for one in found if one is not None]


def _result_type(kind: Type | None) -> Type | None:
    """Answer the type of what a function of this type answers; another type is that of the answer itself."""
    declared = types.bare(kind)
    return declared.returns if isinstance(declared, types.FunctionType) else kind


def compile_element(item: DrgElement) -> None:
    """Compile one element: afterwards its `get` answers its value, and its type is known."""
    _COMPILERS[item.kind](item)


_COMPILERS: dict[str, Callable[[DrgElement], None]] = {
    "inputData": _compile_input,
    "decision": _compile_decision,
    "businessKnowledgeModel": _compile_knowledge,
    "decisionService": _compile_service,
}
