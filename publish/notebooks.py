"""Runs every chapter again and stores what it shows: `python -m publish.notebooks [FILE …]`.

Stored notebooks carry no widget state, no timings and no trace of the machine they ran on.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from course import extras
from course.doors.providers import is_live

ROOT = Path(__file__).resolve().parent.parent


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Take out of a notebook what belongs to one run or one machine."""
    kept = {k: v for k, v in notebook.metadata.items() if k == "course"}  # readers' questions
    notebook.metadata = kept | {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            # Names a model that is gone with its kernel, and another one in every run.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in {"tags", "mystnb"}}
        if "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}  # JupyterLab's word for the same
    return notebook


def run(path: Path) -> None:
    """Run one notebook in its own folder, with an empty case, and store it.

    Raises:
        CellExecutionError: a cell failed; the file is left as it was.
    """
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as case:
        surroundings = {k: v for k, v in os.environ.items() if not is_live(k)}
        client = NotebookClient(
            notebook,
            timeout=120,
            store_widget_state=False,
            resources={"metadata": {"path": str(path.parent)}},
        )
        client.execute(env={**surroundings, "COURSE_CASE": case})
    nbformat.write(clean(notebook), path)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="all of chapters/ when none is given")
    paths = parser.parse_args().files or sorted((ROOT / "chapters").rglob("*.ipynb"))
    for path in paths:
        if ".ipynb_checkpoints" in path.parts:
            continue
        lacking = extras.missing_for(path.name)
        if lacking:  # what it would show without them is not worth storing
            print(f"left as it was: {path.name}. {lacking}", flush=True)
            continue
        print(f"running {path.resolve().relative_to(ROOT)}", flush=True)
        try:
            run(path.resolve())
        except CellExecutionError as error:
            raise SystemExit(f"{path} was not stored, because a cell failed:\n{error}") from None


if __name__ == "__main__":
    main()
