"""The shipped policies: one TOML file per provider and version, found by their names.

A shipped version never changes: contracts keep the version their term began under. LOCK holds
each file's hash, and a test compares them. `tlds.toml` is no policy: it holds what is known of
registries, has no versions, and is corrected in place.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from tacit.domain.policy import Policy
from tacit.domain.policy_form import PolicyError, read_policy
from tacit.domain.registries import Registry
from tacit.domain.registry_form import read_registries

_HERE = Path(__file__).parent


class UnknownPolicy(LookupError):
    """No shipped file has this provider or version."""


@cache
def shipped() -> dict[str, tuple[int, ...]]:
    """Every provider with its versions, oldest first, read from the files' names."""
    found: dict[str, list[int]] = {}
    for file in _HERE.glob("*-*.toml"):
        provider, _, version = file.stem.rpartition("-")
        if version.isdecimal():
            found.setdefault(provider, []).append(int(version))
    return {provider: tuple(sorted(found[provider])) for provider in sorted(found)}


@cache
def policy(name: str) -> Policy:
    """The policy "provider/version"; read once per process. Raises UnknownPolicy."""
    provider, _, version = name.partition("/")
    if not version.isdecimal() or int(version) not in shipped().get(provider, ()):
        raise UnknownPolicy(name)
    text = (_HERE / f"{provider}-{version}.toml").read_text("utf-8")
    read = read_policy(tomllib.loads(text))
    if read.name != name:
        raise PolicyError(f"provider, version: the file of {name} says {read.name}")
    return replace(read, registries=registries())


def newest(provider: str) -> Policy:
    """The provider's policy for terms that begin now. Raises UnknownPolicy."""
    versions = shipped().get(provider)
    if not versions:
        raise UnknownPolicy(provider)
    return policy(f"{provider}/{versions[-1]}")


@cache
def registries() -> Mapping[str, Registry]:
    """What is known of each extension, by its name ("ch", "org.nz"); read once per process. One
    that is not in it is unknown, and its registry limits nothing (G9)."""
    return read_registries(tomllib.loads((_HERE / "tlds.toml").read_text("utf-8")))
