from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.rules.policy_files import PolicyFiles, policy_files


@pytest.fixture
def policies(tmp_path: Path) -> Iterator[PolicyFiles]:
    """The shipped policies as copies that the test may edit."""
    with policy_files(tmp_path) as files:
        yield files
