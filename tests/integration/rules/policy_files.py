"""Policies as a test wants them: copies of the shipped files with a number or a choice changed.

A rule that stands on a number must turn out otherwise when the number does, and a provider must
be nothing but its file. Both are tried on copies; the shipped files are never touched.
"""

import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tacit import policies

SHIPPED = Path(policies.__file__).parent


class PolicyFiles:
    """A folder of policies that stands in for the shipped one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def edit(self, provider: str, changes: Mapping[str, Any]) -> None:
        """Change version 1 in place. A key is a path such as `kinds.hosting.lives.0.phases.0.days`;
        None takes the entry out."""
        self._write(provider, 1, provider, changes)

    def table(self, provider: str, name: str) -> Any:
        """A part of version 1, for another provider to have as well."""
        return self._form(f"{provider}-1.toml")[name]

    def add(self, provider: str, like: str, changes: Mapping[str, Any]) -> None:
        """A provider that nobody has heard of, from the file of another."""
        self._write(like, 1, provider, {"provider": provider, **changes})

    def add_version(self, provider: str, version: int, changes: Mapping[str, Any]) -> None:
        self._write(provider, version, provider, {"version": version, **changes})

    def edit_tld(self, name: str, changes: Mapping[str, Any]) -> None:
        """Change what is known of an extension, `org.nz`; a path is such as `steps.0.days`."""
        form = self._form("tlds.toml")
        (entry,) = (row for row in form["registries"] if name in row["names"])
        _change(entry, changes)
        self._put("tlds.toml", form)

    def _write(self, like: str, version: int, provider: str, changes: Mapping[str, Any]) -> None:
        form = self._form(f"{like}-1.toml")
        _change(form, changes)
        self._put(f"{provider}-{version}.toml", form)

    def _form(self, file: str) -> dict[str, Any]:
        return tomllib.loads((self.folder / file).read_text("utf-8"))

    def _put(self, file: str, form: Mapping[str, Any]) -> None:
        lines = [f"{name} = {_inline(value)}" for name, value in form.items()]
        (self.folder / file).write_text("\n".join(lines) + "\n", "utf-8")
        _forget()


@contextmanager
def policy_files(folder: Path) -> Iterator[PolicyFiles]:
    """Copies of the shipped files in `folder`, in force until the end of the block."""
    for file in [*SHIPPED.glob("*-*.toml"), SHIPPED / "tlds.toml"]:
        shutil.copy(file, folder)
    with ExitStack() as late, pytest.MonkeyPatch.context() as patch:
        late.callback(_forget)  # behind all, also where a test has failed
        patch.setattr(policies, "_HERE", folder)
        _forget()
        yield PolicyFiles(folder)


def _forget() -> None:
    policies.shipped.cache_clear()
    policies.policy.cache_clear()
    policies.registries.cache_clear()


def _change(form: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for path, value in changes.items():
        *way, last = path.split(".")
        place: Any = form
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value


def _inline(value: Any) -> str:
    """TOML on one line; a JSON string is a TOML string, too."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)} = {_inline(each)}" for name, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)
