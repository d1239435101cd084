"""SQLAlchemy Core on asyncio, without the ORM that nobody here uses: 6 MB of each process, and a tenth of a second of its start.

``sqlalchemy.ext.asyncio`` imports its sessions, and with them the whole ORM, whatever one wants of it. Here sessions are
imported when somebody asks for one; nothing else of the package is different. So everybody takes its engines from here.
"""

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

_PACKAGE = "sqlalchemy.ext.asyncio"
_SESSIONS = (f"{_PACKAGE}.session", f"{_PACKAGE}.scoping")


class _Later(ModuleType):
    """Stands for a module while the package takes names from it: each is promised, and remembered as ``promised``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.promised: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.promised.append(name)
        return None


@contextlib.contextmanager
def _sessions_later() -> Iterator[None]:
    """While this lasts the package can be imported without its sessions, unless it has been imported with them."""
    if _PACKAGE in sys.modules:
        yield
        return
    later = {name: _Later(name) for name in _SESSIONS}
    sys.modules |= later
    try:
        yield
    finally:
        for name in later:
            del sys.modules[name]
    _promise(sys.modules[_PACKAGE], {each: name for name, module in later.items() for each in module.promised})


def _promise(package: ModuleType, homes: dict[str, str]) -> None:
    """Let the package import what it promised when it is asked for it. homes: by name, the module that has it."""
    for name in homes:
        delattr(package, name)

    def found(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package.__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    package.__getattr__ = found  # type: ignore[method-assign]


with _sessions_later():
    importlib.import_module(_PACKAGE)

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine  # noqa: E402 -- it is there by now

__all__ = ["AsyncConnection", "AsyncEngine", "create_async_engine"]
