"""What a household has at a moment: its products with access, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import DateTimeField

from accounts.features import FREE, Features, best_of
from accounts.models import Account, Entitlement, Product
from accounts.projection import WITH_ACCESS, State

_NEEDS_A_PLAN: Final = Product.Kind.ADD_ON
_PLANS: Final = frozenset({Product.Kind.PLAN, Product.Kind.BUNDLE})
_MOMENTS: Final = tuple(
    field.name
    for field in Entitlement._meta.concrete_fields
    if isinstance(field, DateTimeField)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One thing owned, in the state it is in now."""

    entitlement_id: str
    product: str
    kind: str
    source: str
    state: State
    packages: frozenset[str]
    features: Features
    ends_at: datetime | None = None
    play_window: timedelta | None = None
    started: bool = False

    @property
    def has_access(self) -> bool:
        """Whether its state gives access."""
        return self.state in WITH_ACCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything a household owns or owned."""

    all: tuple[Holding, ...] = ()

    @property
    def effective(self) -> tuple[Holding, ...]:
        """What gives access now; an add-on only beside a plan."""
        giving = [holding for holding in self.all if holding.has_access]
        if any(holding.kind in _PLANS for holding in giving):
            return tuple(giving)
        return tuple(holding for holding in giving if holding.kind != _NEEDS_A_PLAN)

    @property
    def packages(self) -> frozenset[str]:
        """All packages together."""
        return frozenset().union(*(holding.packages for holding in self.effective))

    @property
    def features(self) -> Features:
        """The best of all features, and never less than what is free."""
        return best_of(holding.features for holding in self.effective)


NOTHING: Final = Holdings()


def of(account: Account, *, now: datetime) -> Holdings:
    """What this household has; a constant number of queries."""
    return Holdings(
        all=tuple(
            _holding(entitlement, now)
            for entitlement in account.entitlements.with_products()
        )
    )


def from_rows(rows: Iterable[Mapping[str, Any]], *, now: datetime) -> Holdings:
    """The same from what ``askers`` read."""
    return Holdings(all=tuple(_from_row(row, now) for row in rows))


def features_of(product: Product) -> Features:
    """What it lets a household do; a rented film makes its other streams no sharper."""
    return _features(product, product.parts)


def _holding(entitlement: Entitlement, now: datetime) -> Holding:
    product = entitlement.product
    return _held(entitlement, product, product.parts, product.package_codes, now)


def _from_row(row: Mapping[str, Any], now: datetime) -> Holding:
    packages = frozenset(code for part in row["products"] for code in part["packages"])
    parts = [Product(**part["columns"]) for part in row["products"]]
    columns = row["columns"]
    moments = {name: _moment(columns[name]) for name in _MOMENTS}
    entitlement = Entitlement(**{**columns, **moments})
    entitlement.product = parts[0]
    return _held(entitlement, parts[0], parts, packages, now)


def _held(
    entitlement: Entitlement,
    product: Product,
    parts: Sequence[Product],
    packages: frozenset[str],
    now: datetime,
) -> Holding:
    facts, play_window = entitlement.facts, product.play_window
    return Holding(
        entitlement_id=entitlement.public_id,
        product=product.code,
        kind=product.kind,
        source=entitlement.source,
        state=facts.state(now, play_window),
        packages=packages,
        features=_features(product, parts),
        ends_at=facts.ends_at(play_window),
        play_window=play_window,
        started=facts.first_played_at is not None,
    )


def _features(product: Product, parts: Sequence[Product]) -> Features:
    if product.kind in {Product.Kind.RENTAL, Product.Kind.PURCHASE}:
        return FREE
    return best_of(part.features for part in parts)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
