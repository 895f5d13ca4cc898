# SPDX-License-Identifier: Apache-2.0
"""Sends IPFIX datagrams to loopback as fast as it can: send_ipfix.py PORT COUNT

Each holds a template set and a data set of four records (RFC 7011, section 3), so that none depends
on another. Prints how many were sent, the octets their records tell of, and the seconds it took.
"""

import socket
import struct
import sys
import time

TEMPLATE_ID, RECORDS, OCTETS = 256, 4, 1500
# (information element, length): addresses, protocol, interfaces, octets, packets.
FIELDS = [(8, 4), (12, 4), (4, 1), (10, 4), (14, 4), (1, 8), (2, 8)]
RECORD = struct.pack(
    ">4s4sBIIQQ", bytes([198, 18, 0, 1]), bytes([203, 0, 113, 1]), 17, 1, 2, OCTETS, 1
)


def body():
    """The sets of every datagram."""
    fields = b"".join(struct.pack(">HH", *field) for field in FIELDS)
    template = struct.pack(">HHHH", 2, 8 + len(fields), TEMPLATE_ID, len(FIELDS)) + fields
    data = struct.pack(">HH", TEMPLATE_ID, 4 + RECORDS * len(RECORD)) + RECORDS * RECORD
    return template + data


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    sets = body()
    header = struct.Struct(">HHIII")
    now, length = int(time.time()), header.size + len(sets)
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.connect(("127.0.0.1", port))
    send, pack = made.send, header.pack
    began = time.monotonic()
    for number in range(count):
        send(pack(10, length, now, number * RECORDS & 0xFFFFFFFF, 0) + sets)
    took = time.monotonic() - began
    print(count, count * RECORDS * OCTETS, f"{took:.2f}")


if __name__ == "__main__":
    main()
