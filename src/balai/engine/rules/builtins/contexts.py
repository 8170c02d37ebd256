"""Functions over contexts. Source: DMN 1.5, 10.3.4.9."""

from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.limits import Runtime

Context = dict[str, object]


@builtin("get value", "m: context, key: string")
def get_value(runtime: Runtime, m: Context, key: str) -> object:
    """Answer the value of a key, null where there is none."""
    return m.get(key)


@builtin("get entries", "m: context")
def get_entries(runtime: Runtime, m: Context) -> list[object]:
    """Answer the entries as a list of contexts with key and value."""
    runtime.spend(len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context", "entries: list")
def context(runtime: Runtime, entries: list[object]) -> Context | None:
    """Answer the context with these entries; null where a key is no text or appears twice."""
    made: Context = {}
    runtime.spend(len(entries))
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(key := entry.get("key"), str):
            return None
        if key in made:
            return None
        made[key] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: any")
def context_put(runtime: Runtime, before: Context, key: str, value: object) -> Context:
    """Answer the context with one entry added or changed."""
    runtime.spend(len(before))
    return {**before, key: value}


@builtin("context put", "context: context, keys: list, value: any")
def context_put_deep(runtime: Runtime, before: Context, keys: list[object], value: object) -> object:
    """Answer the context with one entry added or changed, found by a path of keys."""
    runtime.spend(len(before) + 1)
    if not keys or not isinstance(keys[0], str):
        return None
    if len(keys) == 1:
        return {**before, keys[0]: value}
    inner = before.get(keys[0])
    if not isinstance(inner, dict):
        return None
    changed = context_put_deep(runtime, inner, keys[1:], value)
    return None if changed is None else {**before, keys[0]: changed}


@builtin("context merge", "contexts: list")
def context_merge(runtime: Runtime, contexts: list[object]) -> Context | None:
    """Answer the entries of several contexts in one; later ones win."""
    merged: Context = {}
    for part in contexts:
        if not isinstance(part, dict):
            return None
        runtime.spend(len(part))
        merged.update(part)
    return merged
