"""Random IDs and names, the same ones for the same seed."""

from __future__ import annotations

import random
import string
import uuid


class Identifiers:
    """A generator of IDs and of random letters."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def uuid(self) -> str:
        """Return a new UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def letters(self, length: int) -> str:
        """Return random lower-case letters."""
        return "".join(self._random.choices(string.ascii_lowercase, k=length))
