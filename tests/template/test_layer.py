"""The layer as `sam build` makes it: pure Python, compiled, complete, and without the AWS SDK."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FUNCTIONS = ROOT / "functions"
BROUGHT_BY_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "dateutil", "six", "urllib3")
CHECKED_NEVER = 1  # the flags of a compiled file that is trusted without a look at its source


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `python` folder of the layer, made by the very target that SAM calls."""
    scratch = tmp_path_factory.mktemp("layer")
    shutil.copytree(ROOT / "shared", scratch / "shared")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ["make", "-C", str(scratch / "shared"), "build-TacitLayer"]
    done = subprocess.run(
        [*command, f"ARTIFACTS_DIR={scratch / 'built'}"],
        env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return scratch / "built" / "python"


def test_every_function_imports_with_the_layer_and_the_runtimes_sdk_alone(
    layer: Path, tmp_path: Path
) -> None:
    """A package that only the tests or the local stack have would be missing on AWS."""
    for name in BROUGHT_BY_THE_RUNTIME:
        spec = importlib.util.find_spec(name)
        assert spec and spec.origin
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (tmp_path / source.name).symlink_to(source)
    names = sorted(file.stem for file in FUNCTIONS.glob("*.py"))
    paths = [str(layer), str(FUNCTIONS), str(tmp_path)]
    code = (
        f"import sys; sys.path += {paths!r}\nfor name in {names!r}: assert __import__(name).handler"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        env={"AWS_DEFAULT_REGION": "eu-central-1", "POWERTOOLS_METRICS_NAMESPACE": "Tacit"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_sdk_is_left_to_the_runtime(layer: Path) -> None:
    present = {path.name for path in layer.iterdir()}
    assert not present & {"boto3", "botocore", "s3transfer", "urllib3"}


def test_the_layer_holds_what_is_pinned_above_the_line_and_nothing_else(layer: Path) -> None:
    text = (ROOT / "shared" / "requirements.txt").read_text()
    above = text.split("# --- brought by the runtime")[0].splitlines()
    pinned = {line.split(" ")[0] for line in above if not line.startswith("#")}
    packages = list(distributions(path=[str(layer)]))
    held = {f"{each.metadata['Name']}=={each.version}" for each in packages}
    assert {each.replace("_", "-") for each in held} == {each.replace("_", "-") for each in pinned}
    lying = {path.name for path in layer.iterdir()}
    theirs = {file.parts[0] for package in packages for file in package.files or ()}
    # Beside them: ours, what is compiled of single files, and jmespath's command.
    assert lying - theirs == {"tacit", "__pycache__", "bin"}


def test_there_is_nothing_but_python_in_it(layer: Path) -> None:
    """So one layer fits every architecture."""
    assert not [path for path in layer.rglob("*") if path.suffix in (".so", ".pyd", ".dylib")]


def test_every_module_is_compiled_and_trusted(layer: Path) -> None:
    """Lambda cannot write compiled files, so a missing one is compiled at every cold start."""
    for source in layer.rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(source)))
        assert int.from_bytes(compiled.read_bytes()[4:8], "little") == CHECKED_NEVER, source


def test_compiled_files_name_the_paths_they_will_have(layer: Path) -> None:
    compiled = Path(importlib.util.cache_from_source(str(layer / "tacit" / "service.py")))
    content = compiled.read_bytes()
    assert b"/opt/python/tacit/service.py" in content
    assert str(layer).encode() not in content
