"""The order of the layers, where import-linter cannot see: relations between models."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("streamapi", "accounts", "catalog", "channels", "playback")
# A model may point to its own app and to those on the right of it.
ORDER = ("playback", "channels", "catalog", "accounts", "responsecache")
FRAMEWORK = {"auth", "contenttypes", "sessions", "admin", "django_tasks_database"}


def modules():
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def test_imports_keep_the_layers():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("label", ORDER)
def test_models_point_only_to_lower_layers(label):
    allowed = {*ORDER[ORDER.index(label) :], *FRAMEWORK}
    for model in apps.get_app_config(label).get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete else None
            if target is not None and target != "self":
                assert target._meta.app_label in allowed, f"{model}.{field.name}"


@pytest.mark.parametrize(
    "path", modules(), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_module_says_its_responsibility_in_a_sentence(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, f"{path} has no docstring"
    first = docstring.split("\n\n")[0].strip()
    assert first.endswith((".", ":")), first


def test_only_one_module_reads_the_environment():
    readers = {
        str(path.relative_to(ROOT))
        for path in modules()
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }
    # The second points Django at its settings; launchers hand an environment on to the
    # processes that they start.
    others = readers - {"streamapi/env.py", "streamapi/wsgi.py"}
    assert all(reader.startswith("streamapi/local/") for reader in others), others
