"""`events/` has one sample for each function of the template, and nothing else."""

import json
from pathlib import Path

from tests.tables import template

EVENTS = Path(__file__).resolve().parents[2] / "events"


def test_there_is_one_sample_for_each_function() -> None:
    functions = {
        resource["Properties"]["Handler"].split(".")[0]
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    assert {file.name for file in EVENTS.iterdir()} == {f"{name}.json" for name in functions}


def test_samples_use_nobody_s_real_name_account_or_address() -> None:
    for file in EVENTS.glob("*.json"):
        text = file.read_text()
        for part in text.split('"'):
            assert "@" not in part or part.endswith(("example.net", "example.com", "example.org"))
        records = json.loads(text).get("Records", [])
        for record in records:
            assert ":123456789012:" in record["eventSourceARN"]
