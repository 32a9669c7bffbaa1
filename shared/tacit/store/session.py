"""botocore's sessions: what it does for each client is done once for all, and what it does for each
call of the table's client is done once for that client.

DynamoDB's attribute values are JSON already, and `codec` makes and reads them. botocore walks
through every one of them on its way out and in; told that they are documents, which is its own word
for JSON that is passed on as it is, it leaves them alone. We store no bytes, the only kind that it
would have to change.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session, get_session

_DOCUMENT: dict[str, Any] = {"type": "structure", "members": {}, "document": True}
_DOCUMENTS = (
    "AttributeMap",
    "AttributeValue",
    "ExpressionAttributeValueMap",
    "Key",
    "PutItemInputAttributeMap",
)


class _Loader(Loader):
    """Of the services' descriptions."""

    def list_available_services(self, *_: object, **__: object) -> list[str]:
        """By their folders, whatever kind of description is asked for. botocore would look into
        each of four hundred, for every kind, only to know whether there is the one it wants."""
        places = [place for place in self.search_paths if Path(place).is_dir()]
        return sorted({folder.name for place in places for folder in os.scandir(place)})


@cache
def _loader(paths: str) -> Loader:
    """One for all sessions, so that each description is read once."""
    return _Loader([str(Path(path).expanduser()) for path in paths.split(os.pathsep) if path])


def quick(session: Session | None = None) -> Session:
    """The session, or a new one, that makes its clients without searching."""
    found = session or get_session()
    paths = found.get_config_variable("data_path") or ""
    found.register_component("data_loader", _loader(paths))
    return found


def prepared(session: Session) -> Session:
    """The session whose DynamoDB clients pass values on as they are. To be called before it makes
    one; no client of another service sees any of it."""
    quick(session)
    # The description is put together for each call otherwise, with what the SDK has been used for.
    session.set_default_client_config(Config(user_agent=session.user_agent()))
    model = session.get_service_data("dynamodb")
    model["shapes"].update(dict.fromkeys(_DOCUMENTS, _DOCUMENT))
    for operation in model["operations"].values():
        # The names of all tables of a call, searched for by path: endpoints by account would need
        # them, and ours is told by its region.
        operation.pop("operationContextParams", None)
    return session
