"""Files that are written whole or not at all."""

from pathlib import Path


def write_private(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Put `text` at `path`, never readable by others and never half written."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=mode)
    draft.chmod(mode)
    draft.write_text(text)
    draft.replace(path)
