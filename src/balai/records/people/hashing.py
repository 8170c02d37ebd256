"""How passwords are hashed: Argon2id with 19 MiB and two passes, the OWASP minimum, two at once in each process.

Django's own parameters take 100 MB for every sign-in; a small server with four threads would need half its memory. And without
a cap on how many run at once, whoever posts passwords in bulk takes every thread and core; so the others wait their turn.
"""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2
_TURN = BoundedSemaphore(AT_ONCE)


class Argon2(Argon2PasswordHasher):
    """Argon2id, m = 19 MiB, t = 2, p = 1."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a password when it is its turn."""
        with _TURN:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Check a password when it is its turn."""
        with _TURN:
            return super().verify(password, encoded)
