from pathlib import Path

from box.home import LONGEST_ROOT
from box.provider.place import Place, device

ID = "fca258d8-56cd-49fd-a855-6ed541746d8d"
LONGEST_SOCKET = 107
"""Characters that Linux allows."""

WHILE_BINDING = len(".1234567.tmp")
"""What HAProxy adds to a socket's path."""


def test_haproxys_socket_has_a_path_that_is_short_enough_below_every_home() -> None:
    root = Path("/" + "r" * (LONGEST_ROOT - 1))
    place = Place.of(ID, folder=root / "data/haproxy", sockets=root / "run/haproxy")

    assert len(str(place.socket)) + WHILE_BINDING <= LONGEST_SOCKET


def test_a_device_has_a_name_that_linux_takes() -> None:
    assert len(device(ID)) <= 15
