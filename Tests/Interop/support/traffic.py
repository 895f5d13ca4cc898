# SPDX-License-Identifier: Apache-2.0
"""Known traffic between two hosts, TCP and UDP in both families: traffic.py serve|send [SCALE]

`serve` runs on the one, takes what comes and answers; `send` runs on the other. The UDP packets are
the same in each run; what TCP makes of its octets is for the capture to say.
"""

import socket
import sys
import threading
import time

HERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8:1::1"}
THERE = {socket.AF_INET: "198.51.100.1", socket.AF_INET6: "2001:db8:2::1"}
TCP_PORT, UDP_PORT = 5001, 5002
TCP_OCTETS = 3_000_000
UDP_PACKETS = {socket.AF_INET: 9000, socket.AF_INET6: 6000}
REST = b"."


def sizes(count):
    """Payload sizes of UDP packets, 64 to 1400 octets, in no obvious order."""
    return (64 + number * 7919 % 1337 for number in range(count))


def send_udp(made, count, peer=None):
    payload = bytes(2000)
    for number, size in enumerate(sizes(count)):
        if peer:
            made.sendto(payload[:size], peer)
        else:
            made.send(payload[:size])
        if number % 20 == 19:
            time.sleep(0.002)


def pour(stream, octets):
    chunk = bytes(16384)
    for _ in range(octets // len(chunk)):
        stream.sendall(chunk)
    stream.shutdown(socket.SHUT_WR)


def drain(stream):
    while stream.recv(65536):
        pass


def serve(family, scale):
    """One TCP connection that pours and drains, and UDP that is answered after its first packet."""
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    made.bind((THERE[family], UDP_PORT))
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((THERE[family], TCP_PORT))
    listener.listen()
    stream, _ = listener.accept()
    reader = threading.Thread(target=drain, args=(stream,))
    reader.start()
    pour(stream, TCP_OCTETS * scale // 3)
    reader.join()
    _, peer = made.recvfrom(2000)
    send_udp(made, UDP_PACKETS[family] * scale // 2, peer)
    drain_udp(made)


def drain_udp(made):
    """Takes what is still to come, so that nothing answers with ICMP."""
    made.settimeout(3)
    try:
        while made.recv(2000):
            pass
    except TimeoutError:
        pass


def send(family, scale):
    stream = socket.socket(family, socket.SOCK_STREAM)
    stream.bind((HERE[family], 0))
    stream.connect((THERE[family], TCP_PORT))
    reader = threading.Thread(target=drain, args=(stream,))
    reader.start()
    pour(stream, TCP_OCTETS * scale)
    reader.join()
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind((HERE[family], UDP_PORT))
    made.connect((THERE[family], UDP_PORT))
    send_udp(made, UDP_PACKETS[family] * scale)
    drain_udp(made)


def main():
    work = {"serve": serve, "send": send}[sys.argv[1]]
    scale = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    threads = [threading.Thread(target=work, args=(family, scale)) for family in HERE]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
