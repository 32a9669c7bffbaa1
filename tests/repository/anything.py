"""Anything that may be asked of DynamoDB: items, conditions, updates, queries and transactions,
thrown by hypothesis. Most of it makes sense, and some of it must be refused."""

from typing import Any

from hypothesis import strategies as st

Params = dict[str, Any]
Call = tuple[str, Params]
# A few names and values, so that they meet.
SORTS = ("a", "a#1", "a#2", "b", "é")
_WITHIN = ("x", "y", "count")
_INDEXED = ("shard", "expiries_due_at")
ATTRIBUTES = (*_WITHIN, *_WITHIN, "sk", *_INDEXED)
_texts = st.sampled_from(["", "a", "a#1", "b", "é", "\U0001f4b6", "2025-01-01", "2025-02-01"])
_numbers = st.sampled_from(["0", "1", "2", "-3", "10", "0.5", "1234567890123456789012345678"])
_scalars = st.one_of(
    _texts.map(lambda text: {"S": text}),
    _numbers.map(lambda number: {"N": number}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.just({"NULL": True}),
    st.sets(st.sampled_from(["a", "b", "c"]), min_size=1).map(lambda found: {"SS": sorted(found)}),
    st.sets(st.sampled_from(["1", "2", "3"]), min_size=1).map(lambda found: {"NS": sorted(found)}),
    st.sampled_from([b"a", b"b"]).map(lambda found: {"B": found}),
)
_mostly_ordered = st.one_of(
    _texts.map(lambda text: {"S": text}), _numbers.map(lambda number: {"N": number}), _scalars
)
values: st.SearchStrategy[Params] = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda found: {"L": found})
        | st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2).map(
            lambda found: {"M": found}
        )
    ),
    max_leaves=4,
)
_lists = st.lists(_scalars, min_size=1, max_size=2).map(lambda found: {"L": found})
_indexed = st.sampled_from(["01", "02", "2025-01-01", "2025-02-01"]).map(lambda text: {"S": text})
_keys = st.fixed_dictionaries({"pk": st.just({"S": "p"}), "sk": st.sampled_from(SORTS)}).map(
    lambda key: {**key, "sk": {"S": key["sk"]}}
)
# In the index, or not: the server counts half an entry that becomes the other half.
_places: st.SearchStrategy[Params] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"shard": _indexed}),
    st.fixed_dictionaries(dict.fromkeys(_INDEXED, _indexed)),
)
_items = st.builds(
    lambda key, place, attributes: {**key, **place, **attributes},
    _keys,
    _places,
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(_WITHIN, values),
    ),
)


class Drawn:
    """An expression in the making: names and values get placeholders as they come."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.names: dict[str, str] = {}
        self.values: Params = {}

    def name(self, name: str) -> str:
        return self.names.setdefault(name, f"#{len(self.names)}")

    def path(self, deepest: int = 2, roots: tuple[str, ...] = ATTRIBUTES) -> str:
        root = self.draw(st.sampled_from(roots))
        found = self.name(root)
        if root not in _WITHIN:
            return found
        for _ in range(self.draw(st.sampled_from((0, 0, 0, deepest)))):
            step = self.draw(st.sampled_from(("x", "y", "[0]", "[1]")))
            found += step if step.startswith("[") else f".{self.name(step)}"
        return found

    def value(self, of: st.SearchStrategy[Params] = values) -> str:
        name = f":{len(self.values)}"
        self.values[name] = self.draw(of)
        return name

    def given(self) -> Params:
        found: Params = {}
        if self.names:
            found["ExpressionAttributeNames"] = {new: old for old, new in self.names.items()}
        if self.values:
            found["ExpressionAttributeValues"] = self.values
        return found


def _condition(drawn: Drawn, deepest: int = 2) -> str:
    kinds = ("compare", "between", "in", "exists", "function", "size")
    kind = drawn.draw(st.sampled_from((*kinds, "both", "not") if deepest else kinds))
    match kind:
        case "both":
            word = drawn.draw(st.sampled_from(("AND", "OR")))
            left, right = _condition(drawn, deepest - 1), _condition(drawn, deepest - 1)
            return f"({left} {word} {right})"
        case "not":
            return f"(NOT {_condition(drawn, deepest - 1)})"
        case "compare":
            sign = drawn.draw(st.sampled_from(("=", "<>", "<", "<=", ">", ">=")))
            return f"{drawn.path()} {sign} {drawn.value(_mostly_ordered)}"
        case "between":
            low, high = drawn.value(_mostly_ordered), drawn.value(_mostly_ordered)
            return f"{drawn.path()} BETWEEN {low} AND {high}"
        case "in":
            return f"{drawn.path()} IN ({drawn.value()}, {drawn.value()})"
        case "exists":
            name = drawn.draw(st.sampled_from(("attribute_exists", "attribute_not_exists")))
            return f"{name}({drawn.path()})"
        case "size":
            return f"size({drawn.path()}) >= {drawn.value(st.just({'N': '2'}))}"
    name = drawn.draw(st.sampled_from(("begins_with", "contains", "attribute_type")))
    if name == "attribute_type":
        kinds_of = st.sampled_from(("S", "N", "L", "M", "SS", "NULL", "BOOL"))
        return f"{name}({drawn.path()}, {drawn.value(kinds_of.map(lambda kind: {'S': kind}))})"
    return f"{name}({drawn.path()}, {drawn.value(_mostly_ordered)})"


def _update(drawn: Drawn) -> str:
    """A clause or two, mostly about attributes of their own: two about one place are refused."""
    targets = drawn.draw(st.permutations((*_WITHIN, "z", "in the index", "out of it")))
    clauses: dict[str, list[str]] = {}
    for target in targets[: drawn.draw(st.integers(1, 3))]:
        if target == "in the index":
            # Texts: the server lets an index's key be of any kind in a transaction, AWS does not.
            parts = [f"{drawn.name(name)} = {drawn.value(_indexed)}" for name in _INDEXED]
            clauses.setdefault("SET", []).extend(parts)
            continue
        if target == "out of it":
            clauses.setdefault("REMOVE", []).append(drawn.name("expiries_due_at"))
            continue
        clause = drawn.draw(st.sampled_from(("SET", "SET", "REMOVE", "ADD", "DELETE")))
        path = drawn.name(target) if drawn.draw(st.integers(0, 5)) else drawn.path(1, _WITHIN)
        clauses.setdefault(clause, []).append(_part(drawn, clause, path))
    return " ".join(f"{clause} {', '.join(parts)}" for clause, parts in clauses.items())


def _part(drawn: Drawn, clause: str, path: str) -> str:
    if clause == "REMOVE":
        return path
    if clause == "DELETE":
        return f"{path} {drawn.value(st.just({'SS': ['a']}))}"
    if clause == "ADD":
        return f"{path} {drawn.value(st.sampled_from([{'N': '1'}, {'SS': ['a', 'd']}]))}"
    kind = drawn.draw(st.sampled_from(("value", "value", "sum", "default", "append", "path")))
    match kind:
        case "value":
            return f"{path} = {drawn.value()}"
        case "sum":
            sign = drawn.draw(st.sampled_from("+-"))
            one = f"if_not_exists({path}, {drawn.value(st.just({'N': '0'}))})"
            return f"{path} = {one} {sign} {drawn.value(st.just({'N': '3'}))}"
        case "default":
            return f"{path} = if_not_exists({drawn.path(1)}, {drawn.value()})"
        case "append":
            one = f"if_not_exists({path}, {drawn.value(st.just({'L': []}))})"
            return f"{path} = list_append({one}, {drawn.value(_lists)})"
    return f"{path} = {drawn.path(1)}"


@st.composite
def writes(draw: st.DrawFn) -> tuple[str, Params]:
    """A kind of write and its parameters, less the table's name."""
    kind = draw(st.sampled_from(("Put", "Put", "Update", "Update", "Delete", "ConditionCheck")))
    drawn = Drawn(draw)
    params: Params = {"Item": draw(_items)} if kind == "Put" else {"Key": draw(_keys)}
    if kind == "Update":
        params["UpdateExpression"] = _update(drawn)
    if kind == "ConditionCheck" or draw(st.booleans()):
        params["ConditionExpression"] = _condition(drawn)
        if draw(st.booleans()):
            params["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return kind, {**params, **drawn.given()}


def _key(write: tuple[str, Params]) -> str:
    """What the write is about; the server judges two of one item before it refuses them."""
    _, params = write
    return str((params.get("Key") or params["Item"])["sk"])


@st.composite
def _queries(draw: st.DrawFn) -> Call:
    drawn = Drawn(draw)
    index = draw(st.sampled_from((None, None, "expiries")))
    hash_key, range_key = ("shard", "expiries_due_at") if index else ("pk", "sk")
    of = draw(_indexed) if index else {"S": "p"}
    condition = f"{drawn.name(hash_key)} = {drawn.value(st.just(of))}"
    sort, text = drawn.name(range_key), st.sampled_from((*SORTS, "2025", "2025-02-01"))
    bounds = text.map(lambda found: {"S": found})
    kind = draw(st.sampled_from(("none", "=", "<", "<=", ">", ">=", "begins_with", "BETWEEN")))
    if kind == "begins_with":
        condition += f" AND begins_with({sort}, {drawn.value(bounds)})"
    elif kind == "BETWEEN":
        condition += f" AND {sort} BETWEEN {drawn.value(bounds)} AND {drawn.value(bounds)}"
    elif kind != "none":
        condition += f" AND {sort} {kind} {drawn.value(bounds)}"
    else:
        del drawn.names[range_key]
    params: Params = {"KeyConditionExpression": condition, "ScanIndexForward": draw(st.booleans())}
    if draw(st.booleans()):
        params["Limit"] = draw(st.integers(1, 3))
    if index:
        params["IndexName"] = index
    else:
        params["ConsistentRead"] = draw(st.booleans())
        if draw(st.booleans()):
            params["FilterExpression"] = _filter(drawn)
    return "Query", {**params, **drawn.given()}


def _filter(drawn: Drawn) -> str:
    """Of what is no key: a filter must leave the keys alone."""
    return f"{drawn.name('x')} = {drawn.value()} OR attribute_exists({drawn.name('y')})"


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """An operation and its parameters, less the table's name."""
    kind = draw(st.sampled_from(("write", "write", "transact", "query", "get")))
    if kind == "query":
        return draw(_queries())
    if kind == "get":
        return "GetItem", {"Key": draw(_keys), "ConsistentRead": draw(st.booleans())}
    if kind == "transact":
        parts = draw(st.lists(writes(), min_size=1, max_size=4, unique_by=_key))
        return "TransactWriteItems", {"TransactItems": [{kind: params} for kind, params in parts]}
    found, params = draw(writes().filter(lambda write: write[0] != "ConditionCheck"))
    wanted = {"Update": ("NONE", "ALL_OLD", "ALL_NEW")}.get(found, ("NONE", "ALL_OLD"))
    return f"{found}Item", {**params, "ReturnValues": draw(st.sampled_from(wanted))}
