"""How passwords are hashed: Argon2id with 19 MiB and two passes, the OWASP minimum.

Django's own parameters take 100 MB for every sign-in; a small server with four threads would need half its memory.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id, m = 19 MiB, t = 2, p = 1."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
