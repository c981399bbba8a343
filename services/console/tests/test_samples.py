"""Sweeps over the table are worth something only if what they send is taken."""

import pytest
from samples import IN_ADDRESS, name, sample
from tollgate_console.api import Endpoint
from tollgate_console.routes import ENDPOINTS


@pytest.mark.parametrize("row", ENDPOINTS, ids=name)
def test_a_sample_is_what_its_endpoint_takes(row: Endpoint) -> None:
    named = dict.fromkeys(row.path_fields, IN_ADDRESS)
    row.ask.model_validate({**sample(row), **named})
