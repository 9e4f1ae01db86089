"""Pages for people with a browser: pairing a TV, signing up, a new password.

Plain forms without a script: they work on any phone and under the strictest policy.
"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts import identity, mails, pairing, throttling
from accounts.devices import DeviceLimitReached
from accounts.forms import (
    AnswerForm,
    CodeForm,
    EmailForm,
    NewPasswordForm,
    SignInForm,
    SignUpForm,
)
from accounts.models import Account, User
from streamapi.errors import DomainError

_SESSION_KEY: Final = "activating"
_SESSION_S: Final = 600


class Page(View):
    """Renders a template; a refusal is shown in words on the same page."""

    template = ""

    def show(
        self, request: HttpRequest, status: int = 200, **context: Any
    ) -> HttpResponse:
        """The page, which nobody may store."""
        response = render(
            request, f"accounts/{self.template}.html", context, status=status
        )
        response["Cache-Control"] = "private, no-store"
        return response

    def message(self, request: HttpRequest, title: str, text: str) -> HttpResponse:
        """A page that only says something."""
        context = {"title": title, "text": text}
        response = render(request, "accounts/message.html", context)
        response["Cache-Control"] = "private, no-store"
        return response


class Activate(Page):
    """``/activate``: sign in, type the code, see what wants in, say yes or no."""

    template = "activate"

    def get(self, request: HttpRequest) -> HttpResponse:
        code = request.GET.get("user_code", "")
        if _person(request) is None:
            return self._sign_in(request, SignInForm(), code)
        return self._ask_code(request, CodeForm(initial={"user_code": code}), code)

    def post(self, request: HttpRequest) -> HttpResponse:
        code = request.POST.get("user_code", "")
        account = _person(request)
        try:
            if account is None:
                return self._signed_in(request, code)
            if "answer" in request.POST:
                return self._answered(request, account, code)
            return self._confirm(request, account, code)
        except DeviceLimitReached as full:
            return self._full(request, full, code)
        except DomainError as refusal:
            return self._again(request, account, refusal, code)

    def _signed_in(self, request: HttpRequest, code: str) -> HttpResponse:
        form = SignInForm(request.POST)
        if not form.is_valid():
            return self._sign_in(request, form, code)
        email = form.cleaned_data["email"]
        throttling.password_try(request, email)
        user = identity.sign_in(email=email, password=form.cleaned_data["password"])
        throttling.password_fits(request, email)
        _remember(request, user)
        target = f"{request.path}?user_code={pairing.shown(pairing.normal(code))}"
        return redirect(target if code else request.path)

    def _confirm(
        self, request: HttpRequest, account: Account, code: str
    ) -> HttpResponse:
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._ask_code(request, form, code)
        throttling.pairing_code_try(request, account.public_id)
        found = pairing.waiting(code)
        throttling.pairing_code_fits(request, account.public_id)
        shown = pairing.shown(found.user_code)
        return self.show(request, step="confirm", device=found.description, code=shown)

    def _answered(
        self, request: HttpRequest, account: Account, code: str
    ) -> HttpResponse:
        form = AnswerForm(request.POST)
        throttling.pairing_code_try(request, account.public_id)
        if not form.is_valid() or form.cleaned_data["answer"] == "no":
            pairing.deny(code)
            request.session.flush()
            return self.message(request, "Not let in", "The device was sent away.")
        pairing.approve(
            code,
            account,
            replace_device_id=form.cleaned_data["replace_device_id"],
            now=timezone.now(),
        )
        throttling.pairing_code_fits(request, account.public_id)
        request.session.flush()
        return self.message(
            request, "You are set", "Your TV signs in by itself in a few seconds."
        )

    def _full(
        self, request: HttpRequest, full: DeviceLimitReached, code: str
    ) -> HttpResponse:
        return self.show(
            request,
            409,
            step="full",
            devices=full.extra["devices"],
            device=pairing.waiting(code).description,
            code=pairing.shown(pairing.normal(code)),
        )

    def _again(
        self,
        request: HttpRequest,
        account: Account | None,
        refusal: DomainError,
        code: str,
    ) -> HttpResponse:
        form: forms.Form = (
            SignInForm(request.POST) if account is None else CodeForm(request.POST)
        )
        form.is_valid()
        form.add_error(None, refusal.detail)
        ask = self._sign_in if account is None else self._ask_code
        return ask(request, form, code)

    def _sign_in(
        self, request: HttpRequest, form: forms.Form, code: str
    ) -> HttpResponse:
        status = 400 if form.errors else 200
        return self.show(request, status, step="sign-in", form=form, code=code)

    def _ask_code(
        self, request: HttpRequest, form: forms.Form, code: str
    ) -> HttpResponse:
        status = 400 if form.errors else 200
        return self.show(request, status, step="code", form=form, code=code)


class FormPage(Page):
    """One form, one deed, one message."""

    form_class: type[forms.Form]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, form=self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(request, 400, form=form)
        try:
            title, text = self.carry_out(request, form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
            return self.show(request, 400, form=form)
        return self.message(request, title, text)

    def carry_out(self, request: HttpRequest, asked: dict[str, str]) -> tuple[str, str]:
        """Do it, and what to say then."""
        raise NotImplementedError


class SignUpPage(FormPage):
    """``/sign-up``."""

    template = "sign_up"
    form_class = SignUpForm

    def carry_out(self, request: HttpRequest, asked: dict[str, str]) -> tuple[str, str]:
        throttling.mail(request, asked["email"])
        territory: str = request.variant.territory  # type: ignore[attr-defined]
        identity.sign_up(
            email=asked["email"],
            password=asked["password"],
            name=asked["name"],
            territory=territory,
            now=timezone.now(),
        )
        return "Look into your mail", "We sent you a link. Follow it to begin."


class VerifyEmailPage(FormPage):
    """``/verify-email?token=``: a button, because mail programs open links themselves."""

    template = "verify_email"
    form_class = forms.Form

    def carry_out(self, request: HttpRequest, asked: dict[str, str]) -> tuple[str, str]:
        throttling.by_address(request)
        identity.verify_email(request.GET.get("token", ""), now=timezone.now())
        return "Confirmed", "Your address is confirmed. You can sign in now."


class ResetPasswordPage(FormPage):
    """``/reset-password``: asks for an address, or with a token for a new password."""

    template = "reset_password"

    @property
    def form_class(self) -> type[forms.Form]:  # type: ignore[override]  # depends on the link
        return NewPasswordForm if self._token() else EmailForm

    def carry_out(self, request: HttpRequest, asked: dict[str, str]) -> tuple[str, str]:
        if self._token():
            throttling.by_address(request)
            identity.reset_password(
                self._token(), asked["password"], now=timezone.now()
            )
            return "Done", "Your new password counts. Sign in with it."
        throttling.mail(request, asked["email"])
        mails.password_reset.enqueue(asked["email"].lower())
        return "Look into your mail", "If there is an account, a link is on its way."

    def _token(self) -> str:
        return self.request.GET.get("token", "")


def qr(request: HttpRequest) -> HttpResponse:
    """The QR code of a pairing, for televisions that cannot draw one."""
    svg = pairing.qr(request.GET.get("user_code", ""))
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


def _remember(request: HttpRequest, user: User) -> None:
    """Ten minutes for this errand; it opens nothing else, the admin least of all."""
    request.session.cycle_key()
    account = identity.household(user, now=timezone.now())
    request.session[_SESSION_KEY] = account.pk
    request.session.set_expiry(_SESSION_S)


def _person(request: HttpRequest) -> Account | None:
    """The household that signed in on this page."""
    pk = request.session.get(_SESSION_KEY)
    if pk is None:
        return None
    return Account.objects.filter(pk=pk, owner__is_active=True).first()
