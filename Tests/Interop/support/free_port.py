# SPDX-License-Identifier: Apache-2.0
"""Prints a port on loopback that is free for UDP and TCP at this moment."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
    stream.bind(("127.0.0.1", 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.bind(("127.0.0.1", stream.getsockname()[1]))
        print(stream.getsockname()[1])
