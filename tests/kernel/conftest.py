"""Random examples are judged by their answers; how long one takes says more about the machine."""

from hypothesis import settings

settings.register_profile("tongban", deadline=None)
settings.load_profile("tongban")
