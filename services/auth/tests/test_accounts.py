import pytest
from tollgate_auth.accounts import Limits, checked_name, checked_request_id
from tollgate_common.errors import InvalidArgument


@pytest.mark.parametrize("name", ["a", "acme", "acme.co_2-eu", "0", "a" * 64, "accounting"])
def test_names_that_are_accepted(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Acme", "a b", "a" * 65, "ä", "acme\n", "acme\0", "a/b", "$ne", "acc_01", '{"$gt":""}'],
)
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        checked_name(name)
    assert caught.value.field == "name"


@pytest.mark.parametrize("request_id", ["", "x" * 65])
def test_request_ids_that_are_refused(request_id: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        checked_request_id(request_id)
    assert caught.value.field == "request_id"


@pytest.mark.parametrize(
    "field", ["requests_per_minute", "tokens_per_minute", "concurrent_requests"]
)
@pytest.mark.parametrize("value", [-1, 2**31])
def test_limits_out_of_range_are_refused_by_name(field: str, value: int) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Limits(**{field: value})
    assert caught.value.field == field
