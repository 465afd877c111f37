"""Keystone's projects, users and roles, made when they are missing."""

from collections.abc import Iterable

from openstack.connection import Connection
from openstack.identity.v3._proxy import Proxy
from openstack.identity.v3.project import Project
from openstack.identity.v3.role import Role
from openstack.identity.v3.user import User

from box.errors import BoxError


class Identity:
    """The cloud's Keystone as its administrator sees it."""

    def __init__(self, cloud: Connection) -> None:
        if not isinstance(cloud.identity, Proxy):
            raise BoxError("the cloud's Keystone does not speak version 3")
        self.api = cloud.identity
        self._roles: dict[str, Role] = {role.name: role for role in self.api.roles()}

    def role(self, name: str) -> Role:
        """Return a role."""
        if name not in self._roles:
            self._roles[name] = self.api.create_role(name=name)
        return self._roles[name]

    def project(self, name: str) -> Project:
        """Return a project of the default domain."""
        return self.api.find_project(name, domain_id="default") or self.api.create_project(
            name=name, domain_id="default"
        )

    def user(self, name: str, password: str, *, domain: str = "default") -> User:
        """Return a user; an old one keeps the password it has."""
        known = next(iter(self.api.users(name=name, domain_id=domain)), None)
        return known or self.api.create_user(name=name, password=password, domain_id=domain)

    def grant(self, user: User, project: Project, roles: Iterable[str]) -> None:
        """Give a user roles in a project."""
        for name in roles:
            self.api.assign_project_role_to_user(project, user, self.role(name))
