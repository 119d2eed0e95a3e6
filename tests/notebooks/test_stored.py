"""What is stored in the notebooks; that it comes back when they run is nbval's part."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from tests.secrets import key_like, machine_paths

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(
    path for path in (ROOT / "chapters").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
LONGEST = 15  # lines of a code cell; a definition of a table of data may go one over
TAGS = {"nbval-ignore-output", "nbval-skip", "raises-exception", "hide-input", "hide-cell"}
WIDGETS_ELSEWHERE = {"ipywidgets", "anywidget"}
REASON = re.compile(r"^# not compared: (.{10,})$", re.MULTILINE)

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    """The code cells of a notebook."""
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def not_compared(cell: nbformat.NotebookNode) -> str | None:
    """The tag or comment that keeps nbval from comparing a cell."""
    tags = {"nbval-ignore-output", "nbval-skip"} & set(cell.metadata.get("tags", []))
    found = re.findall(r"# ?(NBVAL_\w+|PYTEST_VALIDATE\w+)", cell.source)
    return next(iter([*tags, *found]), None)


def test_there_are_notebooks():
    assert NOTEBOOKS


@every_notebook
def test_notebook_is_valid_and_was_run_from_top_to_bottom(path):
    nbformat.validate(nbformat.read(path, as_version=4))
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1)), "run it again: make notebooks"


@every_notebook
def test_nothing_of_one_run_or_one_machine_is_stored(path):
    notebook = nbformat.read(path, as_version=4)
    assert "widgets" not in notebook.metadata
    text = path.read_text("utf-8")
    assert key_like(text) == []
    assert machine_paths(text) == []
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "mystnb", "jupyter"}, cell.source[:80]
        hidden = cell.metadata.get("jupyter") == {"source_hidden": True}
        assert hidden == ("hide-input" in cell.metadata.get("tags", [])), cell.source[:80]
        assert set(cell.metadata.get("tags", [])) <= TAGS


@every_notebook
def test_no_error_is_shown_that_was_not_meant(path):
    for cell in code_cells(path):
        meant = "raises-exception" in cell.metadata.get("tags", [])
        errors = [output for output in cell.outputs if output.output_type == "error"]
        assert meant or not errors, cell.source
        assert not any(o.get("name") == "stderr" for o in cell.outputs), cell.source


@every_notebook
def test_code_cells_are_short(path):
    for cell in code_cells(path):
        lines = len(cell.source.strip().splitlines())
        assert lines <= LONGEST, f"{lines} lines: move the machinery to course/\n{cell.source}"


@every_notebook
def test_only_widgets_of_the_course(path):
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not WIDGETS_ELSEWHERE & {name.partition(".")[0] for name in names}, cell.source
        for output in cell.outputs:
            data = output.get("data", {})
            if "application/vnd.jupyter.widget-view+json" in data:
                assert "<course-widget" in data.get("text/html", ""), cell.source


@every_notebook
def test_a_cell_that_is_not_compared_says_why(path):
    for cell in code_cells(path):
        if not_compared(cell):
            assert REASON.search(cell.source), f"add `# not compared: <reason>` to\n{cell.source}"


def test_table_of_cells_not_compared(table):
    total, rows = 0, []
    for path in NOTEBOOKS:
        for number, cell in enumerate(code_cells(path), 1):
            total += 1
            if not_compared(cell):
                reason = REASON.search(cell.source)
                rows.append(f"{path.stem} cell {number}: {reason[1] if reason else 'no reason'}")
    head = f"{total - len(rows)} of {total} code cells are compared with what they show when run"
    table("cells not compared", [head, *rows])
    assert len(rows) <= total / 10


def test_quiz_files_are_valid_json_in_utf8():
    for path in (ROOT / "chapters").rglob("*.json"):
        assert json.loads(path.read_text("utf-8")), path


def test_the_gallery_shows_every_widget():
    from widgets import GALLERY

    shown = "\n".join(cell.source for cell in code_cells(ROOT / "chapters/appendix/widgets.ipynb"))
    assert [w.__name__ for w in GALLERY if f"{w.__name__}.example()" not in shown] == []
