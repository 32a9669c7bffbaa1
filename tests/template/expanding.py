"""The template after SAM's own transformation, as CloudFormation gets it."""

from __future__ import annotations

import copy
import os
from functools import cache
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform

from tests.tables import template


class _NoPolicies:
    """Stands in for the list of AWS's managed policies; ours are all written out."""

    def load(self) -> dict[str, str]:
        return {}


@cache
def expanded() -> dict[str, Any]:
    """Shared: look at it, do not change it; `copied` is for those who do."""
    packaged = copy.deepcopy(template())
    packaged["Globals"]["Function"]["CodeUri"] = "s3://bucket/functions"
    packaged["Resources"]["TacitLayer"]["Properties"]["ContentUri"] = "s3://bucket/layer"
    with patch.dict(os.environ, AWS_DEFAULT_REGION="eu-central-1"):
        found: dict[str, Any] = transform(packaged, {}, _NoPolicies())
    return found


def copied() -> dict[str, Any]:
    """A template to break, so that a check can be seen to find it."""
    return copy.deepcopy(expanded())


def of_type(whole: dict[str, Any], *kinds: str) -> dict[str, dict[str, Any]]:
    """The properties of the resources of these types, by logical id."""
    found = {name: each for name, each in whole["Resources"].items() if each["Type"] in kinds}
    return {name: each.get("Properties", {}) for name, each in found.items()}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def target(value: Any) -> str:
    """The logical id that a `Ref` or a `Fn::GetAtt` is about; empty for anything else."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    ((how, about),) = value.items()
    if how not in ("Ref", "Fn::GetAtt"):
        return ""
    return str(about[0] if isinstance(about, list) else about)
