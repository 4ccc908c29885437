"""The frames that a process and its worker exchange over a socket.

A frame is a JSON header and an optional block of bytes (a module). Replies carry plain JSON only,
never a pickle: compiled code may have scribbled over the worker's memory, so what it sends is
treated as data. Arrays do not travel here; they lie in the shared ``Arena``.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

Message = dict[str, Any]

_LENGTHS = struct.Struct("<IQ")


def send(connection: socket.socket, header: Message, payload: bytes = b"") -> None:
    """Send one frame. Raises ``OSError`` when the other end is gone."""
    text = json.dumps(header).encode()
    connection.sendall(_LENGTHS.pack(len(text), len(payload)) + text + payload)


def receive(connection: socket.socket) -> tuple[Message, bytes]:
    """The next frame. Raises ``EOFError`` when the other end has closed."""
    header_length, payload_length = _LENGTHS.unpack(_read(connection, _LENGTHS.size))
    header: Message = json.loads(_read(connection, header_length))
    return header, _read(connection, payload_length)


def _read(connection: socket.socket, length: int) -> bytes:
    block = bytearray(length)
    view = memoryview(block)
    done = 0
    while done < length:
        count = connection.recv_into(view[done:])
        if count == 0:
            raise EOFError("the connection was closed")
        done += count
    return bytes(block)
