// SPDX-License-Identifier: Apache-2.0

import Collector
import FlowReception
import Model

/// Sends the datagrams of captures to a collector over UDP, at the pace of its accounting clock,
/// each from the address it came from.
struct FlowPlayer {
    private let datagrams: [CapturedDatagram]

    /// Reads all of `captures`, and puts their datagrams in order of arrival.
    init(captures: [String]) throws {
        var datagrams: [CapturedDatagram] = []
        for path in captures {
            var file = try CaptureFile.opened(path)
            while let datagram = try file.next() { datagrams.append(datagram) }
        }
        guard !datagrams.isEmpty else { throw CollectorError("the captures hold no datagrams") }
        self.datagrams = datagrams.sorted { $0.arrival < $1.arrival }
    }

    var count: Int { datagrams.count }
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    var firstArrival: Int64 { datagrams[0].arrival }
    var lastArrival: Int64 { datagrams[datagrams.count - 1].arrival }

    /// Sends every datagram to a port on loopback when `clock` shows its time of arrival.
    func play(to port: UInt16, clock: ScaledClock) async throws {
        var senders = SenderPool(port: port)
        for datagram in datagrams {
            while clock.now() < datagram.arrival { try await Task.sleep(for: .milliseconds(1)) }
            try senders.send(datagram.payload, from: datagram.source, datagram.sourcePort)
        }
    }
}

/// One socket for each address and port that datagrams came from.
private struct SenderPool: ~Copyable {
    private let port: UInt16
    private var senders: [Origin: OwnedSender] = [:]

    private struct Origin: Hashable {
        var address: IPAddress
        var port: UInt16
    }

    /// A class, so that the dictionary can hold what cannot be copied.
    private final class OwnedSender {
        let sender: DatagramSender
        init(_ sender: consuming DatagramSender) { self.sender = sender }
    }

    init(port: UInt16) { self.port = port }

    mutating func send(
        _ octets: [UInt8],
        from address: IPAddress,
        _ sourcePort: UInt16
    ) throws(SystemError) {
        let origin = Origin(address: address, port: sourcePort)
        if let owned = senders[origin] { return try owned.sender.send(octets) }
        let sender = try DatagramSender.connected(to: .v4(0x7f00_0001), port: port, from: address)
        let owned = OwnedSender(sender)
        senders[origin] = owned
        try owned.sender.send(octets)
    }
}
