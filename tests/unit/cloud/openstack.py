"""A small OpenStack on this machine: its services answer as their APIs say, or as a test wants."""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import openstack
from openstack.connection import Connection

PROJECT, USER = "2ddaba5f", "u-1"
TIME = "2026-11-23T08:15:02Z"
SERVICES = {
    "compute": "/compute/v2.1",
    "network": "/network",
    "orchestration": "/heat/v1/p",
    "load-balancer": "/lb",
    "block-storage": "/volume/v3",
    "image": "/image",
    "identity": "/identity",
    "alarming": "/aodh/v2",
    "metric-storage": "/prometheus",
    "key-manager": "/barbican",
}
STACK = {
    "id": "s-1",
    "stack_name": "ao-shop",
    "stack_status": "UPDATE_IN_PROGRESS",
    "stack_status_reason": None,
    "creation_time": TIME,
    "updated_time": None,
    "tags": ["ao:site=shop"],
}
PLANNED = {"resource_name": "router", "resource_type": "OS::Neutron::Router"}
CHANGES = {"added": [PLANNED], "updated": [], "replaced": [], "deleted": [], "unchanged": []}
PORT = {
    "id": "p-1",
    "name": "ao-shop-lock",
    "network_id": "n-1",
    "fixed_ips": [{"subnet_id": "sub-1", "ip_address": "192.0.2.1"}],
    "device_owner": "ovn-lb-hm:distributed",
    "device_id": "",
    "description": "{}",
    "revision_number": 3,
    "created_at": TIME,
    "updated_at": TIME,
}
IP = {
    "id": "f-1",
    "floating_ip_address": "203.0.113.5",
    "floating_network_id": "n-2",
    "port_id": None,
    "status": "DOWN",
    "description": "",
    "revision_number": 1,
}
IMAGE = {"id": "img-1", "name": "debian", "status": "active", "size": None}
BALANCER = {
    "id": "lb-1",
    "name": "ao-shop",
    "description": "ao:site=shop",
    "provider": "ovn",
    "vip_address": "10.0.0.2",
    "vip_port_id": "p-2",
    "provisioning_status": "ACTIVE",
    "operating_status": "ONLINE",
    "pools": [{"id": "pool-1"}],
}
SECRET_ID, CONTAINER_ID = (f"{it}0000000-0000-4000-8000-000000000000" for it in "ac")
SECRET = {
    "secret_ref": f"https://barbican.example/v1/secrets/{SECRET_ID}",
    "name": "shop",
    "status": "ACTIVE",
    "secret_type": "opaque",
    "content_types": {"default": "text/plain"},
    "created": "2026-11-23T08:15:02",
    "expiration": None,
}
CONTAINER = {
    "container_ref": f"https://barbican.example/v1/containers/{CONTAINER_ID}",
    "name": "whole",
    "status": "ACTIVE",
    "type": "certificate",
    "created": "2026-11-24T08:15:02",
    "secret_refs": [{"name": "certificate", "secret_ref": SECRET["secret_ref"]}],
}
READERS = {"read": {"users": ["u-octavia"], "project-access": True}}
LISTENER = {
    "id": "l-1",
    "name": "ao-shop",
    "default_pool_id": "pool-1",
    "protocol": "TERMINATED_HTTPS",
    "protocol_port": 443,
    "provisioning_status": "ACTIVE",
    "default_tls_container_ref": SECRET["secret_ref"],
    "sni_container_refs": [],
    "tls_ciphers": "TLS_AES_256_GCM_SHA384",
    "tls_versions": ["TLSv1.2", "TLSv1.3"],
    "alpn_protocols": ["h2", "http/1.1"],
    "hsts_max_age": 31536000,
    "hsts_include_subdomains": True,
    "hsts_preload": False,
    "client_authentication": "NONE",
    "timeout_client_data": 50000,
    "timeout_member_data": 60000,
    "timeout_member_connect": 5000,
    "insert_headers": {"X-Forwarded-For": "True", "X-Forwarded-Port": "false"},
    "allowed_cidrs": ["198.51.100.0/24"],
}
RULE = {
    "id": "r-1",
    "type": "PATH",
    "compare_type": "STARTS_WITH",
    "value": "/",
    "key": None,
    "invert": False,
}
L7_POLICY = {
    "id": "l7-1",
    "name": "https",
    "action": "REDIRECT_PREFIX",
    "redirect_prefix": "https://shop.example",
    "redirect_http_code": 301,
    "position": 1,
    "provisioning_status": "ACTIVE",
    "admin_state_up": True,
    "rules": [{"id": "r-1"}],
}
STATUSES = {"operating_status": "ONLINE", "provisioning_status": "ACTIVE"}
POOL = {
    "id": "pool-1",
    "name": "blue",
    "description": "",
    "members": [{"id": "m-1"}],
    "session_persistence": {
        "type": "APP_COOKIE",
        "cookie_name": "JSESSIONID",
        "persistence_timeout": None,
        "persistence_granularity": None,
    },
    "tls_enabled": True,
    "tls_container_ref": None,
    "ca_tls_container_ref": SECRET["secret_ref"],
    "crl_container_ref": None,
    "tls_ciphers": "TLS_AES_256_GCM_SHA384",
    "tls_versions": ["TLSv1.3"],
    **STATUSES,
}
MONITOR = {
    "id": "h-1",
    "type": "HTTP",
    "domain_name": "shop.example",
    "http_version": 1.1,
    "tags": ["ao:host"],
}
MEMBER = {"id": "m-1", "address": "10.0.0.3", **STATUSES}
SERVER = {
    "id": "i-1",
    "name": "web",
    "status": "ACTIVE",
    "image": "",
    "flavor": {"id": "1", "links": []},
    "key_name": None,
    "config_drive": "",
    "metadata": {"team": "shop"},
    "OS-EXT-AZ:availability_zone": "nova",
    "os-extended-volumes:volumes_attached": [{"id": "v-1", "delete_on_termination": False}],
    "OS-EXT-SRV-ATTR:user_data": "IyEvYmluL3No",
}
VOLUME = {
    "id": "v-1",
    "size": 20,
    "bootable": "true",
    "volume_type": None,
    "volume_image_metadata": {"image_id": "img-1", "min_disk": "0"},
}
TREE = {
    "id": "lb-1",
    **STATUSES,
    "listeners": [{"id": "l-1", "pools": [{"id": "pool-1", "members": [MEMBER]}]}],
}
CONFIG = {"id": "c-1", "name": "ao.site/shop/1", "group": "ao", "creation_time": TIME}
ALARM = {
    "alarm_id": "a-1",
    "name": "alarm",
    "enabled": True,
    "state": "ok",
    "state_reason": "",
    "prometheus_rule": {"query": "up"},
}
RESOURCE = {
    "resource_name": "lock_network",
    "resource_type": "OS::Neutron::Net",
    "resource_status": "CREATE_COMPLETE",
    "resource_status_reason": "",
    "physical_resource_id": "n-1",
    "updated_time": TIME,
    "links": [{"rel": "stack", "href": "http://heat.example/v1/p/stacks/ao-shop/s-1"}],
}
EVENT = {"resource_name": "grow", "event_time": TIME}
LIMITS = (
    "maxTotalInstances",
    "maxTotalCores",
    "maxTotalRAMSize",
    "maxServerGroups",
    "maxServerGroupMembers",
)
USED = ("totalInstancesUsed", "totalCoresUsed", "totalRAMUsed", "totalServerGroupsUsed")
DETAIL = {"limit": 10, "used": 2, "reserved": 1}
NETWORKING = (
    "network",
    "subnet",
    "port",
    "router",
    "floatingip",
    "security_group",
    "security_group_rule",
)
BALANCING = ("load_balancer", "listener", "pool", "health_monitor")

Reply = tuple[int, Any]
"""Status and JSON of an answer; None for no body."""
ANSWERS: dict[str, Reply] = {
    "GET /heat/v1/p/stacks": (200, {"stacks": [STACK]}),
    "POST /heat/v1/p/stacks": (201, {"stack": {"id": "s-1", "links": []}}),
    "(PUT|PATCH) /heat/v1/p/stacks/ao-shop/s-1": (202, None),
    "DELETE /heat/v1/p/stacks/ao-shop/s-1": (204, None),
    "GET /heat/v1/p/stacks/ao-shop/s-1": (200, {"stack": {"parameters": {"size": "2"}}}),
    "(PUT|PATCH) /heat/v1/p/stacks/ao-shop/s-1/preview": (200, {"resource_changes": CHANGES}),
    "POST /heat/v1/p/validate": (200, {"Description": "", "Parameters": {}}),
    "POST /heat/v1/p/stacks/preview": (200, {"stack": {"resources": [PLANNED, [PLANNED]]}}),
    "POST /heat/v1/p/stacks/ao-shop/s-1/actions": (200, "null"),
    "GET /heat/.*/resources": (200, {"resources": [RESOURCE]}),
    "PATCH /heat/.*/resources/lock_network": (200, "null"),
    "GET /heat/.*/events": (200, {"events": [EVENT]}),
    "GET /heat/.*/outputs/address": (200, {"output": {"output_value": "203.0.113.5"}}),
    "GET /heat/v1/p/software_configs": (200, {"software_configs": [CONFIG]}),
    "GET /heat/v1/p/software_configs/c-1": (200, {"software_config": {**CONFIG, "config": "x"}}),
    "POST /heat/v1/p/software_configs": (200, {"software_config": CONFIG}),
    "DELETE /heat/v1/p/software_configs/c-1": (204, None),
    "GET /network/v2.0/floatingips": (200, {"floatingips": [IP]}),
    "PUT /network/v2.0/floatingips/f-1": (200, {"floatingip": IP}),
    "GET /network/v2.0/ports": (200, {"ports": [PORT]}),
    "POST /network/v2.0/ports": (201, {"port": PORT}),
    "PUT /network/v2.0/ports/p-1": (200, {"port": PORT}),
    "GET /network/v2.0/ports/p-1": (200, {"port": PORT}),
    "PUT /network/v2.0/ports/p-1/tags": (200, {"tags": ["ao:asked=1"]}),
    "DELETE /network/v2.0/ports/p-1": (204, None),
    "GET /network/v2.0/networks/dmz": (
        200,
        {"network": {"id": "n-3", "name": "dmz", "project_id": "p", "tags": []}},
    ),
    "GET /network/v2.0/subnets": (
        200,
        {
            "subnets": [
                {
                    "id": "sub-1",
                    "name": "front",
                    "cidr": "192.0.2.0/24",
                    "allocation_pools": [{"start": "192.0.2.2", "end": "192.0.2.9"}],
                }
            ]
        },
    ),
    "GET /volume/v3/volumes/v-1": (200, {"volume": VOLUME}),
    "GET /volume/v3/types": (200, {"volume_types": [{"id": "t-1", "name": "fast"}]}),
    "GET /network/v2.0/routers/edge": (404, {"NeutronError": {"message": "not found"}}),
    "GET /network/v2.0/routers": (
        200,
        {
            "routers": [
                {"id": "r-1", "name": "edge", "external_gateway_info": {"network_id": "n-2"}}
            ]
        },
    ),
    "GET /network/v2.0/networks/public": (404, {"NeutronError": {"message": "not found"}}),
    "GET /network/v2.0/networks": (
        200,
        {"networks": [{"id": "n-2", "name": "public", "router:external": True}]},
    ),
    f"GET /network/v2.0/quotas/{PROJECT}/details": (
        200,
        {"quota": dict.fromkeys(NETWORKING, DETAIL)},
    ),
    "GET /lb/v2.0/lbaas/loadbalancers": (200, {"loadbalancers": [BALANCER]}),
    "PUT /lb/v2.0/lbaas/loadbalancers/lb-1": (200, {"loadbalancer": BALANCER}),
    "PUT /lb/v2.0/lbaas/loadbalancers/lb-1/failover": (202, None),
    "GET /lb/v2.0/lbaas/loadbalancers/lb-1": (200, {"loadbalancer": BALANCER}),
    "GET /lb/.*/status": (200, {"statuses": {"loadbalancer": TREE}}),
    "GET /lb/.*/stats": (200, {"stats": {"active_connections": 1, "total_connections": 2}}),
    "GET /lb/v2.0/lbaas/listeners": (200, {"listeners": [LISTENER]}),
    "PUT /lb/v2.0/lbaas/listeners/l-1": (200, {"listener": LISTENER}),
    "DELETE /lb/v2.0/lbaas/listeners/l-1": (204, None),
    "GET /lb/v2.0/lbaas/l7policies": (200, {"l7policies": [L7_POLICY]}),
    "POST /lb/v2.0/lbaas/l7policies": (201, {"l7policy": L7_POLICY}),
    "PUT /lb/v2.0/lbaas/l7policies/l7-1": (200, {"l7policy": L7_POLICY}),
    "DELETE /lb/v2.0/lbaas/l7policies/l7-1": (204, None),
    "GET /lb/v2.0/lbaas/l7policies/l7-1/rules": (200, {"rules": [RULE]}),
    "POST /lb/v2.0/lbaas/l7policies/l7-1/rules": (201, {"rule": RULE}),
    "GET /lb/v2.0/lbaas/pools": (200, {"pools": [POOL]}),
    "PUT /lb/v2.0/lbaas/pools/pool-1": (200, {"pool": POOL}),
    "GET /lb/.*/members": (200, {"members": [MEMBER]}),
    "GET /lb/v2.0/lbaas/healthmonitors": (200, {"healthmonitors": [{"id": "h-1"}]}),
    "(GET|PUT) /lb/v2.0/lbaas/healthmonitors/h-1": (200, {"healthmonitor": MONITOR}),
    "GET /lb/v2.0/lbaas/flavors": (
        200,
        {"flavors": [{"id": "lbf-1", "name": "large", "enabled": True, "description": ""}]},
    ),
    "GET /lb/v2.0/lbaas/availabilityzones": (
        200,
        {"availability_zones": [{"name": "az-1", "enabled": True, "description": ""}]},
    ),
    "GET /lb/v2.0/lbaas/providers": (200, {"providers": [{"name": "ovn"}]}),
    f"GET /lb/v2.0/lbaas/quotas/{PROJECT}": (200, {"quota": dict.fromkeys(BALANCING, 5)}),
    "GET /compute/v2.1/servers": (200, {"servers": [{"id": "i-1", "name": "web"}]}),
    "GET /compute/v2.1/servers/i-1": (
        200,
        {"server": SERVER},
    ),
    "POST /compute/v2.1/servers/i-1/action": (200, {"output": "web login: "}),
    "GET /compute/v2.1/limits": (
        200,
        {"limits": {"absolute": {**dict.fromkeys(LIMITS, 9), **dict.fromkeys(USED, 4)}}},
    ),
    "GET /compute/v2.1/flavors/small": (404, {"itemNotFound": {"message": "not found"}}),
    "GET /compute/v2.1/flavors/detail": (
        200,
        {"flavors": [{"id": "1", "name": "small", "vcpus": 1, "ram": 512, "disk": 1}]},
    ),
    "GET /compute/v2.1/os-availability-zone": (
        200,
        {"availabilityZoneInfo": [{"zoneName": "nova", "zoneState": {"available": True}}]},
    ),
    "GET /compute/v2.1/os-keypairs/mine": (200, {"keypair": {"name": "mine", "id": 7}}),
    "GET /network/v2.0/security-groups/ops": (404, {}),
    "GET /network/v2.0/security-groups": (
        200,
        {"security_groups": [{"id": "sg-1", "name": "ops", "description": ""}]},
    ),
    "GET /image/v2/images/debian": (404, {}),
    "GET /image/v2/images": (
        200,
        {"images": [{"id": "img-1", "name": "debian", "status": "active"}]},
    ),
    "GET /barbican/v1/secrets": (200, {"secrets": [SECRET], "total": 1}),
    "POST /barbican/v1/secrets": (201, {"secret_ref": SECRET["secret_ref"]}),
    f"GET /barbican/v1/secrets/{SECRET_ID}": (200, SECRET),
    f"GET /barbican/v1/secrets/{SECRET_ID}/payload": (200, b"hush"),
    f"DELETE /barbican/v1/secrets/{SECRET_ID}": (204, None),
    f"GET /barbican/v1/secrets/{SECRET_ID}/acl": (200, READERS),
    "GET /barbican/v1/containers": (200, {"containers": [CONTAINER], "total": 1}),
    f"GET /barbican/v1/containers/{CONTAINER_ID}": (200, CONTAINER),
    "GET /aodh/v2/alarms": (200, [ALARM]),
    "GET /aodh/v2/alarms/a-1": (200, ALARM),
    "PUT /aodh/v2/alarms/a-1": (200, ALARM),
    "POST /identity/v3/OS-TRUST/trusts": (404, {"error": {"message": "no such user"}}),
    "GET /prometheus/api/v1/query": (
        200,
        {"status": "success", "data": {"result": [{"value": [1.5, "0.25"]}]}},
    ),
    "GET /prometheus/api/v1/query_range": (
        200,
        {"status": "success", "data": {"result": [{"values": [[1.5, "0.25"]]}]}},
    ),
}
"""What the services answer, by method and path."""


def token(url: str) -> dict[str, Any]:
    """What Keystone answers to a login with an application credential."""
    named = {"id": "d", "name": "Default"}
    return {
        "methods": ["application_credential"],
        "user": {"id": USER, "name": "ops", "domain": named},
        "project": {"id": PROJECT, "name": "shop", "domain": named},
        "application_credential": {"id": "ac-1", "name": "jenkins", "restricted": False},
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": "2099-01-01T00:00:00.000000Z",
        "catalog": [
            {
                "type": service,
                "name": service,
                "endpoints": [
                    {"interface": "public", "region": "R", "region_id": "R", "url": url + path}
                ],
            }
            for service, path in SERVICES.items()
        ],
    }


def versions(url: str) -> dict[str, Any]:
    """What the services answer to the question for their versions, by path."""

    def version(id_: str, path: str) -> dict[str, Any]:
        links = [{"rel": "self", "href": url + path}]
        return {"id": id_, "status": "CURRENT", "version": "2.96", "links": links}

    return {
        "/identity/v3": {"version": version("v3.14", "/identity/v3/")},
        "/identity": {"versions": {"values": [version("v3.14", "/identity/v3/")]}},
        "/heat/v1/p": {"versions": [version("v1.0", "/heat/v1/p")]},
        "/network": {"versions": [version("v2.0", "/network/v2.0/")]},
        "/lb": {"versions": [version("v2.0", "/lb/v2.0")]},
        "/compute/v2.1": {"version": version("v2.1", "/compute/v2.1/")},
        "/barbican": {"versions": [version("v1", "/barbican/v1/")]},
        "/image": {"versions": [version("v2.16", "/image/v2/")]},
        "/aodh": {"versions": [version("v2.0", "/aodh/v2")]},
    }


class Handler(BaseHTTPRequestHandler):
    """A request, and what a test may do to it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: "Server"
    body: bytes
    """What came with the request."""

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the request."""
        return dict(parse_qsl(urlsplit(self.path).query))

    def reply(
        self, status: int, body: bytes, media: str = "application/json", **headers: str
    ) -> None:
        """Answer."""
        self.send_response(status)
        self.send_header("Content-Type", media)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if status == 204 else body)

    def json(self, status: int, told: Any, **headers: str) -> None:
        """Answer in JSON."""
        self.reply(status, json.dumps(told).encode(), **headers)

    def reset(self) -> None:
        """Reset the connection."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    @property
    def asked(self) -> str:
        """Method and path."""
        return f"{self.command} {self.path.partition('?')[0]}"

    def answer(self) -> None:
        """Answer as the API says."""
        for pattern, (status, told) in ANSWERS.items():
            if re.fullmatch(pattern, self.asked):
                if isinstance(told, bytes):
                    self.reply(status, told, "text/plain; charset=UTF-8")
                    return
                body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
                self.reply(status, b"" if told is None else body)
                return
        self.json(500, {"error": {"message": f"the test knows no {self.asked}"}})

    def _take(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url, path = self.server.url, self.path.partition("?")[0].rstrip("/")
        if path == "/identity/v3/auth/tokens":
            self.server.login(self)
        elif path in versions(url):
            self.json(200, versions(url)[path])
        else:
            self.server.asked.append(self.asked)
            self.server.answer(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._take
        raise AttributeError(name)

    def log_message(self, *args: object) -> None:
        pass


def login(handler: Handler) -> None:
    """Keystone's answer to a login."""
    handler.json(201, {"token": token(handler.server.url)}, X_Subject_Token="t")


class Server(ThreadingHTTPServer):
    """The services."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[str] = []
        """Methods and paths of requests to them."""
        self.answer: Callable[[Handler], None] = Handler.answer
        """How they answer."""
        self.login: Callable[[Handler], None] = login
        """How Keystone answers a login."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go in the midst of an answer are not told of."""


@contextmanager
def serving() -> Iterator[Server]:
    """Services that run meanwhile."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def connect(server: Server, **more: object) -> Connection:
    """A login to them, with more settings."""
    return openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        region_name="R",
        auth_type="v3applicationcredential",
        auth={
            "auth_url": f"{server.url}/identity/v3",
            "application_credential_id": "ac-1",
            "application_credential_secret": "hush",
        },
        **more,
    )
