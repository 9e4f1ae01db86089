"""A refused write on a read-only server is an outage, and ends the connection's use."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction

from streamapi.postgresql.base import WriterDemoted

pytestmark = pytest.mark.django_db(transaction=True)

READ_ONLY = "SET default_transaction_read_only = on"


def write() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_genre")


def test_the_writer_that_refuses_is_left() -> None:
    with connection.cursor() as cursor:
        cursor.execute(READ_ONLY)
        cursor.execute("SELECT pg_backend_pid()")
        (before,) = cursor.fetchone()
    with pytest.raises(WriterDemoted) as refusal:
        write()
    assert isinstance(refusal.value, OperationalError)
    connection.close_if_unusable_or_obsolete()
    write()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (before,)


def test_inside_a_transaction_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(READ_ONLY)
    with pytest.raises(WriterDemoted), transaction.atomic():
        write()
    connection.close_if_unusable_or_obsolete()
    write()
