"""Things that a site file names, asked for."""

import pytest

from ao.cloud.lookup import _by_id
from ao.cloud.rest import Service


def unreachable() -> object:
    raise AssertionError("asked")


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_a_path_would_lead_elsewhere_by_is_nobodys_id(name: str) -> None:
    """HTTP clients take dots out of a path, so that the answer would be of something else."""
    service = Service(name="Glance", adapter=unreachable)  # type: ignore[arg-type]
    assert _by_id(service, "images", name, dict) == []
    with pytest.raises(AssertionError, match="asked"):
        _by_id(service, "images", "debian", dict)
