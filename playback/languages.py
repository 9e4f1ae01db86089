"""What viewers read for a language tag: its name in the language itself."""

from __future__ import annotations

from django.conf.locale import LANG_INFO


def display_name(tag: str) -> str:
    """``de`` is Deutsch; a tag that nobody knows is shown as it is."""
    for code in (tag.lower(), tag.partition("-")[0].lower()):
        name = str(LANG_INFO.get(code, {}).get("name_local", ""))
        if name:
            return name[0].upper() + name[1:]
    return tag
