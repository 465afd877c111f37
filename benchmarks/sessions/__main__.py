"""Switch a site again and again, and say what becomes of its users' sessions.

By each kind of session persistence in turn, on one site of the pool method. Ends with 1 if a
request is lost.
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

from ao.apply.switch import load_balancer
from ao.operations import reconcile
from ao.site import Method
from ao.site.session_persistence import SessionPersistence
from ao.work import Work
from benchmarks import ending, sites
from benchmarks.sessions import figures as counted
from benchmarks.sessions.figures import Figures, Kind
from benchmarks.sessions.users import User, ask_all
from benchmarks.setting import Setting
from benchmarks.sites import Plot, tell

COOKIE = "basket"
"""Cookie that the application sets, for APP_COOKIE."""
KINDS = {
    "SOURCE_IP": SessionPersistence(type="SOURCE_IP", cookie=None),
    "HTTP_COOKIE": SessionPersistence(type="HTTP_COOKIE", cookie=None),
    "APP_COOKIE": SessionPersistence(type="APP_COOKIE", cookie=COOKIE),
}
PAGE = rf"""
cat >"$PAGES/enter" <<'END'
#!/bin/sh
# Gives a user, whom the query names, a session.
printf 'Set-Cookie: {COOKIE}=%s\r\nContent-Type: text/plain\r\n\r\n' "${{QUERY_STRING%%[!0-9a-z]*}}"
END
chmod 755 "$PAGES/enter"
echo 'cgi.assign += ("/enter" => "")' >>"$ROOT/etc/lighttpd/lighttpd.conf"

"""
BEFORE = 'cat >"$PAGES/burn"'
"""Line of the shop's user data before which the page comes."""


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    plot = Plot(
        provider="haproxy",
        method=Method.POOL,
        servers=options.servers,
        change=lambda text: text.replace(BEFORE, PAGE + BEFORE, 1),
    )
    figures = Figures(setting=Setting.now(), servers=options.servers, users=options.users)
    try:
        with ending.told(), sites.built(options.cloud, [plot], tell) as (work,):
            for name in options.kinds:
                kind = Kind(name)
                figures.kinds.append(kind)
                _measure(options, work, kind)
    finally:
        print(counted.markdown(figures))
        if options.json:
            options.json.write_text(counted.document(figures))
    sys.exit(1 if any(it.lost for it in figures.kinds) else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench sessions", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--switches", type=int, default=10, help="by each kind; default 10")
    parser.add_argument("--users", type=int, default=10, help="default 10")
    parser.add_argument("--servers", type=int, default=2, help="of each system; default 2")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser.parse_args()


def _measure(options: argparse.Namespace, work: Work, kind: Kind) -> None:
    balancer = replace(work.site.load_balancer, session_persistence=KINDS[kind.name])
    work = replace(work, site=replace(work.site, load_balancer=balancer), looks={}, found={})
    facts = reconcile.up(work)
    assert facts.production is not None
    users = [User(facts.production.address, f"user{it}") for it in range(options.users)]
    left = None
    for number in range(1, options.switches + 1):
        ask_all(users)
        first = ask_all(users)
        before = ask_all(users)
        kind.steady.count(counted.same(first, before))
        load_balancer.reload(work, work.observe().shared)
        again = ask_all(users)
        kind.reloaded.count(counted.same(before, again))
        before = ask_all(users)
        to = work.observe().standby
        reconcile.switch(work, to)
        first, second = ask_all(users), ask_all(users)
        kind.switched(str(to), before, first, second)
        if left is not None:
            kind.came_back(left, first)
        left = before
        tell(f"{kind.name}: switch {number}/{options.switches}, to {to}")
    kind.requests = sum(it.asked for it in users)
    kind.lost = sum(it.lost for it in users)


if __name__ == "__main__":
    main()
