"""Who keeps a load balancer as it is: what a controller would move back is not adopted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ao.adopt.inventory import BalancerTree, site_named
from ao.message import message

KUBERNETES = ("kube_service_", "kube_ingress_")
"""How names and tags begin of what Kubernetes makes (cloud-provider-openstack:
pkg/openstack/loadbalancer.go: servicePrefix; pkg/ingress/utils/utils.go: GetResourceName)."""
INGRESS_TAG = "octavia.ingress.kubernetes.io"
"""Tag of what its ingress controller makes (pkg/ingress/controller/controller.go)."""
CLUSTER_API = "k8s-clusterapi-cluster-"
"""How names begin of what Cluster API makes, by which Magnum builds clusters too
(cluster-api-provider-openstack: pkg/cloud/services/loadbalancer/loadbalancer.go)."""
CLUSTER_API_WORDS = "Created by cluster-api-provider-openstack"
"""How its descriptions begin (pkg/utils/names/names.go: GetDescription)."""
MAGNUM = "Magnum::"
"""How resource types begin that the Heat templates of Magnum use (magnum up to 2025:
magnum/drivers/common/templates)."""
_LISTENER = re.compile(r"(?:listener|pool|monitor)_\d+_kube_service_")
"""Names of the listeners and pools of Kubernetes' services (loadbalancer.go: listenerFormat)."""
_WORDS = re.compile(r"Kubernetes (?:external service|[Ii]ngress) ")
"""How the descriptions of its load balancers begin (loadbalancer.go, controller.go)."""


@dataclass(frozen=True, kw_only=True)
class Controller:
    """What keeps a load balancer as it is."""

    what: str
    cure: str


@dataclass(frozen=True, kw_only=True)
class _Marks:
    """What a thing of Octavia's says of who made it."""

    name: str
    description: str
    tags: frozenset[str]


def controller(tree: BalancerTree) -> Controller | None:
    """Return what keeps the adopted listeners, their pool or their load balancer as they are.

    A load balancer that Kubernetes only shares, as the name of its owner tells, is nobody's: its
    controller looks at the listeners that have its tag (loadbalancer.go: isLBOwner).
    """
    marks = [*_marks(tree)]
    of_kubernetes = any(map(_is_kubernetes, marks))
    if of_kubernetes:
        return Controller(
            what=message(
                "Kubernetes looks after load balancer %(balancer)s, and leads its listeners back",
                balancer=tree.balancer.name or tree.balancer.id,
            ),
            cure=message(
                "Move users by Kubernetes itself, or give the site a load balancer of its own and "
                "adopt that."
            ),
        )
    stack = tree.stack_of(tree.balancer.id, *_ids(tree))
    by_magnum = stack is not None and any(it.startswith(MAGNUM) for it in stack.types)
    if by_magnum or any(map(_is_cluster_api, marks)):
        return Controller(
            what=message(
                "load balancer %(balancer)s leads to a cluster's API, which Magnum or Cluster API "
                "looks after",
                balancer=tree.balancer.name or tree.balancer.id,
            ),
            cure=message("Name the load balancer of an application."),
        )
    site = _site(tree, marks)
    if site is not None:
        return Controller(
            what=message("it is of site %(site)s, which Ao looks after already", site=site),
            cure=message(
                "`ao sites` lists the sites of the project. Name what is not Ao's, or have it "
                "given back first, by whoever looks after that site."
            ),
        )
    return None


def shares_with_kubernetes(tree: BalancerTree) -> bool:
    """Return whether other listeners of the load balancer are of Kubernetes."""
    return any(tag.startswith(KUBERNETES) for tag in tree.balancer.tags)


def _ids(tree: BalancerTree) -> list[str]:
    pool = [tree.pool.id] if tree.pool else []
    return [*(it.id for it in tree.adopted), *pool]


def _marks(tree: BalancerTree) -> Iterator[_Marks]:
    """Yield the marks of what would be adopted.

    Tags of the load balancer are not among them: of one that it shares, Kubernetes writes its own
    there too.
    """
    balancer = tree.balancer
    yield _Marks(name=balancer.name, description=balancer.description, tags=frozenset())
    for listener in tree.adopted:
        yield _Marks(name=listener.name, description=listener.description, tags=listener.tags)
    if tree.pool is not None:
        pool = tree.pool
        yield _Marks(name=pool.name, description=pool.description, tags=pool.tags)


def _is_kubernetes(marks: _Marks) -> bool:
    return bool(
        marks.name.startswith(KUBERNETES)
        or _LISTENER.match(marks.name)
        or _WORDS.match(marks.description)
        or any(it.startswith((*KUBERNETES, INGRESS_TAG)) for it in marks.tags)
    )


def _is_cluster_api(marks: _Marks) -> bool:
    return marks.name.startswith(CLUSTER_API) or marks.description.startswith(CLUSTER_API_WORDS)


def _site(tree: BalancerTree, marks: Iterable[_Marks]) -> str | None:
    """Return the name of the site whose tags something carries, or None."""
    stack = tree.stack_of(tree.balancer.id, *_ids(tree))
    tags = [stack.tags] if stack else []
    told: list[str | None] = []
    for it in marks:
        tags.append(it.tags)
        told.append(site_named(frozenset(it.description.split())))
    named = next(filter(None, map(site_named, tags)), None)
    # What Ao has left to its owner says its site still, which there is no more.
    named = named or next((it for it in told if it in tree.sites), None)
    ids = _ids(tree)
    adopting = (site for site, text in tree.kept.items() if any(it in text for it in ids))
    return named or next(adopting, None)
