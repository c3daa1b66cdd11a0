"""Pretends to be an emulated board: a raw prompt on TCP, behind it the native MicroPython in a folder of its own.

python -m tests.conformance.raw_prompt PORT FOLDER
"""

import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from tests.conformance.runtime import find


def serve(port: int, folder: Path) -> None:
    """Serve one client until it goes."""
    with socket.create_server(("127.0.0.1", port)) as server:
        link, _ = server.accept()
        with link:
            stream = link.makefile("rb")
            while (char := stream.read(1)) and char != b"\x01":
                pass
            link.sendall(b"raw REPL; CTRL-B to exit\r\n>")
            while (script := _script(stream)) is not None:
                run(link, stream, script, folder)


def _script(stream: IO[bytes]) -> bytes | None:
    source = b""
    while (char := stream.read(1)) != b"\x04":
        if not char:
            return None
        source += char
    return source


def run(link: socket.socket, stream: IO[bytes], script: bytes, folder: Path) -> None:
    """Run a script: lines go in until it ends, what it prints comes out."""
    file = folder / "script.py"
    file.write_bytes(script.replace(b"['peer', '/']", f"['peer', {str(folder)!r}]".encode()))
    link.sendall(b"OK")
    process = subprocess.Popen([find(), str(file)], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if b"stdin.readline" in script:
        threading.Thread(target=_feed, args=(stream, process.stdin), daemon=True).start()
    assert process.stdout is not None and process.stderr is not None
    for line in process.stdout:
        link.sendall(line.replace(b"\n", b"\r\n"))
    link.sendall(b"\x04" + process.stderr.read() + b"\x04>")
    process.wait()


def _feed(stream: IO[bytes], lines: IO[bytes]) -> None:
    while (line := stream.readline()) is not None:
        lines.write(line)
        lines.flush()
        if not line.strip():
            return


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
