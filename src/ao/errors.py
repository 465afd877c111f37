"""Everything that Ao refuses, or fails at, as one tree of errors.

AoError
├── ConfigError             exit 2: ao.yaml or an argument is wrong
├── CloudError              exit 3: OpenStack refused or did not answer
│   ├── NotAuthenticated        credentials missing, wrong or expired
│   ├── Forbidden               the user's roles do not allow it
│   ├── NotFound                it is not there
│   ├── Conflict                it is in a state, or in use, that forbids it
│   ├── Changed                 somebody changed it since it was read
│   └── Unavailable             time-out, no connection, or the service failed
├── Refused                 exit 4: a guard said no; nothing was changed
│   └── OutsideWindow           production must not be switched at this moment
├── QuotaExceeded           exit 5: the project's quota is too small
├── BuildFailed             exit 6: Heat could not build or change a stack
├── DeadlinePassed          exit 7: a wait took longer than it may
│   └── NotSeen                 production does not answer from where it leads to
├── OnlyErrors              within a switch: production answers nothing but errors
├── SwitchFailed            exit 8: production did not answer from the new system
├── RequestsLost            exit 9: a probe lost requests
├── Locked, LockLost        exit 10: somebody else holds the lock (ao.lock)
├── CheckFailed             exit 11: a check failed, production is untouched (ao.checks)
├── HookFailed              exit 12: a hook failed (ao.hooks)
├── WaitingForApproval      exit 13: a release waits for its approval (ao.release)
├── RolledBack              exit 14: production was switched back (ao.release)
└── Aborted                 exit 15: somebody aborted the release (ao.release)
"""

from __future__ import annotations

from ao.message import Message, joined, message
from ao.untrusted.printable import printable_lines


class AoError(Exception):
    """An error told to the user in one line, with what to do next.

    It may quote what somebody else wrote: none of it acts on a terminal.
    """

    exit_code = 1

    def __init__(self, message: str, *, cure: str = "", request_id: str = "") -> None:
        self.message = _printable(message)
        """What happened, and where."""
        self.cure = _printable(cure)
        """What to do next."""
        super().__init__(self.message)
        self.request_id = request_id
        """OpenStack's ID of the failed request, for the cloud's operators."""

    @property
    def text(self) -> Message:
        """Message, request ID and cure in one text."""
        happened: str = self.message
        if self.request_id:
            happened = message(
                "%(message)s (request %(id)s)", message=self.message, id=self.request_id
            )
        return joined("\n", [happened, self.cure] if self.cure else [happened])

    def __str__(self) -> str:
        """Message, request ID and cure in one text, in English."""
        return str(self.text)


def _printable(text: str) -> str:
    """The text, of which nothing acts on a terminal; a message is so already."""
    return text if isinstance(text, Message) else printable_lines(text)


class ConfigError(AoError):
    """The site file or an argument is wrong."""

    exit_code = 2


class CloudError(AoError):
    """OpenStack refused a request or did not answer it."""

    exit_code = 3


class NotAuthenticated(CloudError):
    """Credentials are missing, wrong or expired."""


class Forbidden(CloudError):
    """The user's roles do not allow the request."""


class NotFound(CloudError):
    """The thing asked for is not there."""


class Conflict(CloudError):
    """The thing is in a state, or in use, that forbids the request."""


class Changed(CloudError):
    """Somebody changed the thing since it was read."""


class Unavailable(CloudError):
    """The service timed out, could not be reached, or failed."""


class Refused(AoError):
    """A guard said no; nothing was changed."""

    exit_code = 4


class OutsideWindow(Refused):
    """Production must not be switched at this moment."""


class QuotaExceeded(AoError):
    """The project's quota is too small; nothing was changed."""

    exit_code = 5


class BuildFailed(AoError):
    """Heat could not build, change or delete a stack."""

    exit_code = 6


class DeadlinePassed(AoError):
    """A wait took longer than it may."""

    exit_code = 7


class NotSeen(DeadlinePassed):
    """Production does not answer from the system that it leads to."""


class OnlyErrors(AoError):
    """Production answers nothing but errors from the system that it leads to.

    The switch that finds it moves production back, and ends with SwitchFailed.
    """


class SwitchFailed(AoError):
    """Production did not answer from the new system."""

    exit_code = 8


class RequestsLost(AoError):
    """A probe's requests got no good answer."""

    exit_code = 9
