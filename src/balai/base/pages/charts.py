"""Charts as values that templates draw in SVG: no script, no style attribute, the numbers always beside the picture."""

from collections.abc import Callable, Sequence
from math import floor, log10

from balai.base.pages.parts import Bar, Plot, Tone


def bars(
    points: Sequence[tuple[str, float]],
    *,
    show: Callable[[float], str] = lambda value: f"{value:g}",
    tones: Sequence[Tone] = (),
    whole: float | None = None,
) -> tuple[Bar, ...]:
    """Make horizontal bars, each as long as its part of `whole`, or of the largest; negative values draw as nothing."""
    top = whole if whole is not None else max((value for _, value in points), default=0)
    return tuple(
        Bar(
            label,
            show(value),
            round(100 * max(value, 0) / top, 2) if top > 0 else 0.0,
            tones[at] if at < len(tones) else "",
        )
        for at, (label, value) in enumerate(points)
    )


def line(
    title: str,
    points: Sequence[tuple[str, float]],
    *,
    goal: float | None = None,
    show: Callable[[float], str] = lambda value: f"{value:g}",
) -> Plot:
    """Make a line chart from zero to a round top; at most five words stand under it."""
    top = round_up(max([value for _, value in points] + ([goal] if goal is not None else []), default=0))
    count = len(points)
    spots = [
        (100 * at / (count - 1) if count > 1 else 50.0, 100 - 100 * max(value, 0) / top)
        for at, (_, value) in enumerate(points)
    ]
    pairs = [f"{x:.2f} {y:.2f}" for x, y in spots]
    return Plot(
        title=title,
        path="M" + "L".join(pairs) if pairs else "",
        dots="".join(f"M{pair}h0" for pair in pairs),
        goal=f"M0 {100 - 100 * goal / top:.2f}H100" if goal is not None else "",
        ys=(show(top), show(top / 2), show(0)),
        xs=tuple(label for label, _ in _spread(points, 5)),
        rows=tuple((label, show(value)) for label, value in points),
    )


def round_up(value: float) -> float:
    """Give the next number of the form 1, 2 or 5 times a power of ten; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def _spread(points: Sequence[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    """Pick at most `most` points evenly, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    return [points[round(at * (len(points) - 1) / (most - 1))] for at in range(most)]
