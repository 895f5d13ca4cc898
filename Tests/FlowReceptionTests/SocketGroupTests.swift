// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Synchronization
import Testing

@testable import FlowReception

private let loopback = IPAddress.v4(0x7f00_0001)

@Suite("SocketGroup")
struct SocketGroupTests {
    private func groups(
        _ addresses: [IPAddress] = [.v4(0), .v4(0)],
        workers: Int
    ) throws -> [SocketGroup] {
        try SocketGroup.bound(
            to: addresses.map { .init(address: $0, port: 0) },
            workers: workers,
            receiveBuffer: 1 << 20
        )
    }

    /// Which group got what `source` sent to each port, from three of its own ports.
    private func receivers(
        of source: IPAddress,
        to destination: IPAddress,
        _ groups: inout [SocketGroup]
    ) throws -> Set<Int> {
        for endpoint in 0..<groups[0].count {
            let port = try groups[0].port(of: endpoint)
            for _ in 0..<3 {
                let sender = try DatagramSender.connected(to: destination, port: port, from: source)
                try sender.send([1])
            }
        }
        var batch = DatagramBatch(capacity: 8)
        var left = 3 * groups[0].count
        var found: Set<Int> = []
        for _ in 0..<1000 where left > 0 {
            for index in groups.indices {
                let count = try groups[index].receive(into: &batch, timeoutMilliseconds: 1)
                for datagram in 0..<count { #expect(batch[datagram].exporter == source) }
                if count > 0 { found.insert(index) }
                left -= count
            }
        }
        #expect(left == 0)
        return found
    }

    @Test(
        "all that an exporter sends comes to one worker, whatever ports it uses",
        arguments: 1...5
    )
    func oneWorker(_ workers: Int) throws {
        var groups = try groups(workers: workers)
        var used: Set<Int> = []
        for number: UInt32 in 1...40 {
            let source = IPAddress.v4(0x7f00_0000 | number &* 0x1_2345 & 0xff_ffff)
            let expected = WorkerShare.worker(of: source, count: workers)
            #expect(try receivers(of: source, to: loopback, &groups) == [expected], "\(source)")
            used.insert(expected)
        }
        #expect(used.count == workers)
    }

    @Test("a socket of both families shares out IPv4 by the IPv4 address")
    func bothFamilies() throws {
        var groups = try groups([.v6(0)], workers: 3)
        for number: UInt32 in 1...10 {
            let source = IPAddress.v4(0x7f00_0000 | number << 8 | 9)
            let expected = WorkerShare.worker(of: source, count: 3)
            #expect(try receivers(of: source, to: loopback, &groups) == [expected])
        }
        let expected = WorkerShare.worker(of: .v6(1), count: 3)
        #expect(try receivers(of: .v6(1), to: .v6(1), &groups) == [expected])
    }

    @Test("the program shares IPv6 as the function does", arguments: 1...6)
    func sharesIPv6(_ workers: Int) {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let bits = UInt128(generator.next()) << 64 | UInt128(generator.next())
            var packet: [UInt8] = [0x60, 0, 0, 0, 0, 8, 17, 64]
            packet += (0..<16).map { UInt8(truncatingIfNeeded: bits >> (120 - 8 * $0)) }
            let chosen = BPFMachine.run(WorkerShare.program(count: workers), over: packet)
            #expect(chosen == WorkerShare.worker(of: .v6(bits), count: workers))
        }
    }

    /// Nothing happens while nobody listens.
    private static func send(from source: IPAddress, to port: UInt16) {
        do {
            let sender = try DatagramSender.connected(to: loopback, port: port, from: source)
            try sender.send([1])
        } catch {}
    }

    /// Sockets for four workers; the port may be held for a moment by a process that another test
    /// has just begun, and that has copies of the sockets closed before.
    private static func bound(to port: UInt16) throws -> [SocketGroup] {
        for _ in 0..<200 {
            let groups = try? groups(at: port)
            if let groups { return groups }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return try groups(at: port)
    }

    private static func groups(at port: UInt16) throws -> [SocketGroup] {
        try SocketGroup.bound(
            to: [.init(address: loopback, port: port)],
            workers: 4,
            receiveBuffer: 1 << 20
        )
    }

    @Test("what comes while the sockets are being opened comes to no other worker")
    func takesNothingTooEarly() throws {
        // Below those that the kernel gives out to whoever asks for one.
        let port = UInt16.random(in: 12_000..<30_000)
        let sources = (1...8).map { IPAddress.v4(0x7f00_0300 | UInt32($0)) }
        let isOver = Atomic(false)
        // At most what the sockets can hold comes in a round, however long the receiver waits for
        // its turn: a drop is then one of the sockets' opening, never of a full buffer.
        let round = Atomic(0)
        let sending = Thread {
            var seen = -1
            var left = 0
            while !isOver.load(ordering: .relaxed) {
                let current = round.load(ordering: .relaxed)
                if current != seen { (seen, left) = (current, 32) }
                guard left > 0 else {
                    Thread.sleep(forTimeInterval: 0.0001)
                    continue
                }
                left -= 1
                for source in sources { Self.send(from: source, to: port) }
            }
        }
        sending.start()
        defer { isOver.store(true, ordering: .relaxed) }
        var batch = DatagramBatch()
        var received = 0
        for number in 0..<200 {
            round.store(number, ordering: .relaxed)
            var groups = try Self.bound(to: port)
            for index in groups.indices {
                let count = try groups[index].receive(into: &batch, timeoutMilliseconds: 1)
                for datagram in 0..<count {
                    let owner = WorkerShare.worker(of: batch[datagram].exporter, count: 4)
                    #expect(owner == index)
                }
                received += count
                #expect(try groups[index].kernelDrops(of: 0) == 0)
            }
        }
        #expect(received > 0)
    }

    @Test("a port that another process listens on is refused, not shared")
    func refusesForeignPort() throws {
        let foreign = try groups(workers: 2)
        let port = try foreign[0].port(of: 0)
        #expect(throws: SocketGroup.BindingError.self) {
            _ = try SocketGroup.bound(
                to: [.init(address: .v4(0), port: port)],
                workers: 2,
                receiveBuffer: 1 << 16
            )
        }
    }

    @Test("a busy port does not keep the datagrams of a quiet one waiting")
    func takesTurns() throws {
        var group = try groups(workers: 1)[0]
        let busy = try DatagramSender.connected(to: loopback, port: group.port(of: 0))
        for _ in 0..<100 { try busy.send([1]) }
        let quiet = try DatagramSender.connected(to: loopback, port: group.port(of: 1))
        try quiet.send([2])
        var batch = DatagramBatch(capacity: 4)
        var seen: [UInt8] = []
        for _ in 0..<2 {
            let count = try group.receive(into: &batch, timeoutMilliseconds: 1000)
            for index in 0..<count {
                // Safe: each was sent with one octet, and any value is a UInt8.
                seen.append(unsafe batch[index].octets.unsafeLoad(as: UInt8.self))
            }
        }
        #expect(seen.contains(2))
    }

    @Test("a port that never runs dry does not keep the others from being read")
    func looksAfterAll() throws {
        var group = try groups(workers: 1)[0]
        let busy = try DatagramSender.connected(to: loopback, port: group.port(of: 0))
        let quiet = try DatagramSender.connected(to: loopback, port: group.port(of: 1))
        var batch = DatagramBatch(capacity: 4)
        // Both have been found empty once.
        #expect(try group.receive(into: &batch, timeoutMilliseconds: 0) == 0)
        for _ in 0..<100 { try busy.send([1]) }
        #expect(try group.receive(into: &batch, timeoutMilliseconds: 1000) == 4)
        let taken = batch[3].arrival
        #expect(group.allTakenUntil == taken)
        try quiet.send([2, 2])
        var lengths: [Int] = []
        for _ in 0..<3 {
            let count = try group.receive(into: &batch, timeoutMilliseconds: 1000)
            for index in 0..<count { lengths.append(batch[index].octets.byteCount) }
        }
        #expect(lengths.contains(2))
        while try group.receive(into: &batch, timeoutMilliseconds: 0) > 0 {}
        #expect(group.allTakenUntil == nil)
    }

    @Test("drops are counted for each socket apart")
    func drops() throws {
        var group = try SocketGroup.bound(
            to: [.init(address: loopback, port: 0), .init(address: loopback, port: 0)],
            workers: 1,
            receiveBuffer: 4096
        )[0]
        let sender = try DatagramSender.connected(to: loopback, port: group.port(of: 1))
        for _ in 0..<200 { try sender.send(Array(repeating: 0, count: 1000)) }
        #expect(try group.kernelDrops(of: 0) == 0)
        let dropped = try group.kernelDrops(of: 1)
        var batch = DatagramBatch()
        var received = 0
        while true {
            let count = try group.receive(into: &batch, timeoutMilliseconds: 10)
            if count == 0 { break }
            received += count
        }
        #expect(dropped > 0 && received + Int(dropped) == 200)
    }
}
