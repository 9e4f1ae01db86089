"""Log lines are one JSON object each, whatever is logged."""

import json
import logging

import pytest
from django.test import RequestFactory

from streamapi.http.logs import JsonFormatter, WithoutSecrets


def formatted(level=logging.INFO, message="said %s", *args, exc_info=None, **extra):
    logger = logging.getLogger("some.module")
    record = logger.makeRecord(
        "some.module", level, __file__, 1, message, args or ("this",), exc_info
    )
    vars(record).update(extra)
    return json.loads(JsonFormatter().format(record))


def test_carries_time_level_message_and_extra_fields():
    line = formatted(title="ti_1", count=3)
    assert line["message"] == "said this"
    assert (line["level"], line["logger"]) == ("info", "some.module")
    assert (line["title"], line["count"]) == ("ti_1", 3)
    assert line["at"].endswith("+00:00")
    assert "request_id" not in line


def test_a_newline_in_a_value_stays_inside_the_line():
    record = logging.makeLogRecord({"msg": 'two\nlines "and" quotes', "args": ()})
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert json.loads(text)["message"] == 'two\nlines "and" quotes'


def test_odd_values_and_exceptions_do_not_break_it():
    try:
        raise ValueError("odd")
    except ValueError as error:
        line = formatted(
            logging.ERROR, exc_info=(type(error), error, error.__traceback__), odd={1j}
        )
    assert "ValueError: odd" in line["exception"]
    assert line["odd"] == "{1j}"


@pytest.mark.parametrize(
    "address",
    [
        "/v1/guide.xml.gz?link=li_1.s-e_c",
        "/x?a=1&link=li_1.s-e_c&b=2",
        "https://m.example/a.m3u8?Policy=li_1.s-e_c&Key-Pair-Id=k",
    ],
)
class TestSecretsInAddresses:
    def test_never_reach_a_line_of_ours(self, address):
        request = RequestFactory().get(address)
        line = formatted(logging.ERROR, "at %s", address, request=request)
        assert "s-e_c" not in json.dumps(line)
        assert line["request"].startswith("<WSGIRequest: GET '")

    def test_nor_one_of_the_server(self, address):
        record = logging.makeLogRecord({"msg": "Error handling %s", "args": (address,)})
        assert WithoutSecrets().filter(record)
        assert "s-e_c" not in record.getMessage()
        assert address.partition("?")[0] in record.getMessage()

    def test_nor_a_traceback_of_the_server(self, address):
        try:
            raise ValueError(f"cannot read {address}")
        except ValueError as error:
            record = logging.getLogger("gunicorn.error").makeRecord(
                "gunicorn.error",
                logging.ERROR,
                __file__,
                1,
                "Error",
                (),
                (type(error), error, error.__traceback__),
            )
        assert WithoutSecrets().filter(record)
        text = logging.Formatter().format(record)
        assert "s-e_c" not in text
        assert f"ValueError: cannot read {address.partition('?')[0]}" in text


def test_what_follows_a_secret_stays():
    line = formatted(logging.ERROR, "at %s", "/x?link=abc&lineup=north 'twice'")
    assert line["message"] == "at /x?link=...&lineup=north 'twice'"
