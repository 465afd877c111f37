from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from box.provider.certificates import UnreadableError, collect, remove_others, write
from tests.unit.box.provider import samples

FOLDER = Path("/folder")


class Store:
    """A key manager in memory: what it holds by reference."""

    def __init__(self, **content: bytes) -> None:
        self.content = content

    def chains(self, owner: Any) -> Sequence[bytes]:
        others = [one.tls_container_id for one in getattr(owner, "sni_containers", ())]
        return [self.secret("", one) for one in (owner.tls_certificate_id, *others)]

    def secret(self, project: str, reference: str) -> bytes:
        if reference not in self.content:
            raise UnreadableError(f"there is no {reference}")
        return self.content[reference]


def listener(
    id_: str = "l1",
    certificate: str | None = None,
    *sni: str,
    authority: str | None = None,
    revoked: str | None = None,
    pools: Sequence[Any] = (),
    redirects: Sequence[Any] = (),
) -> Any:
    return SimpleNamespace(
        id=id_,
        project_id="p",
        tls_certificate_id=certificate,
        sni_containers=[SimpleNamespace(tls_container_id=one) for one in sni],
        client_ca_tls_certificate_id=authority,
        client_crl_container_id=revoked,
        pools=list(pools),
        l7policies=[
            SimpleNamespace(redirect_pool=pool, provisioning_status="ACTIVE") for pool in redirects
        ],
    )


def pool(id_: str = "p1", status: str = "ACTIVE", **references: str) -> Any:
    found = samples.pool(id_, status)
    found.project_id = "p"
    found.tls_certificate_id = references.get("certificate")
    found.ca_tls_certificate_id = references.get("authority")
    found.crl_container_id = references.get("revoked")
    return found


def listed(files: dict[str, bytes] | Any, id_: str) -> list[bytes]:
    """The certificates in a listener's list, in its order."""
    paths = files[f"{id_}.pem"].decode().splitlines()
    assert all(Path(path).parent == FOLDER for path in paths)
    return [files[Path(path).name] for path in paths]


def test_a_listener_lists_its_own_certificate_before_those_of_other_names() -> None:
    store = Store(shop=b"of shop", www=b"of www", api=b"of api")

    found = collect([listener("l1", "shop", "www", "api")], store, FOLDER)

    assert listed(found.files, "l1") == [b"of shop", b"of www", b"of api"]


def test_a_listener_without_tls_is_served_without_a_file() -> None:
    found = collect([listener()], Store(), FOLDER)

    assert [one.id for one in found.listeners] == ["l1"]
    assert found.files == {}


def test_a_listener_whose_certificate_is_gone_is_left_out_and_the_others_are_served() -> None:
    listeners = [listener("l1", "shop"), listener("l2", "gone"), listener("l3")]

    found = collect(listeners, Store(shop=b"of shop"), FOLDER)

    assert [one.id for one in found.listeners] == ["l1", "l3"]
    assert found.unreadable == {"l2": "there is no gone"}
    assert "l2.pem" not in found.files


@pytest.mark.parametrize(
    "needy",
    [
        listener("l1", "shop", "gone"),
        listener("l1", "shop", authority="gone"),
        listener("l1", "shop", authority="ca", revoked="gone"),
        listener("l1", "shop", pools=[pool(certificate="gone")]),
        listener("l1", "shop", pools=[pool(authority="gone")]),
        listener("l1", "shop", pools=[pool(authority="ca", revoked="gone")]),
        listener("l1", "shop", redirects=[pool(certificate="gone")]),
    ],
)
def test_a_listener_is_left_out_for_anything_that_it_needs(needy: Any) -> None:
    found = collect([needy], Store(shop=b"of shop", ca=b"of ca"), FOLDER)

    assert found.listeners == ()
    assert found.unreadable == {"l1": "there is no gone"}
    assert found.files == {}


def test_what_is_being_deleted_needs_no_certificate() -> None:
    going = pool(status="PENDING_DELETE", certificate="gone")

    found = collect([listener("l1", "shop", pools=[going])], Store(shop=b"of shop"), FOLDER)

    assert found.unreadable == {}


def test_authorities_are_named_by_reference_and_a_pools_files_by_its_id() -> None:
    store = Store(shop=b"of shop", ca=b"of ca", crl=b"of crl", client=b"of client")
    behind = pool("p1", certificate="client", authority="ca", revoked="crl")

    found = collect(
        [listener("l1", "shop", authority="ca", revoked="crl", pools=[behind])], store, FOLDER
    )

    assert found.files[found.names["ca"]] == b"of ca"
    assert found.files[found.names["crl"]] == b"of crl"
    paths = {key: Path(path) for key, path in found.names["p1"].items()}
    assert {path.parent for path in paths.values()} == {FOLDER}
    assert {key: found.files[path.name] for key, path in paths.items()} == {
        "client_cert": b"of client",
        "ca_cert": b"of ca",
        "crl": b"of crl",
    }


def test_two_secrets_with_the_same_content_are_one_file_and_others_are_not() -> None:
    store = Store(shop=b"of shop", copy=b"of shop", whole=b"of shop and its issuer")
    listeners = [listener("l1", "shop"), listener("l2", "copy"), listener("l3", "whole")]

    found = collect(listeners, store, FOLDER)

    assert found.files["l1.pem"] == found.files["l2.pem"] != found.files["l3.pem"]
    assert listed(found.files, "l3") == [b"of shop and its issuer"]


def test_keys_are_for_nobody_else_to_read(tmp_path: Path) -> None:
    folder = tmp_path / "balancer"
    folder.mkdir(mode=0o755)

    write(folder, {"a.pem": b"a key"})

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "a.pem").stat().st_mode & 0o777 == 0o600
    assert (folder / "a.pem").read_bytes() == b"a key"


def test_a_list_is_replaced_when_it_changes_and_what_is_the_same_is_not_touched(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"l1.pem": b"/a.pem\n", "a.pem": b"a"})
    before = (tmp_path / "a.pem").stat().st_ino
    write(tmp_path, {"l1.pem": b"/a.pem\n/b.pem\n", "a.pem": b"a"})

    assert (tmp_path / "l1.pem").read_bytes() == b"/a.pem\n/b.pem\n"
    assert (tmp_path / "a.pem").stat().st_ino == before


def test_a_certificate_that_nothing_names_any_more_is_removed_and_nothing_else(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"kept.pem": b"kept", "old.pem": b"old"})
    (tmp_path / "half.pem.new").write_bytes(b"half")
    (tmp_path / "haproxy.cfg").write_text("global")

    remove_others(tmp_path, {"kept.pem"})

    assert {path.name for path in tmp_path.iterdir()} == {"kept.pem", "haproxy.cfg"}


def test_a_key_is_not_shown_by_accident() -> None:
    found = collect([listener("l1", "shop")], Store(shop=b"PRIVATE"), FOLDER)

    assert "PRIVATE" not in repr(found)
