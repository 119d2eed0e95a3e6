from tests.course_fixtures import catalogue, course_cache, own_world, tiny, wide
from tests.wire.conftest import provider

__all__ = ["catalogue", "course_cache", "own_world", "provider", "tiny", "wide"]
