"""Find out what an expression reads from outside: names, and paths of names."""

from balai.engine.rules import nodes as n

Paths = set[tuple[str, ...]]


def free_paths(node: n.Node) -> tuple[Paths, Paths]:
    """Answer the paths an expression surely reads, and those inside filters that may be members instead."""
    sure: Paths = set()
    loose: Paths = set()
    _walk(node, frozenset(), sure, loose)
    return sure, loose - sure


def _walk(node: n.Node, bound: frozenset[str], found: Paths, loose: Paths) -> None:
    path = _path(node)
    if path is not None:
        if path[0] not in bound:
            found.add(path)
    elif isinstance(node, n.Filter):
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
        for child in n.children(node):
            _walk(child, bound, found, loose)


def _path(node: n.Node) -> tuple[str, ...] | None:
    if isinstance(node, n.Name):
        return None if node.builtin else (node.name,)
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
