"""What the tables of the guide refuse, and what a channel is called."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from channels.models import ChannelSource, LineupEntry, Programme, programme_id
from streamapi.clients import Variant
from tests.factories.channels import (
    NOON,
    make_blackout,
    make_channel,
    make_lineup,
    make_programme,
    make_stream,
)

pytestmark = pytest.mark.django_db


class TestProgrammePeriods:
    def test_one_ends_where_the_next_starts(self):
        channel = make_channel()
        make_programme(channel, NOON, 60)
        make_programme(channel, NOON + timedelta(hours=1), 60)
        assert channel.programmes.count() == 2

    @pytest.mark.parametrize(
        ("start", "minutes"), [(-30, 31), (0, 60), (59, 60), (10, 10), (-60, 240)]
    )
    def test_two_on_one_channel_never_overlap(self, start, minutes):
        channel = make_channel()
        make_programme(channel, NOON, 60)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_programme(channel, NOON + timedelta(minutes=start), minutes)

    def test_two_channels_show_things_at_the_same_time(self):
        make_programme(make_channel(), NOON)
        make_programme(make_channel(), NOON)
        assert Programme.objects.count() == 2

    def test_neighbours_trade_places_within_a_transaction(self):
        channel = make_channel()
        early = make_programme(channel, NOON, 60, title="Early")
        late = make_programme(channel, NOON + timedelta(hours=1), 60, title="Late")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS programme_no_overlap DEFERRED")
            Programme.objects.filter(pk=early.pk).update(
                ends_at=NOON + timedelta(minutes=90)
            )
            Programme.objects.filter(pk=late.pk).update(
                starts_at=NOON + timedelta(minutes=90)
            )
        early.refresh_from_db()
        assert early.duration == timedelta(minutes=90)

    @pytest.mark.parametrize("minutes", [0, -1, 24 * 60 + 1])
    def test_a_programme_lasts_more_than_nothing_and_at_most_a_day(self, minutes):
        channel = make_channel()
        with pytest.raises((IntegrityError, ValueError)), transaction.atomic():
            make_programme(channel, NOON, minutes)


class TestProgrammeId:
    def test_the_same_broadcast_has_the_same_id_for_ever(self):
        channel = make_channel(public_id="ch_0123456789abcdef")
        first = make_programme(channel, NOON)
        first_id = first.public_id
        first.delete()
        assert make_programme(channel, NOON).public_id == first_id
        assert first_id == "pg_0123456789abcdeftoyeo0"

    def test_each_second_and_channel_has_its_own(self):
        ids = {
            programme_id(f"ch_{channel:016}", NOON + timedelta(seconds=second))
            for channel in range(10)
            for second in range(100)
        }
        assert len(ids) == 1000


class TestWithin:
    def test_it_is_half_open_on_both_sides(self):
        channel = make_channel()
        make_programme(channel, NOON - timedelta(hours=1), 60, title="before")
        make_programme(channel, NOON, 60, title="in")
        make_programme(channel, NOON + timedelta(hours=1), 60, title="after")
        found = Programme.objects.within(NOON, NOON + timedelta(hours=1))
        assert [programme.title for programme in found] == ["in"]

    def test_a_day_long_programme_is_found_at_its_end(self):
        channel = make_channel()
        make_programme(channel, NOON, 24 * 60)
        end = NOON + timedelta(hours=24)
        assert Programme.objects.within(end - timedelta(seconds=1), end).exists()


class TestChannel:
    @pytest.mark.parametrize(
        ("major", "minor", "text"),
        [(None, None, None), (5, None, "5"), (5, 1, "5.1"), (5, 10, "5.10")],
    )
    def test_its_number_may_have_a_decimal(self, major, minor, text):
        assert make_channel(number_major=major, number_minor=minor).number == text

    def test_a_decimal_needs_a_number(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_channel(number_major=None, number_minor=1)

    def test_an_import_does_not_change_what_an_editor_set(self):
        channel = make_channel("News 24", locked_fields=["name"])
        changed = channel.set_imported(name="NEWS24 HD", logo_url="https://x/l.png")
        assert (channel.name, changed) == ("News 24", ["logo_url"])

    def test_an_import_sets_only_what_imports_may(self):
        with pytest.raises(ValueError, match="min_age"):
            make_channel().set_imported(min_age=18)

    def test_it_reads_as_number_and_name(self):
        assert str(make_channel("One", number_major=1)) == "1 One"
        assert str(make_channel("Two", number_major=None)) == "Two"


class TestVisible:
    @pytest.mark.parametrize(
        ("fields", "seen"),
        [
            ({}, True),
            ({"territories": ["DE", "AT"]}, True),
            ({"territories": ["US"]}, False),
            ({"min_age": 12}, True),
            ({"min_age": 16}, False),
            ({"is_active": False}, False),
        ],
    )
    def test_by_territory_age_and_switch(self, fields, seen):
        channel = make_channel(**fields)
        variant = Variant(language="en", territory="DE", maturity=12)
        assert type(channel).objects.visible(variant).exists() is seen


class TestSources:
    def test_a_template_kind_needs_a_template(self):
        stream = make_stream(make_channel(), kind=ChannelSource.Kind.TEMPLATE)
        with pytest.raises(ValidationError, match="Needed"):
            stream.clean()


class TestLineup:
    def test_a_number_is_given_once(self):
        lineup = make_lineup("north", [make_channel()])

        def give_again():
            LineupEntry.objects.create(
                lineup=lineup, channel=make_channel(), number_major=1
            )
            connection.check_constraints()

        with pytest.raises(IntegrityError), transaction.atomic():
            give_again()

    def test_a_territory_has_one(self):
        make_lineup("north", [], territories=["DE", "AT"])
        south = make_lineup("south", [], territories=["CH"])
        south.full_clean()
        south.territories = ["AT", "CH"]
        with pytest.raises(ValidationError) as refused:
            south.full_clean()
        [error] = refused.value.error_dict["territories"]
        assert error.code == "territory_taken"
        assert error.message == "north is the line-up of AT already."

    @pytest.mark.parametrize("region", ["de", "DEU", "D3", ""])
    def test_a_territory_is_two_capital_letters(self, region):
        lineup = make_lineup("north", [], territories=[region])
        with pytest.raises(ValidationError) as refused:
            lineup.full_clean()
        assert list(refused.value.error_dict) == ["territories"]


class TestBlackout:
    def refused(self, **fields):
        """The field that is refused, and the code."""
        blackout = make_blackout(make_channel())
        for name, value in fields.items():
            setattr(blackout, name, value)
        with pytest.raises(ValidationError) as refusal:
            blackout.full_clean()
        [(name, errors)] = refusal.value.error_dict.items()
        return name, errors[0].code

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"ends_at": NOON - timedelta(hours=1)}, "reversed_period"),
            ({"ends_at": NOON}, "reversed_period"),
            ({"ends_at": NOON + timedelta(days=400)}, "period_too_long"),
            ({"ends_at": None}, "null"),
            ({"territories": ["de"]}, "item_invalid"),
            ({"territories": ["DEU"]}, "item_invalid"),
            ({"form_factors": ["toaster"]}, "item_invalid"),
            ({"reason": "weather"}, "invalid_choice"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, fields, code):
        [name] = fields
        assert self.refused(starts_at=NOON, **fields) == (name, code)

    def test_the_alternative_is_another_channel_on_the_air(self):
        blackout = make_blackout(make_channel(), alternative=make_channel())
        blackout.full_clean()
        off = make_channel(is_active=False)
        assert self.refused(alternative=off) == (
            "alternative",
            "alternative_not_active",
        )
        blackout.alternative = blackout.channel
        with pytest.raises(ValidationError) as refusal:
            blackout.full_clean()
        [error] = refusal.value.error_dict["alternative"]
        assert error.code == "alternative_is_itself"

    def test_it_is_half_open(self):
        blackout = make_blackout(make_channel(), NOON, 60)
        after = NOON + timedelta(hours=1)
        found = type(blackout).objects.within(after, after + timedelta(hours=1))
        assert not found.exists()
