"""What each ``code`` of a problem document means, for the people who handle it."""

from __future__ import annotations

from typing import Final, NamedTuple


class Problem(NamedTuple):
    """One stable code: its HTTP status, what happened, what the client can do."""

    code: str
    status: int
    meaning: str
    advice: str


_GENERAL: Final = (
    Problem(
        "bad_request",
        400,
        "The request could not be read as HTTP or as a request of this API.",
        "A fault in the client; send it again only when it is mended.",
    ),
    Problem(
        "malformed",
        400,
        "The body is not JSON, not UTF-8, nested too deep, or names a key twice.",
        "A fault in the client.",
    ),
    Problem(
        "invalid",
        400,
        "One or more fields are not valid; `errors` lists each with a pointer.",
        "Show the detail beside the field.",
    ),
    Problem(
        "invalid_cursor",
        400,
        "The cursor is not one that this list gave out.",
        "Start the list again without a cursor.",
    ),
    Problem(
        "invalid_limit",
        400,
        "`limit` is not a whole number above 0.",
        "A fault in the client.",
    ),
    Problem(
        "invalid_filter",
        400,
        "A filter has a value that it does not know.",
        "A fault in the client; the detail names the filter.",
    ),
    Problem(
        "not_authenticated",
        401,
        "No access token, or one that is expired or not ours.",
        "Refresh the access token once, then ask the viewer to sign in.",
    ),
    Problem("denied", 403, "The viewer may not do this.", "Do not offer it."),
    Problem(
        "not_found",
        404,
        "There is no such thing, or not for this viewer, language or territory.",
        "Take it from the screen.",
    ),
    Problem(
        "method_not_allowed",
        405,
        "The path exists, the method does not; `Allow` names those that do.",
        "A fault in the client.",
    ),
    Problem(
        "not_acceptable",
        406,
        "The client accepts no representation that there is.",
        "Ask for application/json.",
    ),
    Problem(
        "conflict",
        409,
        "The state of the thing does not allow the change.",
        "Read it again, then decide.",
    ),
    Problem("gone", 410, "It existed and has ended for good.", "Do not try again."),
    Problem(
        "too_large",
        413,
        "The body has more bytes than are read here.",
        "Send less at a time.",
    ),
    Problem(
        "unsupported_media_type",
        415,
        "The body is of a type that is not read here.",
        "Send application/json.",
    ),
    Problem(
        "unprocessable",
        422,
        "Well-formed, but in contradiction with itself or with an earlier request.",
        "A fault in the client.",
    ),
    Problem(
        "locked",
        423,
        "Too many wrong attempts.",
        "Wait for `retry_after_s`, and say so to the viewer.",
    ),
    Problem(
        "rate_limited",
        429,
        "Asked too often.",
        "Wait for `Retry-After`; RateLimit headers say what is left.",
    ),
    Problem(
        "internal_error",
        500,
        "A fault of ours; it is logged under `request_id`.",
        "Try again later; quote the request id when you report it.",
    ),
    Problem(
        "unavailable",
        503,
        "A part that this needs is down.",
        "Try again after `Retry-After`, with jitter.",
    ),
    Problem(
        "database_unavailable",
        503,
        "Not ready to serve (only from /readyz).",
        "For load balancers.",
    ),
)

_PEOPLE: Final = (
    Problem(
        "wrong_credentials",
        401,
        "Address or password is wrong; which one is not said.",
        "Let the viewer try again or reset the password.",
    ),
    Problem(
        "email_not_verified",
        403,
        "The password is right, the address is not proven yet.",
        "Point to the mail, offer to send it again.",
    ),
    Problem(
        "password_weak",
        400,
        "The password is too short, too common or too much like the address.",
        "Show the detail beside the field.",
    ),
    Problem(
        "link_invalid",
        400,
        "The link of a mail was used, replaced or is too old.",
        "Offer to send a new one.",
    ),
    Problem(
        "token_expired",
        401,
        "The access token was good and has run out.",
        "Refresh it once, then repeat the request.",
    ),
    Problem(
        "token_invalid",
        401,
        "The token was not issued here, or not as an access token.",
        "Ask the viewer to sign in.",
    ),
    Problem(
        "profile_required",
        403,
        "The token names a household but no profile.",
        "Let the viewer choose a profile.",
    ),
    Problem(
        "kids_profile",
        403,
        "A child's profile changes nothing.",
        "Offer to switch the profile.",
    ),
    Problem(
        "last_profile",
        409,
        "A household keeps at least one profile.",
        "Do not offer to delete it.",
    ),
    Problem(
        "name_taken",
        409,
        "Two profiles of a household cannot have one name.",
        "Ask for another name.",
    ),
    Problem(
        "profile_limit",
        409,
        "The household has as many profiles as there can be.",
        "Do not offer another.",
    ),
    Problem(
        "beyond_own_ceiling",
        403,
        "Who sees less cannot decide that someone may see more.",
        "Switch to a profile without a ceiling first.",
    ),
    Problem(
        "parental_pin_required",
        403,
        "The profile is behind a PIN, or the way out of a child's profile is.",
        "Ask for the PIN and repeat the request with it.",
    ),
    Problem(
        "password_required",
        403,
        "The way out of a child's profile, in a household where nobody has a PIN.",
        "Ask for the password of the account and repeat the request with it.",
    ),
    Problem(
        "parental_pin_wrong",
        403,
        "Not the PIN; `tries_left` says how often one may still guess.",
        "Ask again.",
    ),
    Problem(
        "parental_pin_locked",
        423,
        "Too many wrong PINs in this household.",
        "Wait for `retry_after_s`.",
    ),
    Problem("pin_invalid", 400, "Not four to six digits.", "Show it at the field."),
    Problem(
        "device_limit",
        409,
        "The plan has no place for another device; `devices` lists those there are.",
        "Let the viewer remove one.",
    ),
    Problem(
        "device_swap_limit",
        429,
        "Devices were removed too often of late.",
        "Wait for `retry_after_s`.",
    ),
    Problem(
        "device_signed_out",
        401,
        "The device was signed out from elsewhere.",
        "Ask the viewer to sign in.",
    ),
    Problem(
        "device_unknown",
        401,
        "The device was removed from the household.",
        "Ask the viewer to sign in.",
    ),
    Problem(
        "profile_gone",
        401,
        "The profile of the token was deleted.",
        "Let the viewer choose another profile.",
    ),
    Problem(
        "user_code_unknown",
        404,
        "Nothing waits under this code: mistyped, too old, or answered already.",
        "Ask for the code that the television shows now.",
    ),
    Problem(
        "voucher_invalid",
        400,
        "The code is unknown, used up, too early or too late.",
        "Ask for another code.",
    ),
    Problem(
        "already_used",
        409,
        "The household had this offer once.",
        "Do not offer it again.",
    ),
    Problem(
        "purchase_already_linked",
        409,
        "Another household owns this purchase.",
        "Point to support.",
    ),
)

_LIVE: Final = (
    Problem(
        "invalid_date",
        400,
        "`date` is not a day such as 2026-11-23.",
        "A fault in the client.",
    ),
    Problem(
        "invalid_window",
        400,
        "The window is not one that the guide is cut into.",
        "Ask for whole buckets; the detail says how long they are.",
    ),
    Problem(
        "window_not_aligned",
        400,
        "Windows of the guide start and end on the half hour.",
        "Round the times.",
    ),
    Problem(
        "broadcast_started",
        409,
        "The broadcast has begun: there is nothing to be reminded of.",
        "Offer to play it.",
    ),
    Problem(
        "too_many_reminders",
        409,
        "The profile has as many reminders as it may have.",
        "Offer to take some back.",
    ),
    Problem(
        "too_many_favourite_channels",
        409,
        "The profile has as many favourite channels as it may; `limit` says how many.",
        "Let the viewer remove one.",
    ),
    Problem(
        "too_many_followed_series",
        409,
        "The profile follows as many series as it may.",
        "Offer to unfollow some.",
    ),
    Problem(
        "too_many_playlist_links",
        409,
        "The device has as many links for players as it may have.",
        "Show the links and let the viewer take one back.",
    ),
    Problem(
        "playlist_link_ended",
        410,
        "The link is too old, was taken back, or its device was signed out.",
        "Make a new link and give it to the player.",
    ),
)

_PLAYBACK: Final = (
    Problem(
        "not_entitled",
        403,
        "It is in none of the household's packages; what would help is listed.",
        "Show the offers.",
    ),
    Problem(
        "account_suspended",
        403,
        "The household is suspended.",
        "Point to support.",
    ),
    Problem(
        "device_revoked",
        403,
        "The device was removed from the household.",
        "Ask the viewer to sign in again.",
    ),
    Problem(
        "territory_blocked",
        403,
        "It may not be watched where the viewer is.",
        "Say so; do not offer to buy it.",
    ),
    Problem(
        "not_available_now",
        403,
        "It is not available in this territory at this time.",
        "Read the title again; it may open later.",
    ),
    Problem(
        "maturity_blocked",
        403,
        "It is rated above what the profile may see.",
        "Offer to switch the profile.",
    ),
    Problem(
        "no_pin_set",
        409,
        "Nobody in the household has a PIN that would open it.",
        "Offer to switch the profile.",
    ),
    Problem(
        "outside_viewing_hours",
        403,
        "The profile may not watch at this time of day.",
        "Say when it may again.",
    ),
    Problem(
        "blackout",
        403,
        "The channel may not be shown here or on this screen; `ends_at` says until when,"
        " `reason` is `rights`, `region` or `device`.",
        "Offer `alternative_channel_id`, if there is one.",
    ),
    Problem(
        "start_over_not_allowed",
        403,
        "The running programme cannot be played from its start.",
        "Play the channel live.",
    ),
    Problem(
        "catchup_not_allowed",
        403,
        "The programme cannot be watched after it has run.",
        "Do not offer it: `can` in the guide says so.",
    ),
    Problem(
        "catchup_expired",
        410,
        "The programme was kept for a time, and `expired_at` is past.",
        "Take the offer from the screen.",
    ),
    Problem(
        "programme_ended",
        409,
        "It is over, so it cannot be played live.",
        "Offer to catch up, where `can` in the guide says so.",
    ),
    Problem(
        "programme_not_started",
        409,
        "It has not begun; `starts_at` says when it will.",
        "Offer a reminder.",
    ),
    Problem(
        "not_playable",
        409,
        "It exists, but there is no video of it to play now.",
        "Do not offer to play it.",
    ),
    Problem(
        "concurrent_stream_limit",
        409,
        "Every stream of the plan is in use; `active` lists them, each with a token"
        " to take it over.",
        "Let the viewer choose which one to stop.",
    ),
    Problem(
        "invalid_take_over",
        400,
        "The take-over token is not valid any more.",
        "Press play again.",
    ),
    Problem(
        "session_ended",
        410,
        "The playback session is over.",
        "Stop the player; a new session is needed.",
    ),
    Problem(
        "unknown_platform",
        400,
        "The platform is not one of this service; `platforms` lists those.",
        "A fault in the client.",
    ),
    Problem(
        "no_common_codec",
        400,
        "The device names codecs, and none of them is on offer.",
        "A fault in the client, or a device that cannot play.",
    ),
    Problem(
        "key_reused",
        422,
        "The key of an ingest document was used for a document with other content.",
        "Give each document a key of its own.",
    ),
    Problem(
        "may_not_publish",
        403,
        "The member of staff behind the token may edit, not publish.",
        "Send the document without `publish`, or ask for the right.",
    ),
    Problem(
        "too_many_open",
        429,
        "Too many ingest documents are waiting to be done.",
        "Wait as long as `Retry-After` says, then send it again.",
    ),
    Problem(
        "unknown_drm_system",
        400,
        "The system is not one of this platform; `systems` lists those.",
        "A fault in the client.",
    ),
    Problem(
        "unknown_security_level",
        400,
        "The security level is not one of the system; `levels` lists those.",
        "A fault in the client.",
    ),
    Problem(
        "unknown_hdcp",
        400,
        "The version of HDCP is not known; `versions` lists those that are.",
        "A fault in the client.",
    ),
    Problem(
        "license_refused",
        403,
        "No licence: the token is missing, expired or of another session, or the"
        " session needs none of the keys.",
        "Renew the session for a fresh token, or press play again.",
    ),
    Problem(
        "invalid_key_id",
        400,
        "A key id is not 16 bytes in base64url.",
        "A fault in the client.",
    ),
    Problem(
        "preview_refused",
        403,
        "The token of the preview is not one of ours, is older than an hour, or its maker "
        "has left the staff.",
        "Make a new preview in the admin.",
    ),
    Problem(
        "idempotency_key_reused",
        422,
        "The Idempotency-Key was used for another request.",
        "Make a new key for each intention.",
    ),
    Problem(
        "invalid_idempotency_key",
        400,
        "The Idempotency-Key is empty, longer than 255 characters, or not visible ASCII.",
        "A fault in the client.",
    ),
    Problem(
        "idempotency_key_in_use",
        409,
        "The first request with this Idempotency-Key is still being answered.",
        "Wait for `Retry-After` seconds, then send it again with the same key.",
    ),
    Problem(
        "event_too_old",
        400,
        "Progress of more than thirty days ago is not taken.",
        "Drop the event.",
    ),
)

PROBLEMS: Final[tuple[Problem, ...]] = (*_GENERAL, *_PEOPLE, *_LIVE, *_PLAYBACK)
