"""Deletes the sites that tests which were killed have left: `python -m tests.leftovers CLOUD…`.

They take up quotas that the next run needs. No other run may be at work on the cloud.
"""

import re
import sys
from contextlib import suppress
from dataclasses import replace

from ao import config, lock
from ao.apply import certificate, stack_wait
from ao.cloud import connect
from ao.colour import Colour
from ao.config import stored
from ao.doctor import trial_site
from ao.errors import NotFound
from ao.journal import Journal
from ao.work import Work
from tests.cloud.sites import SHOP

SITE = r"(?P<site>(?:contract|moving|test)-[0-9a-f]{6}(?:-(?!blue$|green$)[a-z]+)?)"
"""Name of a site that tests make."""
STACK = re.compile(rf"ao-{SITE}(?:-[a-z]+|\.doctor)?")
"""Name of a stack of such a site: its own, a system's, or its doctor's trial site."""
TEXT = re.compile(rf"ao\.(?:journal|archive|site)/{SITE}(?:/.*)?", re.DOTALL)
"""Name of a text that the project keeps of such a site."""


def main(*cloud_names: str) -> None:
    """Delete the stacks of each such site in the clouds of clouds.yaml."""
    for name in cloud_names:
        _delete_sites(name)


def _delete_sites(cloud_name: str) -> None:
    """Delete the stacks of each such site, what hangs on its own stack first, and its texts."""
    cloud = connect(cloud_name)
    stacks = {stack.name: stack for stack in cloud.stacks.all()}
    texts = {record.name for record in cloud.software_configs.all("ao.")}
    named = [*map(STACK.fullmatch, stacks), *map(TEXT.fullmatch, texts)]
    for site in sorted({found["site"] for found in named if found}):
        work = Work(cloud=cloud, site=replace(config.load(SHOP / "ao.yaml"), name=site))
        # A run that was killed has left its lock, in a network that Heat is to delete.
        lock.release(work, force=True)
        systems = [work.site.system_stack(colour) for colour in Colour]
        for names in ([*systems, trial_site.stack_name(work.site)], [work.site.stack]):
            there = [stacks[name] for name in names if name in stacks]
            for stack in there:
                print(f"deleting {stack.name}, which an earlier run has left")
                cloud.stacks.delete(stack)
            stack_wait.wait_until_deleted(work, there)
        with suppress(NotFound):  # a cloud without Barbican
            for kept in cloud.certificates.beginning(certificate.stored_prefix(work.site)):
                cloud.certificates.remove(kept.ref)
        Journal(work).forget()
        stored.forget(cloud, work.site)


if __name__ == "__main__":
    main(*sys.argv[1:])
