"""Routes of `accounts`: below /v1, and at the root where standards want them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import identity, me, oauth, pages, pairing, staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/sign-up", identity.SignUp.as_view()),
    path("auth/verify-email", identity.VerifyEmail.as_view()),
    path("auth/sign-in", identity.SignInView.as_view()),
    path("auth/sign-out", identity.SignOut.as_view()),
    path("auth/password-reset", identity.PasswordReset.as_view()),
    path("auth/password-reset/confirm", identity.PasswordResetConfirm.as_view()),
    path("me", me.Me.as_view()),
    path("me/entitlements", me.Entitlements.as_view()),
    path("me/offers", me.Offers.as_view()),
    path("me/vouchers", me.Vouchers.as_view()),
    path("me/trials", me.Trials.as_view()),
    path("me/pin-proof", me.PinProof.as_view()),
    path("me/profiles", me.Profiles.as_view()),
    path("me/profiles/<str:public_id>", me.ProfileDetail.as_view()),
    path("me/profiles/<str:public_id>/choose", me.ChooseProfile.as_view()),
    path("me/profiles/<str:public_id>/pin", me.ProfilePin.as_view()),
    path("me/devices", me.Devices.as_view()),
    path("me/devices/<str:public_id>", me.DeviceDetail.as_view()),
    path("me/sign-ins", me.SignIns.as_view()),
    path("me/sign-ins/<str:public_id>", me.SignInDetail.as_view()),
    path("staff/access", staff.ExplainAccess.as_view()),
    path("pairing/look", pairing.Look.as_view()),
    path("pairing/approve", pairing.Approve.as_view()),
    path("pairing/deny", pairing.Deny.as_view()),
    path("me/password", identity.PasswordChange.as_view()),
    path("me/email", identity.EmailChange.as_view()),
]

root_urlpatterns: list[URLPattern | URLResolver] = [
    path("oauth/token", oauth.Token.as_view()),
    path("oauth/device_authorization", oauth.DeviceAuthorization.as_view()),
    path("oauth/revoke", oauth.Revoke.as_view()),
    path(".well-known/jwks.json", oauth.jwks),
    path("activate", pages.Activate.as_view(), name="activate"),
    path("activate/qr.svg", pages.qr),
    path("sign-up", pages.SignUpPage.as_view(), name="sign-up"),
    path("verify-email", pages.VerifyEmailPage.as_view(), name="verify-email"),
    path("reset-password", pages.ResetPasswordPage.as_view(), name="reset-password"),
    path(".well-known/oauth-authorization-server", oauth.metadata),
]
