"""The table's own client passes DynamoDB's values on as they are; nobody else's does."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.session import Session, get_session

from tacit.store.session import prepared, quick

WRITTEN = b'{"pk": {"S": "a"}, "many": {"L": [{"M": {"n": {"N": "7"}}}, {"NULL": true}]}}'
WALKED = ("AttributeValue", "AttributeMap", "Key", "PutItemInputAttributeMap")


def client_of(session: Session) -> Any:
    session.set_credentials("none", "none")
    return session.create_client("dynamodb", region_name="eu-central-1")


def test_values_are_documents_for_its_clients_and_shapes_for_those_of_any_other_session() -> None:
    ours, plain = client_of(prepared(get_session())), client_of(get_session())
    for name in WALKED:
        assert ours.meta.service_model.shape_for(name).is_document_type
        assert plain.meta.service_model.shape_for(name).type_name in ("map", "structure")
        assert not getattr(plain.meta.service_model.shape_for(name), "is_document_type", False)


def test_an_item_is_sent_and_read_just_as_it_is() -> None:
    session, seen = prepared(get_session()), list[bytes]()
    client = client_of(session)
    item = json.loads(WRITTEN)

    def answer(request: Any, **_: Any) -> Any:
        seen.append(request.body)
        body = b'{"Attributes": ' + WRITTEN + b"}"
        return SimpleNamespace(status_code=200, headers={}, content=body)

    client.meta.events.register("before-send.dynamodb.PutItem", answer)
    found = client.put_item(TableName="t", Item=item, ReturnValues="ALL_OLD")
    assert found["Attributes"] == item
    assert WRITTEN in seen[0]


def test_it_says_who_it_is_with_the_sdks_own_name_and_version() -> None:
    session = prepared(get_session())
    said = client_of(session)._user_agent_creator.to_string()
    assert said == session.user_agent()
    assert said.startswith(f"Botocore/{session.user_agent_version} ")


def test_clients_are_what_they_would_have_been_and_their_descriptions_are_read_once() -> None:
    ours, plain = client_of(quick()), client_of(get_session())
    assert ours.meta.service_model.operation_names == plain.meta.service_model.operation_names
    assert ours.meta.endpoint_url == plain.meta.endpoint_url
    assert quick().get_component("data_loader") is quick().get_component("data_loader")


def test_a_service_that_there_is_not_is_refused_as_ever() -> None:
    for name in ("nothing", "__pycache__"):
        with pytest.raises((UnknownServiceError, DataNotFoundError)):
            quick().create_client(name, region_name="eu-central-1")


def test_descriptions_of_the_operators_own_come_before_the_sdks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ours" / "2026-01-01").mkdir(parents=True)
    described = {"metadata": {"serviceId": "Ours"}, "operations": {}, "shapes": {}}
    (tmp_path / "ours" / "2026-01-01" / "service-2.json").write_text(json.dumps(described))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert quick().get_service_model("ours").service_id.hyphenize() == "ours"
