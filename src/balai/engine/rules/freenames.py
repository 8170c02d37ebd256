"""Find out what an expression reads from outside: names, and paths of names."""

from balai.engine.rules import nodes as n

Paths = set[tuple[str, ...]]


def free_paths(node: n.FeelNode) -> tuple[Paths, Paths]:
    """Answer the paths an expression surely reads, and those inside filters that may be members instead.

    A name of a built-in that is not called, such as `date` in `date > limit`, counts as a variable too: where nothing
    is known of the scope, it may be one.
    """
    sure: Paths = set()
    loose: Paths = set()
    _walk(node, frozenset(), sure, loose)
    return sure, loose - sure


def builtin_names(node: n.FeelNode) -> frozenset[str]:
    """Answer the names of built-ins that an expression mentions without calling them."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, n.Name) and current.builtin:
            found.add(current.name)
        waiting.extend(_inside(current))
    return frozenset(found)


def _inside(node: n.FeelNode) -> list[n.FeelNode]:
    """Answer the parts of a node, without the name of a built-in that is called."""
    if isinstance(node, n.FunctionCall) and isinstance(node.function, n.Name) and node.function.builtin:
        return list(node.arguments)
    return n.children(node)


def _walk(node: n.FeelNode, bound: frozenset[str], found: Paths, loose: Paths) -> None:
    path = _path(node)
    if path is not None:
        if path[0] not in bound:
            found.add(path)
    elif isinstance(node, n.FilterExpression):
        _walk(node.base, bound, found, loose)
        _walk(node.condition, bound | {"item"}, loose, loose)
    elif isinstance(node, n.For | n.Quantified):
        _loop(node, bound, found, loose)
    elif isinstance(node, n.FunctionDefinition):
        if not node.external:
            _walk(node.body, bound | {name for name, _ in node.parameters}, found, loose)
    elif isinstance(node, n.ContextNode):
        for key, value in node.entries:
            _walk(value, bound, found, loose)
            bound |= {key}
    elif isinstance(node, n.In):
        _walk(node.value, bound, found, loose)
        for test in node.tests:
            _walk(test, bound | {"?"}, found, loose)
    else:
        for child in _inside(node):
            _walk(child, bound, found, loose)


def _path(node: n.FeelNode) -> tuple[str, ...] | None:
    if isinstance(node, n.Name):
        return (node.name,)
    if isinstance(node, n.Path):
        base = _path(node.base)
        return None if base is None else (*base, node.member)
    return None


def _loop(node: n.For | n.Quantified, bound: frozenset[str], found: Paths, loose: Paths) -> None:
    if isinstance(node, n.For):
        bound |= {"partial"}
    for iterator in node.iterators:
        _walk(iterator.domain, bound, found, loose)
        if iterator.end is not None:
            _walk(iterator.end, bound, found, loose)
        bound |= {iterator.name}
    _walk(node.body if isinstance(node, n.For) else node.condition, bound, found, loose)
