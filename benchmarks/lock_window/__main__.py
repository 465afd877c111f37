"""Switch under the lock, by each method, and say how long it could be lost unseen before a move."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time

from ao.errors import AoError
from ao.operations import operations
from ao.site import Method
from benchmarks import sites
from benchmarks.lock_window.windows import sentence, windows
from benchmarks.sites import Plot, tell

PLOTS = (Plot(provider="haproxy", method=Method.POOL), Plot(provider="ovn", method=Method.ADDRESS))


def main() -> None:
    """Measure and print a line for each method."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with sites.built(options.cloud, PLOTS, tell) as works:
            for work in works:
                seen: list[float] = []
                method = work.site.switch.method
                for _ in range(options.switches):
                    begin = time.time()
                    operations.switch(work)
                    seen += windows(work.cloud.requests(begin), method.value)
                print(sentence(method.value, seen), flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
    except AoError as error:
        sys.exit(f"ao: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"a site could not be built: exit code {error.returncode}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench lock-window", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--switches", type=int, default=10, help="of each site; default 10")
    return parser.parse_args()


if __name__ == "__main__":
    main()
