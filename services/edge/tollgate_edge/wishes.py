"""What a client may wish of the providers behind a model, in headers of every dialect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tollgate_common.money import format_usd, parse_usd

from .catalogue import Model
from .refusals import invalid

ORDER, ONLY, MAX_PRICE = "X-Tollgate-Order", "X-Tollgate-Only", "X-Tollgate-Max-Price"
_HEADERS = tuple(name.lower().encode() for name in (ORDER, ONLY, MAX_PRICE))
_BUCKETS = ("input", "output")
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_PROVIDERS_MAX = 16


@dataclass(frozen=True, slots=True)
class Wishes:
    """Providers by name, and the highest price in nano-dollars a million tokens, by bucket."""

    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    max_price_nano: Mapping[str, int] = field(default_factory=dict)

    def check_price(self, model: Model) -> None:
        """Refusal when the model costs more."""
        for bucket, most_nano in self.max_price_nano.items():
            nano = getattr(model.price, bucket)
            if nano > most_nano:
                raise invalid(
                    f"{MAX_PRICE}: the model {model.name!r} costs {_usd(nano)} USD per million "
                    f"{bucket} tokens, which is more than {_usd(most_nano)}.",
                    MAX_PRICE,
                )


NO_WISHES = Wishes()


def read_wishes(headers: Mapping[bytes, bytes]) -> Wishes:
    """Refusal or InvalidArgument names the header that cannot be read."""
    order, only, max_price = map(headers.get, _HEADERS)
    if order is only is max_price is None:
        return NO_WISHES
    return Wishes(_providers(ORDER, order), _providers(ONLY, only), _prices(max_price))


def _providers(header: str, value: bytes | None) -> tuple[str, ...]:
    if value is None:
        return ()
    names = tuple(name.strip() for name in value.decode("latin-1").split(","))
    if len(names) > _PROVIDERS_MAX or not all(map(_PROVIDER.fullmatch, names)):
        what = f"up to {_PROVIDERS_MAX} names of providers with commas between them"
        raise invalid(f"{header}: must be {what}, such as one,another.", header)
    return names


def _prices(value: bytes | None) -> Mapping[str, int]:
    if value is None:
        return {}
    prices: dict[str, int] = {}
    for part in value.decode("latin-1").split(","):
        bucket, _, usd = part.partition("=")
        bucket = bucket.strip()
        if bucket not in _BUCKETS or bucket in prices:
            what = "USD per million tokens, such as input=1.5,output=6"
            raise invalid(f"{MAX_PRICE}: must be {what}.", MAX_PRICE)
        prices[bucket] = parse_usd(usd.strip(), field=MAX_PRICE)
    return prices


def _usd(nano: int) -> str:
    return format_usd(nano).rstrip("0").rstrip(".")
