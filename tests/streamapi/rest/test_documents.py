"""The reference pages."""

from streamapi.http.problems import TITLES
from streamapi.rest.reference import PROBLEMS


class TestReference:
    def test_reads_the_document_and_loosens_styles_alone(self, client):
        answer = client.get("/v1/docs")
        assert 'data-document="/v1/openapi.json"' in answer.content.decode()
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self' 'unsafe-inline'" in policy


class TestProblems:
    def test_has_an_anchor_for_each_code(self, client):
        page = client.get("/v1/docs/problems").content.decode()
        for problem in PROBLEMS:
            assert f'id="{problem.code}"' in page

    def test_a_problem_points_to_its_anchor(self, client):
        kind = client.get("/v1/nowhere").json()["type"]
        path, _, anchor = kind.partition("#")
        assert f'id="{anchor}"' in client.get(path).content.decode()

    def test_no_code_is_explained_twice(self):
        codes = [problem.code for problem in PROBLEMS]
        assert len(codes) == len(set(codes))

    def test_every_status_has_its_general_code(self):
        assert {code for code, _ in TITLES.values()} <= {one.code for one in PROBLEMS}
