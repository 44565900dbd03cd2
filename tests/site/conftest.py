"""A curriculum of one exercise, for what would be the same with all of it."""

from tests.exercises.conftest import curriculum, write_package

__all__ = ["curriculum", "write_package"]
