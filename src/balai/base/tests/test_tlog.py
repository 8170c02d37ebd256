"""The public log as pure functions: trees and their proofs, tiles, notes, bundles."""

import base64
import hashlib
import random
from collections.abc import Callable

import pytest

from balai.base.tlog import bundle, merkle, notes, tiles

LEAVES = [hashlib.sha256(str(number).encode()).digest() for number in range(70_000)]


def span(low: int, high: int) -> bytes:
    return merkle.root_of(LEAVES[low:high])


def reader(files: dict[str, bytes]) -> tiles.Read:
    def read(path: str) -> bytes:
        if path not in files:
            raise tiles.TileMissing(f"{path} is missing")
        return files[path]

    return read


def grow(*steps: int) -> tuple[tiles.RightEdge, dict[str, bytes]]:
    edge, files = tiles.RightEdge(), {}
    for step in steps:
        some = LEAVES[edge.size : edge.size + step]
        files |= {tile.path: content for tile, content in edge.append(some)}
    return edge, files


# ---- trees -----------------------------------------------------------------------------------------------------------


def test_the_root_is_that_of_the_standard() -> None:
    """RFC 6962 defines the empty root and the leaf's prefix; a root of three is the node over two and one."""
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.hash_leaf(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    one, two, three = LEAVES[:3]
    assert merkle.root_of([one, two, three]) == merkle.hash_node(merkle.hash_node(one, two), three)


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65])
def test_every_proof_of_a_small_tree_holds_and_no_other(size: int) -> None:
    root = span(0, size)
    for index in range(size):
        proof = merkle.prove_inclusion(index, size, span)
        merkle.require_inclusion(index, size, LEAVES[index], proof, root)
        refused(merkle.require_inclusion, index, size, LEAVES[index + 1], proof, root)
        refused(merkle.require_inclusion, index, size, LEAVES[index], [*proof, root], root)
        refused(merkle.require_inclusion, index, size, LEAVES[index], proof[:-1] if proof else [root], root)
        if size > 1:
            refused(merkle.require_inclusion, (index + 1) % size, size, LEAVES[index], proof, root)
    for before in range(1, size + 1):
        proof = merkle.prove_consistency(before, size, span)
        merkle.require_consistency(before, size, proof, span(0, before), root)
        refused(merkle.require_consistency, before, size, [*proof, root], span(0, before), root)
        refused(merkle.require_consistency, before, size, proof, span(1, before + 1), root)
        refused(merkle.require_consistency, before, size, proof, span(0, before), span(1, size + 1))
        if proof:
            refused(merkle.require_consistency, before, size, proof[:-1], span(0, before), root)
            bent = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
            refused(merkle.require_consistency, before, size, bent, span(0, before), root)


def refused(judge: Callable[..., None], *given: object) -> None:
    with pytest.raises(merkle.NotProven):
        judge(*given)


@pytest.mark.parametrize(
    "given", [(0, 0, [], b"a", b"b"), (0, 1, [], b"", LEAVES[0]), (2, 1, [], b"", b""), (1, 1, [], b"a", b"b")]
)
def test_what_proves_nothing_is_refused(given: tuple[int, int, list[bytes], bytes, bytes]) -> None:
    refused(merkle.require_consistency, *given)


# ---- tiles -----------------------------------------------------------------------------------------------------------


def test_tiles_are_named_as_the_specification_says() -> None:
    assert tiles.Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert tiles.Tile(-1, 5, 12).path == "tile/entries/005.p/12"
    listed = list(tiles.list_tiles(70_000))
    by_level = {level: [tile for tile in listed if tile.level == level] for level in range(4)}
    assert [len(by_level[level]) for level in range(4)] == [274, 2, 1, 0]
    assert (by_level[0][-1].width, by_level[1][-1].width, by_level[2][-1].width) == (112, 17, 1)
    assert list(tiles.list_tiles(256))[-1] == tiles.Tile(1, 0, 1)


def test_a_tree_that_grew_in_any_steps_is_the_same_tree() -> None:
    chance, steps = random.Random(11), []
    while sum(steps) < 66_500:
        steps.append(chance.choice([1, 3, 255, 256, 257, 1000, 9000]))
    edge, files = grow(*steps)
    size, root = edge.size, span(0, edge.size)
    assert edge.root == root
    assert tiles.RightEdge.of(size, reader(files)).root == root
    tree = tiles.Tree(reader(files), size)
    assert tree.root == root
    for _ in range(30):
        index, before = chance.randrange(size), chance.randrange(1, size + 1)
        merkle.require_inclusion(index, size, LEAVES[index], tree.prove_inclusion(index), root)
        merkle.require_consistency(before, size, tree.prove_consistency(before), span(0, before), root)


def test_a_partial_tile_that_went_is_read_from_the_full_one() -> None:
    _, files = grow(200, 300)
    assert "tile/0/000.p/200" in files
    del files["tile/0/000.p/200"]
    assert tiles.Tree(reader(files), 200).root == span(0, 200)


def with_entries(count: int) -> tuple[bytes, dict[str, bytes]]:
    entries = [f"entry {number}".encode() for number in range(count)]
    edge, files = tiles.RightEdge(), {}
    files = {tile.path: content for tile, content in edge.append([merkle.hash_leaf(each) for each in entries])}
    for at in range(0, count, 256):
        some = entries[at : at + 256]
        files[tiles.Tile(-1, at // 256, len(some)).path] = tiles.pack(some)
    return edge.root, files


def test_one_bit_anywhere_is_found_and_its_tile_named() -> None:
    root, files = with_entries(600)
    assert tiles.Tree(reader(files), 600).find_fault(root) == ""
    for path, content in files.items():
        for at in (0, len(content) // 2, len(content) - 1):
            bent = bytearray(content)
            bent[at] ^= 4
            assert path in tiles.Tree(reader(files | {path: bytes(bent)}), 600).find_fault(root), at
        assert path in tiles.Tree(reader({p: c for p, c in files.items() if p != path}), 600).find_fault(root)


# ---- notes -----------------------------------------------------------------------------------------------------------

LOG = notes.NoteSigner("hall.example/log", bytes(range(32)))
WITNESS = notes.NoteSigner("witness.example/w1", bytes(range(32, 64)), notes.WITNESS)


def test_the_note_of_the_specification_is_read() -> None:
    """The checkpoint of the examples in C2SP tlog-cosignature: another's log and witness, whose keys nobody here knows."""
    text = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    note = notes.SignedNote.read(text)
    assert str(note) == text
    assert notes.Checkpoint.read(note.text).size == 20852163
    assert note.signatures[1].seconds == 1679315147
    assert note.signed_by([LOG.verifier]) == []


def test_a_key_is_handed_on_in_one_line() -> None:
    for signer in (LOG, WITNESS):
        assert notes.Verifier.read(signer.verifier.line) == signer.verifier
    with pytest.raises(ValueError, match="does not fit its id"):
        notes.Verifier.read(LOG.verifier.line.replace("hall", "wall"))
    with pytest.raises(ValueError, match="is no key"):
        notes.Verifier.read("nobody")


def test_a_checkpoint_says_who_signed_it() -> None:
    checkpoint = notes.Checkpoint("hall.example/log", 3, span(0, 3))
    note = checkpoint.sign([LOG]).beside([WITNESS.sign(checkpoint.text, 1_800_000_000)])
    read, _, seen = notes.open_checkpoint(str(note), [LOG.verifier], [WITNESS.verifier])
    assert read == checkpoint
    assert [(key.name, signature.seconds) for key, signature in seen] == [("witness.example/w1", 1_800_000_000)]
    other = notes.NoteSigner(LOG.name, bytes(32))
    with pytest.raises(notes.Unsigned, match="an old key"):
        notes.open_checkpoint(str(note), [other.verifier])
    with pytest.raises(notes.Unsigned, match="is not on this text"):
        notes.open_checkpoint(str(note).replace("\n3\n", "\n4\n"), [LOG.verifier])
    with pytest.raises(notes.Unsigned, match="another log"):
        stranger = notes.Checkpoint("wall.example/log", 3, span(0, 3)).sign([LOG])
        notes.open_checkpoint(str(stranger), [LOG.verifier])


@pytest.mark.parametrize(
    "text", ["", "a\n", "a\n\n", "a\n\n— x\n", "a\n\n— x AAAA\n", "a\tb\n\n— x AAAAAAAA\n", "a\n\n- x AAAAAAAA\n"]
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(notes.Unsigned):
        notes.SignedNote.read(text)


@pytest.mark.parametrize("text", ["a\n1\n", "a\n01\n{}\n", "a\n-1\n{}\n", "a\n1\nAAAA\n", "a\nx\n{}\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(notes.Unsigned):
        notes.Checkpoint.read(text.format(base64.b64encode(bytes(32)).decode()))


# ---- bundles ---------------------------------------------------------------------------------------------------------


def test_a_bundle_shows_an_entry_and_no_other() -> None:
    opening = bundle.Opening(bytes(16), bytes(32), '["case:1",1]')
    entries = [b"a", opening.data, b"c"]
    hashes = [merkle.hash_leaf(each) for each in entries]
    checkpoint = notes.Checkpoint(LOG.name, 3, merkle.root_of(hashes))
    note = checkpoint.sign([LOG]).beside([WITNESS.sign(checkpoint.text, 7)])
    proof = merkle.prove_inclusion(1, 3, lambda low, high: merkle.root_of(hashes[low:high]))
    text = str(bundle.Bundle(1, tuple(proof), str(note), opening.pack()))
    made = bundle.Bundle.read(text)
    assert str(made) == text
    opened, verdict = made.judge_entry([LOG.verifier], [WITNESS.verifier], least=1)
    assert opened.fields == ["case:1", 1]
    assert (verdict.size, verdict.index, verdict.witnessed) == (3, 1, (bundle.Witnessed("witness.example/w1", 7),))
    with pytest.raises(notes.Unsigned, match="0 of 1 witnesses"):
        made.judge_entry([LOG.verifier], least=1)
    with pytest.raises(merkle.NotProven):
        made.judge(b"c", [LOG.verifier])
    other = bundle.Opening(bytes(16), bytes(32), '["case:2",1]')
    with pytest.raises(merkle.NotProven):
        bundle.Bundle(1, tuple(proof), str(note), other.pack()).judge_entry([LOG.verifier])


@pytest.mark.parametrize(
    "text",
    ["", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 01\n\nx", "c2sp.org/tlog-proof@v2\nindex 1\n\nx"],
)
def test_what_is_no_bundle_is_refused(text: str) -> None:
    with pytest.raises(notes.Unsigned):
        bundle.Bundle.read(text)
