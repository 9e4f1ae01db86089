"""Django's PostgreSQL backend, aware that a writer can become a reader."""
