"""Random block-structured processes: their drawing, and what must happen in them, told by an independent reckoning."""

import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from balai.engine.process.tests.drawing import HEAD, flow

TASKS = ("userTask", "manualTask", "task", "serviceTask", "sendTask")
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"


@dataclass
class Block:
    """A part with one way in and one way out; `count` is the rounds of a loop, the instances, or the branch taken."""

    kind: str
    id: str
    parts: list["Block"] = field(default_factory=list)
    count: int = 1
    taken: tuple[int, ...] = ()

    def expected(self) -> Counter[str]:
        """Reckon how often each task must be done."""
        if self.kind in ("leaf", "wait"):
            return Counter({self.id: 1})
        if self.kind in ("parallel", "sequential"):
            return Counter({self.id: self.count})
        if self.kind in ("exclusive", "inclusive"):
            return sum((self.parts[n].expected() for n in self.taken), Counter())
        inner = sum((part.expected() for part in self.parts), Counter())
        if self.kind == "loop":
            # The last part of a loop is the task that says whether to go round again.
            return Counter({id: number * self.count for id, number in inner.items()})
        return inner

    def has(self, kind: str) -> bool:
        return self.kind == kind or any(part.has(kind) for part in self.parts)

    def join_in_loop(self, inside: bool = False) -> bool:
        """Tell whether a join lies inside a loop: where SpiffWorkflow opens it after one branch on a later round."""
        if inside and self.kind in ("and", "inclusive"):
            return True
        return any(part.join_in_loop(inside or (self.kind == "loop" and self.count > 1)) for part in self.parts)

    def loop_in_inclusive(self, inside: bool = False) -> bool:
        """Tell whether a loop lies in a branch of an inclusive gateway: SpiffWorkflow's join forgets that branch."""
        if inside and self.kind == "loop":
            return True
        return any(part.loop_in_inclusive(inside or self.kind == "inclusive") for part in self.parts)


class Builder:
    """Draws blocks at random, in FEEL or (for comparison) with Python's equals sign."""

    def __init__(self, chance: random.Random, kinds: tuple[str, ...], equals: str = "=") -> None:
        self.chance = chance
        self.kinds = kinds
        self.equals = equals
        self.serial = 0

    def fresh(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    def block(self, depth: int) -> Block:
        kind = self.chance.choice(self.kinds) if depth else "leaf"
        if kind in ("leaf", "wait", "parallel", "sequential"):
            return Block(kind, self.fresh("t"), count=self.chance.randint(0 if kind == "parallel" else 1, 3))
        parts = [
            self.block(depth - 1) for _ in range(self.chance.randint(1 if kind in ("seq", "sub", "loop") else 2, 3))
        ]
        block = Block(kind, self.fresh("g"), parts)
        if kind == "loop":
            block.count = self.chance.randint(1, 3)
            block.parts.append(Block("leaf", f"again_{block.id}"))
        if kind == "exclusive":
            block.taken = (self.chance.randrange(len(parts)),)
        if kind == "inclusive":
            taken = [n for n in range(len(parts)) if self.chance.random() < 0.6]
            block.taken = tuple(taken or [len(parts) - 1])
        return block

    # ---- drawing: each returns elements and flows, and the ids of its way in and out

    def draw(self, block: Block) -> tuple[str, str, str]:
        if block.kind == "leaf":
            task = "userTask" if block.id.startswith("again") or self.equals == "==" else self.chance.choice(TASKS)
            return f'<{task} id="{block.id}" name="{block.id}"/>', block.id, block.id
        if block.kind == "wait":
            return f'<intermediateCatchEvent id="{block.id}">{TIMER}</intermediateCatchEvent>', block.id, block.id
        if block.kind in ("parallel", "sequential"):
            flag = "true" if block.kind == "sequential" else "false"
            loop = f'<multiInstanceLoopCharacteristics isSequential="{flag}"><loopCardinality>{block.count}'
            loop += "</loopCardinality></multiInstanceLoopCharacteristics>"
            return f'<userTask id="{block.id}">{loop}</userTask>', block.id, block.id
        drawn = [self.draw(part) for part in block.parts]
        if block.kind == "seq":
            return self._chain(drawn)
        if block.kind == "sub":
            return self._sub(block, drawn)
        if block.kind == "loop":
            return self._loop(block, drawn)
        return self._split(block, drawn)

    def _chain(self, drawn: list[tuple[str, str, str]]) -> tuple[str, str, str]:
        text = "".join(part for part, _, _ in drawn)
        for (_, _, out), (_, into, _) in pairwise(drawn):
            text += flow(self.fresh("f"), out, into)
        return text, drawn[0][1], drawn[-1][2]

    def _sub(self, block: Block, drawn: list[tuple[str, str, str]]) -> tuple[str, str, str]:
        text, into, out = self._chain(drawn)
        start, end = f"s_{block.id}", f"e_{block.id}"
        text += f'<startEvent id="{start}"/><endEvent id="{end}"/>'
        text += flow(self.fresh("f"), start, into) + flow(self.fresh("f"), out, end)
        return f'<subProcess id="{block.id}" name="{block.id}">{text}</subProcess>', block.id, block.id

    def _loop(self, block: Block, drawn: list[tuple[str, str, str]]) -> tuple[str, str, str]:
        text, into, out = self._chain(drawn)
        merge, ask, back = f"m_{block.id}", f"x_{block.id}", self.fresh("f")
        onward = self.fresh("f")
        after = f"a_{block.id}"
        text += f'<exclusiveGateway id="{merge}"/><exclusiveGateway id="{after}"/>'
        text += f'<exclusiveGateway id="{ask}" default="{onward}"/>'
        text += flow(self.fresh("f"), merge, into) + flow(self.fresh("f"), out, ask)
        text += flow(back, ask, merge, f"again_{block.id} {self.equals} 1") + flow(onward, ask, after)
        return text, merge, after

    def _split(self, block: Block, drawn: list[tuple[str, str, str]]) -> tuple[str, str, str]:
        kind = {"and": "parallelGateway", "exclusive": "exclusiveGateway", "inclusive": "inclusiveGateway"}[block.kind]
        split, join = f"f_{block.id}", f"j_{block.id}"
        text = f'<{kind} id="{split}"/><{kind} id="{join}"/>'
        for number, (part, into, out) in enumerate(drawn):
            asked = f"{block.id}_{number} {self.equals} 1" if block.kind != "and" else ""
            text += part + flow(self.fresh("f"), split, into, asked) + flow(self.fresh("f"), out, join)
        return text, split, join

    def process(self, block: Block) -> bytes:
        text, into, out = self.draw(block)
        text += '<startEvent id="start"/><endEvent id="end"/>' + flow("first", "start", into) + flow("last", out, "end")
        return f'{HEAD}<process id="p" isExecutable="true">{text}</process></definitions>'.encode()


def choices(block: Block) -> dict[str, int]:
    """Return the data that lets each gateway take what the block says; the loops' answers come from their tasks."""
    data = {}
    if block.kind in ("exclusive", "inclusive"):
        data = {f"{block.id}_{n}": int(n in block.taken) for n in range(len(block.parts))}
    if block.kind == "loop":
        data = {f"again_{block.id}": 0}
    for part in block.parts:
        data |= choices(part)
    return data


def rounds(block: Block) -> dict[str, int]:
    """Map the asking task of each loop to its rounds."""
    found = {f"again_{block.id}": block.count} if block.kind == "loop" else {}
    for part in block.parts:
        found |= rounds(part)
    return found


def random_block(seed: int, kinds: tuple[str, ...], depth: int = 3, equals: str = "=") -> tuple[Block, bytes]:
    """Draw a process from a seed; the same seed and kinds give the same blocks."""
    builder = Builder(random.Random(seed), kinds, equals)
    block = Block("seq", "root", [builder.block(depth), builder.block(depth)])
    builder.chance = random.Random(seed)
    return block, builder.process(block)
