"""An ONNX graph, looked through without being built: known operators alone, and no data but what is in the folder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from stance.intake import LIMITS, Limits
from stance.protobuf import Field, Message, Value, read, text

# What the forward pass of a BERT takes, as the exporter of torch writes it or as other versions of it might. None of
# these reads a file, runs code, loops or holds a graph of its own.
OPERATORS = frozenset(
    "Abs Add And Cast Clip Concat Constant Div Equal Erf Expand Gather Gelu Gemm Identity LayerNormalization Less"
    " MatMul Max Min Mul Neg Not Or Pow Reciprocal ReduceL2 ReduceMax ReduceMean ReduceSum Relu Reshape Shape Sigmoid"
    " Slice Softmax Split Sqrt Squeeze Sub Tanh Transpose Unsqueeze Where".split()
)
# Operators of ONNX itself, as opposed to those of ONNX Runtime or of a library that somebody would have to load.
DOMAINS = ("", "ai.onnx")
INPUTS = ("input_ids", "attention_mask")
# Where the exporter says that a tensor lies whose values are handed over when the session is made.
LOCATION = "model.safetensors"

# ``onnx.TensorProto.DataType``: those that a graph may hold, with the bytes of an element.
_WIDTHS = {1: 4, 6: 4, 7: 8, 9: 1, 10: 2}
_NAMES = {1: "float32", 10: "float16"}
_EXTERNAL = 1

_MODEL: Message = {
    1: Field("ir_version", "int"),
    2: Field("producer_name", "bytes"),
    3: Field("producer_version", "bytes"),
    4: Field("domain", "bytes"),
    5: Field("model_version", "int"),
    6: Field("doc_string", "bytes"),
    7: Field("graph", "bytes"),
    8: Field("opset_import", "bytes", many=True),
    14: Field("metadata_props", "bytes", many=True),
}
_OPSET: Message = {1: Field("domain", "bytes"), 2: Field("version", "int")}
_GRAPH: Message = {
    1: Field("node", "bytes", many=True),
    2: Field("name", "bytes"),
    5: Field("initializer", "bytes", many=True),
    10: Field("doc_string", "bytes"),
    11: Field("input", "bytes", many=True),
    12: Field("output", "bytes", many=True),
    13: Field("value_info", "bytes", many=True),
    16: Field("metadata_props", "bytes", many=True),
}
_NODE: Message = {
    1: Field("input", "bytes", many=True),
    2: Field("output", "bytes", many=True),
    3: Field("name", "bytes"),
    4: Field("op_type", "bytes"),
    5: Field("attribute", "bytes", many=True),
    6: Field("doc_string", "bytes"),
    7: Field("domain", "bytes"),
    9: Field("metadata_props", "bytes", many=True),
}
# Without those for graphs, sparse tensors, types and references to the attributes of a function.
_ATTRIBUTE: Message = {
    1: Field("name", "bytes"),
    2: Field("f", "float"),
    3: Field("i", "int"),
    4: Field("s", "bytes"),
    5: Field("t", "bytes"),
    7: Field("floats", "float", many=True),
    8: Field("ints", "int", many=True),
    9: Field("strings", "bytes", many=True),
    13: Field("doc_string", "bytes"),
    20: Field("type", "int"),
}
_TENSOR: Message = {
    1: Field("dims", "int", many=True),
    2: Field("data_type", "int"),
    4: Field("float_data", "float", many=True),
    5: Field("int32_data", "int", many=True),
    7: Field("int64_data", "int", many=True),
    8: Field("name", "bytes"),
    9: Field("raw_data", "bytes"),
    12: Field("doc_string", "bytes"),
    13: Field("external_data", "bytes", many=True),
    14: Field("data_location", "int"),
    16: Field("metadata_props", "bytes", many=True),
}
_ENTRY: Message = {1: Field("key", "bytes"), 2: Field("value", "bytes")}
_VALUE: Message = {
    1: Field("name", "bytes"),
    2: Field("type", "bytes"),
    3: Field("doc_string", "bytes"),
    4: Field("metadata_props", "bytes", many=True),
}

# Of a constant that the graph lacks: its type, ``float32`` or ``float16``, and its shape.
Wanted = tuple[str, tuple[int, ...]]


def audit(data: bytes, wanted: Mapping[str, Wanted], output: str, limits: Limits = LIMITS) -> Iterator[str]:
    """Everything for which a graph is refused; nothing of it is executed, and no library reads it.

    Args:
        data: the content of an ONNX file.
        wanted: constants whose values the folder's weights give, by name.
        output: the name of the one output.
        limits: what may be.
    """
    try:
        model = read(memoryview(data), _MODEL)
        graph = read(_message(model, "graph"), _GRAPH)
        opsets = [read(_bytes(entry), _OPSET) for entry in model.get("opset_import", ())]
        nodes = graph.get("node", [])
        if len(nodes) > limits.nodes:
            yield f"it has {len(nodes):,} operators, more than {limits.nodes:,}"
            return
        yield from _domains([_first(opset, "domain") for opset in opsets])
        for key, names in (("input", INPUTS), ("output", (output,))):
            found = [_first(read(_bytes(value), _VALUE), "name") for value in graph.get(key, ())]
            if sorted(found) != sorted(names):
                yield f"its {key}s are {', '.join(found) or 'none'}, not {' and '.join(names)}"
        yield from _operators(nodes)
        yield from _constants(graph.get("initializer", []), wanted)
    except ValueError as error:
        yield f"it is no graph that is read ({error})"


def _domains(found: Sequence[str]) -> Iterator[str]:
    if foreign := sorted({domain for domain in found if domain not in DOMAINS}):
        yield f"operators of {', '.join(foreign)} are asked for"
    if not set(found) & set(DOMAINS):
        yield "it does not say which operators of ONNX it means"


def _operators(nodes: Sequence[Value]) -> Iterator[str]:
    foreign, problems = set(), []
    for node in nodes:
        found = read(_bytes(node), _NODE)
        name, domain = _first(found, "op_type"), _first(found, "domain")
        if name not in OPERATORS or domain not in DOMAINS:
            foreign.add(f"{domain}:{name}" if domain not in DOMAINS else name)
        for entry in found.get("attribute", ()):
            attribute = _attempt(_bytes(entry), _ATTRIBUTE)
            if isinstance(attribute, str):
                problems.append(f"an attribute of {name} is refused: {attribute}")
            elif "t" in attribute:
                problems += _inline(f"the tensor of {name}", read(_bytes(attribute["t"][0]), _TENSOR))
    if foreign:
        yield f"it has operators that are not allowed: {', '.join(sorted(foreign))}"
    yield from dict.fromkeys(problems)


def _constants(tensors: Sequence[Value], wanted: Mapping[str, Wanted]) -> Iterator[str]:
    names = []
    for entry in tensors:
        found = read(_bytes(entry), _TENSOR)
        name = _first(found, "name")
        names.append(name)
        if not _is_external(found):
            yield from _inline(name, found)
            if name in wanted:
                yield f"{name} has values of its own, beside those of the weights"
            continue
        places = dict(_entry(pair) for pair in found.get("external_data", ()))
        if name not in wanted or places.get("location") != LOCATION:
            yield f"{name} is read from {places.get('location') or 'another file'!r}"
            continue
        kind, shape = wanted[name]
        told = _NAMES.get(_whole(found, "data_type"), "another type"), tuple(found.get("dims", ()))
        if told != (kind, shape):
            yield f"{name} is {told[0]} {list(told[1])}, the weights have {kind} {list(shape)}"
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield f"constants occur twice: {', '.join(twice)}"
    if missing := sorted(wanted.keys() - set(names)):
        yield f"it has no constants {', '.join(missing)}"


def _inline(name: str, tensor: Mapping[str, Sequence[Value]]) -> Iterator[str]:
    """What is wrong with a tensor whose values stand in the graph itself."""
    if _is_external(tensor):
        yield f"{name} is read from another file"
        return
    width = _WIDTHS.get(_whole(tensor, "data_type"))
    if width is None:
        yield f"{name} is of a type that is not read ({_whole(tensor, 'data_type')})"
        return
    count = math.prod(dim for dim in tensor.get("dims", ()) if isinstance(dim, int))
    stored = len(_message(tensor, "raw_data")) // width if "raw_data" in tensor else _typed(tensor)
    if count != stored:
        yield f"{name} has {stored:,} values for a shape of {count:,}"


def _typed(tensor: Mapping[str, Sequence[Value]]) -> int:
    """How many values stand in the fields for one type each."""
    packed = sum(len(value) // 4 if isinstance(value, memoryview) else 1 for value in tensor.get("float_data", ()))
    return packed + len(tensor.get("int32_data", ())) + len(tensor.get("int64_data", ()))


def _is_external(tensor: Mapping[str, Sequence[Value]]) -> bool:
    return _whole(tensor, "data_location") == _EXTERNAL or "external_data" in tensor


def _entry(pair: Value) -> tuple[str, str]:
    found = read(_bytes(pair), _ENTRY)
    return _first(found, "key"), _first(found, "value")


def _attempt(data: memoryview, message: Message) -> Mapping[str, Sequence[Value]] | str:
    """What is read, or why it is not: one refused part must not hide what is wrong with the others."""
    try:
        return read(data, message)
    except ValueError as error:
        return str(error)


def _bytes(value: Value) -> memoryview:
    return value if isinstance(value, memoryview) else memoryview(b"")


def _message(found: Mapping[str, Sequence[Value]], name: str) -> memoryview:
    return _bytes(found[name][0]) if name in found else memoryview(b"")


def _first(found: Mapping[str, Sequence[Value]], name: str) -> str:
    return text(found[name][0]) if name in found else ""


def _whole(found: Mapping[str, Sequence[Value]], name: str) -> int:
    value = found[name][0] if name in found else 0
    return value if isinstance(value, int) else 0
