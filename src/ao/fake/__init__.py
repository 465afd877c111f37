"""A fake OpenStack in memory, which implements the protocols of `ao.cloud`.

It interprets Ao's Heat templates, takes (virtual) time, refuses what the real services
refuse, and fails when told to. Use it to test hooks and whatever else works on a site
(docs/testing-your-hooks.md):

    cloud = ao.fake.Cloud(openstack=ao.fake.OpenStack.offering(site))
    work = Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit)
    operations.up(work)

The contract suite, tests/contract, holds it to what a real cloud does.
"""

from ao.fake.cloud import Cloud
from ao.fake.faults import Call, Faults
from ao.fake.nova import Server
from ao.fake.openstack import OpenStack
from ao.fake.other_user import OtherUser
from ao.fake.process import Killed, Process
from ao.fake.turns import Turns
from ao.fake.web_application import Application, answer

__all__ = [
    "Application",
    "Call",
    "Cloud",
    "Faults",
    "Killed",
    "OpenStack",
    "OtherUser",
    "Process",
    "Server",
    "Turns",
    "answer",
]
