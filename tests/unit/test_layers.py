"""The layers of docs/architecture.md: who may import whom."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
LAYERS = (
    "commands",
    "release",
    "operations",
    "adopt",
    "doctor",
    "apply",
    "checks",
    "timetable",
    "hooks",
    "lock",
    "report",
    "journal",
    "cutover",
    "watch",
    "work",
    "progress",
    "plan",
    "config",
    "window",
    "fake",
    "templates",
    "probe",
    "visit",
    "handshake",
    "site",
    "cloud",
    "http",
    "x509",
    "text_format",
    "redaction",
    "interrupt",
    "clock",
    "duration",
    "colour",
    "files",
    "errors",
    "message",
    "untrusted",
)
"""Packages and modules of `ao`, from the top: each imports only those below it."""
PURE = frozenset(
    {
        "ao.adopt.inventory",
        "ao.adopt.refusals",
        "ao.adopt.site_file",
        "ao.plan.plan",
        "ao.plan.alarms",
        "ao.site",
        "ao.cutover.cutover",
        "ao.colour",
        "ao.x509",
    }
)
"""Modules, and packages with all in them, that ask nothing and change nothing."""
IO = frozenset({"httpx", "openstack", "os", "requests", "socket", "subprocess", "urllib3"})
"""Modules of others by which something is asked or changed."""


@cache
def modules() -> Mapping[str, Path]:
    """Files of all modules, by their dotted names; a package is its `__init__`."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(module: str) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it; of ours, the modules alone."""
    for node in ast.walk(ast.parse(modules()[module].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            assert not node.level, f"{module}: imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules() else node.module


def layer(module: str) -> str:
    """The layer that a module of `ao` is in."""
    return module.split(".")[1] if "." in module else ""


def test_every_module_of_ao_is_in_a_layer() -> None:
    assert {layer(module) for module in modules() if module.startswith("ao.")} == set(LAYERS)


def test_no_import_runs_up() -> None:
    upward = [
        f"{module} imports {other}"
        for module in modules()
        if module.startswith("ao.")
        for other in imported(module)
        if other.startswith("ao.") and LAYERS.index(layer(other)) < LAYERS.index(layer(module))
    ]
    assert not upward


def test_nothing_imports_the_commands_and_the_dashboard() -> None:
    others = {
        module: [it for it in imported(module) if it.startswith(("ao.commands", "ao_dashboard"))]
        for module in modules()
        if not module.startswith(("ao.commands", "ao_dashboard"))
    }
    assert not {module: found for module, found in others.items() if found}


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Take away modules that import none of those that are left; what stays is in a circle."""
    left = {
        module: {it for it in imported(module) if it in modules() and it != module}
        for module in modules()
    }
    while free := {module for module, found in left.items() if not found & left.keys()}:
        left = {module: found for module, found in left.items() if module not in free}
    assert not left


def test_what_is_pure_imports_nothing_that_asks() -> None:
    asking = {
        module: sorted(found)
        for module in modules()
        if any(module == it or module.startswith(f"{it}.") for it in PURE)
        if (found := {it.split(".")[0] for it in imported(module)} & IO)
    }
    assert not asking


def test_few_modules_are_loose() -> None:
    loose = [path for path in (SOURCE / "ao").glob("*.py") if path.name != "__init__.py"]
    assert len(loose) < 12
