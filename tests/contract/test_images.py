"""Images as Glance tells them: by ID for what stands, with what their properties say."""

import pytest

from ao.errors import NotFound
from tests.contract.environment import Bench


def test_an_image_is_found_by_its_id_for_a_reader_too(bench: Bench) -> None:
    image = bench.cloud.lookup.image(bench.site.group.image)
    assert bench.reader.lookup.image(image.id) == image
    assert image.version == ""


def test_an_image_that_is_gone_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.cloud.lookup.image("0d0c1c9e-0000-4000-8000-000000000000")
