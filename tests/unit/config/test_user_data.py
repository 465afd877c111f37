"""User data of all forms, as the site file names it."""

import base64
import gzip
import json
import random
import string
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import config, fake
from ao.cloud import Cloud
from ao.colour import Colour
from ao.config import stored
from ao.errors import ConfigError
from ao.site import Site, user_data
from ao.site.names import VERSION

FILE = """\
site: shop
external_network: public
version: "1.0"
image: ao-demo
flavor: web.small
{user_data}
load_balancer:
  provider: amphora
identify: {{header: X-Ao-Colour}}
"""
IGNITION = {
    "ignition": {"version": "3.4.0"},
    "storage": {"files": [{"path": "/etc/v", "contents": {"source": "data:,$AO_VERSION"}}]},
}
packed = partial(gzip.compress, mtime=0)
MIME = (
    "MIME-Version: 1.0\r\nContent-Type: text/cloud-config\r\n\r\n#cloud-config\r\n# $AO_VERSION\r\n"
)


@pytest.fixture
def load(tmp_path: Path):
    """Return a function that loads a site with these bytes as its user data."""

    def load(data: bytes | str | None) -> Site:
        named = "" if data is None else "user_data: user-data"
        (tmp_path / "ao.yaml").write_text(FILE.format(user_data=named))
        if data is not None:
            (tmp_path / "user-data").write_bytes(data.encode() if isinstance(data, str) else data)
        return config.load(tmp_path / "ao.yaml")

    return load


def kept(site: Site) -> Site:
    """Return a site as the project keeps it."""
    cloud: Cloud = fake.Cloud(project="shop")
    stored.keep(cloud, site)
    return config.load_stored(cloud, site.name)


def test_a_site_needs_no_user_data(load) -> None:
    site = load(None)
    assert site.group.user_data == ""
    assert kept(site).group == site.group


@pytest.mark.parametrize(
    "text", ["#cloud-config\n# $AO_VERSION\n", MIME, json.dumps(IGNITION, indent=1)]
)
@pytest.mark.parametrize("compressed", [False, True])
def test_cloud_config_mime_and_ignition_pass_as_they_are_or_compressed(
    load, text: str, compressed: bool
) -> None:
    site = load(packed(text.encode()) if compressed else text)
    assert site.group.user_data == text
    assert site.group.compressed is compressed
    assert user_data.given(site, "blue", "2.0") == text
    assert kept(site).group == site.group


@given(version=st.from_regex(VERSION, fullmatch=True))
def test_what_is_filled_in_breaks_no_json(version: str) -> None:
    text = user_data.filled(json.dumps(IGNITION), site="shop", colour="blue", version=version)
    (file,) = json.loads(text)["storage"]["files"]
    assert file["contents"]["source"] == f"data:,{version}"


def test_compressed_user_data_that_is_long_reaches_nova_compressed_and_filled_in(load) -> None:
    text = "#!/bin/sh\nVERSION='$AO_VERSION'\n" + "echo $AO_COLOUR\n" * 5_000
    site = load(packed(text.encode()))
    told = user_data.given(site, Colour.GREEN, "2.0")
    assert user_data.encoded(told) < user_data.LIMIT < user_data.encoded(text)
    head, _, body = told.partition("\n\n")
    assert "Content-Type: application/gzip" in head
    assert "MIME-Version: 1.0" in head
    found = gzip.decompress(base64.b64decode(body)).decode()
    assert found.startswith("#!/bin/sh\nVERSION='2.0'\necho green\n")
    assert told == user_data.given(site, Colour.GREEN, "2.0")
    assert told != user_data.given(site, Colour.BLUE, "2.0")
    assert kept(site).group == site.group


def random_text(count: int) -> str:
    """A text that gzip makes little shorter."""
    return "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=count))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("#!/bin/sh\n", "does not say $AO_VERSION"),
        (packed(b"#!/bin/sh\n"), "does not say $AO_VERSION"),
        ('{\n"a": "$AO_VERSION",\n}', "begins as JSON and is none from line"),
        ('{"a": ' + "9" * 5000 + "}", "begins as JSON and is none from line 1"),
        (b"\x1f\x8bjunk", "it begins as gzip's and is damaged or cut off"),
        (packed(b"$AO_VERSION" * 9)[:-9], "it begins as gzip's and is damaged or cut off"),
        (packed(b"$AO_VERSION") + b"more", "it begins as gzip's and is damaged or cut off"),
        (packed(b"#" * 200_000), "it has more than 120,000 bytes, decompressed"),
        (packed(b"\xff\xfe"), "line 1 of it is not UTF-8 text"),
        (
            packed((MIME + "#" * 60_000).encode()),
            "neither MIME nor JSON is read compressed as a whole",
        ),
        ("$AO_VERSION" + "#" * 60_000, "Nova takes 65,535"),
        (
            packed(("$AO_VERSION" + random_text(100_000)).encode()),
            "Nova takes 65,535",
        ),
    ],
    ids=range(12),
)
def test_what_no_server_could_read_is_refused_with_the_line(
    load, data: bytes | str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(data)
    assert "ao.yaml:6: user_data: " in caught.value.message
    assert said in caught.value.message
