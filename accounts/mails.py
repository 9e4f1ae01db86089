"""Mail to people, written by jobs: a request takes the same time whether one is sent."""

from __future__ import annotations

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django_tasks import task

from accounts import links
from accounts.models import User


@task
def sign_up(email: str) -> None:
    """A link that confirms the address, or a word that there is an account already."""
    user = User.objects.filter(email=email).first()
    if user is None:
        return
    if user.email_verified_at is None:
        token = links.verification(user, email)
        _send("verify", email, link=links.url("/verify-email", token))
    else:
        _send("known", email, link=links.url("/reset-password", links.reset(user)))


@task
def password_reset(email: str) -> None:
    """A link to a new password; silence when nobody has this address."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is not None:
        _send("reset", email, link=links.url("/reset-password", links.reset(user)))


@task
def email_change(user_id: int, email: str) -> None:
    """A link to the new address, a warning to the old one."""
    user = User.objects.get(pk=user_id)
    token = links.verification(user, email)
    _send("verify", email, link=links.url("/verify-email", token))
    _send("moving", user.email, link=links.url("/reset-password", links.reset(user)))


def _send(template: str, to: str, **context: str) -> None:
    """The first line of the template is the subject."""
    text = render_to_string(f"accounts/mail/{template}.txt", context)
    subject, _, body = text.partition("\n")
    send_mail(subject.strip(), body.lstrip("\n"), None, [to])
