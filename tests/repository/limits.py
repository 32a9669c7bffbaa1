"""What DynamoDB refuses, or does, just beyond a limit: asked of both engines, call by call."""

from typing import Any

from tests.repository.anything import Call, Params

KB = 1024


def key(sort: str = "a", **attributes: Params) -> Params:
    return {"pk": {"S": "p"}, "sk": {"S": sort}, **attributes}


def put(sort: str = "a", **attributes: Params) -> Call:
    return "PutItem", {"Item": key(sort, **attributes)}


def put_in_index() -> Call:
    return put(shard={"S": "p"}, expiries_due_at={"S": "1"})


def large(size: int) -> Params:
    """An attribute of so many bytes, less its name."""
    return {"S": "x" * size}


def transaction(*parts: tuple[str, Params]) -> Call:
    return "TransactWriteItems", {"TransactItems": [{kind: params} for kind, params in parts]}


def query(index: str | None = None, **params: Any) -> Call:
    given: Params = {
        "KeyConditionExpression": "#h = :h",
        "ExpressionAttributeNames": {"#h": "shard" if index else "pk"},
        "ExpressionAttributeValues": {":h": {"S": "p"}},
    }
    return "Query", {**given, **({"IndexName": index} if index else {}), **params}


def within(condition: str, *bounds: str, **params: Any) -> Call:
    """A query for a stretch of the sort keys."""
    values = {f":{number}": {"S": bound} for number, bound in enumerate(bounds)}
    _, given = query()
    asked = f"{given['KeyConditionExpression']} AND {condition}"
    values |= given["ExpressionAttributeValues"]
    return query(KeyConditionExpression=asked, ExpressionAttributeValues=values, **params)


def updated(expression: str, **values: Params) -> Call:
    """An update of the item that `put` puts, and what became of it."""
    given = {f":{name}": value for name, value in values.items()}
    asked: Params = {"Key": key(), "UpdateExpression": expression, "ReturnValues": "ALL_NEW"}
    return "UpdateItem", {**asked, **({"ExpressionAttributeValues": given} if given else {})}


def where(condition: str, value: Params) -> Call:
    """The items for which something holds."""
    _, given = query()
    values = {**given["ExpressionAttributeValues"], ":v": value}
    return query(FilterExpression=condition, ExpressionAttributeValues=values)


def nested(deep: int) -> Params:
    value: Params = {"S": "x"}
    for _ in range(deep):
        value = {"L": [value]}
    return value


_TWICE = [("Put", {"Item": key()}), ("Put", {"Item": key()})]
_FOUR_MB = [("Put", {"Item": key(f"a#{n}", x=large(350 * KB))}) for n in range(12)]
_LATE = {"UpdateExpression": "SET x = :x", "ExpressionAttributeValues": {":x": large(401 * KB)}}
_STARTS = {
    "of another partition": {**key(), "pk": {"S": "q"}},
    "with too much in it": key(x={"S": "1"}),
    "with too little in it": {"pk": {"S": "p"}},
}
_ODD_KEYS = {
    "that is empty": {"pk": {"S": ""}, "sk": {"S": "a"}},
    "that is a number": {"pk": {"N": "1"}, "sk": {"S": "a"}},
    "that is half": {"pk": {"S": "p"}},
    "that is too long": {"pk": {"S": "p" * 2049}, "sk": {"S": "a"}},
    "that ends too late": key("a" * 1025),
}
_BOUNDS = (
    within("sk BETWEEN :0 AND :1", "a", "a#1", Limit=2),
    within("sk BETWEEN :0 AND :1", "a", "a#1", Limit=2, ScanIndexForward=False),
    within("sk <= :0", "a", Limit=1),
    within("sk < :0", "a#1", Limit=1),
    within("sk >= :0", "b", Limit=1, ScanIndexForward=False),
    within("sk = :0", "a", Limit=1),
    within("begins_with(sk, :0)", "a", Limit=2, ScanIndexForward=False),
)

LIMITS: dict[str, list[Call]] = {
    "an item of 400 KB": [put(x=large(400 * KB - 8)), put("b", x=large(400 * KB))],
    "an update to more": [put(), ("UpdateItem", {"Key": key(), **_LATE})],
    "an update to more in a transaction": [put(), transaction(("Update", {"Key": key(), **_LATE}))],
    "a transaction of 101": [transaction(*(("Delete", {"Key": key(str(n))}) for n in range(101)))],
    "a transaction of 4 MB": [transaction(*_FOUR_MB)],
    "a transaction of one item twice": [transaction(*_TWICE)],
    "a page of 1 MB": [*(put(sort, x=large(300 * KB)) for sort in ("a", "a#1", "a#2", "b", "é")),
                       query(), query(Limit=4), within("sk <= :0", "b")],
    "a page of 1 MB to the byte": [
        *(put(sort, x=large(256 * KB - len(sort) - 6)) for sort in ("a", "a#1", "a#2", "b")),
        put("é"), query(), within("sk <= :0", "b"),
    ],
    "taking entries out of a list": [
        put(x={"L": [{"S": text} for text in "abcdef"]}), updated("REMOVE x[0], x[1], x[4]"),
        updated("REMOVE x[7]"), updated("SET x[9] = :y", y={"S": "y"}),
    ],
    "the last of a set": [put(x={"SS": ["a", "b"]}), updated("DELETE x :x", x={"SS": ["a", "b"]})],
    "what is in a list": [put(x={"L": [{"S": "ab"}, {"N": "1"}]})]
    + [where("contains(x, :v)", part) for part in ({"S": "ab"}, {"S": "a"}, {"N": "1"})],
    "the size of a text": [
        put(x={"S": text}) for text in ("é", "\U0001f4b6")
    ] + [where("size(x) = :v", {"N": size}) for size in ("1", "2", "4")],
    "what moving in an index costs": [
        put_in_index(), put(shard={"S": "p"}, expiries_due_at={"S": "2"}), put(), put_in_index(),
        put_in_index(), ("DeleteItem", {"Key": key()}),
    ],
    "101 keys": [("BatchGetItem", {"RequestItems": {"Keys": [key(str(n)) for n in range(101)]}})],
    "a key twice": [("BatchGetItem", {"RequestItems": {"Keys": [key(), key()]}})],
    "a batch of writes": [
        ("BatchWriteItem", {"RequestItems": [{"PutRequest": {"Item": key()}}]}),
        ("BatchWriteItem", {"RequestItems": [{"DeleteRequest": {"Key": key()}}] * 2}),
    ],
    "the end of a stretch": [*(put(sort) for sort in ("a", "a#1", "b")), *_BOUNDS],
    "what is out of order": [within("sk BETWEEN :0 AND :1", "b", "a")],
    "a consistent read of an index": [put_in_index(), query("expiries", ConsistentRead=True)],
    "an index that is none": [query("none")],
    "numbers": [put(x={"N": number}) for number in ("1e125", "-0", "007", "1.0", "1e2", "+5")],
    "what is no number": [
        put(x={"N": number})
        for number in ("1e126", "1e-131", "1" * 39, "abc", "", "NaN", " 5", "1_000")
    ],
    "what is no set": [put(x={"SS": []}), put(x={"SS": ["a", "a"]}), put(x={"NULL": False})],
    "what is too deep": [put(x=nested(31)), put(x=nested(32))],
    "what is no key of an index": [put(shard={"S": ""}), put(shard={"N": "1"})],
    "a name for nothing": [("GetItem", {"Key": key(), "ExpressionAttributeNames": {"#a": "b"},
                                        "ProjectionExpression": "x"})],
    "a value for nothing": [query(FilterExpression="x = :none")],
    "a word that is reserved": [query(FilterExpression="attribute_exists(shard)")],
    "what cannot be read": [query(FilterExpression=text) for text in ("x = ", "x y", "(x = :h")],
    "changing a key": [
        ("UpdateItem", {"Key": key(), "UpdateExpression": "SET sk = :x",
                        "ExpressionAttributeValues": {":x": {"S": "b"}}})
    ],
    **{f"a start {what}": [query(ExclusiveStartKey=start)] for what, start in _STARTS.items()},
    **{f"a key {what}": [("GetItem", {"Key": odd}), ("PutItem", {"Item": odd})]
       for what, odd in _ODD_KEYS.items()},
}  # fmt: skip
