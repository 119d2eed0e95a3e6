"""`make lab`: opens JupyterLab on the reader's own copy of the course.

The server listens on this machine alone, asks no other host for anything, and ends with Ctrl+C.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

from course import paths, readers_copy
from course.errors import CourseError

HOST = "127.0.0.1"
SECONDS_TO_START = 90
SERVER = "--as-server"  # the word that makes this module be the server


def reader_folder() -> Path:
    """The reader's copy: `my_course` in the checkout, or the folder COURSE_COPY names."""
    return Path(os.environ.get("COURSE_COPY") or paths.ROOT / "my_course").expanduser()


def choose_port() -> int:
    """The port to listen on: COURSE_PORT, or any free one.

    Raises:
        CourseError: COURSE_PORT is not a port, or is in use.
    """
    named = os.environ.get("COURSE_PORT", "").strip() or "0"
    if not named.isdecimal() or int(named) > 65535:
        raise CourseError(f"COURSE_PORT is {named!r}: give a number from 1024 to 65535.")
    with socket.socket() as probe:
        # As servers do, so that a port left a second ago by an earlier run counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(named)))
        except PermissionError:
            raise CourseError(
                f"Port {named} is reserved for the system: choose one from 1024 to 65535."
            ) from None
        except OSError:
            raise CourseError(
                f"Port {named} is in use: choose another, as in `COURSE_PORT={int(named) + 1} make "
                "lab`, or leave COURSE_PORT out to get a free one."
            ) from None
        return probe.getsockname()[1]


def command(port: int, folder: Path) -> list[str]:
    """JupyterLab's command line."""
    return [
        sys.executable,
        "-m",
        "course.lab",
        SERVER,
        "--no-browser",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.allow_root=True",
        "--Application.log_level=ERROR",
        "--LabApp.extension_manager=readonly",  # the other kind asks a package index
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
    ]


def environment(token: str) -> dict[str, str]:
    """The server's environment.

    The reader's other Jupyter settings stay out: a password, a proxy or an extension of theirs
    would make this Lab another one than the course was tried with.
    """
    own = paths.CACHE / "lab"
    return {
        **os.environ,
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel is this environment's Python
    }


def first_chapter(folder: Path) -> str:
    """The notebook that opens, as a path inside the copy; empty where there is none."""
    found = sorted(file.name for file in folder.glob("[0-9][0-9]-*.ipynb"))
    return found[0] if found else ""


def wait_until_ready(child: subprocess.Popen[bytes], port: int, token: str, log: Path) -> None:
    """Return when the server answers.

    Raises:
        CourseError: it ended, or did not answer in time.
    """
    request = urllib.request.Request(
        f"http://{HOST}:{port}/api", headers={"Authorization": f"token {token}"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and child.poll() is None:
        try:
            direct.open(request, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CourseError(
        f"JupyterLab did not start: the end of {paths.shown(log)} says why, and `make doctor` "
        "tells what to put into a question."
    )


def stop(child: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def serve(folder: Path) -> None:
    """Start JupyterLab, say where it is, open the browser, and stay until Ctrl+C."""
    port, token = choose_port(), secrets.token_hex(16)
    own = paths.CACHE / "lab"
    for name in ("config", "data", "settings", "workspaces"):
        (own / name).mkdir(parents=True, exist_ok=True)
    log = own / "server.log"
    print("Starting JupyterLab ...", flush=True)
    with log.open("wb") as written:
        # A session of its own: Ctrl+C reaches this program, which then ends the server in order.
        child = subprocess.Popen(
            command(port, folder),
            env=environment(token),
            stdin=subprocess.PIPE,  # never written to: it closes when this program is gone
            stdout=written,
            stderr=written,
            start_new_session=True,
            cwd=paths.ROOT,
        )
    try:
        wait_until_ready(child, port, token, log)
        address = f"http://{HOST}:{port}/lab/tree/{first_chapter(folder)}?token={token}"
        print(f"\n  {address}\n", flush=True)
        print("Only this machine can open that address. Ctrl+C here ends JupyterLab.", flush=True)
        if os.environ.get("COURSE_NO_BROWSER") != "1":
            webbrowser.open(address)
        if child.wait():
            raise CourseError(f"JupyterLab ended: the end of {paths.shown(log)} says why.")
    finally:
        stop(child)


def be_server(arguments: list[str]) -> None:
    """Be JupyterLab, and end when the program that started it is gone, however it went."""
    from jupyterlab.labapp import LabApp

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_with_parent, daemon=True).start()
    LabApp.launch_instance(argv=arguments)


def interrupted(number: int, frame: object) -> None:
    """A polite end asked by another program is treated as Ctrl+C."""
    raise KeyboardInterrupt


def main() -> int:
    """The command; returns its exit code."""
    if sys.argv[1:2] == [SERVER]:
        be_server(sys.argv[2:])
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        choose_port()  # before anything is written: the likeliest thing to be wrong
        folder = reader_folder()
        notice = readers_copy.refresh(paths.ROOT / "chapters", folder)
        for sentence in notice.sentences():
            print(sentence)
        print(f"Your copy of the course is in {paths.shown(folder)}: what you change stays yours.")
        serve(folder)
    except CourseError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nJupyterLab could not be started ({error}): `make doctor` says more.")
        return 1
    except KeyboardInterrupt:
        print("\nJupyterLab has ended. Your work is saved in your copy of the course.")
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
