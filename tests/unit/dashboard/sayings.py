"""What Ao can say, read from its source."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from itertools import product
from types import ModuleType

from ao.cloud.sdk_errors import asking
from ao.errors import AoError

SAMPLES = {
    "act": "delete",
    "asked": "aborted by shop: rehearsal",
    "colour": "blue",
    "holder": "shop on host-1 (release 2.0), since 2026-11-23T16:00:00Z until 2026-11-23T16:02:00Z",
    "message": "cannot list the stacks: overloaded (HTTP 503)",
    "new": "green",
    "obstacle": "it is not built",
    "old": "blue",
    "other": "green",
    "over": "it ended at 2026-11-23T16:02:00Z",
    "role": "production",
    "state": "nothing was seen",
    "switching_to": "green",
    "what": "list the stacks",
    "which": "no release",
    "why_not": "no system is live yet",
    "why": "it was begun before",
}
"""What stands for a value, by its name; anything else is one word."""


def returned(function: Callable[..., object]) -> Iterator[str]:
    """Texts that a function may return."""
    source = inspect.getsource(function)
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        if isinstance(node, ast.Return):
            yield from texts(node.value)


def texts(node: ast.expr | None) -> Iterator[str]:
    """Texts that an expression may be; none if that is not written there."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield from map("".join, product(*(list(texts(part)) for part in parts)))
        case ast.FormattedValue(value=value):
            yield _sample(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from map("".join, product(texts(left), texts(right)))
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)


def errors(module: ModuleType) -> Iterator[str]:
    """What a module's errors may say: messages, cures, what was tried or waited for."""
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(call, ast.Call):
            said = [it.value for it in call.keywords if it.arg in {"cure", "what"}]
            if isinstance(call.func, ast.Name) and _complains(module, call.func.id):
                said += call.args
            for expression in said:
                yield from filter(None, texts(expression))


def notes(module: ModuleType) -> Iterator[str]:
    """What a module tells on its way."""
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        match call:
            case ast.Call(func=ast.Attribute(attr="note" | "tell_once"), args=[said]):
                yield from texts(said)


def _complains(module: ModuleType, name: str) -> bool:
    called = getattr(module, name, None)
    return called is asking or (isinstance(called, type) and issubclass(called, AoError))


def _sample(value: ast.expr) -> str:
    """A sample for a value in a text, by its last name: `facts.live.other` is `other`."""
    names = [it.attr for it in ast.walk(value) if isinstance(it, ast.Attribute)]
    names += [it.id for it in ast.walk(value) if isinstance(it, ast.Name)]
    return SAMPLES.get(names[0], "x-1")
