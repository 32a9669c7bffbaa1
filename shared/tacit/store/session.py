"""The botocore session of the table's client: what botocore does for each call is done once.

DynamoDB's attribute values are JSON already, and `codec` makes and reads them. botocore walks
through every one of them on its way out and in; told that they are documents, which is its own word
for JSON that is passed on as it is, it leaves them alone. We store no bytes, the only kind that it
would have to change.
"""

from typing import Any

from botocore.config import Config
from botocore.session import Session

_DOCUMENT: dict[str, Any] = {"type": "structure", "members": {}, "document": True}
_DOCUMENTS = (
    "AttributeMap",
    "AttributeValue",
    "ExpressionAttributeValueMap",
    "Key",
    "PutItemInputAttributeMap",
)


def prepared(session: Session) -> Session:
    """The session whose DynamoDB clients pass values on as they are. To be called before it makes
    one; no other session sees any of it."""
    # The description is put together for each call otherwise, with what the SDK has been used for.
    session.set_default_client_config(Config(user_agent=session.user_agent()))
    model = session.get_service_data("dynamodb")
    model["shapes"].update(dict.fromkeys(_DOCUMENTS, _DOCUMENT))
    for operation in model["operations"].values():
        # The names of all tables of a call, searched for by path: endpoints by account would need
        # them, and ours is told by its region.
        operation.pop("operationContextParams", None)
    return session
