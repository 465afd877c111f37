"""The demo shop's visitors, which are a program of the example, as a module for tests."""

import importlib.util
from pathlib import Path
from types import ModuleType

SHOP = Path(__file__).parents[1] / "examples" / "shop"


def shop_visitors() -> ModuleType:
    """Load the program."""
    spec = importlib.util.spec_from_file_location("visitors", SHOP / "visitors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
