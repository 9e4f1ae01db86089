"""Feeds over HTTP from a real server, and addresses that are not fetched from."""

import io
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from channels import fetching
from channels.fetching import AddressRefused, FetchFailed, FetchRules, fetch, is_public
from streamapi.errors import InvalidInput

BODY = b"<tv></tv>"
RULES = FetchRules(max_bytes=1000, connect_s=2, total_s=2, allow_private=True)


class Feeds(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.headers)
        if self.path == "/known" and self.headers.get("If-None-Match") == '"v1"':
            self.answer(304)
        elif self.path.startswith("/to/"):
            self.answer(302, Location="/" + self.path[4:])
        elif self.path == "/loop":
            self.answer(302, Location="/loop")
        elif self.path == "/inside":
            self.answer(302, Location="ftp://127.0.0.1/")
        elif self.path == "/missing":
            self.answer(404)
        elif self.path == "/large":
            self.answer(200, b"x" * 5000)
        elif self.path == "/garbage":
            self.wfile.write(b"nothing like HTTP\r\n\r\n")
        else:
            self.answer(200, BODY, ETag='"v1"')

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 12:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    server.seen = []
    server.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class TestFetch:
    def test_it_brings_the_body_and_what_it_is_known_by(self, server):
        target = io.BytesIO()
        found = fetch(f"{server.base}/feed?a=b", target, RULES)
        assert (target.getvalue(), found.changed, found.etag) == (BODY, True, '"v1"')
        assert found.last_modified.startswith("Mon, 23")
        assert server.seen[-1]["Accept-Encoding"] == "identity"

    def test_what_is_known_already_is_not_sent_again(self, server):
        found = fetch(
            f"{server.base}/known",
            io.BytesIO(),
            RULES,
            etag='"v1"',
            last_modified="Mon, 23 Nov 2026 12:00:00 GMT",
        )
        assert not found.changed
        assert server.seen[-1]["If-Modified-Since"].startswith("Mon")

    def test_redirects_are_followed_a_few_times(self, server):
        target = io.BytesIO()
        fetch(f"{server.base}/to/to/to/feed", target, RULES)
        assert target.getvalue() == BODY
        with pytest.raises(FetchFailed, match="redirects"):
            fetch(f"{server.base}/loop", io.BytesIO(), RULES)

    def test_a_redirect_obeys_the_same_rules(self, server):
        with pytest.raises(AddressRefused):
            fetch(f"{server.base}/inside", io.BytesIO(), RULES)

    @pytest.mark.parametrize("path", ["/missing", "/garbage"])
    def test_an_answer_that_is_no_feed_fails(self, server, path):
        with pytest.raises(FetchFailed):
            fetch(server.base + path, io.BytesIO(), RULES)

    def test_too_much_is_refused(self, server):
        with pytest.raises(InvalidInput) as caught:
            fetch(f"{server.base}/large", io.BytesIO(), RULES)
        assert caught.value.code == "feed_too_large"

    def test_it_takes_only_so_long(self, server):
        rules = FetchRules(max_bytes=1000, total_s=-1, allow_private=True)
        with pytest.raises(FetchFailed, match="longer"):
            fetch(f"{server.base}/feed", io.BytesIO(), rules)

    def test_nobody_there_is_a_failure(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(FetchFailed):
            fetch(f"http://127.0.0.1:{port}/", io.BytesIO(), RULES)

    def test_tls_checks_the_name(self, server):
        address = server.base.replace("http:", "https:")
        with pytest.raises(FetchFailed, match="SSL"):
            fetch(address, io.BytesIO(), RULES)


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://8.8.8.8/feed.xml",
            "https://127.0.0.1/feed.xml",
            "https://localhost/feed.xml",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://10.1.2.3/",
            "https://2130706433/",
            "https://user:secret@8.8.8.8/",
            "file:///etc/passwd",
            "gopher://8.8.8.8/",
            "https:///feed",
            "https://8.8.8.8:99999/",
        ],
    )
    def test_what_does_not_lead_to_the_open_internet_is_refused(self, url):
        with pytest.raises(AddressRefused):
            fetch(url, io.BytesIO(), FetchRules(max_bytes=1000))

    @pytest.mark.parametrize(
        ("address", "public"),
        [
            ("8.8.8.8", True),
            ("2606:4700::1111", True),
            ("192.168.1.1", False),
            ("100.64.0.1", False),
            ("0.0.0.0", False),
            ("224.0.0.1", False),
            ("fe80::1%eth0", False),
            ("fd00::1", False),
            ("::ffff:8.8.8.8", True),
            ("::ffff:192.168.0.1", False),
            ("64:ff9b::7f00:1", False),
            ("2002:7f00:1::", False),
            ("2001:0:1::", False),
        ],
    )
    def test_public_or_not(self, address, public):
        assert is_public(address) is public

    def test_a_name_that_means_nothing_fails(self):
        with pytest.raises(FetchFailed):
            fetching.resolve("no such name", 443, allow_private=True)
