"""Who acts, through which door, and for whom: one frozen value that a door makes and everything below trusts."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["person", "officer", "machine", "system", "anonymous"]
Channel = Literal["portal", "counter", "desk", "api", "sms", "clock", "console"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The natural person (or machine, or the clock) behind a command; `on_behalf_of` is the person they act for."""

    kind: Kind
    channel: Channel
    person_id: UUID | None = None
    on_behalf_of: UUID | None = None
    mandate_id: UUID | None = None
    name: str = ""  # a machine's client id or a job's name; never a person's name
    second_factor: bool = False  # the session proved a second factor

    @property
    def reference(self) -> str:
        """Name this actor in the journal without personal data."""
        if self.person_id is not None:
            return f"{self.kind}:{self.person_id}"
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @property
    def durable(self) -> str:
        """Name who this is through every door and side; the id of what they do is bound to it.

        Guests are one here: where a guest's repetition would be answered, the door derives its id from a secret of theirs.
        """
        return self.person_id.hex if self.person_id is not None else self.reference


CLOCK = Actor("system", "clock", name="clock")
ANONYMOUS = Actor("anonymous", "portal")
