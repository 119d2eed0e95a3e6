"""In a notebook: one sentence for a course error, the usual for others, and nbval agrees."""

import os
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

CELLS = [
    "import course",
    "from course import models\nmodels.load('nowhere.gguf')",
    "%tb",
    "1 / 0",
    "from course.say import say\nsay('**{n}** of {m!c}', n=7, m='a*b')",
    "from course.exercise import Exercise\nExercise(expected=1).check(...)",
    "from course.reply import Door, Reply, Usage\nfrom datetime import datetime, UTC\n"
    "Reply('hello <b>', Usage(1, 2), 0.1, None, Door.LOCAL, 'm', datetime.now(UTC))",
    "from course.offline import no_network\nimport socket\n"
    "with no_network():\n    socket.getaddrinfo('example.org', 443)",
]
FAILING = (1, 3, 7)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory):
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    for number in (*FAILING, 2):
        notebook.cells[number].metadata["tags"] = ["raises-exception"]
    folder = tmp_path_factory.mktemp("notebook")
    client = nbclient.NotebookClient(
        notebook, timeout=60, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    nbformat.write(notebook, folder / "n.ipynb")
    return folder / "n.ipynb", [cell.outputs for cell in notebook.cells]


def test_a_course_error_is_its_one_sentence(executed) -> None:
    (output,) = executed[1][1]
    sentence = "There is no file at nowhere.gguf: check the path, or use a name from the catalogue."
    assert output.output_type == "error"
    assert (output.ename, output.evalue) == ("ModelNotFound", sentence)
    assert output.traceback == [sentence]


def test_the_full_traceback_is_one_line_away(executed) -> None:
    text = "".join("".join(o.get("traceback", [])) + o.get("text", "") for o in executed[1][2])
    assert "Traceback (most recent call last)" in text
    assert "gguf_header.py" in text


def test_other_errors_look_as_always(executed) -> None:
    (output,) = executed[1][3]
    assert output.ename == "ZeroDivisionError"
    assert len(output.traceback) > 1


def test_a_sentence_is_markdown(executed) -> None:
    (output,) = executed[1][4]
    assert output.data["text/markdown"] == "**7** of `a*b`"
    assert output.data["text/plain"] == "**7** of `a*b`"


def test_a_check_shows_one_sentence_and_nothing_more(executed) -> None:
    (output,) = executed[1][5]
    assert "Not attempted yet" in output.data["text/markdown"]


def test_a_reply_shows_its_door(executed) -> None:
    (output,) = executed[1][6]
    assert output.data["text/plain"] == "LOCAL · hello <b>"
    assert "LOCAL" in output.data["text/html"]
    assert "&lt;b&gt;" in output.data["text/html"]


def test_the_guard_in_a_notebook(executed) -> None:
    (output,) = executed[1][7]
    assert output.ename == "NetworkBlocked"
    assert output.traceback == [output.evalue]


def test_strict_nbval_accepts_it_twice(executed, tmp_path: Path) -> None:
    file: Path = executed[0]
    # nbval alone: loading the other plugins takes longer than the notebook.
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval"]
    command += ["--nbval-current-env", "-q", "-o"]
    done = subprocess.run(
        [*command, "addopts=", "-p", "no:cacheprovider", "--rootdir", str(file.parent), str(file)],
        capture_output=True,
        text=True,
        cwd=file.parent,
        env={
            **os.environ,
            "JUPYTER_PLATFORM_DIRS": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )
    assert f"{len(CELLS)} passed" in done.stdout, done.stdout[-2000:]
