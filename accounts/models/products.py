"""What is sold, and for how much: plans, add-ons, rentals, offers, prices, vouchers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts import features
from accounts.features import Features
from accounts.models.households import Account
from accounts.models.packages import Package
from accounts.querysets import OfferQuerySet


class Product(models.Model):
    """A thing one can own: packages of content, and features for the household."""

    class Kind(models.TextChoices):
        """What a product is to the household that owns it."""

        PLAN = "plan"
        ADD_ON = "add_on", "add-on: works while there is a plan"
        BUNDLE = "bundle"
        RENTAL = "rental"
        PURCHASE = "purchase"

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    packages = models.ManyToManyField(Package, blank=True, related_name="products")
    includes = models.ManyToManyField(
        "self", symmetrical=False, blank=True, help_text="What a bundle is made of."
    )
    streams = models.PositiveSmallIntegerField("streams at once", default=1)
    devices = models.PositiveSmallIntegerField(default=10)
    max_height = models.PositiveSmallIntegerField(
        default=features.HD,
        choices=[(features.SD, "SD"), (features.HD, "HD"), (features.UHD, "UHD")],
    )
    downloads = models.PositiveSmallIntegerField(default=0)
    ads = models.BooleanField("shows advertising", default=False)
    start_within_days = models.PositiveSmallIntegerField(
        "rental: days until it must be started", default=30
    )
    play_window_hours = models.PositiveSmallIntegerField(
        "rental: hours from the first play", default=48
    )

    def __str__(self) -> str:
        return self.name

    @property
    def features(self) -> Features:
        """What this product alone lets a household do."""
        return Features(
            streams=self.streams,
            devices=self.devices,
            max_height=self.max_height,
            downloads=self.downloads,
            ads=self.ads,
        )

    @property
    def parts(self) -> list[Product]:
        """The product itself and, for a bundle, what it is made of."""
        return [self, *self.includes.all()]

    @property
    def package_codes(self) -> frozenset[str]:
        """What it opens, with all of its parts."""
        packages = (package for part in self.parts for package in part.packages.all())
        return frozenset(package.code for package in packages)

    def start_by(self, now: datetime) -> datetime | None:
        """When a rental that was never started is over."""
        if self.kind != self.Kind.RENTAL:
            return None
        return now + timedelta(days=self.start_within_days)

    @property
    def play_window(self) -> timedelta | None:
        """How long a rental lasts once it was started."""
        if self.kind != self.Kind.RENTAL:
            return None
        return timedelta(hours=self.play_window_hours)


class Offer(models.Model):
    """How a product is sold: for how long at a time, with a trial, from when to when."""

    class Period(models.TextChoices):
        """What one payment is good for."""

        ONCE = "once"
        MONTH = "month"
        YEAR = "year"

    code = models.SlugField(max_length=64, unique=True)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="offers"
    )
    period = models.CharField(max_length=5, choices=Period, default=Period.MONTH)
    trial_days = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=True)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code


class Price(models.Model):
    """Money for an offer in one territory: a decimal amount and its currency."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="prices")
    territory = models.CharField(
        max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")]
    )
    currency = models.CharField(
        max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    amount = models.DecimalField(
        max_digits=12, decimal_places=3, validators=[MinValueValidator(0)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "territory"], name="price_one_per_territory"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} ({self.territory})"


class Voucher(models.Model):
    """A code that gives a product for some days, a limited number of times."""

    code = models.CharField(max_length=40, unique=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    max_redemptions = models.PositiveIntegerField(default=1)
    redemptions = models.PositiveIntegerField(default=0, editable=False)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(redemptions__lte=models.F("max_redemptions")),
                name="voucher_not_overdrawn",
            )
        ]

    def __str__(self) -> str:
        return self.code


class VoucherRedemption(models.Model):
    """Who redeemed a voucher; a household does so once."""

    voucher = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, related_name="redeemed"
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="vouchers"
    )
    redeemed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["voucher", "account"], name="voucher_once_per_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.voucher} by {self.account}"
