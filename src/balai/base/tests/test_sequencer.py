"""The sequencer: rows become leaves, leaves tiles, tiles a checkpoint; what does not fit together is named, and nothing more is signed."""

import random
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection
from tests import kills

from balai.base import journal, journal_check, openings, outbox, sequencer, sql
from balai.base.actors import CLOCK
from balai.base.models import Entry
from balai.base.tlog import bundle, merkle, notes, tiles

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def do(count: int = 1, stream: str = "case:1") -> None:
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        for number in range(count):
            deed.record(stream, "tested", {"n": number})


def faults() -> tuple[str, ...]:
    return journal_check.verify_journal().faults


def folder() -> Path:
    return sequencer.folder()


def chain_as_before(*global_seqs: int) -> None:
    """Link entries as releases before the log did."""
    before = bytes(32)
    for (entry_id, mark), seq in zip(sql.rows("SELECT id, hash FROM base_entry ORDER BY id"), global_seqs, strict=True):
        before = __import__("hashlib").sha256(before + bytes(mark)).digest()
        sql.execute("UPDATE base_entry SET global_seq = %s, global_hash = %s WHERE id = %s", [seq, before, entry_id])


def test_an_empty_log_has_a_checkpoint_from_its_first_round() -> None:
    assert sequencer.seal() == 0
    checkpoint, _, _ = notes.open_checkpoint((folder() / "checkpoint").read_bytes(), sequencer.list_keys())
    assert (checkpoint.size, checkpoint.root) == (0, merkle.EMPTY)
    assert checkpoint.origin.startswith("127.0.0.1:8000/log/")
    assert faults() == ()


def test_entries_become_leaves_and_any_mirror_can_prove_it() -> None:
    do(300)
    assert journal.seal_entries() == 300
    do(5, "case:2")
    assert journal.seal_entries() == 5
    checkpoint, _, _ = notes.open_checkpoint((folder() / "checkpoint").read_bytes(), sequencer.list_keys())
    assert checkpoint.size == 305
    do(300, "case:2")
    journal.seal_entries()
    assert sequencer.drop_partial() == 4  # of 300 and 305, entries and hashes
    assert tiles.Tree(sequencer.read_file, 305).find_fault(checkpoint.root) == ""
    checkpoint = sequencer.read_checkpoint()[0]
    assert not (folder() / "tile/0/001.p").exists()
    assert not list(folder().rglob("*.new"))
    assert (faults(), journal_check.read_global_head()) == ((), (605, checkpoint.root.hex()))
    opening, verdict = openings.bundle_for("case:2", 3).judge_entry(sequencer.list_keys())
    assert (opening.fields[:2], verdict.index, verdict.size) == (["case:2", 3], 302, 605)


def test_what_stands_in_the_log_says_nothing_and_equal_entries_differ() -> None:
    do(2)
    journal.seal_entries()
    first, second = tiles.Tree(sequencer.read_file, 2).entries(0)
    assert first != second
    assert all(each.startswith(b"balai.entry/1 ") and len(each) == 78 for each in (first, second))
    salts = [bytes(salt) for salt in Entry.objects.values_list("salt", flat=True)]
    assert len({*salts}) == 2 and all(len(salt) == 16 for salt in salts)


def test_an_entry_that_waits_has_no_proof_yet_and_is_no_fault() -> None:
    do()
    journal.seal_entries()
    do()
    with pytest.raises(tiles.TileMissing):
        openings.bundle_for("case:1", 2)
    assert faults() == ()


def test_the_chain_of_an_older_hall_ends_in_the_first_leaf() -> None:
    do(3)
    chain_as_before(1, 2, 3)
    assert journal_check.verify_journal().faults == ()
    assert journal.seal_entries() == 0
    head = (folder() / "head").read_bytes()
    do(2)
    assert journal.seal_entries() == 2
    report = journal_check.verify_journal()
    assert (report.sealed, report.faults) == (5, ())
    found = sequencer.find_log()
    assert found is not None and (found.chained, found.size) == (3, 3)
    first = tiles.Tree(sequencer.read_file, 3).entry(0)
    assert first == bundle.chain_data(3, bytes(Entry.objects.get(global_seq=3).global_hash or b""))
    (folder() / "head").write_bytes(head)
    (folder() / "checkpoint").unlink()  # as if killed before the entries were published
    assert journal_check.verify_journal().faults == ()
    journal.seal_entries()
    assert openings.bundle_for("case:1", 5).judge_entry(sequencer.list_keys())[1].index == 2
    with pytest.raises(tiles.TileMissing):
        openings.bundle_for("case:1", 2)
    sql.execute("UPDATE base_entry SET global_hash = %s WHERE global_seq = 2", [bytes(32)])
    assert "global chain: broken at 2" in faults()


# ---- what is done to it by hand --------------------------------------------------------------------------------------


def test_a_rewound_database_is_named_and_nothing_more_is_signed() -> None:
    do(3)
    journal.seal_entries()
    sql.execute("DELETE FROM base_entry WHERE seq = 3")
    sql.execute("UPDATE base_stream SET seq = 2, hash = %s", [bytes(Entry.objects.get(seq=2).hash)])
    told = "the database was rewound: it ends at leaf 2, and a checkpoint of 3 was published"
    assert faults() == (f"log: {told}",)
    assert sequencer.find_rewind() == told
    with pytest.raises(sequencer.Rewound):
        journal.seal_entries()
    assert sequencer.read_checkpoint()[0].size == 3


def test_a_database_that_was_rewound_and_went_on_otherwise_is_a_fork() -> None:
    do(3)
    journal.seal_entries()
    sql.execute("DELETE FROM base_entry WHERE seq = 3")
    sql.execute("UPDATE base_stream SET seq = 2, hash = %s", [bytes(Entry.objects.get(seq=2).hash)])
    head, kept = folder() / "head", (folder() / "head").read_bytes()
    head.unlink()
    do(4)
    journal.seal_entries()  # somebody went on in another home
    head.write_bytes(kept)
    assert "another entry at leaf 2" in sequencer.find_rewind()
    with pytest.raises(sequencer.Forked, match="another entry at leaf 2"):
        journal.seal_entries()
    assert "log: forked: the database leads to another root than the one published for 3 leaves" in faults()


def test_a_database_without_its_log_is_a_rewind() -> None:
    do()
    journal.seal_entries()
    sql.execute("DELETE FROM base_log")
    assert any("the database was rewound" in each for each in faults())


CHANGED = {"salt": bytes(16), "global_hash": bytes(32)}


@pytest.mark.parametrize("column", CHANGED)
def test_a_changed_leaf_is_named(column: str) -> None:
    do(3)
    journal.seal_entries()
    sql.execute(f"UPDATE base_entry SET {column} = %s WHERE seq = 2", [CHANGED[column]])
    assert any("leaf 1 is not entry 2 of case:1" in each for each in faults())


def test_an_entry_taken_out_of_the_log_is_named() -> None:
    do(3)
    journal.seal_entries()
    sql.execute("UPDATE base_entry SET global_seq = NULL, global_hash = NULL, salt = NULL WHERE seq = 2")
    assert "log: leaf 1 is missing in the database" in faults()


def test_one_bit_in_a_tile_is_named_and_nothing_more_is_signed() -> None:
    do(300)
    journal.seal_entries()
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/entries/000"):
        file = folder() / path
        whole = file.read_bytes()
        file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        assert any(path in each for each in faults()), path
        if path.endswith("44"):
            do()
            with pytest.raises(sequencer.Broken, match="do not lead to the root"):
                journal.seal_entries()
        file.write_bytes(whole)
    (folder() / "tile/0/000").unlink()
    assert any("tile/0/000 is missing" in each for each in faults())
    (folder() / "tile/0/001.p/45").unlink(missing_ok=True)
    (folder() / "tile/0/001.p/44").unlink()
    with pytest.raises(sequencer.Broken, match="44 is missing"):
        journal.seal_entries()


def test_a_head_or_checkpoint_changed_by_hand_is_named() -> None:
    do(2)
    journal.seal_entries()
    head, checkpoint = folder() / "head", folder() / "checkpoint"
    whole = head.read_text()
    head.write_text(whole.replace('"size": 2', '"size": 1'))
    assert "log: log/head was changed: its keyed digest does not fit" in faults()
    with pytest.raises(sequencer.Broken):
        journal.seal_entries()
    head.write_text(whole)
    checkpoint.write_text(checkpoint.read_text().replace("\n2\n", "\n3\n"))
    assert any("the checkpoint does not hold" in each for each in faults())


def test_files_that_are_gone_are_written_anew_and_are_the_same() -> None:
    do(300)
    journal.seal_entries()
    before = {path: path.read_bytes() for path in folder().rglob("*") if path.is_file()}
    for path in before:
        path.unlink()
    assert journal.seal_entries() == 0
    assert {path: path.read_bytes() for path in folder().rglob("*") if path.is_file()} == before
    assert faults() == ()


def test_the_job_takes_a_burst_at_once() -> None:
    do(2500)
    outbox.Worker().run_jobs(NOW)
    assert sequencer.read_checkpoint()[0].size >= 2500  # and what other jobs entered


def test_a_hall_that_goes_on_while_it_is_checked_is_no_rewind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are read as of one moment; what is published meanwhile is ahead of them."""
    do(3)
    journal.seal_entries()
    told = journal_check._heads_that_differ

    def go_on() -> None:
        do(300)
        journal.seal_entries()
        connection.close()

    def meanwhile(heads: dict[str, journal.Head]) -> list[str]:
        crew = Thread(target=go_on)
        crew.start()
        crew.join(20)
        return told(heads)

    monkeypatch.setattr(journal_check, "_heads_that_differ", meanwhile)
    report = journal_check.verify_journal()
    assert (report.faults, report.sealed) == ((), 3)
    assert sequencer.read_checkpoint()[0].size == 303


# ---- keys and witnesses ----------------------------------------------------------------------------------------------


def test_cosignatures_are_kept_below_the_checkpoint_they_are_of() -> None:
    witness = notes.NoteSigner("w.example", bytes(range(32)), notes.WITNESS)
    do(2)
    journal.seal_entries()
    seen = sequencer.read_checkpoint()[0]
    do(2)
    sequencer.add_cosignatures([witness.sign(seen.text, 5)], seen.text)
    journal.seal_entries()
    keys = sequencer.list_keys()
    _, verdict = openings.bundle_for("case:1", 1).judge_entry(keys, [witness.verifier], least=1)
    assert (verdict.size, verdict.witnessed) == (2, (bundle.Witnessed("w.example", 5),))
    assert openings.bundle_for("case:1", 3).judge_entry(keys)[1].size == 4


# ---- killed ----------------------------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_killed_anywhere_it_leaves_no_gap_and_no_two_heads() -> None:
    """Rounds at seeded lines: after each the log goes on, holds, and begins with every checkpoint that was published before."""
    chance, seen = random.Random(7), []
    do(3)
    lines = kills.count_lines(lambda: sequencer.seal(), (sequencer, tiles))
    assert lines > 100
    died = 0
    for _ in range(40):
        do(chance.choice([1, 2, 130]))
        died += kills.do_and_die(lambda: sequencer.seal(), chance.randrange(1, lines * 2), (sequencer, tiles))
        if (folder() / "checkpoint").exists():
            seen.append(sequencer.read_checkpoint()[0])
        assert faults() == ()
        if chance.random() < 0.4:
            sequencer.seal()
            seen.append(sequencer.read_checkpoint()[0])
    sequencer.seal()
    last = sequencer.read_checkpoint()[0]
    assert died > 15
    assert faults() == ()
    assert Entry.objects.filter(global_seq=None).count() == 0
    tree = tiles.Tree(sequencer.read_file, last.size)
    for before in seen:
        if before.size:
            merkle.require_consistency(
                before.size, last.size, tree.prove_consistency(before.size), before.root, last.root
            )
