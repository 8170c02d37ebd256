"""Proofs for whom it concerns: what shows, without a network, that one entry of the journal is in the hall's public log.

An entry lies in the log as a salted hash that says nothing. To show that a letter was issued or revoked, a folder published, a
decision taken, its entry is opened: `bundle_for` gives the proof with the opening in it, `str()` of it is the file (`.tlog-proof`),
and `Bundle.read(...).judge_entry(keys, witnesses)` of `base.tlog.bundle` judges it anywhere, given the log's and the witnesses' keys.
"""

from uuid import UUID

from balai.base import journal, sequencer, sql
from balai.base.errors import NotFound
from balai.base.tlog import tiles
from balai.base.tlog.bundle import Bundle, Opening
from balai.base.tlog.notes import NoteSigner, SignedNote


def find_entry(stream: str, action: str, deed_id: UUID | None = None) -> int | None:
    """Find the number in its stream of the last entry of an action, of one deed or of any; None when there is none."""
    clause, params = ("", []) if deed_id is None else (" AND deed_id = %s", [deed_id])
    row = sql.row(
        f"SELECT max(seq) FROM base_entry WHERE stream = %s AND action = %s{clause}", [stream, action, *params]
    )
    return int(row[0]) if row and row[0] is not None else None


def bundle_for(stream: str, seq: int) -> Bundle:
    """Make the proof that an entry is in the log, with what opens it; under the newest checkpoint a witness saw, if it holds it.

    :raises NotFound: when there is no such entry; :raises Missing: while its log does not hold it yet (about a second), and for an
        entry from before the log; :raises ValueError: when the entry was changed.
    """
    row = sql.row(
        "SELECT global_seq, salt, (SELECT chained FROM base_log WHERE id = 1) FROM base_entry WHERE stream = %s AND seq = %s",
        [stream, seq],
    )
    if row is None:
        raise NotFound
    if None in row:
        raise tiles.TileMissing(f"entry {seq} of {stream} is not in the log")
    before, line = journal.read_line(stream, seq)
    opening = Opening(bytes(row[1]), before, line.decode())
    return sequencer.make_bundle(sequencer.leaf_of(int(row[0]), int(row[2])), opening.pack())


def sign_note(text: str) -> SignedNote:
    """Sign a text with the log's keys, as the log signs its checkpoints; its first line must not be the log's own name.

    :raises Missing: before the log's first checkpoint.
    """
    found = sequencer.find_log()
    if found is None:
        raise tiles.TileMissing("there is no log yet")
    assert text.partition("\n")[0] != found.origin, "only the sequencer signs checkpoints"
    signers = [NoteSigner(found.origin, sequencer.key_of(each)) for each in found.keys]
    return SignedNote(text, tuple(signer.sign(text) for signer in signers))
