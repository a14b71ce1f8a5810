"""What is in a wheel and in a source distribution, and that an installed wheel works away from the checkout."""

import os
import subprocess
import sys
import tarfile
import zipfile

import pytest
from conftest import ROOT

MODEL = ROOT / "models" / "stance-en"
DATA = {
    "stance/py.typed",
    "stance/acts.toml",
    "stance/codebook.toml",
    "stance/intensity.toml",
    *(f"stance/report/templates/report.{suffix}" for suffix in ("css", "html.j2", "js")),
    *(f"stance/report/templates/{name}.html.j2" for name in ("fragment", "limits", "sections", "totals")),
    "stance/report/templates/start.js",
    "stance/serve/static/icon.svg",
    *(f"stance/serve/static/serve.{suffix}" for suffix in ("css", "js")),
    "stance/serve/templates/page.html.j2",
    "stance/segment/cues.toml",
    "stance/speakers/words.toml",
    "stance/speakers/speakers.toml",
}


def build(kind, folder):
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def test_wheel_holds_package_data_and_the_models_alone(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    shelf = MODEL.parent
    models = {f"stance/models/{path.relative_to(shelf).as_posix()}" for path in shelf.rglob("*.*")}
    assert {name for name in names if name.startswith("stance/models/")} == models
    assert {f"stance/models/stance-en/{name}" for name in ("stance.json", "model.safetensors")} <= models
    assert "stance/models/attribution-en/attribution.json" in models
    assert names >= DATA
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"stance"}


def test_source_distribution_leaves_out_the_wire_copy(tmp_path):
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert not [name for name in names if name.startswith("seeds/") and name.endswith(".txt")]
    assert names >= DATA | {"seeds/README.md", "models/stance-en/stance.json", "pyproject.toml"}


def test_installed_wheel_labels_away_from_the_checkout(wheel, tmp_path):
    home, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", home, wheel]
    subprocess.run(pip, check=True, capture_output=True)
    code = """
import stance
model = stance.load()
print(stance.__file__)
print(*(found.label for found in model.label(["We strongly condemn the attack on the hospital."])[0]))
"""
    environment = os.environ | {"PYTHONPATH": str(home)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=elsewhere, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    where, labels = done.stdout.splitlines()
    assert where == str(home / "stance" / "__init__.py")
    assert "condemnation" in labels.split()
