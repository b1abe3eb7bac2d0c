"""Background jobs by procrastinate; tasks live in each app's `tasks` module."""

from procrastinate.contrib.django import app

__all__ = ["app"]
