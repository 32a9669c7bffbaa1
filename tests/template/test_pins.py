"""What is installed is what was pinned: exact versions, complete, from nowhere in particular."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from local.advisories import PINS
from local.environments import NAMES
from tests import dynamodb_local

ROOT = Path(__file__).resolve().parent.parent.parent
LAYER = ROOT / "shared" / "requirements.txt"
DEV = ROOT / "requirements" / "dev.txt"
# One version and nothing else: no range, no address, no option but the checksum.
PIN = re.compile(r"[\w.-]+==[0-9][a-z0-9.]*( --hash=sha256:[0-9a-f]{64})*")


def lines(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line and not line.startswith("#")]


def versions(file: Path) -> dict[str, str]:
    """The version of each package, by the name that every spelling comes down to."""
    pins = [line.split(" ")[0].split("==") for line in lines(file)]
    return {canonicalize_name(name): version for name, version in pins}


@pytest.mark.parametrize("file", PINS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_line_is_one_exact_version_without_an_address(file: Path) -> None:
    for line in lines(file):
        assert PIN.fullmatch(line), line
    names = [canonicalize_name(line.split("==")[0]) for line in lines(file)]
    assert len(names) == len(set(names))


def test_every_environment_has_its_pins_and_every_file_of_pins_is_asked_about() -> None:
    written = {file.resolve() for file in ROOT.glob("*/*requirements*.txt")}
    written |= set((ROOT / "requirements").iterdir())
    assert written == set(PINS)
    assert {file.stem for file in PINS} >= {"requirements", *NAMES}


@pytest.mark.parametrize("file", [LAYER, DEV], ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_package_needs_is_pinned_beside_it(file: Path) -> None:
    """`make check` asks pip the same of every environment; this needs none but its own."""
    pinned = versions(file)
    for name, version in pinned.items():
        assert distribution(name).version == version, name
        for needed in map(Requirement, distribution(name).requires or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                found = pinned.get(canonicalize_name(needed.name))
                assert found, f"{name} needs {needed.name}"
                assert needed.specifier.contains(Version(found)), f"{name} needs {needed}"


def test_what_is_tested_is_what_is_deployed() -> None:
    deployed, tested = versions(LAYER), versions(DEV)
    assert {name: tested.get(name) for name in deployed} == deployed


def test_every_package_of_the_layer_carries_the_checksum_of_its_one_wheel() -> None:
    for line in lines(LAYER):
        assert line.count("--hash=sha256:") == 1, line


@pytest.mark.parametrize(
    ("pinned", "instead", "said"),
    [
        ("jmespath==1.1.0 --hash=sha256:a", "jmespath==1.1.0 --hash=sha256:b", "DO NOT MATCH"),
        (" --hash=", " # ", "--require-hashes"),
    ],
    ids=["another-checksum", "no-checksums"],
)
def test_the_layer_is_not_built_from_another_file(
    tmp_path: Path, pinned: str, instead: str, said: str
) -> None:
    shared = tmp_path / "shared"
    shutil.copytree(ROOT / "shared", shared, ignore=shutil.ignore_patterns("tacit"))
    given = (shared / "requirements.txt").read_text()
    assert pinned in given
    (shared / "requirements.txt").write_text(given.replace(pinned, instead))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["make", "-C", str(shared), "build-TacitLayer", f"ARTIFACTS_DIR={tmp_path / 'built'}"],
        env=os.environ | {"PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    assert said in done.stdout + done.stderr


def test_another_package_than_the_pinned_dynamodb_local_is_red_and_goes(tmp_path: Path) -> None:
    packed = tmp_path / "amplify-dynamodb-simulator-2.9.30.tgz"
    packed.write_bytes(b"something else")
    with pytest.raises(pytest.fail.Exception, match="another checksum"):
        dynamodb_local.refuse_another(packed)
    assert not packed.exists()


def test_the_checksum_of_dynamodb_local_is_taken_as_npm_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of these three letters it is in the standard of SHA-512, and written in base64."""
    packed = tmp_path / "packed.tgz"
    packed.write_bytes(b"abc")
    known = (
        "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
    )
    monkeypatch.setattr(dynamodb_local, "INTEGRITY", f"sha512-{known}")
    dynamodb_local.refuse_another(packed)
    assert packed.exists()
