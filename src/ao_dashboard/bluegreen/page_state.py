"""The state of one site that its pages and forms are made from."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from ao import config, lock
from ao.cloud import Cloud
from ao.colour import Colour
from ao.doctor import kept_findings
from ao.doctor.findings import Findings
from ao.errors import AoError, NotAuthenticated
from ao.journal import Act, Entry, Operation, settled
from ao.lock import Holder
from ao.operations import way_back
from ao.plan import image_state, maintenance, observation, scaling_state
from ao.plan.access import Access, LedListener, access, led_listeners
from ao.plan.facts import Facts, System
from ao.plan.image_state import ImageState
from ao.plan.listeners import Placed
from ao.plan.maintenance import Maintenance
from ao.plan.maintenance_sentences import sentence
from ao.plan.renewal import is_shown, own_places
from ao.plan.scaling_state import ScalingState
from ao.site import Site
from ao.site.names import site_tag
from ao.visit import NoAnswer, Untrusted, visit
from ao.work import Work
from ao_dashboard.bluegreen.certificate_state import CertificateState
from ao_dashboard.bluegreen.events import events, remembered
from ao_dashboard.bluegreen.notes import Notes
from ao_dashboard.look import Look, looking

T = TypeVar("T")
HISTORY = 20
"""Lines of the history that a site's page has."""
REACH = 2.0
"""Seconds that production has to answer to this machine."""


@dataclass(frozen=True, kw_only=True)
class PageState:
    """The state of a site at this moment; a field is None where the cloud did not tell it."""

    cloud: Cloud
    """The cloud itself, for what an action does."""
    site: Site
    """The site as the project keeps it."""
    facts: Facts | None
    findings: Findings | None
    """What `ao doctor` saw of this cloud; None also for a page, which does not show it."""
    holder: Holder | None
    """Who holds the lock; None also for nobody."""
    lock_known: bool
    """Whether it is known who holds the lock."""
    releases: tuple[Operation, ...] | None
    """Releases and other acts, oldest first."""
    events: tuple[Entry, ...] | None
    """What else its journal tells, oldest first; None also for a form, which does not show it."""
    load: Mapping[Colour, ScalingState]
    """Load of each system; empty without autoscaling, for a form, and while the facts are not
    known."""
    certificate: CertificateState | None
    """The certificate that production serves; None where users speak no HTTPS with it, for a form,
    and while it is not known where it is."""
    further_certificates: tuple[CertificateState, ...]
    """Those of listeners beside the main one that serve others; none for a form."""
    maintenance: Maintenance | None
    """What leads users elsewhere; None while that is not known."""
    unknown: tuple[str, ...]
    """What the cloud did not answer, a sentence for each."""
    invalid: tuple[str, ...]
    """What of the site breaks the rules and is left out, a sentence for each."""
    images: Mapping[Colour, ImageState] = field(default_factory=dict)
    """The image of each system; none for a form, and of one that Glance does not tell of."""
    notes: Notes = field(default_factory=Notes, compare=False)
    """What an action tells on its way."""

    @classmethod
    def of(cls, cloud: Cloud, name: str) -> PageState:
        """Read the state of a site for a form, which shows findings and neither events nor load.

        Raises NotFound when the project has no such site or keeps no file of it, and as
        `config.load_stored` does.
        """
        with looking(cloud) as look:
            return cls.read(look, name, form=True)

    @classmethod
    def read(cls, look: Look, name: str, *, form: bool = False) -> PageState:
        """Read the state of a site, from all services side by side, for its page or for a form.

        Raises as `of` does.
        """
        cloud, unknown = look.cloud, list[str]()

        def told(answer: Future[T]) -> T | None:
            try:
                return answer.result()
            except NotAuthenticated:
                raise
            except AoError as error:
                unknown.append(error.message)
                return None

        with ThreadPoolExecutor(max_workers=7, thread_name_prefix="page-state") as pool:
            pool.submit(_resources, cloud, site_tag(name))
            site = config.load_stored(cloud, name)
            notes = Notes()
            work = Work(cloud=cloud, site=site, progress=notes)
            facts = pool.submit(_facts, cloud, site)
            holder = pool.submit(_holder, cloud, site)
            journal = remembered(work)
            releases = pool.submit(journal.operations)
            findings = pool.submit(kept_findings.recall, work) if form else None
            others = None if form else pool.submit(events, journal, HISTORY)
            secure = site.load_balancer.is_secure and not form
            certificate = pool.submit(_certificate, look, site) if secure else None
            seen = told(facts)
            if seen and seen.unknown:
                unknown.append(seen.unknown)
            unknown.extend(seen.newer if seen else ())
            paused = pool.submit(maintenance.read, cloud, seen) if seen else None
            others_shown = (
                [pool.submit(_own_certificate, look, site, seen, it) for it in _own(seen)]
                if seen and secure
                else []
            )
            counting, known = _counting(told(holder)), holder.exception() is None
            done = told(releases)
            if done is not None and known:
                done = settled(done, held=counting is not None and not counting.by_hand)
            images = (
                pool.submit(image_state.read_images, cloud, seen) if seen and not form else None
            )
            found = told(findings) if findings else None
            happened = told(others) if others else None
            shown = told(certificate) if certificate else None
            pause = told(paused) if paused else None
            return cls(
                cloud=look.origin,
                site=site,
                facts=seen,
                findings=found,
                holder=counting,
                lock_known=known,
                releases=done,
                events=happened,
                load=scaling_state.read_scaling(cloud, site, seen) if seen and not form else {},
                images=(told(images) if images else None) or {},
                certificate=shown if seen and _speaks_https(site, seen) else None,
                further_certificates=tuple(it.result() for it in others_shown),
                maintenance=pause,
                unknown=tuple(dict.fromkeys(unknown)),
                invalid=tuple(notes.texts),
            )

    @property
    def users_see(self) -> str:
        """What users see in place of the site; empty when they see it, or that is not known."""
        return sentence(self.maintenance) if self.maintenance else ""

    @cached_property
    def accesses(self) -> Mapping[Colour, Access]:
        """How users reach each system; empty while the facts are not known."""
        if self.facts is None:
            return {}
        return {colour: access(self.site, self.facts, colour) for colour in Colour}

    @cached_property
    def listeners(self) -> tuple[LedListener, ...]:
        """The listeners that users reach, the main one first; none while that is not known."""
        return led_listeners(self.site, self.facts) if self.facts else ()

    @property
    def has_listeners(self) -> bool:
        """Whether the site has listeners beside the main one."""
        return len(self.listeners) > 1

    @property
    def live(self) -> System | None:
        """The system that production reaches; None also while that is not known."""
        return self.facts.systems[self.facts.live] if self.facts and self.facts.live else None

    @property
    def standby(self) -> System | None:
        """The system that production does not reach; None while no system is known to be live."""
        return self.facts.systems[self.facts.standby] if self.facts and self.facts.standby else None

    @property
    def target(self) -> System | None:
        """The system that a switch makes live: an unfinished one's, or the standby."""
        colour = self.facts.switching_to or self.facts.standby if self.facts else None
        return self.facts.systems[colour] if self.facts and colour else None

    @property
    def returning(self) -> Colour | None:
        """The live system if a way back to it was broken off; None also while a release is open.

        To abort that one finishes its way back.
        """
        if self.facts is None or self.release is not None:
            return None
        return way_back.begun(self.releases or (), self.facts)

    @property
    def smaller(self) -> bool:
        """Whether a switch's target is built, and has fewer servers than the live system."""
        live, target = self.live, self.target
        return bool(live and target and target.stack and target.size < live.demand)

    @property
    def release(self) -> Operation | None:
        """The release that is open: it has not ended. None without one."""
        last = next((it for it in reversed(self.releases or ()) if it.act == Act.RELEASE), None)
        return last if last and last.is_open_release else None

    @property
    def snapshot(self) -> dict[str, str]:
        """Return what a form is made for, by name, each as a word that changes when it does.

        A form carries it, so that what has changed since it was shown is seen.
        """
        return {
            "live": self.facts.live or "" if self.facts else "",
            "lock": self.holder.lock.id if self.holder else "",
            "release": self.release.id if self.release else "",
            "version": self.release.version if self.release else "",
            "stage": self.release.step if self.release else "",
            "deploy": self._deploy,
        }

    @property
    def _deploy(self) -> str:
        """A word that changes with each deploy to the system that the open release makes live."""
        if self.facts is None or self.release is None or self.release.new is None:
            return ""
        system = self.facts.systems[self.release.new]
        return f"{system.stack.id}-{system.deploy}" if system.stack else ""

    @cached_property
    def sees(self) -> bool:
        """Whether production answers to this machine, so that a switch can be seen from here."""
        if self.facts is None or self.facts.production is None:
            return False
        url = self.site.url(self.facts.production.address, self.site.identify.path)
        try:
            visit(url, REACH, self.site.request_options)
        except Untrusted:
            # It is reached: whoever looks is told what is wrong with its certificate.
            return True
        except NoAnswer:
            return False
        return True

    def work(self) -> Work:
        """Return the work of a web request."""
        return Work(cloud=self.cloud, site=self.site, sees=self.sees, progress=self.notes)


def _resources(cloud: Cloud, tag: str) -> None:
    """Ask for the resources of the stacks with a tag, for those who look at them afterwards.

    A site's file is read meanwhile.
    """
    stacks = cloud.stacks.tagged(tag)
    with ThreadPoolExecutor(max_workers=3, thread_name_prefix="resources") as pool:
        list(pool.map(cloud.stacks.resources, stacks))


def _certificate(look: Look, site: Site) -> CertificateState | None:
    """Return the certificate that production serves, which is asked beside the load balancers.

    The address is found as the facts find it.
    """
    cloud = look.cloud
    own = next((it for it in cloud.stacks.tagged(site.tag) if it.name == site.stack), None)
    resources = cloud.stacks.resources(own) if own else ()
    production = observation.production(cloud, site, resources)
    if production is None or production.port_id is None:
        return None
    return CertificateState.seen(site, production.address, min(REACH, look.left))


def _own(facts: Facts) -> tuple[Placed, ...]:
    """Return the listeners that users reach by TLS and that serve another certificate."""
    return own_places(facts, "production") if is_shown(facts, "production") else ()


def _own_certificate(look: Look, site: Site, facts: Facts, own: Placed) -> CertificateState:
    """Return the certificate that a listener beside the main one serves."""
    address = facts.production.address if facts.production else ""
    left = min(REACH, look.left)
    return CertificateState.seen(site, address, left, own.listener, own.name)


def _speaks_https(site: Site, facts: Facts) -> bool:
    """Return whether users speak HTTPS with the system that is live."""
    return facts.live is not None and access(site, facts, facts.live).site.load_balancer.is_secure


def _facts(cloud: Cloud, site: Site) -> Facts:
    """Return the facts of a site, without those that no page shows."""
    return observation.assemble(site, observation.read(cloud, site, brief=True))


def _holder(cloud: Cloud, site: Site) -> Holder | None:
    """Return who holds the lock, by the same stacks as the facts."""
    own = next((it for it in cloud.stacks.tagged(site.tag) if it.name == site.stack), None)
    return lock.holder_by(cloud, own, cloud.stacks.resources(own)) if own else None


def _counting(holder: Holder | None) -> Holder | None:
    return holder if holder and not holder.over else None
