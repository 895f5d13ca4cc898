# SPDX-License-Identifier: Apache-2.0
"""A router that tells a recorded table over BGP as fast as it is read, and keeps its session up."""

import mmap
import socket
import struct
import time

OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
ASN = 64501
_HOLD_SECONDS = 180
_KEEPALIVE_SECONDS = 30
_CHUNK = 1 << 18


class SessionError(Exception):
    """The session did not come, or ended."""


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def _open():
    """OPEN with both unicast families, graceful restart of them, and AS numbers of four octets."""
    families = ((1, 1), (2, 1))
    values = [(1, struct.pack("!HBB", family, 0, safi)) for family, safi in families]
    restart = struct.pack("!H", 120)
    restart += b"".join(struct.pack("!HBB", family, safi, 0) for family, safi in families)
    values += [(64, restart), (65, struct.pack("!I", ASN))]
    capabilities = b"".join(bytes((code, len(value))) + value for code, value in values)
    parameters = bytes((2, len(capabilities))) + capabilities
    head = struct.pack("!BHH4sB", 4, ASN, _HOLD_SECONDS, bytes((192, 0, 2, 1)), len(parameters))
    return message(OPEN, head + parameters)


class Feed:
    """A file of messages, in chunks that end where a message does."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._octets = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.chunks = []
        start = position = 0
        while position < len(self._octets):
            position += struct.unpack_from("!H", self._octets, position + 16)[0]
            if position - start >= _CHUNK or position == len(self._octets):
                self.chunks.append(memoryview(self._octets)[start:position])
                start = position


class Speaker:
    """One session, established when this is made."""

    def __init__(self, source, address, port, seconds=30):
        limit = time.monotonic() + seconds
        while True:
            try:
                self._socket = socket.create_connection((address, port), 5, (source, 0))
                break
            except OSError as error:
                if time.monotonic() > limit:
                    raise SessionError(f"no connection to {address}: {error}") from error
                time.sleep(0.05)
        self._unread = b""
        self._heard_last = time.monotonic()
        self._socket.settimeout(10)
        self._socket.sendall(_open())
        while self._receive() != OPEN:
            pass
        self._socket.sendall(message(KEEPALIVE))
        self._sent_last = time.monotonic()
        while self._receive() != KEEPALIVE:
            pass

    def _receive(self):
        """Type of the next message."""
        while True:
            if len(self._unread) >= 19:
                length, kind = struct.unpack_from("!HB", self._unread, 16)
                if len(self._unread) >= length:
                    body, self._unread = self._unread[19:length], self._unread[length:]
                    if kind == NOTIFICATION:
                        raise SessionError(f"NOTIFICATION {body[:2].hex()}")
                    return kind
            octets = self._socket.recv(1 << 16)
            if not octets:
                raise SessionError("the receiver has closed the session")
            self._unread += octets

    def tend(self):
        """Reads what has come, and sends a KEEPALIVE when it is time."""
        timeout = self._socket.gettimeout()
        self._socket.setblocking(False)
        try:
            while True:
                self._receive()
        except BlockingIOError:
            pass
        finally:
            self._socket.settimeout(timeout)
        if time.monotonic() - self._sent_last > _KEEPALIVE_SECONDS:
            self._socket.sendall(message(KEEPALIVE))
            self._sent_last = time.monotonic()

    def pour(self, feed):
        """Writes all of it; returns when the receiver's system has the last octet."""
        self._socket.settimeout(120)
        for chunk in feed.chunks:
            self._socket.sendall(chunk)
            self.tend()

    def close(self):
        self._socket.close()
