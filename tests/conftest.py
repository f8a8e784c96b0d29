"""What holds for all tests: how long Hypothesis looks, and that no test asserts the time it takes."""

from hypothesis import settings

settings.register_profile("default", deadline=None)
settings.register_profile("long", deadline=None, max_examples=5000)  # pytest --hypothesis-profile=long
settings.load_profile("default")
