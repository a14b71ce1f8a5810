"""What is in a wheel and in a source distribution, and that an installed wheel works away from the checkout."""

import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile

import pytest
import yaml
from conftest import ROOT
from hatchling.builders.sdist import SdistBuilder
from installs import CONSUMER, EXTRAS
from packaging.requirements import Requirement

import stance

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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


def test_wheel_holds_package_data_and_the_models_alone(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    shelf = MODEL.parent
    models = {f"stance/models/{path.relative_to(shelf).as_posix()}" for path in shelf.rglob("*.*")}
    assert {name for name in names if name.startswith("stance/models/")} == models
    assert {f"stance/models/stance-en/{name}" for name in ("stance.json", "model.safetensors")} <= models
    assert "stance/models/attribution-en/attribution.json" in models
    assert names >= DATA
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"stance"}


def test_source_distribution_leaves_out_the_wire_copy():
    # What the builder packs; packing takes long, and tests/installs.py does it.
    names = {file.distribution_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    assert not [name for name in names if name.startswith("seeds/") and name.endswith(".txt")]
    assert names >= DATA | {"CITATION.cff", "seeds/README.md", "models/stance-en/stance.json", "pyproject.toml"}


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
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=elsewhere, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    where, labels = done.stdout.splitlines()
    assert where == str(home / "stance" / "__init__.py")
    assert "condemnation" in labels.split()


def test_types_are_seen_from_outside(wheel, tmp_path):
    """By mypy, in an environment that has the wheel and nothing else."""
    venv.create(tmp_path / "home", symlinks=True)
    (packages,) = (tmp_path / "home").glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    (tmp_path / "consumer.py").write_text(CONSUMER)
    python = tmp_path / "home" / "bin" / "python"
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "consumer.py"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("missing", "code", "remedy"),
    [
        ("spacy", EXTRAS["spacy"], "pip install 'diplomatic-stance[spacy]'"),
        ("onnxscript", EXTRAS["train"], "pip install 'diplomatic-stance[train]'"),
        ("torch", "import stance; stance.load(backend='torch')", "pip install torch"),
        ("torch", "import stance; stance.zero_shot(['a'], backend='torch')", "pip install torch"),
        ("torch", "import stance; stance.load('seeds', task='nli')", "pip install torch"),
        ("torch", EXTRAS["train"], "pip install torch"),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_installs_it(missing, code, remedy, tmp_path):
    # As if it were not installed, for find_spec as well.
    hide = f"""
import sys, importlib.util
sys.modules[{missing!r}] = None
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == {missing!r} else real(name, package)
"""
    done = subprocess.run([sys.executable, "-c", hide + code], cwd=ROOT, check=False, capture_output=True, text=True)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("stance.errors.StanceError: ")
    assert last.endswith(f"; {remedy}")
    assert not (ROOT / "unwritten").exists()


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_libraries_have_a_lower_bound_and_no_upper_one():
    needed = [Requirement(line) for line in PROJECT["dependencies"]]
    assert [str(one) for one in needed if [clause.operator for clause in one.specifier] != [">="]] == []


def test_wheel_has_the_version_and_the_pipe_for_spacy(wheel):
    archive = zipfile.ZipFile(wheel)
    about = f"diplomatic_stance-{stance.__version__}.dist-info"
    assert f"\nVersion: {stance.__version__}\n" in archive.read(f"{about}/METADATA").decode()
    assert "[spacy_factories]\nstance = stance.spacy:create\n" in archive.read(f"{about}/entry_points.txt").decode()


def test_citation_says_what_the_project_says():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    # What version 1.2.0 of the format asks for, and nothing that it does not know.
    assert cited["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= cited.keys()
    assert cited.keys() <= {
        *("cff-version", "message", "type", "title", "abstract", "authors", "version", "date-released", "license"),
        *("keywords", "doi", "identifiers", "license-url", "references", "repository", "repository-code", "url"),
    }
    assert all(author.keys() <= {"name", "given-names", "family-names", "orcid"} for author in cited["authors"])
    assert all(isinstance(cited[key], str) for key in ("message", "title", "version", "date-released"))
    assert cited["type"] == "software"
    assert (cited["version"], cited["license"], cited["keywords"]) == (
        stance.__version__,
        PROJECT["license"],
        PROJECT["keywords"],
    )
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## \[(\d.*?)\] - (\S+)$", changes)[0] == (cited["version"], cited["date-released"])
