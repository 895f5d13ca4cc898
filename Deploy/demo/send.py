# SPDX-License-Identifier: Apache-2.0
"""Sends one namespace's share of the demo's traffic: send.py NAMESPACE START SLOT_SECONDS

Each flow sends a number of packets that is fixed for each slot, evenly spaced, so that two
recordings differ only by the clock. START is a time in seconds since the epoch. The first slot's
packets begin a little later and the last one's end a little earlier (`story.LEAD_IN`, `LEAD_OUT`):
the exporters' clocks are coarse, and their last datagrams must leave within the last slot.
"""

import heapq
import socket
import sys
import time

import story

IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75  # any source address; for root only


def flow_socket(demand, number):
    """A socket for one flow of a demand: its own addresses and ports."""
    family = socket.AF_INET if demand.family == 4 else socket.AF_INET6
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if demand.family == 4:
        made.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
    client = 40000 + number + demand.far_as % 100 * 50
    source, destination = (443, client) if demand.inward else (client, 443)
    made.bind((demand.source % (10 + number), source))
    made.connect((demand.destination % (20 + number), destination))
    return made


def times_of(demand, share, offset, start, slot_seconds):
    """When one flow sends, from the story's rates."""
    packet = story.PAYLOAD + (28 if demand.family == 4 else 48)
    for slot in range(story.SLOTS):
        begin = story.LEAD_IN if slot == 0 else 0.0
        end = 1 - story.LEAD_OUT if slot == story.SLOTS - 1 else 1.0
        rate = demand.megabits * 1e6 / story.SCALE * demand.shape[slot] * share
        count = round(rate * slot_seconds / 8 / packet)
        for number in range(count):
            yield start + slot_seconds * (slot + begin + (end - begin) * (number + offset) / count)


def main():
    namespace, start, slot_seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    payload = b"peerage " * (story.PAYLOAD // 8)
    queue, streams = [], []
    for demand in story.demands():
        if demand.sender != namespace:
            continue
        weights = [2.0 ** -n for n in range(demand.flows)]
        for number, weight in enumerate(weights):
            offset = (len(streams) * 0.381966) % 1
            stream = times_of(demand, weight / sum(weights), offset, start, slot_seconds)
            streams.append((flow_socket(demand, number), stream))
            first = next(stream, None)
            if first is not None:
                heapq.heappush(queue, (first, len(streams) - 1))
    sent = 0
    while queue:
        due, index = queue[0]
        wait = due - time.time()
        if wait > 0:
            time.sleep(wait)
        made, stream = streams[index]
        try:
            made.send(payload)
        except ConnectionRefusedError:
            made.send(payload)  # an ICMP error of an earlier packet; this one was not sent yet
        sent += 1
        following = next(stream, None)
        if following is None:
            heapq.heappop(queue)
        else:
            heapq.heapreplace(queue, (following, index))
    print(f"{namespace}: {sent} packets sent", file=sys.stderr)


if __name__ == "__main__":
    main()
