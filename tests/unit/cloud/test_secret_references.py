"""References of Barbican, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.cloud.secret_references import SecretReference

ID = "0f9e8d7c-6b5a-4c3d-8e1f-0123456789ab"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"https://barbican.example/v1/secrets/{ID}", "secret"),
        (f"http://192.0.2.9:9311/v1/containers/{ID}/", "container"),
        (f"https://cloud.example/key-manager/v1/secrets/{ID}", "secret"),
        (f"HTTPS://BARBICAN.EXAMPLE/V1/SECRETS/{ID.upper()}", "secret"),
        (f"secrets/{ID}", "secret"),
        (f"containers/{ID}", "container"),
        (ID, None),
        (ID.upper(), None),
    ],
)
def test_a_reference_is_a_url_its_end_or_an_id(text: str, kind: str | None) -> None:
    found = SecretReference.read(text)
    assert found is not None
    assert (found.kind, found.id) == (kind, ID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop",
        ID[:-1],
        f"{ID} ",
        f"{ID}\n",
        f"orders/{ID}",
        f"file:///v1/secrets/{ID}",
        f"https://a b/v1/secrets/{ID}",
        f"https://barbican.example/v1/secrets/{ID}/acl",
        f"https://barbican.example/v1/secrets/{ID}?x=1",
        f"https://barbican.example/v1/secrets/{ID}#x",
        f"https://{'a' * 300}/secrets/{ID}",
    ],
)
def test_another_text_is_a_name(text: str) -> None:
    assert SecretReference.read(text) is None


@given(id_=st.uuids(), host=st.from_regex(r"[a-z0-9.:-]{1,60}", fullmatch=True))
def test_of_a_reference_only_its_id_counts(id_: object, host: str) -> None:
    found = SecretReference.read(f"https://{host}/v1/secrets/{id_}")
    assert found == SecretReference(kind="secret", id=str(id_))


@given(text=st.text())
def test_any_text_is_a_reference_or_none(text: str) -> None:
    found = SecretReference.read(text)
    assert found is None or found.kinds
