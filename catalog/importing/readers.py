"""Records out of JSON and CSV files, one at a time, in constant memory.

Bytes that are not UTF-8 spoil the record that they stand in and no other: they are read
as U+FDD0, a character that text cannot hold, and the record is refused later.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

import ijson

from catalog.importing.errors import FileUnreadable, RecordInvalid

BROKEN: Final = "\ufdd0"
MAX_RECORD_BYTES: Final = 64 * 1024 * 1024
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """A record as it stands in the file, or why it could not even be read.

    ``position`` counts from 1; ``line``, where it begins, is known for CSV alone.
    """

    position: int
    raw: Mapping[str, Any] | None
    error: RecordInvalid | None = None
    line: int | None = None


Tick = Callable[[int], None]
"""Told how many bytes were read so far."""


def read(path: Path, tick: Tick) -> Iterator[Item]:
    """The records of a ``.json`` or ``.csv`` file.

    Raises FileUnreadable where the file ends early or stops making sense; the records
    before that have been handed out.
    """
    readers = {".json": _json, ".csv": _csv}
    if path.suffix.lower() not in readers:
        raise FileUnreadable(
            f"{path.name}: only .json and .csv files are read.", code="unknown_format"
        )
    try:
        with path.open("rb") as file:
            yield from readers[path.suffix.lower()](_Utf8(file, tick))
    except OSError as error:
        raise FileUnreadable(f"{path.name}: {error.strerror}.") from error


class _Utf8(io.RawIOBase):
    """The bytes of a file as valid UTF-8, with the invalid ones marked."""

    def __init__(self, file: IO[bytes], tick: Tick) -> None:
        self._file = file
        self._tick = tick
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("mark-broken")
        self._ready = b""
        self._read = 0
        self.since_record = 0

    def restart(self) -> None:
        """Read the file from its start again."""
        self._file.seek(0)
        self._decoder.reset()
        self._ready = b""
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            chunk = self._file.read(_CHUNK)
            self._advance(len(chunk))
            self._ready = self._decoder.decode(chunk, final=not chunk).encode()
            if not chunk:
                break
        part = self._ready[: len(buffer)]
        self._ready = self._ready[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def _advance(self, count: int) -> None:
        self._read += count
        self.since_record += count
        self._tick(self._read)
        if self.since_record > MAX_RECORD_BYTES:
            raise FileUnreadable(
                f"A record is larger than {MAX_RECORD_BYTES} bytes.", code="too_large"
            )


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BROKEN, error.end


codecs.register_error("mark-broken", _mark_broken)


def _json(stream: _Utf8) -> Iterator[Item]:
    """The members of the array that the file consists of."""
    position = 0
    try:
        for raw in ijson.items(stream, "item", use_float=True):
            position += 1
            stream.since_record = 0
            yield item(position, raw)
    except ijson.IncompleteJSONError as error:
        reason = " ".join(str(error).split())[:200]
        raise FileUnreadable(
            f"The JSON breaks off or is malformed after record {position}: {reason}",
            code="malformed",
        ) from error
    if position == 0:
        _refuse_other_json(stream)


def _refuse_other_json(stream: _Utf8) -> None:
    """A file without a record is an empty array; nothing else counts as one."""
    stream.restart()
    first = next(iter(ijson.basic_parse(stream)), None)
    if first != ("start_array", None):
        raise FileUnreadable(
            "The file must be one JSON array of records.", code="not_an_array"
        )


def item(position: int, raw: object) -> Item:
    """A record as one member of a JSON array gives it."""
    if isinstance(raw, dict):
        return Item(position, raw)
    error = RecordInvalid(
        f"A record is an object, not {type(raw).__name__}.", code="wrong_type"
    )
    return Item(position, None, error)


def _csv(stream: _Utf8) -> Iterator[Item]:
    """The rows below the header; empty cells are as good as absent.

    Cells may be separated by semicolons, as spreadsheets write them where a comma
    stands in numbers.
    """
    text = io.TextIOWrapper(io.BufferedReader(stream), "utf-8", newline="")
    first = text.readline()
    separator = ";" if ";" in first and "," not in first else ","
    rows = csv.reader(chain([first], text), strict=True, delimiter=separator)
    header = next(rows, None)
    if BROKEN in first:
        raise FileUnreadable(
            "The file is not UTF-8; a spreadsheet saves it so as “CSV UTF-8”.",
            code="invalid_utf8",
        )
    if not header or len(set(header)) != len(header):
        raise FileUnreadable(
            "The first line must name the columns, each once.", code="no_header"
        )
    position = 0
    while True:
        position += 1
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Item(position, None, _bad_row(str(error)), line)
            continue
        if row is None:
            return
        stream.since_record = 0
        yield _row(position, header, row, line)


def _row(position: int, header: list[str], row: list[str], line: int) -> Item:
    if len(row) != len(header):
        error = _bad_row(f"{len(row)} cells below {len(header)} columns")
        return Item(position, None, error, line)
    cells = {name: cell for name, cell in zip(header, row, strict=True) if cell != ""}
    return Item(position, cells, None, line)


def _bad_row(reason: str) -> RecordInvalid:
    return RecordInvalid(f"The row cannot be read: {reason}.", code="bad_row")
