"""Whatever comes: a typed refusal or an import in which every programme is accounted for.

CI takes a small share with fixed numbers; ``make fuzz`` takes ``FUZZ_INPUTS`` of them.
"""

import io
import resource
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from channels import catchup, m3u, playlist_import, staging, versions, xmltv
from channels.catchup import Past
from channels.decompression import FeedReader, Limits
from channels.episode_numbers import best_number
from channels.models import Channel, ChannelSource, EpgSource, GuideVersion, Programme
from channels.xmltv_times import TimeInvalid, parse_time
from streamapi.env import Environment
from streamapi.errors import DomainError
from tests.channels.fuzzing import M3U_SEEDS, XMLTV_SEEDS, mutated, no_hang
from tests.factories.channels import NOON, make_channel, make_feed, make_programme

INPUTS = Environment().number("FUZZ_INPUTS", 600)
IMPORTS = max(30, INPUTS // 20)
BATCHES = 4
MEGABYTES = 512
LIMITS = Limits(1_000_000, 20_000_000)
EXAMPLES = max(100, INPUTS // 10)
PROPERTY = hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=INPUTS == 600,
    suppress_health_check=list(HealthCheck),
)


EPOCH = datetime.fromisoformat("1971-01-01")


def numbers(batch, count):
    return range(batch, count, BATCHES)


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


BEFORE = peak_megabytes()


def grown_megabytes():
    """What this module's reading has cost, in a process that ran other tests before."""
    return peak_megabytes() - BEFORE


def rows_of(raw):
    """What would be staged: every programme of the input as a row."""
    builder = staging.RowBuilder(EpgSource(language="en"), {"news": "news"})
    reader = FeedReader(io.BytesIO(raw), LIMITS)
    for item in xmltv.read(reader):
        if isinstance(item, xmltv.FeedProgramme):
            yield builder.row(item)


def entries_of(raw):
    return m3u.read(FeedReader(io.BytesIO(raw), LIMITS))


def read(reader, raw):
    """What a reader gives out before it ends or refuses."""
    with suppress(DomainError):
        yield from reader(raw)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_any_bytes_are_read_or_refused(batch):
    for number in numbers(batch, INPUTS):
        raw = mutated(number, XMLTV_SEEDS)
        with no_hang():
            for row in read(rows_of, raw):
                assert len(row[8]) <= 500, number
                assert "\0" not in "".join(str(value) for value in row), number
    assert grown_megabytes() < MEGABYTES


@pytest.mark.django_db
@pytest.mark.parametrize("batch", range(BATCHES))
def test_an_import_is_whole_or_none(batch, tmp_path):
    path = tmp_path / "feed.xml"
    source = make_feed(location=str(path))
    kept = make_programme(make_channel("Kept"), NOON)
    for number in numbers(batch, IMPORTS):
        path.write_bytes(mutated(number, XMLTV_SEEDS))
        before = set(Programme.objects.values_list("pk", "digest", "ends_at"))
        with no_hang():
            try:
                version = versions.run_import(source, now=NOON, force=True)
            except DomainError:
                version = GuideVersion.objects.latest("pk")
                assert version.error, number
        if version.state in {"applied", "unchanged"}:
            counts = version.counts
            assert counts["programmes"] == (
                counts["stored"]
                + sum(counts["rejected"].values())
                + sum(counts["unmatched"].values())
            ), number
        else:
            after = set(Programme.objects.values_list("pk", "digest", "ends_at"))
            assert after == before, number
        assert Programme.objects.filter(pk=kept.pk).exists()
    assert grown_megabytes() < MEGABYTES


@pytest.mark.parametrize("batch", range(BATCHES))
def test_any_playlist_is_read_or_refused(batch):
    for number in numbers(batch, INPUTS):
        raw = mutated(number, M3U_SEEDS)
        with no_hang():
            for item in read(entries_of, raw):
                if isinstance(item, m3u.M3uEntry):
                    assert item.name, number
                    assert len(item.url) <= 1000, number
    assert grown_megabytes() < MEGABYTES


@pytest.mark.django_db
def test_a_playlist_is_imported_whole_or_not_at_all():
    for number in range(max(30, INPUTS // 100)):
        raw = mutated(number, M3U_SEEDS)
        before = Channel.objects.count(), ChannelSource.objects.count()
        with no_hang():
            try:
                playlist_import.run(FeedReader(io.BytesIO(raw), LIMITS), origin="fuzz")
            except DomainError:
                after = Channel.objects.count(), ChannelSource.objects.count()
                assert after == before, number


@PROPERTY
@given(st.binary(max_size=2000))
def test_noise(raw):
    for reader in (rows_of, entries_of):
        list(read(reader, raw))


TEXTS = st.text(max_size=30)
TIMES = st.one_of(
    st.from_regex(
        r"[0-9]{4,14}( ?[+-][0-9]{2}:?[0-9]{0,2}| [A-Z]{2,5})?", fullmatch=True
    ),
    st.sampled_from(["20260329013000 Europe/London", "20261025013000 Europe/London"]),
    TEXTS,
)


@PROPERTY
@given(TIMES)
def test_a_time_is_a_moment_or_refused(text):
    try:
        moment = parse_time(text)
    except TimeInvalid:
        return
    assert moment.tzinfo is UTC
    assert 1970 <= moment.year < 2200


@PROPERTY
@given(st.lists(st.tuples(st.sampled_from(["xmltv_ns", "onscreen", "x"]), TEXTS)))
def test_numbers_of_episodes_are_small_or_none(pairs):
    for number in best_number(pairs):
        assert number is None or 0 <= number < 2**31


@PROPERTY
@given(TEXTS, TEXTS, st.datetimes(timezones=st.just(UTC), min_value=EPOCH))
def test_any_template_is_filled(pattern, catchup_id, moment):
    text = f"https://o.example/{{utc:{pattern}}}{pattern}{{duration:{pattern}}}"
    past = Past(moment, moment, catchup_id)
    assert catchup.fill(text, past, now=moment).startswith("https://o.example/")


def escaped(text):
    kept = "".join(
        c for c in text if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF
    )
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


PROGRAMMES = st.lists(
    st.tuples(TIMES, st.one_of(st.none(), TIMES), st.sampled_from("ab"), TEXTS, TEXTS),
    max_size=6,
)


@PROPERTY
@given(PROGRAMMES)
def test_every_programme_of_a_file_is_an_item(programmes):
    elements = []
    for start, stop, channel, title, synopsis in programmes:
        until = f' stop="{escaped(stop)}"' if stop is not None else ""
        elements.append(
            f'<programme start="{escaped(start)}"{until} channel="{channel}">'
            f"<title>{escaped(title)}</title><desc>{escaped(synopsis)}</desc></programme>"
        )
    text = f"<tv>{''.join(elements)}</tv>"
    assert len(list(xmltv.read(io.BytesIO(text.encode())))) == len(programmes)
