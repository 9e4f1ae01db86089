"""What could be bought here, for how much; and what would open a given title."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from accounts import holdings
from accounts.features import Features
from accounts.models import Offer

_MINOR_DIGITS: Final = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3, "TND": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedOffer:
    """An offer with its price in one territory."""

    code: str
    product: str
    name: str
    description: str
    kind: str
    period: str
    trial_days: int
    amount: Decimal
    currency: str
    packages: tuple[str, ...]
    features: Features

    def as_dict(self) -> dict[str, Any]:
        """As devices read it: the amount has the digits of its currency."""
        members = asdict(self)
        amount, currency = members.pop("amount"), members.pop("currency")
        digits = _MINOR_DIGITS.get(currency, 2)
        price = {"amount": f"{amount:.{digits}f}", "currency": currency}
        return members | {"price": price}


def on_sale(
    *, territory: str, now: datetime, packages: Collection[str] | None = None
) -> list[PricedOffer]:
    """Offers with a price in this territory, cheapest first; those that hold one of
    ``packages`` if given. A constant number of queries.
    """
    offers = Offer.objects.on_sale(now)
    if packages is not None:
        offers = offers.giving(packages)
    priced = (
        _priced(offer, territory)
        for offer in offers.select_related("product").prefetch_related(
            "prices", "product__packages", "product__includes__packages"
        )
    )
    found = [offer for offer in priced if offer is not None]
    return sorted(found, key=lambda offer: (offer.amount, offer.code))


def _priced(offer: Offer, territory: str) -> PricedOffer | None:
    prices = (price for price in offer.prices.all() if price.territory == territory)
    price = next(prices, None)
    if price is None:
        return None
    product = offer.product
    return PricedOffer(
        code=offer.code,
        product=product.code,
        name=product.name,
        description=product.description,
        kind=product.kind,
        period=offer.period,
        trial_days=offer.trial_days,
        amount=price.amount,
        currency=price.currency,
        packages=tuple(sorted(product.package_codes)),
        features=holdings.features_of(product),
    )
