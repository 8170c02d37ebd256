"""Functions over lists. Source: DMN 1.5, 10.3.4.4 and 10.3.4.11."""

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.calls import invoke
from balai.engine.rules.feel_numbers import NUMBERS, ONE, ZERO
from balai.engine.rules.feel_values import Function
from balai.engine.rules.limits import MAX_STEPS, LimitReached, Runtime
from balai.engine.rules.operators import compare, equal, greater, less


def same(left: object, right: object) -> bool:
    """Answer whether two values count as the same element."""
    return equal(left, right) is True


@builtin("list contains", "list: list, element: any")
def list_contains(runtime: Runtime, items: list[object], element: object) -> bool:
    """Answer whether an element is in the list."""
    runtime.spend(len(items))
    return any(same(item, element) for item in items)


@builtin("count", "list: list")
def count(runtime: Runtime, items: list[object]) -> Decimal:
    """Answer the number of elements."""
    return Decimal(len(items))


def _extreme(runtime: Runtime, items: list[object], better: Any) -> object:
    runtime.spend(len(items))
    if not items:
        return None
    best = items[0]
    for item in items:
        if compare(best, item) is None:
            return None
        if better(item, best):
            best = item
    return best


@builtin("min", "list: list", variadic="elements")
def minimum(runtime: Runtime, items: list[object]) -> object:
    """Answer the smallest element; null of an empty list, and where the elements have no order."""
    return _extreme(runtime, items, less)


@builtin("max", "list: list", variadic="elements")
def maximum(runtime: Runtime, items: list[object]) -> object:
    """Answer the largest element; null of an empty list, and where the elements have no order."""
    return _extreme(runtime, items, greater)


def numbers(runtime: Runtime, items: list[object]) -> list[Decimal] | None:
    """Answer the elements when all of them are numbers and there is at least one."""
    runtime.spend(len(items))
    found = [item for item in items if isinstance(item, Decimal)]
    return found if found and len(found) == len(items) else None


def total(items: list[Decimal]) -> Decimal:
    """Answer the sum of numbers."""
    result = ZERO
    for item in items:
        result = NUMBERS.add(result, item)
    return result


@builtin("sum", "list: list", variadic="elements")
def sum_of(runtime: Runtime, items: list[object]) -> Decimal | None:
    """Answer the sum of numbers; null of an empty list."""
    found = numbers(runtime, items)
    return None if found is None else total(found)


@builtin("mean", "list: list", variadic="elements")
def mean(runtime: Runtime, items: list[object]) -> Decimal | None:
    """Answer the average of numbers."""
    found = numbers(runtime, items)
    return None if found is None else NUMBERS.divide(total(found), Decimal(len(found)))


@builtin("product", "list: list", variadic="elements")
def product(runtime: Runtime, items: list[object]) -> Decimal | None:
    """Answer the product of numbers."""
    found = numbers(runtime, items)
    if found is None:
        return None
    result = ONE
    for item in found:
        result = NUMBERS.multiply(result, item)
    return result


@builtin("median", "list: list", variadic="elements")
def median(runtime: Runtime, items: list[object]) -> Decimal | None:
    """Answer the number in the middle, or the average of the two in the middle."""
    found = numbers(runtime, items)
    if found is None:
        return None
    found.sort()
    middle = len(found) // 2
    if len(found) % 2:
        return found[middle]
    return NUMBERS.divide(NUMBERS.add(found[middle - 1], found[middle]), Decimal(2))


@builtin("stddev", "list: list", variadic="elements")
def standard_deviation(runtime: Runtime, items: list[object]) -> Decimal | None:
    """Answer the standard deviation of a sample of at least two numbers."""
    found = numbers(runtime, items)
    if found is None or len(found) < 2:
        return None
    average = NUMBERS.divide(total(found), Decimal(len(found)))
    squares = [NUMBERS.power(NUMBERS.subtract(item, average), 2) for item in found]
    return NUMBERS.sqrt(NUMBERS.divide(total(squares), Decimal(len(found) - 1)))


@builtin("mode", "list: list", variadic="elements")
def mode(runtime: Runtime, items: list[object]) -> list[Decimal] | None:
    """Answer the most frequent numbers in ascending order; nothing of an empty list."""
    if not items:
        return []
    found = numbers(runtime, items)
    if found is None:
        return None
    counts: dict[Decimal, int] = {}
    for item in found:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values())
    return sorted(item for item, times in counts.items() if times == most)


def _ternary(items: list[object], decisive: bool) -> bool | None:
    if any(item is decisive for item in items):
        return decisive
    return not decisive if all(type(item) is bool for item in items) else None


@builtin("all", "list: list", variadic="elements")
def all_of(runtime: Runtime, items: list[object]) -> bool | None:
    """Answer false if one element is false, true if all are true."""
    return _ternary(items, decisive=False)


@builtin("any", "list: list", variadic="elements")
def any_of(runtime: Runtime, items: list[object]) -> bool | None:
    """Answer true if one element is true, false if all are false."""
    return _ternary(items, decisive=True)


@builtin("sublist", "list: list, start position: number, length?: number")
def sublist(runtime: Runtime, items: list[object], start: Decimal, length: Decimal | None) -> list[object] | None:
    """Answer the elements from a position, counted from 1, or from the end when negative."""
    position = _truncated(start)
    size = len(items) if length is None else _truncated(length)
    if size < 0 or position == 0 or abs(position) > len(items):
        return None
    begin = position - 1 if position > 0 else len(items) + position
    if length is not None and begin + size > len(items):
        return None
    return items[begin : begin + size]


def _room(runtime: Runtime, size: int) -> None:
    runtime.spend(size)
    if size > MAX_STEPS:
        raise LimitReached("A list would become too long.")


@builtin("append", "list: list, item: any", variadic="rest")
def append(runtime: Runtime, items: list[object], more: list[object]) -> list[object]:
    """Answer the list with elements added at its end."""
    _room(runtime, len(items) + len(more))
    return [*items, *more]


@builtin("concatenate", "list: list", variadic="rest")
def concatenate(runtime: Runtime, lists: list[object]) -> list[object] | None:
    """Answer the elements of several lists in one; a single value counts as a list of one."""
    joined: list[object] = []
    for part in lists:
        if part is None:
            return None
        joined.extend(part if isinstance(part, list) else [part])
    _room(runtime, len(joined))
    return joined


def _truncated(number: Decimal) -> int:
    """Answer the whole part of a position or length; one beyond every list stays beyond it."""
    return int(number) if number.adjusted() < 12 else (-(10**12) if number < 0 else 10**12)


def _index(position: Decimal, size: int) -> int | None:
    number = _truncated(position)
    if number == 0 or abs(number) > size:
        return None
    return number - 1 if number > 0 else size + number


@builtin("insert before", "list: list, position: number, newItem: any")
def insert_before(runtime: Runtime, items: list[object], position: Decimal, item: object) -> list[object] | None:
    """Answer the list with an element added before a position."""
    index = _index(position, len(items))
    _room(runtime, len(items))
    return None if index is None else [*items[:index], item, *items[index:]]


@builtin("remove", "list: list, position: number")
def remove(runtime: Runtime, items: list[object], position: Decimal) -> list[object] | None:
    """Answer the list without the element at a position."""
    index = _index(position, len(items))
    _room(runtime, len(items))
    return None if index is None else items[:index] + items[index + 1 :]


@builtin("list replace", "list: list, position: number, newItem: any")
def list_replace(runtime: Runtime, items: list[object], position: Decimal, item: object) -> list[object] | None:
    """Answer the list with another element at a position."""
    index = _index(position, len(items))
    _room(runtime, len(items))
    return None if index is None else [*items[:index], item, *items[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any")
def list_replace_matching(runtime: Runtime, items: list[object], match: Function, item: object) -> list[object] | None:
    """Answer the list with another element wherever match(element, new element) is true."""
    replaced: list[object] = []
    for old in items:
        found = invoke(match, runtime, [old, item])
        if type(found) is not bool:
            return None
        replaced.append(item if found else old)
    return replaced


@builtin("reverse", "list: list")
def reverse(runtime: Runtime, items: list[object]) -> list[object]:
    """Answer the list from its end to its beginning."""
    _room(runtime, len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any")
def index_of(runtime: Runtime, items: list[object], match: object) -> list[Decimal]:
    """Answer the positions of an element, counted from 1."""
    runtime.spend(len(items))
    return [Decimal(i) for i, item in enumerate(items, 1) if same(item, match)]


def distinct(runtime: Runtime, items: list[object]) -> list[object]:
    """Answer the elements without repetition, in order of their first appearance."""
    kept: list[object] = []
    seen: set[object] = set()
    for item in items:
        runtime.spend(1)
        if isinstance(item, Decimal | str | bool):
            key = (type(item), item)
            if key not in seen:
                seen.add(key)
                kept.append(item)
            continue
        runtime.spend(4 * len(kept))  # comparing contexts costs several steps each
        if not any(same(item, other) for other in kept):
            kept.append(item)
    return kept


@builtin("union", "list: list", variadic="rest")
def union(runtime: Runtime, lists: list[object]) -> list[object] | None:
    """Answer the elements of several lists without repetition."""
    joined = concatenate(runtime, lists)
    return None if joined is None else distinct(runtime, joined)


@builtin("distinct values", "list: list")
def distinct_values(runtime: Runtime, items: list[object]) -> list[object]:
    """Answer the elements without repetition."""
    return distinct(runtime, items)


@builtin("flatten", "list: list")
def flatten(runtime: Runtime, items: list[object]) -> list[object]:
    """Answer the elements of all lists inside the list, however deep."""
    flat: list[object] = []
    waiting = list(reversed(items))
    while waiting:
        runtime.spend(1)
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        else:
            flat.append(item)
    return flat


class _NoOrder(ValueError):
    """The function that should tell which of two comes first did not."""


@builtin("sort", "list: list, precedes?: function")
def sort(runtime: Runtime, items: list[object], precedes: Function | None) -> list[object]:
    """Answer the list in the order that precedes(x, y) tells, or in the natural one; equals keep their places."""

    def order(left: object, right: object) -> int:
        if precedes is None:
            natural = compare(left, right)
            if natural is None:
                raise _NoOrder("these elements have no order")
            return natural
        if invoke(precedes, runtime, [left, right]) is True:
            return -1
        return 1 if invoke(precedes, runtime, [right, left]) is True else 0

    runtime.spend(len(items))
    return sorted(items, key=cmp_to_key(order))
