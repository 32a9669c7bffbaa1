"""The shipped policies: found by their names, and never changed."""

from hashlib import sha256
from pathlib import Path

import pytest

import tacit.policies
from tacit.policies import UnknownPolicy, newest, policy, shipped

FOLDER = Path(tacit.policies.__file__).parent
FILES = sorted(FOLDER.glob("*-*.toml"))


def test_a_shipped_version_never_changes() -> None:
    lines = (FOLDER / "LOCK").read_text().splitlines()
    locked = {name: digest for digest, name in (line.split() for line in lines)}
    assert locked == {file.name: sha256(file.read_bytes()).hexdigest() for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_file_can_be_read_under_its_name(file: Path) -> None:
    provider, _, version = file.stem.rpartition("-")
    read = policy(f"{provider}/{version}")
    assert (read.provider, read.version) == (provider, int(version))


def test_the_newest_version_is_for_what_begins_now() -> None:
    for provider, versions in shipped().items():
        assert newest(provider).version == max(versions)


@pytest.mark.parametrize("name", ["nobody/1", "kreativmedia/99", "kreativmedia", "../x/1", ""])
def test_a_policy_that_is_not_shipped_is_unknown(name: str) -> None:
    with pytest.raises(UnknownPolicy):
        policy(name)


def test_a_provider_without_a_policy_is_unknown() -> None:
    with pytest.raises(UnknownPolicy):
        newest("nobody")
