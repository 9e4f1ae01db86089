"""Routes of `accounts`: below /v1, and at the root where standards want them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import identity, oauth

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/sign-up", identity.SignUp.as_view()),
    path("auth/verify-email", identity.VerifyEmail.as_view()),
    path("auth/sign-in", identity.SignInView.as_view()),
    path("auth/sign-out", identity.SignOut.as_view()),
    path("auth/password-reset", identity.PasswordReset.as_view()),
    path("auth/password-reset/confirm", identity.PasswordResetConfirm.as_view()),
    path("me/password", identity.PasswordChange.as_view()),
    path("me/email", identity.EmailChange.as_view()),
]

root_urlpatterns: list[URLPattern | URLResolver] = [
    path("oauth/token", oauth.Token.as_view()),
    path("oauth/revoke", oauth.Revoke.as_view()),
    path(".well-known/jwks.json", oauth.jwks),
    path(".well-known/oauth-authorization-server", oauth.metadata),
]
