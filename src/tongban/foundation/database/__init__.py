"""Django's PostgreSQL backend, which asks its socket before it asks the server whether a kept connection is still good."""
