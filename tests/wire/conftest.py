from tests.course_fixtures import catalogue, course_cache, own_world, tiny, wide

__all__ = ["catalogue", "course_cache", "own_world", "tiny", "wide"]
