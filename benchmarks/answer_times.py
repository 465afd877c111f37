"""How soon `ao` answers, beside OpenStack's own client on the same cloud.

The commands take turns, so that a machine that slows down slows all of them down.
Usage: python benchmarks/answer_times.py AO_YAML OPENSTACK [ROUNDS]
where OPENSTACK is the path of the `openstack` command; the cloud is that of the site file.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import yaml


def seconds(command: list[str]) -> float:
    """Wall time of a command that must succeed."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print a table."""
    site_file, openstack = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 15
    cloud = yaml.safe_load(Path(site_file).read_text())["cloud"]
    ao = str(Path(sys.executable).with_name("ao"))
    commands = {
        "ao --help": [ao, "--help"],
        "ao status": [ao, "--config", site_file, "status"],
        "openstack stack list": [openstack, "--os-cloud", cloud, "stack", "list"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        seconds(command)
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(seconds(command))
    for name, taken in times.items():
        print(
            f"{name:22} median {statistics.median(taken):5.2f} s  "
            f"({min(taken):.2f} to {max(taken):.2f}, {rounds} runs)"
        )
    pairs = zip(times["ao status"], times["openstack stack list"], strict=True)
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"ao status / openstack stack list: {ratio:.2f}, pair by pair")


if __name__ == "__main__":
    main()
