"""One load balancer on this machine: brought to what Octavia wants, and watched."""

import shutil
import time
from contextlib import AbstractContextManager
from typing import Any

from oslo_log import log

from box.provider import (
    certificates,
    configuration,
    counters,
    database,
    haproxy,
    health,
    key_manager,
    plug,
    port,
    report,
    settings,
    statuses,
)

LOG = log.getLogger(__name__)


class Balancer:
    """What the agent knows of a load balancer. One method at a time.

    Whoever works on the machine takes a turn of `turns`; the key manager is waited for without one.
    """

    def __init__(self, id_: str, turns: AbstractContextManager[object]) -> None:
        self._turns = turns
        self._place = settings.place(id_)
        self._serves = False
        self._port: str | None = None
        self._openings: port.Openings | None = None
        self._outline: health.Outline | None = None
        self._operating: health.Operating = {}
        self._counters = counters.load(self._place.counters)

    def settle(self) -> None:
        """Do what is PENDING and tell Octavia. Raises whatever fails on the way."""
        tree = database.tree(self._place.id)
        if not statuses.is_pending(tree):
            return
        begin = time.monotonic()
        if statuses.is_going(tree):
            with self._turns:
                self._remove(tree)
            changes = statuses.removed(tree)
        else:
            found = self._read_certificates(tree)
            with self._turns:
                if self._place.rebuild.exists():
                    self._remove(tree)
                self._plug(tree)
                self._serve(tree, found)
            changes = statuses.applied(tree, found.unreadable)
            self._remember(tree, changes)
        done = time.monotonic()
        database.report(changes)
        LOG.info(
            "Load balancer %s: %s done in %.2f s, told in %.2f s",
            tree.id, tree.provisioning_status, done - begin, time.monotonic() - done,
        )  # fmt: skip

    def watch(self) -> None:
        """Look after the machine's side, then tell Octavia of health and traffic."""
        if self._outline is None:
            self._restore()
        elif self._is_broken():
            with self._turns:
                self._tell()
            self._restore()
        with self._turns:
            self._tell()

    def _is_broken(self) -> bool:
        with self._turns:
            return not plug.is_plugged(self._place, self._port or "") or (
                self._serves and haproxy.master(self._place) is None
            )

    def _restore(self) -> None:
        """Bring back what is missing, without touching what works."""
        tree = database.tree(self._place.id)
        LOG.info("Load balancer %s: looking for what is missing", tree.id)
        wanted = bool(configuration.listeners(tree)) and haproxy.master(self._place) is None
        # What served before it ended serves on: nobody has asked for a change, and the key manager
        # may be away. Only without it everything is read anew.
        with self._turns:
            kept = wanted and haproxy.is_configured(self._place)
        found = self._read_certificates(tree) if wanted and not kept else None
        with self._turns:
            self._port = None
            self._plug(tree)
            if kept:
                haproxy.start(self._place)
            elif found is not None:
                self._serve(tree, found)
        self._serves = haproxy.master(self._place) is not None
        self._remember(tree, {})

    def _read_certificates(self, tree: Any) -> certificates.Certificates:
        """Read anew what the listeners that stay need, as an amphora's driver does each time."""
        found = certificates.collect(
            configuration.listeners(tree), key_manager.KeyManager(), self._place.folder
        )
        for listener, reason in found.unreadable.items():
            LOG.warning(
                "Load balancer %s: listener %s cannot be served: %s", tree.id, listener, reason
            )
        return found

    def _plug(self, tree: Any) -> None:
        self._place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = port.openings(tree)
        if wanted != self._openings:
            port.open_ports(tree)
            self._openings = wanted
        if self._port is None or not plug.is_plugged(self._place, self._port):
            plug.plug(self._place, port.bind(tree.vip.port_id, settings.host()))
            self._port = tree.vip.port_id

    def _serve(self, tree: Any, found: certificates.Certificates) -> None:
        """Let HAProxy work by today's tree, always by a reload, never by a comparison."""
        if not found.listeners:
            haproxy.stop(self._place)
            self._place.configuration.unlink(missing_ok=True)
        else:
            certificates.write(self._place.folder, found.files)
            haproxy.configure(self._place, configuration.render(tree, self._place, found))
            master = haproxy.master(self._place)
            if master is None:
                haproxy.start(self._place)
            else:
                self._count()
                haproxy.reload(self._place, master)
        self._serves = bool(found.listeners)
        certificates.remove_others(self._place.folder, found.files)

    def _remove(self, tree: Any) -> None:
        haproxy.stop(self._place)
        plug.unplug(self._place, tree.vip.port_id)
        if statuses.is_going(tree):
            port.close_ports(tree)
        self._place.socket.unlink(missing_ok=True)
        shutil.rmtree(self._place.folder, ignore_errors=True)
        self._port = self._openings = self._outline = None

    def _remember(self, tree: Any, changes: statuses.Changes) -> None:
        self._outline = health.outline(tree)
        self._operating = health.operating(tree) | {
            key: change["operating_status"]
            for key, change in changes.items()
            if "operating_status" in change
        }

    def _tell(self) -> None:
        assert self._outline is not None
        seen = self._count()
        derived = health.derive(self._outline, self._operating, seen)
        news = {key: status for key, status in derived.items() if self._operating[key] != status}
        if news:
            database.report({key: {"operating_status": status} for key, status in news.items()})
            self._operating |= news

    def _count(self) -> report.Report | None:
        """Read HAProxy's report, and add the traffic in it to Octavia's statistics."""
        seen = report.read(self._place)
        if seen is None:
            return None
        now = counters.Counters(
            worker=seen.worker,
            listeners={id_: listener.traffic for id_, listener in seen.listeners.items()},
        )
        added = counters.added(self._counters, now)
        if added:
            database.add_traffic(added)
            counters.save(self._place.counters, now)
            self._counters = now
        return seen
