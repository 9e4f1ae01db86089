"""JSON bodies: what is refused, and that nothing crashes."""

import io

import pytest
from rest_framework.exceptions import ParseError

from streamapi.rest.parsers import BodyTooLarge, BoundedJsonParser, decode


class TestDecode:
    def test_reads_ordinary_json(self):
        assert decode(b'{"a": [1, "x]}{\\"["]}', depth=3) == {"a": [1, 'x]}{"[']}

    @pytest.mark.parametrize(
        ("raw", "says"),
        [
            (b"{", "Not valid JSON"),
            (b"\xff", "not UTF-8"),
            (b'{"a": NaN}', "not a JSON number"),
            (b'{"a": -Infinity}', "not a JSON number"),
            (b'{"a": 1, "a": 2}', "same key twice"),
            (b"[" * 33 + b"]" * 33, "levels deep"),
            (b"[" * 100_000, "levels deep"),
            (b"1" * 5000, "Not valid JSON"),
        ],
    )
    def test_refuses_what_is_doubtful(self, raw, says):
        with pytest.raises(ParseError, match=says):
            decode(raw, depth=32)

    def test_counts_depth_not_breadth(self):
        assert len(decode(b"[" + b"[],".join([b""] * 1) + b"[]]", depth=2)) == 1
        assert decode(b"[[],[],[]]", depth=2) == [[], [], []]


class TestBoundedJsonParser:
    def test_reads_up_to_the_limit_of_the_view(self):
        class View:
            max_body_bytes = 10

        context = {"view": View()}
        parser = BoundedJsonParser()
        assert parser.parse(io.BytesIO(b'"12345678"'), None, context) == "12345678"
        with pytest.raises(BodyTooLarge):
            parser.parse(io.BytesIO(b'"123456789"'), None, context)

    def test_has_a_limit_without_a_view(self, settings):
        settings.API_MAX_BODY_BYTES = 4
        with pytest.raises(BodyTooLarge):
            BoundedJsonParser().parse(io.BytesIO(b"[1,2]"))
