"""Tests of the doors. A package, so that the city in conftest.py is torn down when they are done."""
