"""What devices read of live television."""

from datetime import datetime, timedelta

import pytest
import time_machine

from channels.models import ChannelGroup, GuideVersion
from tests.factories.accounts import make_package
from tests.factories.channels import (
    NOON,
    make_blackout,
    make_channel,
    make_feed,
    make_group,
    make_lineup,
    make_programme,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon():
    """It is noon."""
    with time_machine.travel(NOON, tick=False):
        yield


def names(page):
    return [
        row.get("name") or row["channel"]["name"]  # a channel, or a row about one
        for row in page["results"]
    ]


def titles(cells):
    return [cell["title"] for cell in cells]


class TestChannelList:
    def test_a_card(self, get):
        group = ChannelGroup.objects.create(
            slug="news", name="News", translations={"de": "Nachrichten"}
        )
        channel = make_channel(
            "Example 24",
            packages=[make_package("sport"), make_package("basic")],
            group=group,
            number_major=5,
            number_minor=1,
            languages=["en"],
            logo_url="https://img.example/l.png",
            min_age=6,
            catchup_hours=72,
        )
        assert get("/v1/channels", lang="de") == {
            "results": [
                {
                    "id": channel.public_id,
                    "slug": channel.slug,
                    "name": "Example 24",
                    "kind": "tv",
                    "number": "5.1",
                    "group": {"slug": "news", "name": "Nachrichten"},
                    "languages": ["en"],
                    "images": [
                        {
                            "role": "logo",
                            "url": "https://img.example/l.png",
                            "width": None,
                            "height": None,
                            "aspect": None,
                            "alt": "Example 24",
                            "lang": None,
                            "placeholder": None,
                        }
                    ],
                    "packages": ["basic", "sport"],
                    "maturity": {"min_age": 6, "label": "6"},
                    "capabilities": {
                        "live_pause": True,
                        "start_over": True,
                        "catchup_hours": 72,
                        "recording": False,
                    },
                }
            ],
            "next": None,
        }

    def test_a_logo_of_our_own_comes_first(self, get):
        make_channel(
            logo="channels/a.png", logo_width=10, logo_height=5, logo_url="https://x/"
        )
        [image] = get("/v1/channels")["results"][0]["images"]
        assert image["url"].endswith("channels/a.png")

    def test_a_logo_over_plain_http_is_not_shown(self, get):
        make_channel(logo_url="http://img.example/l.png")
        assert get("/v1/channels")["results"][0]["images"] == []

    def test_in_the_order_of_the_remote_control(self, get):
        for name, major, minor in [
            ("none", None, None),
            ("6", 6, None),
            ("5.10", 5, 10),
            ("5.2", 5, 2),
            ("5", 5, None),
        ]:
            make_channel(name, number_major=major, number_minor=minor)
        assert names(get("/v1/channels")) == ["5", "5.2", "5.10", "6", "none"]

    def test_page_by_page_each_channel_once(self, get):
        for number in (1, 2, 2, 3, None, None, None):
            make_channel(number_major=number)
        seen, cursor = [], ""
        while cursor is not None:
            page = get("/v1/channels", limit=2, cursor=cursor)
            seen += [row["id"] for row in page["results"]]
            cursor = page["next"]
        assert len(seen) == len(set(seen)) == 7

    def test_of_one_group(self, get):
        make_channel("a", group=make_group("news"))
        make_channel("b", group=make_group("kids"))
        assert names(get("/v1/channels", group="kids")) == ["b"]

    def test_nothing_outside_its_territory_or_above_the_ceiling(self, get, api):
        make_channel("everywhere")
        make_channel("german", territories=["DE"])
        make_channel("adult", min_age=18)
        make_channel("off", is_active=False)
        assert names(get("/v1/channels", maturity=12)) == ["everywhere"]
        page = api.get(
            "/v1/channels", headers={"CloudFront-Viewer-Country": "DE"}
        ).json()
        assert names(page) == ["everywhere", "german", "adult"]

    @pytest.mark.parametrize(
        ("query", "refusal"),
        [
            ({"cursor": "forged"}, (400, "invalid_cursor")),
            ({"limit": "many"}, (400, "invalid_limit")),
            ({"lineup": "nowhere"}, (404, "not_found")),
        ],
    )
    def test_what_it_refuses(self, refused, query, refusal):
        assert refused("/v1/channels", **query) == refusal


class TestLineups:
    def test_a_line_up_has_its_own_channels_and_numbers(self, get):
        one, two = make_channel("one"), make_channel("two")
        make_channel("three")
        make_lineup("north", [two, one])
        page = get("/v1/channels", lineup="north")
        assert [(row["number"], row["name"]) for row in page["results"]] == [
            ("1", "two"),
            ("2", "one"),
        ]

    def test_that_of_the_territory_is_taken_when_none_is_named(self, api):
        one, _two = make_channel("one"), make_channel("two")
        make_lineup("germany", [one], territories=["DE"])
        german = api.get("/v1/channels", headers={"CloudFront-Viewer-Country": "DE"})
        assert names(german.json()) == ["one"]
        assert names(api.get("/v1/channels").json()) == ["one", "two"]

    def test_the_cursor_of_one_is_not_for_another(self, get, refused):
        channels = [make_channel(), make_channel()]
        make_lineup("north", channels)
        make_lineup("south", channels)
        cursor = get("/v1/channels", lineup="north", limit=1)["next"]
        assert refused("/v1/channels", lineup="south", cursor=cursor)[0] == 400
        assert len(get("/v1/channels", lineup="north", cursor=cursor)["results"]) == 1


class TestChannel:
    def test_by_id_or_slug(self, get):
        channel = make_channel("One", slug="one")
        assert get(f"/v1/channels/{channel.public_id}")["name"] == "One"
        assert get("/v1/channels/one")["id"] == channel.public_id

    def test_what_may_not_be_seen_is_not_there(self, refused):
        channel = make_channel(territories=["DE"])
        assert refused(f"/v1/channels/{channel.slug}") == (404, "not_found")
        assert refused("/v1/channels/nothing") == (404, "not_found")


class TestGuide:
    def test_a_page_of_channels_by_a_window(self, get):
        one, two = make_channel("one"), make_channel("two")
        make_programme(one, NOON - HOUR, 90, title="running in")
        make_programme(one, NOON + HOUR, 60, title="inside")
        make_programme(one, NOON + 5 * HOUR, 120, title="running out")
        make_programme(one, NOON + 7 * HOUR, 60, title="after")
        make_programme(two, NOON - HOUR, 60, title="before")
        page = get("/v1/guide", from_="2026-11-23T12:00:00Z", to="2026-11-23T18:00:00Z")
        assert names(page) == ["one", "two"]
        assert titles(page["results"][0]["programmes"]) == [
            "running in",
            "inside",
            "running out",
        ]
        assert page["results"][1]["programmes"] == []
        assert (page["from"], page["to"]) == (
            "2026-11-23T12:00:00Z",
            "2026-11-23T18:00:00Z",
        )
        assert page["server_time"] == "2026-11-23T12:00:00Z"

    def test_a_cell(self, get):
        channel = make_channel(catchup_hours=24)
        programme = make_programme(
            channel,
            title="Film",
            subtitle="Part",
            season=2,
            episode=3,
            min_age=6,
            genres=["drama"],
            is_live=True,
            is_new=True,
            content_id="ep_1",
            can_start_over=False,
        )
        [cell] = get("/v1/guide")["results"][0]["programmes"]
        assert cell == {
            "id": programme.public_id,
            "starts_at": "2026-11-23T12:00:00Z",
            "ends_at": "2026-11-23T13:00:00Z",
            "title": "Film",
            "episode_title": "Part",
            "season": 2,
            "episode": 3,
            "min_age": 6,
            "genres": ["drama"],
            "flags": ["live", "new"],
            "can": ["live_pause", "catchup"],
            "content_id": "ep_1",
            "is_masked": False,
        }

    def test_without_a_window_it_is_the_next_six_hours(self, get):
        make_channel()
        with time_machine.travel(NOON + timedelta(minutes=44, seconds=5)):
            page = get("/v1/guide")
        assert (page["from"], page["to"]) == (
            "2026-11-23T12:30:00Z",
            "2026-11-23T18:30:00Z",
        )

    def test_a_window_may_be_given_in_any_zone(self, get):
        page = get("/v1/guide", from_="2026-11-23T13:00:00+01:00")
        assert page["from"] == "2026-11-23T12:00:00Z"

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"from_": "yesterday"}, "invalid_window"),
            ({"from_": "2026-11-23T12:00:00"}, "invalid_window"),
            ({"from_": "2026-11-23T12:10:00Z"}, "window_not_aligned"),
            ({"to": "2026-11-23T13:00:01Z"}, "window_not_aligned"),
            ({"to": "2026-11-23T12:00:00Z"}, "invalid_window"),
            ({"to": "2026-11-24T12:30:00Z"}, "invalid_window"),
            ({"from_": "0001-01-01T00:00:00Z"}, "invalid_window"),
            ({"from_": "9" * 50}, "invalid_window"),
        ],
    )
    def test_a_window_that_is_none_is_refused(self, refused, query, code):
        assert refused("/v1/guide", **query) == (400, code)

    def test_the_refusal_says_which_window_is_near(self, api):
        answer = api.get(
            "/v1/guide", {"from": "2026-11-23T12:10:00Z", "to": "2026-11-23T13:10:00Z"}
        ).json()
        assert answer["aligned_from"] == "2026-11-23T12:00:00Z"
        assert answer["aligned_to"] == "2026-11-23T13:30:00Z"

    def test_at_most_fifty_channels_a_page(self, get):
        for _ in range(52):
            make_channel()
        page = get("/v1/guide", limit=1000)
        assert len(page["results"]) == 50
        assert len(get("/v1/guide", cursor=page["next"])["results"]) == 2

    def test_a_translation_is_shown_to_those_who_read_it(self, get):
        make_programme(
            make_channel(),
            title="Film",
            subtitle="Part",
            translations={"de": {"title": "Spielfilm"}},
        )
        cell = get("/v1/guide", lang="de")["results"][0]["programmes"][0]
        assert (cell["title"], cell["episode_title"]) == ("Spielfilm", "Part")
        cell = get("/v1/guide", lang="en")["results"][0]["programmes"][0]
        assert cell["title"] == "Film"

    def test_blackouts_are_shown_where_they_hold(self, get):
        channel, other = make_channel("one"), make_channel("two")
        make_blackout(channel, NOON, 60, alternative=other, form_factors=["phone"])
        make_blackout(channel, NOON, 60, territories=["DE"])
        make_blackout(channel, NOON + 10 * HOUR, 60)
        [row, _] = get("/v1/guide")["results"]
        assert row["blackouts"] == [
            {
                "starts_at": "2026-11-23T12:00:00Z",
                "ends_at": "2026-11-23T13:00:00Z",
                "reason": "rights",
                "form_factors": ["phone"],
                "alternative_channel_id": other.public_id,
            }
        ]

    def test_its_version_changes_with_the_guide(self, get):
        first = get("/v1/guide")["guide_version"]
        GuideVersion.objects.create(
            source=make_feed(), state="applied", started_at=NOON, changed_at=NOON
        )
        assert first == "0"
        assert get("/v1/guide", limit=2)["guide_version"] == "20261123T120000000000"


class TestMaturity:
    def channel(self):
        channel = make_channel(unrated_age=12, catchup_hours=24)
        make_programme(channel, NOON, 60, title="For all", min_age=0)
        secret = {"title": "Horror", "subtitle": "Blood", "synopsis": "Knives"}
        make_programme(
            channel,
            NOON + HOUR,
            60,
            min_age=18,
            genres=["horror"],
            content_id="ti_1",
            translations={"de": {"title": "Grusel"}},
            details={"credits": [{"role": "actor", "name": "A. Killer"}]},
            **secret,
        )
        make_programme(channel, NOON + 2 * HOUR, 60, title="Unrated")
        make_programme(channel, NOON + 3 * HOUR, 60, title="Gap", is_filler=True)
        return channel

    @pytest.mark.parametrize(
        ("ceiling", "expected"),
        [
            (18, ["For all", "Horror", "Unrated", "Gap"]),
            (12, ["For all", "Not for this profile", "Unrated", "Gap"]),
            (7, ["For all", "Not for this profile", "Not for this profile", "Gap"]),
        ],
    )
    def test_what_is_above_the_ceiling_is_masked(self, get, ceiling, expected):
        self.channel()
        row = get("/v1/guide", maturity=ceiling)["results"][0]
        assert titles(row["programmes"]) == expected

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_nothing_of_it_leaks_anywhere(self, api, language):
        channel = self.channel()
        secret = channel.programmes.get(min_age=18)
        paths = [
            "/v1/guide",
            f"/v1/channels/{channel.slug}/schedule",
            f"/v1/programmes/{secret.public_id}",
        ]
        with time_machine.travel(NOON + HOUR, tick=False):
            paths.append("/v1/channels/now")
            for path in paths:
                text = api.get(
                    path, {"maturity": 12, "lang": language}
                ).content.decode()
                for word in ("Horror", "Grusel", "Blood", "Knives", "horror", "ti_1"):
                    assert word not in text, path
                assert "Killer" not in text
                assert '"is_masked":true' in text

    def test_a_masked_programme_can_do_nothing(self, get):
        channel = self.channel()
        secret = channel.programmes.get(min_age=18)
        answer = get(f"/v1/programmes/{secret.public_id}", maturity=12)
        assert answer["can"] == []
        assert answer["availability"] == {
            "live": False,
            "start_over": False,
            "catchup": False,
            "catchup_until": None,
            "recording": False,
        }


class TestSchedule:
    def test_a_day_in_utc_in_full(self, get):
        channel = make_channel(catchup_hours=48)
        make_programme(channel, NOON - 13 * HOUR, 120, title="over midnight")
        make_programme(
            channel,
            title="Film",
            synopsis="Words",
            categories=["Drama"],
            details={
                "date": "20190401",
                "ratings": [{"system": "FSK", "value": "12"}],
                "credits": [
                    {"role": "actor", "name": "A. B.", "character": "C"},
                    {"role": "director", "name": "D. E."},
                ],
                "images": [
                    {"url": "https://i/b.jpg", "type": "backdrop", "orient": "L"},
                    {"url": "http://plain/b.jpg"},
                ],
                "icons": [{"url": "https://i/i.jpg", "width": 16, "height": 9}],
            },
        )
        make_programme(channel, NOON + 12 * HOUR, 60, title="tomorrow")
        answer = get(f"/v1/channels/{channel.slug}/schedule", date="2026-11-23")
        assert titles(answer["results"]) == ["over midnight", "Film"]
        assert answer["date"] == "2026-11-23"
        assert answer["channel"]["id"] == channel.public_id
        film = answer["results"][1]
        assert film["duration_s"] == 3600
        assert (film["synopsis"], film["year"]) == ("Words", 2019)
        assert film["categories"] == ["Drama"]
        assert film["credits"][0] == {
            "name": "A. B.",
            "role": "actor",
            "character": "C",
        }
        assert [(i["role"], i["url"], i["aspect"]) for i in film["images"]] == [
            ("backdrop", "https://i/b.jpg", "16:9"),
            ("still", "https://i/i.jpg", None),
        ]
        assert film["availability"]["catchup_until"] == "2026-11-25T13:00:00Z"

    def test_today_without_a_date(self, get):
        channel = make_channel()
        make_programme(channel)
        assert len(get(f"/v1/channels/{channel.slug}/schedule")["results"]) == 1

    def test_a_translated_synopsis(self, get):
        channel = make_channel()
        make_programme(
            channel, synopsis="Words", translations={"de": {"synopsis": "Worte"}}
        )
        path = f"/v1/channels/{channel.slug}/schedule"
        assert get(path, lang="de")["results"][0]["synopsis"] == "Worte"
        assert get(path, lang="en")["results"][0]["synopsis"] == "Words"

    @pytest.mark.parametrize("date", ["today", "2026-13-01", "20261123", "0001-01-01"])
    def test_a_date_that_is_none_is_refused(self, refused, date):
        channel = make_channel()
        path = f"/v1/channels/{channel.slug}/schedule"
        assert refused(path, date=date) == (400, "invalid_date")


class TestProgramme:
    def test_by_its_id(self, get):
        programme = make_programme(make_channel(), title="Film")
        answer = get(f"/v1/programmes/{programme.public_id}")
        assert (answer["title"], answer["channel_id"]) == (
            "Film",
            programme.channel.public_id,
        )

    @pytest.mark.parametrize(
        "public_id",
        ["nonsense", "pg_", "pg_0123456789abcdeftoyeo0", "pg_0123456789abcdefzzzzzzz"],
    )
    def test_there_is_none_of_that_id(self, refused, public_id):
        make_channel(public_id="ch_0123456789abcdef")
        assert refused(f"/v1/programmes/{public_id}") == (404, "not_found")


class TestNow:
    def test_what_runs_and_what_comes(self, get):
        one, two, three = make_channel("1"), make_channel("2"), make_channel("3")
        make_programme(one, NOON - HOUR, 60, title="over")
        make_programme(one, NOON, 60, title="now")
        make_programme(one, NOON + HOUR, 60, title="next")
        make_programme(one, NOON + 2 * HOUR, 60, title="later")
        make_programme(two, NOON + HOUR, 60, title="soon")
        page = get("/v1/channels/now")
        rows = {
            row["channel"]["name"]: (
                row["now"] and row["now"]["title"],
                row["next"] and row["next"]["title"],
            )
            for row in page["results"]
        }
        assert rows == {"1": ("now", "next"), "2": (None, "soon"), "3": (None, None)}
        assert three.name in rows

    def test_it_never_shows_what_has_been_over_for_long(self, api):
        channel = make_channel()
        make_programme(channel, NOON, 60, title="first")
        make_programme(channel, NOON + HOUR, 60, title="second")
        for seconds in range(0, 40, 4):
            moment = NOON + HOUR + timedelta(seconds=seconds - 20)
            with time_machine.travel(moment, tick=False):
                answer = api.get("/v1/channels/now")
            row = answer.json()["results"][0]
            ended = datetime.fromisoformat(row["now"]["ends_at"])
            assert moment - ended < timedelta(seconds=15)


class TestLifetimes:
    """How long answers live, at the edge and on devices."""

    def lifetime(self, response):
        pairs = (
            part.strip().partition("=") for part in response["Cache-Control"].split(",")
        )
        return {name: int(value) for name, _, value in pairs if value}

    def test_now_ends_with_the_earliest_programme(self, api):
        channel = make_channel()
        make_programme(channel, NOON - HOUR, 60, title="over")
        make_programme(channel, NOON, 60, title="on")
        with time_machine.travel(NOON + HOUR - timedelta(seconds=4), tick=False):
            found = self.lifetime(api.get("/v1/channels/now"))
        assert found.get("s-maxage", 0) <= 4
        assert found.get("max-age", 0) <= 4
        assert found.get("stale-while-revalidate", 0) == 0

    def test_a_window_that_was_not_named_ends_with_its_bucket(self, api):
        with time_machine.travel(NOON + timedelta(minutes=29, seconds=50), tick=False):
            found = self.lifetime(api.get("/v1/guide"))
        assert found["s-maxage"] <= 10

    def test_an_answer_says_what_language_it_is_in(self, api):
        assert api.get("/v1/guide", {"lang": "de"})["Content-Language"] == "de"


class TestPurges:
    def test_a_guide_of_few_channel_days_carries_each(self, api):
        channel = make_channel()
        response = api.get("/v1/guide")
        tags = set(response["Cache-Tag"].split(","))
        assert f"schedule:{channel.pk}:2026-11-23" in tags

    def test_a_guide_of_many_carries_the_days(self, api):
        for _ in range(50):
            make_channel()
        tags = api.get("/v1/guide")["Cache-Tag"].split(",")
        assert set(tags) == {"channels", "guide:2026-11-23"}

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("path", ["/v1/guide", "/v1/channels", "schedule"])
    def test_an_edit_shows_at_once(self, get, path):
        channel = make_channel("Before")
        programme = make_programme(channel, title="Before")
        path = f"/v1/channels/{channel.slug}/schedule" if path == "schedule" else path
        assert "Before" in str(get(path))
        channel.name = "After"
        channel.save()
        programme.title = "After"
        programme.save()
        assert "Before" not in str(get(path))

    @pytest.mark.django_db(transaction=True)
    def test_a_blackout_shows_at_once(self, get):
        channel = make_channel()
        assert get("/v1/guide")["results"][0]["blackouts"] == []
        make_blackout(channel)
        assert len(get("/v1/guide")["results"][0]["blackouts"]) == 1


class TestReaderOfSeveralLanguages:
    """``de-CH,fr``: each text in the first of them that has it, then as the feed has it."""

    def read(self, get, **fields):
        channel = make_channel("a", slug="a")
        make_programme(channel, NOON, title="Tides", subtitle="Deep", **fields)
        [cell] = get("/v1/channels/a/schedule", lang="de-CH,fr")["results"]
        return cell["title"], cell["episode_title"]

    @pytest.mark.parametrize(
        ("language", "translations", "texts"),
        [
            ("en", {}, ("Tides", "Deep")),
            ("en", {"fr": {"title": "Marées"}}, ("Marées", "Deep")),
            (
                "en",
                {
                    "fr": {"title": "Marées", "subtitle": "Loin"},
                    "de": {"title": "Watt"},
                },
                ("Watt", "Loin"),
            ),
            ("fr", {"en": {"title": "Other"}}, ("Tides", "Deep")),
            ("fr", {"de": {"title": "Watt"}}, ("Watt", "Deep")),
            ("de", {"fr": {"title": "Marées"}}, ("Tides", "Deep")),
        ],
    )
    def test_gets_each_text(self, settings, get, language, translations, texts):
        settings.CONTENT_LANGUAGES = ["en", "de", "fr"]
        found = self.read(get, language=language, translations=translations)
        assert found == texts

    @pytest.mark.parametrize(
        ("translations", "name"),
        [
            ({"fr": "Actualités"}, "Actualités"),
            ({"fr": "Actualités", "de": "Nachrichten"}, "Nachrichten"),
            ({"it": "Notizie"}, "News"),
        ],
    )
    def test_gets_headings(self, settings, get, translations, name):
        settings.CONTENT_LANGUAGES = ["en", "de", "fr"]
        make_channel("a", group=make_group(name="News", translations=translations))
        [channel] = get("/v1/channels", lang="de-CH,fr")["results"]
        assert channel["group"]["name"] == name
        [channel] = get("/v1/channels", lang="en,fr")["results"]
        assert channel["group"]["name"] == "News"
