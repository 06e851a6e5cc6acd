"""YAML text to plain data, from the event stream: nothing is constructed that the text could name.

Refused: anchors and aliases (so no text can grow), tags, duplicate keys, keys that are not plain text, several
documents, more than 20 levels, 20 000 nodes or 1 MiB.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.events import CollectionEndEvent as _End
from ruamel.yaml.reader import ReaderError

from evalharness.errors import InputError
from evalharness.yamlio.scalars import Loc, YamlValue, resolve
from evalharness.yamlio.words import dotted, shown

MOST_BYTES = 1 << 20
MOST_DEPTH = 20
MOST_NODES = 20_000

Position = tuple[int, int]  # line and column, both from 1


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one YAML file and where each node stood."""

    name: str  # as messages show it
    data: YamlValue
    positions: Mapping[Loc, Position] = field(repr=False)  # of the key of an entry, of an item of a list
    faults: tuple[tuple[Position, str], ...] = ()  # found while reading; the data could still be made
    content: bytes = field(default=b"", repr=False)  # the bytes that were read

    def position(self, path: Loc) -> Position:
        """Where ``path`` stands; what is not there is looked for at its nearest parent."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def fault(self, path: Loc, text: str) -> str:
        """One fault as ``plan.yaml:9:5: operating_points.1.fmr: ...``."""
        return _line(self.name, self.position(path), f"{dotted(path)}: {text}" if path else text)


def _line(name: str, position: Position, text: str) -> str:
    return f"{name}:{position[0]}:{position[1]}: {text}"


def read_yaml(path: Path, *, error: type[InputError], what: str) -> Document:
    """Read one YAML file.

    Args:
        path: The file; messages show it as given.
        error: What to raise.
        what: What the file is for, in messages: ``audit plan``.

    Raises:
        InputError: Of the type ``error``: the file is missing, too large, not UTF-8 or not YAML.
    """
    if not path.is_file():
        raise error(f"{path}: no such file; expected the {what}, a YAML file")
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror}") from problem
    return parse_yaml(content, name=str(path), error=error)


def parse_yaml(content: bytes, *, name: str, error: type[InputError]) -> Document:
    """Parse the bytes of one YAML file; see ``read_yaml``."""
    if len(content) > MOST_BYTES:
        raise error(f"{name}: more than {MOST_BYTES} bytes; expected a YAML file written by hand")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise error(f"{name}:{line}:1: not UTF-8 text; save the file as UTF-8") from problem
    builder = _Builder()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.feed(event)
    except (YAMLError, _UnreadableError, ValueError, OverflowError) as problem:
        builder.faults.append(_syntax_fault(problem, text))
        builder.fatal = True
    faults = tuple(sorted(builder.faults))
    if builder.fatal:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise error(f"{name}: {count}", [_line(name, *fault) for fault in faults])
    return Document(name, builder.root, builder.positions, faults, content)


class _UnreadableError(Exception):
    """Ends one parse and becomes a fault."""

    def __init__(self, position: Position, text: str) -> None:
        self.fault = (position, text)
        super().__init__(text)


def _syntax_fault(problem: Exception, text: str) -> tuple[Position, str]:
    if isinstance(problem, _UnreadableError):
        return problem.fault
    if isinstance(problem, ReaderError):
        before = text[: problem.position]
        where = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        return where, "a control character; remove it"
    if isinstance(problem, MarkedYAMLError) and problem.problem_mark is not None:
        mark = problem.problem_mark
        words = " ".join(str(part) for part in (problem.context, problem.problem) if part)
        return (mark.line + 1, mark.column + 1), f"not YAML: {shown(words)[1:-1]}"
    return (1, 1), f"not YAML: {shown(str(problem))[1:-1]}"


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being read; ``key`` is the entry that awaits its value."""

    container: "dict[str, YamlValue] | list[YamlValue]"
    path: Loc
    key: str | None = None
    keep: bool = True  # False: the key stood there before, its second value is dropped


class _Builder:
    """Data from events, without recursion: depth is bounded here, not by the interpreter."""

    def __init__(self) -> None:
        self.root: YamlValue = None
        self.positions: dict[Loc, Position] = {}
        self.faults: list[tuple[Position, str]] = []
        self.fatal = False
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def feed(self, event: Event) -> None:
        where = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            self._start_document(event, where)
        elif isinstance(event, _End):
            self._open.pop()
        elif isinstance(event, NodeEvent):
            self._check_node(event, where)
            if self._awaits_key():
                self._take_key(event, where)
            else:
                self._take_value(event, where)

    def _start_document(self, event: DocumentStartEvent, where: Position) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _UnreadableError(where, "a second document; expected one document a file")
        if event.version is not None and tuple(event.version) != (1, 2):
            raise _UnreadableError(where, "a %YAML directive of another version; the file is read as YAML 1.2")

    def _check_node(self, event: NodeEvent, where: Position) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _UnreadableError(where, f"more than {MOST_NODES} nodes; expected a YAML file written by hand")
        if isinstance(event, AliasEvent):
            self._refuse(where, "an alias (*name); write the value out")
            return
        if event.anchor is not None:
            self._refuse(where, "an anchor (&name); write the value out where it is needed")
        if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent) and event.tag is not None:
            self._refuse(where, f"the tag {shown(str(event.tag))}; tags are not read, remove it")

    def _refuse(self, where: Position, text: str) -> None:
        self.faults.append((where, text))
        self.fatal = True

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].container, dict) and self._open[-1].key is None

    def _take_key(self, event: NodeEvent, where: Position) -> None:
        if not isinstance(event, ScalarEvent):
            raise _UnreadableError(where, "a key that is not plain text; expected `key: value`")
        top, key = self._open[-1], _text(event.value, where)
        top.key = key
        top.keep = key not in top.container
        if top.keep:
            self.positions.setdefault((*top.path, key), where)
        else:
            path = (*top.path, key)
            self.faults.append((where, f"{dotted(path)}: stands here twice; first on line {self.positions[path][0]}"))

    def _take_value(self, event: NodeEvent, where: Position) -> None:
        path = self._place(where)
        value: YamlValue
        if isinstance(event, MappingStartEvent):
            value = {}
        elif isinstance(event, SequenceStartEvent):
            value = []
        else:
            value = _scalar(event, where) if isinstance(event, ScalarEvent) else None
        self._attach(value)
        if isinstance(value, dict | list):
            if len(self._open) >= MOST_DEPTH:
                raise _UnreadableError(where, f"more than {MOST_DEPTH} levels of nesting")
            self._open.append(_Open(value, path))

    def _place(self, where: Position) -> Loc:
        if not self._open:
            self.positions[()] = where
            return ()
        top = self._open[-1]
        step = len(top.container) if top.key is None else top.key
        path = (*top.path, step)
        self.positions.setdefault(path, where)
        return path

    def _attach(self, value: YamlValue) -> None:
        if not self._open:
            self.root = value
            return
        top = self._open[-1]
        if isinstance(top.container, list):
            top.container.append(value)
        elif top.key is not None:
            if top.keep:
                top.container[top.key] = value
            top.key = None


def _scalar(event: ScalarEvent, where: Position) -> YamlValue:
    text = _text(event.value, where)
    try:
        return resolve(text) if event.implicit[0] else text
    except ValueError as problem:
        raise _UnreadableError(where, str(problem)) from problem


def _text(value: str, where: Position) -> str:
    try:  # JSON writes a character outside the basic plane as a pair of surrogates
        text = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as problem:
        raise _UnreadableError(where, "an escape that is no character; remove it") from problem
    if "\x00" in text:
        raise _UnreadableError(where, "an escape that is no character; remove it")
    return text
