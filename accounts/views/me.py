"""What a household sees of itself: what it owns, its profiles, devices and sign-ins."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import (
    content,
    devices,
    elevation,
    grants,
    holdings,
    offers,
    owned,
    pins,
    profiles,
    sign_ins,
    throttling,
)
from accounts.identity import WrongCredentials
from accounts.models import Account, Device, Profile, SignIn
from accounts.serializers import (
    AccessOutput,
    ChooseInput,
    DeviceRename,
    DeviceSerializer,
    EntitlementOutput,
    EntitlementsOutput,
    MeOutput,
    OffersOutput,
    PinInput,
    PinProofInput,
    PinProofOutput,
    ProfileInput,
    ProfileSerializer,
    SignInSerializer,
    TrialInput,
    VoucherInput,
    listing,
)
from accounts.tokens import LIFE_S
from accounts.views.base import PersonalView
from accounts.views.once import once
from streamapi.errors import Denied, NotFound
from streamapi.rest import idempotency, inputs


class HouseholdView(PersonalView):
    """Knows the household; ``grown_up`` keeps children from changing it."""

    def account(self) -> Account:
        """The viewer's household."""
        accounts = Account.objects.select_related("owner")
        return accounts.get(public_id=self.viewer.account_id)

    def grown_up(self) -> Account:
        """The same, unless a child is watching."""
        if self.viewer.is_kids:
            raise Denied("A child's profile changes nothing.", code="kids_profile")
        return self.account()

    def prove(self, request: Request, password: str) -> None:
        """Raise unless this is the password of the household's owner."""
        owner = self.account().owner
        self.standings = throttling.password_try(request, owner.email)
        if not owner.check_password(password):
            raise WrongCredentials
        throttling.password_fits(request, owner.email)


class Me(HouseholdView):
    """Who is signed in, who is watching, and what they have."""

    @extend_schema(responses=MeOutput)
    def get(self, request: Request) -> Response:
        account = self.account()
        held = holdings.of(account, now=timezone.now())
        watching = account.profiles.filter(public_id=self.viewer.profile_id).first()
        return Response(
            {
                "account": {
                    "id": account.public_id,
                    "email": None if self.viewer.is_kids else account.owner.email,
                    "territory": account.territory or None,
                    "created_at": account.created_at,
                },
                "profile": ProfileSerializer(watching).data if watching else None,
                "device_id": self.viewer.device_id,
                "packages": sorted(held.packages),
                "features": held.features.as_claims(),
            }
        )


class Entitlements(HouseholdView):
    """What the household owns, and in which state it is."""

    @extend_schema(responses=EntitlementsOutput)
    def get(self, request: Request) -> Response:
        return _list(owned.listed(self.account(), now=timezone.now()))


class Offers(PersonalView):
    """What can be bought here; with ``title`` only what would open it."""

    @extend_schema(
        parameters=[OpenApiParameter("title", str, description="A content id.")],
        responses=OffersOutput,
    )
    def get(self, request: Request) -> Response:
        title = request.query_params.get("title")
        territory, now = self.variant.territory, timezone.now()
        packages = None
        if title:
            terms = content.terms_of(title, territory=territory, now=now)
            packages = terms.packages
        found = offers.on_sale(territory=territory, now=now, packages=packages)
        return _list([_offer(offer) for offer in found])


class Vouchers(HouseholdView):
    """Redeems a voucher."""

    @extend_schema(
        parameters=[idempotency.PARAMETER],
        request=VoucherInput,
        responses={201: EntitlementOutput},
    )
    @once
    def post(self, request: Request) -> Response:
        asked = self.read(VoucherInput)
        account = self.grown_up()
        self.standings = throttling.code_try(request, account.public_id)
        now = timezone.now()
        entitlement = grants.redeem(account, asked["code"], now=now)
        return Response(owned.described(entitlement, now), 201)


class Trials(HouseholdView):
    """Begins the trial of an offer."""

    @extend_schema(
        parameters=[idempotency.PARAMETER],
        request=TrialInput,
        responses={201: EntitlementOutput},
    )
    @once
    def post(self, request: Request) -> Response:
        asked = self.read(TrialInput)
        now = timezone.now()
        entitlement = grants.start_trial(self.grown_up(), asked["offer"], now=now)
        return Response(owned.described(entitlement, now), 201)


class Profiles(HouseholdView):
    """The profiles of the household."""

    @extend_schema(responses=listing("Profiles", ProfileSerializer))
    def get(self, request: Request) -> Response:
        mine = Profile.objects.filter(account__public_id=self.viewer.account_id)
        return _list(ProfileSerializer(mine.order_by("pk"), many=True).data)

    @extend_schema(
        parameters=[idempotency.PARAMETER],
        request=ProfileInput,
        responses={201: ProfileSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        asked = self.read(ProfileInput)
        made = profiles.create(self.viewer, now=timezone.now(), **asked)
        return Response(ProfileSerializer(made).data, 201)


class ProfileDetail(HouseholdView):
    """One profile."""

    @extend_schema(request=ProfileInput, responses=ProfileSerializer)
    def patch(self, request: Request, public_id: str) -> Response:
        asked = inputs.read(ProfileInput, request.data, partial=True)
        changed = profiles.change(self.viewer, public_id, **asked)
        return Response(ProfileSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        profiles.delete(self.viewer, public_id)
        return Response(status=204)


class ChooseProfile(HouseholdView):
    """Says who is watching; answers with an access token for them."""

    @extend_schema(request=ChooseInput, responses=AccessOutput)
    def post(self, request: Request, public_id: str) -> Response:
        asked = self.read(ChooseInput)
        profile = profiles.find(self.viewer, public_id)
        if asked["password"]:
            self.prove(request, asked["password"])
        else:
            profiles.check_way(self.viewer, profile, asked["pin"], now=timezone.now())
        token = profiles.choose(self.viewer, profile, now=timezone.now())
        return Response(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": LIFE_S,
                "profile_id": public_id,
            }
        )


class PinProof(PersonalView):
    """Lets the profile above its ceiling for ten minutes, on this device."""

    @extend_schema(request=PinProofInput, responses=PinProofOutput)
    def post(self, request: Request) -> Response:
        """Answers with what to send as `pin_proof` when pressing play."""
        asked = self.read(PinProofInput)
        proof = elevation.prove(self.viewer, asked["pin"], now=timezone.now())
        return Response({"pin_proof": proof.token, "expires_at": proof.expires_at})


class ProfilePin(HouseholdView):
    """Sets or removes the PIN of a profile; the password is asked for."""

    @extend_schema(request=PinInput, responses={204: None})
    def put(self, request: Request, public_id: str) -> Response:
        asked = self.read(PinInput)
        self.prove(request, asked["password"])
        pins.store(profiles.find(self.viewer, public_id), asked["pin"])
        return Response(status=204)


class Devices(HouseholdView):
    """The devices of the household."""

    @extend_schema(responses=listing("Devices", DeviceSerializer))
    def get(self, request: Request) -> Response:
        mine = Device.objects.active().filter(account__public_id=self.viewer.account_id)
        context = {"current": self.viewer.device_id}
        rows = mine.order_by("-last_seen_at", "pk")
        return _list(DeviceSerializer(rows, many=True, context=context).data)


class DeviceDetail(HouseholdView):
    """One device."""

    @extend_schema(request=DeviceRename, responses=DeviceSerializer)
    def patch(self, request: Request, public_id: str) -> Response:
        asked = self.read(DeviceRename)
        self.grown_up()
        device = devices.find(self.viewer.account_id, public_id)
        devices.rename(device, asked["name"])
        context = {"current": self.viewer.device_id}
        return Response(DeviceSerializer(device, context=context).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        devices.remove(self.grown_up(), public_id, now=timezone.now())
        return Response(status=204)


class SignIns(HouseholdView):
    """Where the household is signed in; all of it can be ended at once."""

    @extend_schema(responses=listing("SignIns", SignInSerializer))
    def get(self, request: Request) -> Response:
        rows = self._live().select_related("device", "profile")
        context = {"current": self.viewer.sign_in_id}
        rows = rows.order_by("-last_used_at", "pk")
        return _list(SignInSerializer(rows, many=True, context=context).data)

    @extend_schema(operation_id="me_sign_ins_end_all", responses={204: None})
    def delete(self, request: Request) -> Response:
        self.grown_up()
        sign_ins.end(self._live(), reason="signed_out_everywhere", now=timezone.now())
        return Response(status=204)

    def _live(self) -> Any:
        mine = SignIn.objects.live(timezone.now())
        return mine.filter(account__public_id=self.viewer.account_id)


class SignInDetail(HouseholdView):
    """One sign-in."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        mine = SignIn.objects.filter(account=self.grown_up(), public_id=public_id)
        if not sign_ins.end(mine, reason="signed_out", now=timezone.now()):
            raise NotFound
        return Response(status=204)


def _list(results: Any) -> Response:
    """Short lists that never have a next page."""
    return Response({"results": results, "next": None})


def _offer(offer: offers.PricedOffer) -> dict[str, Any]:
    return offer.as_dict()
