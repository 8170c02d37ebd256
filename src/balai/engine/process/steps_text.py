"""The same process in words: a list of steps to stand beside the picture, for those who cannot or will not see it."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace

from balai.engine.process.process_graph import GATEWAYS, OPERATIONS, SCOPES, WORK, Flow, Graph, Node

WORDS = {
    "id": {
        "start": "Mulai",
        "work": "Tugas",
        "operation": "Otomatis",
        "rule": "Aturan",
        "scope": "Bagian",
        "choice": "Pilihan",
        "split": "Serentak",
        "join": "Tunggu semua",
        "first": "Mana yang lebih dulu",
        "wait": "Tunggu",
        "send": "Kirim",
        "end": "Selesai",
        "beside": "selama",
        "then": "lalu",
        "else": "selain itu",
        "live": "sedang berjalan",
        "done": "sudah",
        "lane": "oleh",
    },
    "en": {
        "start": "Start",
        "work": "Task",
        "operation": "Automatic",
        "rule": "Rule",
        "scope": "Part",
        "choice": "Choice",
        "split": "At the same time",
        "join": "Wait for all",
        "first": "Whichever comes first",
        "wait": "Wait",
        "send": "Send",
        "end": "End",
        "beside": "during",
        "then": "then",
        "else": "otherwise",
        "live": "now",
        "done": "done",
        "lane": "by",
    },
}


def list_steps(
    graph: Graph,
    lang: str = "id",
    *,
    live: Collection[str] = (),
    done: Collection[str] = (),
    labels: Mapping[str, str] | None = None,
) -> list[str]:
    """List the steps of a process as sentences in Indonesian or English, in the order they are met.

    `labels` are other words for elements and flows, by id.
    """
    graph = _relabel(graph, labels or {})
    words = WORDS.get(lang, WORDS["id"])
    return [_sentence(graph, node, words, live, done) for node in _ordered(graph)]


def _relabel(graph: Graph, labels: Mapping[str, str]) -> Graph:
    if not labels:
        return graph
    nodes = {
        id: replace(
            node,
            name=labels.get(id, node.name),
            outgoing=tuple(replace(flow, name=labels.get(flow.id, flow.name)) for flow in node.outgoing),
        )
        for id, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)


def _ordered(graph: Graph) -> list[Node]:
    """Walk from the starts breadth first; what lies inside a part follows the part."""
    seen: dict[str, Node] = {}
    queue = deque([*graph.starts, *graph.handlers])
    while queue:
        node = graph.nodes[queue.popleft()]
        if node.id in seen:
            continue
        seen[node.id] = node
        inside = [*node.starts, *node.handlers]
        queue.extendleft(reversed(inside))
        queue.extend(flow.target for flow in node.outgoing)
        queue.extend(node.boundaries)
        if node.compensation:
            queue.append(node.compensation)
    return list(seen.values())


def _kind(node: Node) -> str:
    if node.kind in WORK:
        return "work"
    if node.kind in OPERATIONS or node.kind == "scriptTask":
        return "operation"
    if node.kind == "businessRuleTask":
        return "rule"
    if node.kind in SCOPES:
        return "scope"
    if node.kind in GATEWAYS:
        return _gateway_kind(node)
    return {"startEvent": "start", "endEvent": "end", "intermediateThrowEvent": "send"}.get(node.kind, "wait")


def _gateway_kind(node: Node) -> str:
    if node.kind == "eventBasedGateway":
        return "first"
    if len(node.outgoing) < 2:
        return "join" if node.kind != "exclusiveGateway" else "then"
    return "split" if node.kind == "parallelGateway" else "choice"


def _sentence(graph: Graph, node: Node, words: dict[str, str], live: Collection[str], done: Collection[str]) -> str:
    kind = _kind(node)
    named = bool(node.name.strip()) or node.kind not in GATEWAYS
    text = words[kind].capitalize() + (f": {node.title}" if named else "")
    if node.attached_to:
        text += f" ({words['beside']} {graph.nodes[node.attached_to].title})"
    if node.lane:
        text += f" ({words['lane']} {node.lane})"
    mark = "live" if node.id in live else "done" if node.id in done else ""
    if mark:
        text += f" [{words[mark]}]"
    ways = [_way(graph, node, flow, words) for flow in node.outgoing]
    if len(ways) == 1:
        text += f", {words['then']} {ways[0]}"
    elif ways:
        text += f" – {'; '.join(ways)}"
    return text if text.endswith(("?", "!", ".")) else f"{text}."


def _way(graph: Graph, node: Node, flow: Flow, words: dict[str, str]) -> str:
    target = graph.nodes[flow.target]
    title = target.title if target.name.strip() or target.kind not in GATEWAYS else words[_kind(target)]
    if len(node.outgoing) < 2:
        return title
    label = " ".join(flow.name.split()) or (words["else"] if flow.id == node.default else flow.condition_text)
    return f"{label} → {title}" if label else title
