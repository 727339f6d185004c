"""Tests with PostgreSQL, Redis and two server processes: `pytest tests/cluster`."""
