# SPDX-License-Identifier: Apache-2.0
"""Sends frames that are not IP: push.py INTERFACE [COUNT]

libpcap hands packets on in blocks, and a reader that waits without a time limit (softflowd) never
sees the last block until it is full. Frames of the local experimental EtherType (IEEE 802,
section 9.2.4) fill it; exporters ignore them, and captures of IP do not hold them.
"""

import socket
import sys
import time

LOCAL_EXPERIMENTAL = 0x88B5


def main():
    interface = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    made.bind((interface, 0))
    header = b"\xff" * 6 + made.getsockname()[4] + LOCAL_EXPERIMENTAL.to_bytes(2, "big")
    for number in range(count):
        made.send(header + bytes(1400))
        if number % 50 == 0:
            time.sleep(0.01)


if __name__ == "__main__":
    main()
