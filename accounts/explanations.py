"""Why somebody can or cannot watch something, in words for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts import content, entitlements, offers
from accounts.entitlements import Allow, Decision, Holder, Terms
from accounts.models import Account, Device, Profile
from streamapi.errors import NotFound

MEANINGS: Final = {
    "account_suspended": "The household was suspended by support.",
    "device_revoked": "This device was signed out for good.",
    "territory_blocked": "No window of it is open in this territory at this time.",
    "profile_required": "Nobody has been chosen to watch.",
    "maturity_blocked": "It is rated above what this profile may see.",
    "outside_viewing_hours": "This profile does not watch at this hour.",
    "payment_required": "What they own is on hold: the last payment failed.",
    "subscription_paused": "What they own is paused.",
    "purchase_pending": "They bought it, but the store has not confirmed it yet.",
    "plan_required": "They own an add-on that works only beside a plan.",
    "not_entitled": "They own nothing that contains it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who, what, where, when: all by public ids; ``account`` may be an address."""

    account: str
    content_id: str
    territory: str
    at: datetime
    profile_id: str = ""
    device_id: str = ""


def explain(question: Question) -> dict[str, Any]:
    """The decision, everything it was made from, and what would change it."""
    account = _account(question.account)
    profile = _one(account.profiles.all(), question.profile_id)
    device = _one(account.devices.all(), question.device_id)
    profile = profile or account.profiles.order_by("pk").first()
    terms = content.terms_of(
        question.content_id, territory=question.territory, now=question.at
    )
    holder = entitlements.holder_for(
        account, profile=profile, device=device, now=question.at
    )
    decision = entitlements.decide(
        holder, terms, territory=question.territory, now=question.at
    )
    return {
        "allowed": decision.allowed,
        **_outcome(decision, question),
        "asked": {
            "account": account.public_id,
            "profile": holder.profile_id,
            "device": holder.device_id or None,
            "content": question.content_id,
            "territory": question.territory,
            "at": question.at,
        },
        "content": _terms(terms),
        "viewer": _holder(holder),
    }


def _outcome(decision: Decision, question: Question) -> dict[str, Any]:
    if isinstance(decision, Allow):
        return {
            "via": list(decision.via),
            "ends_at": decision.ends_at,
            "caps": decision.caps.as_claims(),
        }
    helpful = offers.on_sale(
        territory=question.territory, now=question.at, packages=decision.packages
    )
    return {
        "code": decision.code,
        "help": list(decision.help),
        "until": decision.until,
        "offers": [offer.code for offer in helpful],
    }


def _terms(terms: Terms) -> dict[str, Any]:
    everywhere = terms.territories is None
    return {
        "packages": sorted(terms.packages),
        "min_age": terms.min_age,
        "territories": None if everywhere else sorted(terms.territories or ()),
    }


def _holder(holder: Holder) -> dict[str, Any]:
    return {
        "maturity": holder.maturity,
        "is_suspended": holder.is_suspended,
        "is_device_revoked": holder.is_device_revoked,
        "owns": [
            {
                "id": held.entitlement_id,
                "product": held.product,
                "state": held.state,
                "packages": sorted(held.packages),
                "gives_access": held in holder.holdings.effective,
                "ends_at": held.ends_at,
            }
            for held in holder.holdings.all
        ],
    }


def _account(name: str) -> Account:
    accounts = Account.objects.select_related("owner")
    found = accounts.filter(public_id=name) | accounts.filter(owner__email=name.lower())
    account = found.first()
    if account is None:
        raise NotFound(f"There is no account {name}.")
    return account


def _one(rows: Any, public_id: str) -> Any:
    if not public_id:
        return None
    found: Profile | Device | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(f"{public_id} is not in this household.")
    return found
