"""What can be wrong with one record, or with a whole file."""

from __future__ import annotations

from streamapi.errors import InvalidInput


class RecordInvalid(InvalidInput):
    """One record cannot be imported; the others can."""

    code = "invalid_record"
    title = "The record is not valid"


class FileUnreadable(InvalidInput):
    """The file cannot be read any further; what was read before stays."""

    code = "unreadable_file"
    title = "The file cannot be read"
