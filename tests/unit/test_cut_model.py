"""A service's description that is cut down keeps all that its operations lead to, and no more."""

from typing import Any

from local.cut_model import smaller

WHOLE: dict[str, Any] = {
    "metadata": {"protocol": "json"},
    "operations": {
        "Get": {"input": {"shape": "Key"}, "errors": [{"shape": "Gone"}], "documentation": "long"}
    },
    "shapes": {
        "Key": {"type": "structure", "members": {"id": {"shape": "Text", "documentation": "x"}}},
        "Text": {"type": "string"},
        "Gone": {"type": "structure", "members": {"again": {"shape": "Gone"}}},
        "Unused": {"type": "structure", "members": {"id": {"shape": "Text"}}},
    },
}


def test_what_operations_and_their_shapes_lead_to_stays_and_the_rest_goes() -> None:
    assert smaller(WHOLE)["shapes"].keys() == {"Key", "Text", "Gone"}


def test_the_documentation_goes_at_every_depth_and_nothing_else() -> None:
    cut = smaller(WHOLE)
    assert "documentation" not in str(cut)
    assert cut["operations"]["Get"]["errors"] == [{"shape": "Gone"}]
    assert cut["metadata"] == WHOLE["metadata"]
