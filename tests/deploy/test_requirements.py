"""The locks: complete, of one mind, acceptable to pip; and how they are installed."""

from __future__ import annotations

import os
import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "requirements"
LOCKS = ("base", "local", "dev", "prod")


def pinned(name: str) -> dict[str, Requirement]:
    """What a lock pins, by the names of the distributions."""
    text = (FOLDER / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [line.split(" --hash")[0] for line in text.splitlines()]
    found = [Requirement(line) for line in lines if re.match(r"[a-z0-9]", line)]
    return {canonicalize_name(one.name): one for one in found}


def asked(name: str) -> list[Requirement]:
    """What a list asks for by itself and through the lists that it includes."""
    found = []
    for line in (FOLDER / f"{name}.in").read_text().splitlines():
        wanted = line.partition("#")[0].strip()
        if wanted.startswith("-r "):
            found += asked(wanted.removeprefix("-r ").removesuffix(".in"))
        elif wanted:
            found.append(Requirement(wanted))
    return found


@pytest.mark.parametrize("name", LOCKS)
class TestLocks:
    def test_each_line_names_one_version_and_its_hashes(self, name: str) -> None:
        text = (FOLDER / f"{name}.txt").read_text().replace("\\\n", " ")
        lines = [one for one in text.splitlines() if re.match(r"[a-z0-9]", one)]
        assert lines
        for line in lines:
            assert re.match(r"[^=]+==\S+ ", line), line
            assert "--hash=sha256:" in line, line

    def test_what_is_asked_for_is_there_with_its_extras(self, name: str) -> None:
        lock = pinned(name)
        for wanted in asked(name):
            found = lock[canonicalize_name(wanted.name)]
            assert wanted.extras <= found.extras, wanted
            (version,) = found.specifier
            assert version.version in wanted.specifier, wanted

    def test_extras_that_a_dependency_asks_for_are_there(self, name: str) -> None:
        """pip refuses a lock in which they are missing; uv does not mind."""
        lock = pinned(name)
        for one in lock.values():
            if one.marker and not one.marker.evaluate():
                continue
            for extra in {"", *one.extras}:
                for text in metadata.requires(one.name) or []:
                    needs = Requirement(text)
                    if needs.marker and not needs.marker.evaluate({"extra": extra}):
                        continue
                    found = lock[canonicalize_name(needs.name)]
                    assert needs.extras <= found.extras, f"{one.name} needs {needs}"


def test_all_locks_pin_the_same_versions() -> None:
    versions: dict[str, set[str]] = {}
    for name in LOCKS:
        for found, one in pinned(name).items():
            versions.setdefault(found, set()).add(str(one.specifier))
    assert {name: each for name, each in versions.items() if len(each) > 1} == {}


class TestInstalling:
    """`.ci/install` with a uv that only says what it was asked for."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        """Two sets of requirements and an environment that is there already."""
        (tmp_path / "bin").mkdir()
        uv = tmp_path / "bin" / "uv"
        uv.write_text('#!/bin/sh\necho "uv $*"\n')
        uv.chmod(0o755)
        python = tmp_path / "venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to("/bin/true")
        (tmp_path / "small.txt").write_text("one==1\n")
        (tmp_path / "large.txt").write_text("one==1\ntwo==2\n")
        return tmp_path

    def install(self, place: Path, *sets: str) -> str:
        done = subprocess.run(
            [ROOT / ".ci/install", "venv", *sets],
            cwd=place,
            env={"PATH": f"{place / 'bin'}:{os.defpath}:/usr/bin"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def test_once_and_again_when_it_changes(self, place: Path) -> None:
        assert "--require-hashes -r small.txt" in self.install(place, "small.txt")
        assert self.install(place, "small.txt") == ""
        (place / "small.txt").write_text("one==2\n")
        assert "-r small.txt" in self.install(place, "small.txt")

    def test_a_larger_set_that_is_there_will_do(self, place: Path) -> None:
        assert "-r large.txt" in self.install(place, "large.txt")
        assert self.install(place, "small.txt", "large.txt") == ""
        assert "-r small.txt" in self.install(place, "small.txt")
        assert "-r large.txt" in self.install(place, "large.txt")
