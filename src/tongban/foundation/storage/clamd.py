"""A client of ClamAV's daemon: the INSTREAM command, nothing else."""

import socket
import struct

_CHUNK = 64 * 1024
TIMEOUT_S = 10.0


class NoVerdict(Exception):
    """clamd is away, too slow, or could not scan this file."""


def finds_malware(address: str, data: bytes) -> bool:
    """Whether clamd at `host:port` or at a socket's path finds something in `data`; raises NoVerdict."""
    try:
        answer = _ask(address, data)
    except OSError as error:
        raise NoVerdict(type(error).__name__) from error
    if answer.endswith(" FOUND"):
        return True
    if answer.endswith(" OK"):
        return False
    raise NoVerdict(answer)


def _ask(address: str, data: bytes) -> str:
    """Chunks go out with their length in four bytes, a length of zero at the end; the answer ends with a zero byte."""
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            part = connection.recv(4_096)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0").decode(errors="replace").strip()


def _connect(address: str) -> socket.socket:
    if not address.startswith("/"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT_S)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection
