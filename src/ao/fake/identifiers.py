"""Names and IDs that a cloud makes up, the same ones for the same seed."""

from __future__ import annotations

import random
import string
import uuid


class Identifiers:
    """Source of IDs and of random letters."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def uuid(self) -> str:
        """An ID as OpenStack gives them."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def letters(self, length: int) -> str:
        """Lower-case letters."""
        return "".join(self._random.choices(string.ascii_lowercase, k=length))
