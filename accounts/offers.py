"""What could be bought here, for how much; and what would open a given title."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from accounts import holdings
from accounts.features import Features
from accounts.models import Offer
from accounts.querysets import OfferQuerySet

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
    offers = _whole(Offer.objects.on_sale(now))
    return _in(territory, offers if packages is None else offers.giving(packages))


def on_sale_until(
    *, territory: str, now: datetime, packages: Collection[str]
) -> tuple[list[PricedOffer], datetime | None]:
    """The same, and when the next of these offers begins or ends."""
    offers = list(_whole(Offer.objects.to_come(now).giving(packages)))
    moments = {
        moment for offer in offers for moment in (offer.starts_at, offer.ends_at)
    }
    begun = [offer for offer in offers if offer.starts_at <= now]
    changes_at = min((one for one in moments if one and one > now), default=None)
    return _in(territory, begun), changes_at


def _whole(offers: OfferQuerySet) -> OfferQuerySet:
    return offers.select_related("product").prefetch_related(
        "prices", "product__packages", "product__includes__packages"
    )


def _in(territory: str, offers: Iterable[Offer]) -> list[PricedOffer]:
    """Those with a price in a territory, cheapest first."""
    priced = (_priced(offer, territory) for offer in offers)
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
