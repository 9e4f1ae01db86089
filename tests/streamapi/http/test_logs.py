"""Log lines are one JSON object each, whatever is logged."""

import json
import logging

from streamapi.http.logs import JsonFormatter


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
