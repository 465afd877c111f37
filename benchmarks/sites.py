"""Sites of a benchmark: small ones of the demo shop, built for it and deleted after it."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from ao import config
from ao.cloud import connect
from ao.site import Method
from ao.work import Work
from box.authority import Authority
from box.files import write_private
from box.home import Home

AO = Path(sys.executable).with_name("ao")
SHOP = Path(__file__).parents[1] / "examples" / "shop"
HOST = "shop.example"
"""Host name of a site by HTTPS."""
TRIES, PAUSE = 3, 10.0
"""How often the deletion is tried, and seconds between two tries."""


@dataclass(frozen=True, kw_only=True)
class Plot:
    """What is built for a benchmark: one site."""

    provider: str
    """Octavia provider of its load balancers."""
    method: Method
    servers: int = 1
    """Servers of each system."""
    https: bool = False
    """Whether its users speak HTTPS, with a certificate of the box's own authority."""
    listeners: tuple[dict[str, object], ...] = ()
    """Listeners beside the main one, as the site file has them."""
    change: Callable[[str], str] = str
    """What is changed of the shop's user data."""

    def __str__(self) -> str:
        return f"{self.provider} × {self.method}{', HTTPS' if self.https else ''}"

    @property
    def site_name(self) -> str:
        """A name that no other site has."""
        return f"bench-{self.method}-{self.provider}-{secrets.token_hex(2)}"[:30]


def tell(text: str) -> None:
    """Tell whoever runs a benchmark how it goes on, beside its result."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def built(cloud: str, plots: Sequence[Plot], tell: Callable[[str], None]) -> Iterator[list[Work]]:
    """Build sites side by side, and delete them in the end, also after Ctrl-C.

    Raises CalledProcessError when one cannot be built; `ao` has told why.
    """
    with tempfile.TemporaryDirectory(prefix="ao-bench-") as folder:
        files = [_write(plot, Path(folder), cloud) for plot in plots]
        with standing(cloud, files, tell) as works:
            yield works


@contextmanager
def standing(
    cloud: str, files: Sequence[Path], tell: Callable[[str], None]
) -> Iterator[list[Work]]:
    """Build the sites of site files side by side, and delete them in the end, as `built` does."""
    with ExitStack() as stack:
        stack.callback(_down, files, tell)
        tell(f"Building {', '.join(file.parent.name for file in files)}.")
        _all("up", files)
        yield [Work(cloud=connect(cloud), site=config.load(file)) for file in files]


def site_file(work: Work) -> Path:
    """The ao.yaml of a site."""
    assert work.site.folder is not None
    return work.site.folder / "ao.yaml"


def _write(plot: Plot, folder: Path, cloud: str) -> Path:
    """Write the demo shop's site file with another name, method and provider."""
    content = yaml.safe_load((SHOP / "ao.yaml").read_text())
    content |= {
        "site": plot.site_name,
        "cloud": cloud,
        "load_balancer": {"provider": plot.provider},
        "switch": {"method": str(plot.method)},
    }
    content["group"] |= {"size": plot.servers, "min": 1, "max": max(4, plot.servers)}
    home = folder / str(content["site"])
    home.mkdir()
    for key in ("host", "tls", "redirect"):
        content.pop(key, None)
    if plot.https:
        content["load_balancer"]["protocol"] = "TERMINATED_HTTPS"
        content |= {"host": HOST, "tls": _tls(home)}
    if plot.listeners:
        content["listeners"] = list(plot.listeners)
    user_data = (SHOP / content["user_data"]).read_text()
    (home / content["user_data"]).write_text(plot.change(user_data))
    (home / "ao.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    return home / "ao.yaml"


def _tls(home: Path) -> dict[str, object]:
    """Issue a certificate into a folder; the site file's key that names it."""
    certificate, key = issue(home)
    authority = shutil.copy(Home.from_environment().authority, home)
    return {
        "certificate": {"certificate": certificate.name, "key": key.name},
        "ca": Path(authority).name,
    }


def issue(folder: Path) -> tuple[Path, Path]:
    """Have the box's authority issue a certificate for HOST, by ECDSA; its file and its key's."""
    issued = Authority.of(Home.from_environment()).issue([HOST])
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_text(issued.certificate)
    write_private(key, issued.key)
    return certificate, key


def _down(files: Sequence[Path], tell: Callable[[str], None]) -> None:
    """Delete the sites; whoever interrupts that waits until it is done."""
    tell("Deleting what was built.")
    with _uninterrupted():
        for left in reversed(range(TRIES)):
            try:
                _all("down", files, "--yes", own_session=True)
            except subprocess.CalledProcessError:
                if not left:
                    names = ", ".join(f"ao-{file.parent.name}" for file in files)
                    tell(f"Delete by hand the stacks whose names begin so: {names}")
                    raise
                time.sleep(PAUSE)
            else:
                return


@contextmanager
def _uninterrupted() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _all(command: str, files: Sequence[Path], *words: str, own_session: bool = False) -> None:
    """Run an `ao` command on all sites side by side; raises CalledProcessError."""
    running = [
        subprocess.Popen(
            [AO, "--config", file, "-q", command, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=own_session,
        )
        for file in files
    ]
    try:
        codes = [process.wait() for process in running]
    finally:
        for process in running:
            if process.poll() is None and not own_session:
                process.terminate()
                process.wait()
    for process, code in zip(running, codes, strict=True):
        if code:
            raise subprocess.CalledProcessError(code, process.args)
