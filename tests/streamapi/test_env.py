"""Environment variables: typed, collected failures, database URLs."""

import pytest

from streamapi.env import Environment, EnvironmentInvalid, database_settings


class TestEnvironment:
    def test_reads_each_type(self):
        env = Environment(
            {"NAME": " x ", "PORT": "80", "WAIT": "0.5", "ON": "Yes", "LIST": "a, ,b"}
        )
        assert env.text("NAME") == "x"
        assert env.number("PORT") == 80
        assert env.seconds("WAIT", 9) == 0.5
        assert env.flag("ON", default=False) is True
        assert env.words("LIST") == ["a", "b"]
        env.verify()

    def test_falls_back_to_defaults_when_blank(self):
        env = Environment({"NAME": "  "})
        assert env.text("NAME", "d") == "d"
        assert env.number("PORT", 1) == 1
        assert env.seconds("WAIT", 2) == 2
        assert env.flag("ON", default=True) is True
        assert env.words("LIST", ("x",)) == ["x"]
        assert env.words("LIST", ()) == []
        env.verify()

    def test_names_every_problem_at_once(self):
        env = Environment({"PORT": "eighty", "WAIT": "long", "ON": "maybe"})
        env.text("SECRET_KEY")
        env.number("PORT")
        env.number("POOL")
        env.seconds("WAIT", 1)
        env.flag("ON", default=False)
        with pytest.raises(EnvironmentInvalid) as failure:
            env.verify()
        message = str(failure.value)
        for part in ("SECRET_KEY is required", "PORT must be a whole number"):
            assert part in message
        for part in ("POOL is required", "WAIT must be a number", "ON must be true"):
            assert part in message

    def test_reads_json_of_the_kind_that_is_wanted(self):
        environment = Environment({"SERVERS": '{"a": 1}', "LIST": "[1]", "BAD": "{"})
        assert environment.json("SERVERS", {}) == {"a": 1}
        assert environment.json("MISSING", {}) == {}
        assert environment.json("LIST", {}) == environment.json("BAD", {}) == {}
        with pytest.raises(EnvironmentInvalid, match=r"LIST must .*; BAD must be JSON"):
            environment.verify()

    def test_reads_the_process_environment_by_default(self, monkeypatch):
        monkeypatch.setenv("SOME_NAME", "value")
        assert Environment().text("SOME_NAME") == "value"


class TestDatabaseSettings:
    def test_reads_every_part(self):
        settings = database_settings(
            "postgresql://us%40er:p%2Fw@db.example:6432/name?sslmode=require"
        )
        assert settings["USER"] == "us@er"
        assert settings["PASSWORD"] == "p/w"
        assert (settings["HOST"], settings["PORT"]) == ("db.example", "6432")
        assert settings["NAME"] == "name"
        assert settings["OPTIONS"] == {"sslmode": "require"}

    def test_takes_a_socket_directory(self):
        settings = database_settings("postgres:///name?host=/run/pg")
        assert settings["HOST"] == "/run/pg"
        assert settings["OPTIONS"] == {}

    def test_refuses_another_scheme(self):
        with pytest.raises(EnvironmentInvalid, match="postgresql://"):
            database_settings("mysql://localhost/name")
