"""How a cloud is found that clouds.yaml describes."""

from pathlib import Path

import pytest

from ao import cloud
from ao.errors import NotAuthenticated


@pytest.mark.parametrize(
    "text",
    [
        "clouds: {}",
        "{",
        "\xff",
        "clouds: {shop: []}",
        "clouds: {shop: 3}",
        "clouds: {shop: {auth: {auth_url: 3, username: x, password: y, project_name: z}}}",
        "clouds: {shop: {api_timeout: soon, auth_type: none, endpoint: http://127.0.0.1}}",
    ],
)
def test_a_file_that_describes_no_cloud_is_told(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clouds.yaml").write_bytes(text.encode("latin-1"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OS_CLIENT_CONFIG_FILE", raising=False)
    with pytest.raises(NotAuthenticated) as told:
        cloud.connect("shop")
    assert "clouds.yaml" in told.value.cure
