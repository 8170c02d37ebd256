"""The tree as files that any web server sends: tiles of up to 256 hashes, and bundles of the entries beneath (C2SP tlog-tiles)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from balai.base.tlog import merkle

WIDTH = 256  # hashes in a full tile
LONGEST = 65535  # bytes of an entry

Read = Callable[[str], bytes]  # a path below the log's address to what is there; raises `TileMissing`


class TileMissing(Exception):
    """A file that the log must have is not there."""


class Changed(Exception):
    """A file of the log is not what the checkpoint says; the words name it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the tree: its level (-1: entries), its place in the level, and how many of 256 it holds."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Name it below the log's address."""
        rest, groups = self.index, []
        while True:
            groups.append(f"{rest % 1000:03}")
            rest //= 1000
            if not rest:
                break
        place = "/".join([*(f"x{group}" for group in groups[:0:-1]), groups[0]])
        level = "entries" if self.level < 0 else str(self.level)
        return f"tile/{level}/{place}" + ("" if self.width == WIDTH else f".p/{self.width}")


def width_at(level: int, index: int, size: int) -> int:
    """Tell how many hashes a tile has in a tree of `size` leaves: 0 when there is none."""
    return max(0, min(WIDTH, (size >> (8 * max(level, 0))) - index * WIDTH))


def list_tiles(size: int, before: int = 0) -> Iterator[Tile]:
    """List the tiles and entry bundles that a tree of `size` has and one of `before` has not, as they are named at this size."""
    for level in (-1, *range(8)):
        count, old = size >> (8 * max(level, 0)), before >> (8 * max(level, 0))
        if not count:
            break
        if count == old:
            continue
        for index in range(old // WIDTH, (count + WIDTH - 1) // WIDTH):
            yield Tile(level, index, min(WIDTH, count - index * WIDTH))


def pack(entries: Sequence[bytes]) -> bytes:
    """Pack entries into a bundle, each after its length. :raises ValueError: for one of more than 65,535 bytes."""
    if any(len(entry) > LONGEST for entry in entries):
        raise ValueError(f"an entry is longer than {LONGEST} bytes")
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    """Unpack a bundle. :raises Changed: when a length does not fit."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2])
        if at + 2 > len(bundle) or end > len(bundle):
            raise Changed("a bundle of entries is cut off")
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


def hashes_in(tile: bytes) -> list[bytes]:
    """Cut a tile into its hashes."""
    return [tile[at : at + 32] for at in range(0, len(tile), 32)]


class Tree:
    """A tree of a certain size, read by its tiles; each is fetched once, and its inner hashes are worked out once."""

    def __init__(self, read: Read, size: int) -> None:
        self.size, self._read = size, read
        self._rows: dict[tuple[int, int], list[list[bytes]]] = {}

    @property
    def root(self) -> bytes:
        """Give the root over all leaves. :raises Missing: and :raises Changed: as `span` does."""
        return self.span(0, self.size) if self.size else merkle.EMPTY

    def span(self, low: int, high: int) -> bytes:
        """Give the root of some leaves that begin a whole subtree. :raises Missing: :raises Changed: for a tile of a wrong length."""
        count = high - low
        if count & (count - 1):
            middle = low + merkle.split(count)
            return merkle.hash_node(self.span(low, middle), self.span(middle, high))
        return self._node(count.bit_length() - 1, low // count)

    def leaf(self, index: int) -> bytes:
        """Give the hash of one leaf."""
        return self._node(0, index)

    def entry(self, index: int) -> bytes:
        """Give one entry, held against its leaf. :raises Changed: when it is not the leaf's."""
        return self.entries(index // WIDTH)[index % WIDTH]

    def entries(self, bundle: int) -> list[bytes]:
        """Give the entries of one bundle, each held against its leaf. :raises Changed: naming the first that is not the leaf's."""
        tile = Tile(-1, bundle, width_at(0, bundle, self.size))
        try:
            found = unpack(self._fetch(tile))[: tile.width]
        except Changed as fault:
            raise Changed(f"{tile.path}: {fault}") from None
        if len(found) < tile.width:
            raise Changed(f"{tile.path} holds {len(found)} of {tile.width} entries")
        for place, data in enumerate(found, bundle * WIDTH):
            if merkle.hash_leaf(data) != self.leaf(place):
                raise Changed(f"{tile.path}: entry {place} is not the leaf's")
        return found

    def prove_inclusion(self, index: int) -> list[bytes]:
        """Make the proof that a leaf is in this tree."""
        return merkle.prove_inclusion(index, self.size, self.span)

    def prove_consistency(self, before: int) -> list[bytes]:
        """Make the proof that this tree begins with the one of `before` leaves."""
        return merkle.prove_consistency(before, self.size, self.span)

    def find_fault(self, root: bytes, *, before: int = 0) -> str:
        """Go through every tile, from the root down to the entries, and name the first that does not hold; "" when all do.

        With `before`, a size that was gone through earlier, only what came since.
        """
        listed = sorted(list_tiles(self.size, before), key=lambda tile: -tile.level)
        try:
            if self.root != root:
                edge = ", ".join(tile.path for tile in listed if tile.level >= 0 and tile.width < WIDTH)
                return f"the tiles at the edge ({edge}) lead to another root than the checkpoint's: one of them was changed"
            for tile in listed:
                if tile.level < 0:
                    self.entries(tile.index)
                elif tile.level:
                    for below, kept in enumerate(self._tile_rows(tile.level, tile.index)[0], tile.index * WIDTH):
                        if (below + 1) << (8 * tile.level) > before and self._tile_rows(tile.level - 1, below)[8][
                            0
                        ] != kept:
                            return (
                                f"{Tile(tile.level - 1, below).path} was changed: it is not what {tile.path} says of it"
                            )
        except (TileMissing, Changed) as fault:
            return str(fault)
        return ""

    def _node(self, height: int, index: int) -> bytes:
        level, inner = divmod(height, 8)
        first = index << inner
        return self._tile_rows(level, first // WIDTH)[inner][(first % WIDTH) >> inner]

    def _tile_rows(self, level: int, index: int) -> list[list[bytes]]:
        rows = self._rows.get((level, index))
        if rows is None:
            width = width_at(level, index, self.size)
            rows = [hashes_in(self._fetch(Tile(level, index, width)))[:width]]
            while len(rows[-1]) > 1:
                row = rows[-1]
                rows.append([merkle.hash_node(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)])
            self._rows[level, index] = rows
        return rows

    def _fetch(self, tile: Tile) -> bytes:
        try:
            found = self._read(tile.path)
        except TileMissing:
            if tile.width == WIDTH:
                raise
            tile_whole = Tile(tile.level, tile.index)  # a partial tile may go once the full one is there
            try:
                found = self._read(tile_whole.path)
            except TileMissing:
                raise TileMissing(f"{tile.path} is missing") from None
        if tile.level >= 0 and (len(found) % 32 or len(found) < tile.width * 32):
            raise Changed(f"{tile.path} is of a wrong length")
        return found


class RightEdge:
    """The right edge of a tree, to which leaves are appended: of each level the hashes of its last, unfinished tile."""

    def __init__(self, size: int = 0, rows: Sequence[Sequence[bytes]] = ()) -> None:
        self.size = size
        self.rows: list[list[bytes]] = [list(row) for row in rows]

    @classmethod
    def of(cls, size: int, read: Read) -> "RightEdge":
        """Read the edge of a tree that is there. :raises Missing: :raises Changed: when a tile of it is not as it must be."""
        tree, rows, level = Tree(read, size), [], 0
        while count := size >> (8 * level):
            width = count % WIDTH
            rows.append(hashes_in(tree._fetch(Tile(level, count // WIDTH, width)))[:width] if width else [])
            level += 1
        return cls(size, rows)

    @property
    def root(self) -> bytes:
        """Give the root over all leaves."""
        node = b""
        for row in self.rows:  # from the smallest subtrees on the right to the largest on the left
            rest = list(row)
            while rest:
                width = len(rest) & -len(rest)
                whole = merkle.root_of(rest[-width:])
                node = merkle.hash_node(whole, node) if node else whole
                del rest[-width:]
        return node or merkle.EMPTY

    def append(self, leaves: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Append leaf hashes and give the tiles that came of it, full ones and the unfinished last of each level."""
        self.size += len(leaves)
        written: list[tuple[Tile, bytes]] = []
        fresh, level = list(leaves), 0
        while fresh:
            if level == len(self.rows):
                self.rows.append([])
            begun = (self.size >> (8 * level)) // WIDTH
            row = self.rows[level] + fresh
            full, self.rows[level] = len(row) // WIDTH, row[len(row) // WIDTH * WIDTH :]
            fresh = []
            for number in range(full):
                hashes = row[number * WIDTH : (number + 1) * WIDTH]
                written.append((Tile(level, begun - full + number), b"".join(hashes)))
                fresh.append(merkle.root_of(hashes))
            if self.rows[level]:
                written.append((Tile(level, begun, len(self.rows[level])), b"".join(self.rows[level])))
            level += 1
        return written
