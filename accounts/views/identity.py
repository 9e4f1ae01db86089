"""Signing up and in, proving an address, choosing a new password."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import answers, arrivals, identity, mails, sign_ins, throttling
from accounts.devices import Description
from accounts.models import SignIn, User
from accounts.serializers import (
    EmailChangeInput,
    EmailInput,
    LinkInput,
    PasswordChangeInput,
    ResetInput,
    SignInInput,
    SignUpInput,
    StatusOutput,
    TokensOutput,
)
from accounts.views.base import OpenView, PersonalView
from accounts.views.once import once
from streamapi.rest import idempotency

_MAIL_SENT = {"status": "mail_sent"}


class SignUp(OpenView):
    """A new person; the answer is the same when the address is known already."""

    @extend_schema(request=SignUpInput, responses={202: StatusOutput})
    def post(self, request: Request) -> Response:
        asked = self.read(SignUpInput)
        self.standings = throttling.mail(request, asked["email"])
        identity.sign_up(**asked, territory=self.variant.territory, now=timezone.now())
        return Response(_MAIL_SENT, status=202)


class VerifyEmail(OpenView):
    """Confirms an address with the token of a mailed link."""

    @extend_schema(request=LinkInput, responses={204: None})
    def post(self, request: Request) -> Response:
        asked = self.read(LinkInput)
        self.standings = throttling.by_address(request)
        identity.verify_email(asked["token"], now=timezone.now())
        return Response(status=204)


class SignInView(OpenView):
    """Address and password for tokens; registers the device it is asked from."""

    def subject(self) -> str:
        """The address, as throttles know it: nobody is signed in yet."""
        asked: object = self.request.data
        email = asked.get("email", "") if isinstance(asked, dict) else ""
        return throttling.subject(str(email))

    @extend_schema(
        operation_id="auth_sign_in",
        parameters=[idempotency.PARAMETER],
        request=SignInInput,
        responses={200: TokensOutput},
    )
    @once
    def post(self, request: Request) -> Response:
        asked = self.read(SignInInput)
        self.standings = throttling.password_try(request, asked["email"])
        user = identity.sign_in(email=asked["email"], password=asked["password"])
        throttling.password_fits(request, asked["email"])
        device = dict(asked["device"])
        grant = arrivals.arrive(
            user=user,
            device_id=device.pop("id"),
            replace_device_id=asked["replace_device_id"],
            description=Description(**device),
            client_id=asked["client_id"],
            now=timezone.now(),
        )
        return Response(answers.tokens_of(grant))


class SignOut(PersonalView):
    """Ends the sign-in that the token belongs to."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        mine = SignIn.objects.filter(public_id=self.viewer.sign_in_id)
        sign_ins.end(mine, reason="signed_out", now=timezone.now())
        return Response(status=204)


class PasswordReset(OpenView):
    """Mails a link to a new password, if anyone has this address."""

    @extend_schema(request=EmailInput, responses={202: StatusOutput})
    def post(self, request: Request) -> Response:
        asked = self.read(EmailInput)
        self.standings = throttling.mail(request, asked["email"])
        mails.password_reset.enqueue(asked["email"].lower())
        return Response(_MAIL_SENT, status=202)


class PasswordResetConfirm(OpenView):
    """Sets a new password with the token of a mailed link."""

    @extend_schema(request=ResetInput, responses={204: None})
    def post(self, request: Request) -> Response:
        asked = self.read(ResetInput)
        self.standings = throttling.by_address(request)
        identity.reset_password(**asked, now=timezone.now())
        return Response(status=204)


class PasswordChange(PersonalView):
    """Sets a new password with the old one; other sign-ins end."""

    @extend_schema(request=PasswordChangeInput, responses={204: None})
    def post(self, request: Request) -> Response:
        asked = self.read(PasswordChangeInput)
        user = User.objects.get(account__public_id=self.viewer.account_id)
        self.standings = throttling.password_try(request, user.email)
        identity.change_password(
            user,
            current=asked["current_password"],
            new=asked["password"],
            keep=self.viewer.sign_in_id,
            now=timezone.now(),
        )
        throttling.password_fits(request, user.email)
        return Response(status=204)


class EmailChange(PersonalView):
    """Mails a link to a new address; it counts once the link is followed."""

    @extend_schema(request=EmailChangeInput, responses={202: StatusOutput})
    def post(self, request: Request) -> Response:
        asked = self.read(EmailChangeInput)
        user = User.objects.get(account__public_id=self.viewer.account_id)
        self.standings = throttling.password_try(request, user.email)
        identity.change_email(user, **asked)
        throttling.password_fits(request, user.email)
        return Response(_MAIL_SENT, status=202)
