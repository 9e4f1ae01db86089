"""The application, after a query at import: what preloading must survive."""

from django.db import connection

from streamapi.wsgi import django_application as application

__all__ = ["application"]

with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
connection.close()
