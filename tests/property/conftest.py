"""What the fuzz tests need: the services' own fakes, and a profile for long runs.

`pytest tests/property --hypothesis-profile=deep` looks for new defects; the default profile always
runs the same examples, so that a change that broke nothing never fails.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from structlog.testing import capture_logs

settings.register_profile("deep", max_examples=2_000, derandomize=False)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Logs are not written: a stack trace in colours takes longer than a thousand examples."""
    with capture_logs():
        yield
