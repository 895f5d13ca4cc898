// SPDX-License-Identifier: Apache-2.0

import Glibc
import Model
import Testing

@testable import FlowReception

private let loopback4 = IPAddress.v4(0x7f00_0001)
private let loopback6 = IPAddress.v6(1)
private let buffer = 1 << 20

@Suite("UDPSocket")
struct UDPSocketTests {
    /// Sockets belong to the process, and tests run beside one another in one: so this counts them
    /// in a process of its own.
    @Test("a socket that fails to open leaves no descriptor behind, nor does one that is gone")
    func closes() async {
        await #expect(processExitsWith: .success) {
            let address = IPAddress.v4(0x7f00_0001)
            let before = openUDPSockets()
            do {
                let owner = try UDPSocket.bound(to: address, port: 0, receiveBuffer: 65536)
                let port = try owner.localPort()
                for _ in 0..<10 {
                    #expect(throws: SystemError.self) {
                        _ = try UDPSocket.bound(to: address, port: port, receiveBuffer: 65536)
                    }
                    _ = try DatagramSender.connected(to: address, port: port)
                }
                #expect(openUDPSockets() == before + 1)
                #expect(try owner.localPort() == port)  // keeps the port taken until here
            }
            #expect(openUDPSockets() == before)
        }
    }

    @Test("takes every queued datagram in one call, in order")
    func receivesBatch() throws {
        let socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: buffer)
        let sender = try DatagramSender.connected(to: loopback4, port: socket.localPort())
        for payload: [UInt8] in [[1], [2, 2], [], [3, 3, 3]] { try sender.send(payload) }
        var batch = DatagramBatch(capacity: 8)
        #expect(try receiveAll(4, socket, &batch) == [[1], [2, 2], [], [3, 3, 3]])
    }

    @Test("more than a batch holds is left for the next call")
    func leavesRest() throws {
        let socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: buffer)
        let sender = try DatagramSender.connected(to: loopback4, port: socket.localPort())
        for number in 0..<10 { try sender.send([UInt8(number)]) }
        var batch = DatagramBatch(capacity: 4)
        #expect(try receiveAll(10, socket, &batch) == (0..<10).map { [UInt8($0)] })
        let count = try socket.receive(into: &batch, timeoutMilliseconds: 0)
        #expect(count == 0)
        #expect(batch.count == 0)
    }

    @Test("a wait without a datagram ends")
    func endsWait() throws {
        let socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: buffer)
        var batch = DatagramBatch()
        #expect(try socket.receive(into: &batch, timeoutMilliseconds: 5) == 0)
    }

    @Test("exporters are told apart by their source address")
    func tellsExporters() throws {
        let socket = try UDPSocket.bound(to: .v4(0), port: 0, receiveBuffer: buffer)
        let port = try socket.localPort()
        var batch = DatagramBatch()
        for last: UInt32 in [11, 12] {
            let source = IPAddress.v4(0x7f00_0000 | last)
            let sender = try DatagramSender.connected(to: loopback4, port: port, from: source)
            try sender.send([UInt8(last)])
            let senderPort = try sender.localPort()
            #expect(try socket.receive(into: &batch, timeoutMilliseconds: 5000) == 1)
            let datagram = batch[0]
            #expect(datagram.exporter == source)
            #expect(datagram.port == senderPort)
        }
    }

    @Test("IPv6 exporters have IPv6 addresses")
    func receivesIPv6() throws {
        let socket = try UDPSocket.bound(to: loopback6, port: 0, receiveBuffer: buffer)
        let sender = try DatagramSender.connected(to: loopback6, port: socket.localPort())
        try sender.send([6])
        var batch = DatagramBatch()
        #expect(try socket.receive(into: &batch, timeoutMilliseconds: 5000) == 1)
        let exporter = batch[0].exporter
        #expect(exporter == loopback6)
        let senderPort = try sender.localPort()
        let port = batch[0].port
        #expect(port == senderPort)
    }

    @Test("a socket on :: takes both families, IPv4 addresses unmapped")
    func receivesBothFamilies() throws {
        let socket = try UDPSocket.bound(to: .v6(0), port: 0, receiveBuffer: buffer)
        let port = try socket.localPort()
        var batch = DatagramBatch()
        for address in [loopback4, loopback6] {
            let sender = try DatagramSender.connected(to: address, port: port)
            try sender.send([1])
            #expect(try socket.receive(into: &batch, timeoutMilliseconds: 5000) == 1)
            let exporter = batch[0].exporter
            #expect(exporter == address)
        }
    }

    @Test("the kernel stamps each datagram when it comes, not when it is taken")
    func stampsArrival() throws {
        let socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: buffer)
        let sender = try DatagramSender.connected(to: loopback4, port: socket.localPort())
        var batch = DatagramBatch()
        // The kernel begins to stamp a moment after the first socket has asked it to.
        for _ in 0..<1000 {
            try sender.send([0])
            usleep(1000)
            let taken = now()
            try #require(socket.receive(into: &batch, timeoutMilliseconds: 5000) == 1)
            let arrival = batch[0].arrival
            if arrival < taken { break }
        }
        var times = [now()]
        for octet: UInt8 in 1...2 {
            try sender.send([octet])
            times.append(now())
        }
        var arrivals: [Int64] = []
        while arrivals.count < 2 {
            let count = try socket.receive(into: &batch, timeoutMilliseconds: 5000)
            try #require(count > 0)
            for index in 0..<count { arrivals.append(batch[index].arrival) }
        }
        #expect((times[0]...times[1]).contains(arrivals[0]))
        #expect((times[1]...times[2]).contains(arrivals[1]))
    }

    @Test("the longest datagram UDP can carry arrives whole")
    func receivesLongest() throws {
        let socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: buffer)
        let sender = try DatagramSender.connected(to: loopback4, port: socket.localPort())
        let payload = (0..<65507).map { UInt8(truncatingIfNeeded: $0) }
        try sender.send(payload)
        var batch = DatagramBatch()
        #expect(try receiveAll(1, socket, &batch) == [payload])
    }

    @Test("a datagram longer than what is kept is cut off")
    func cutsOff() throws {
        let socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: buffer)
        let sender = try DatagramSender.connected(to: loopback4, port: socket.localPort())
        for payload: [UInt8] in [[1, 2, 3, 4], [1, 2, 3, 4, 5]] {
            try sender.send(payload)
            var batch = DatagramBatch(capacity: 2, octetsPerDatagram: 4)
            #expect(try receiveAll(1, socket, &batch) == [[1, 2, 3, 4]])
        }
    }

    @Test("what was sent was received or counted as dropped, exactly, with nothing following")
    func countsDrops() throws {
        var socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: 0)
        let sender = try DatagramSender.connected(to: loopback4, port: socket.localPort())
        #expect(try socket.kernelDrops() == 0)
        var batch = DatagramBatch()
        var received = 0
        for round in 1...3 {
            for _ in 0..<500 { try sender.send([UInt8](repeating: 1, count: 200)) }
            // The kernel may still be at it: the last of them show within moments.
            var drops = 0
            for _ in 0..<500 {
                received += try socket.receive(into: &batch, timeoutMilliseconds: 10)
                drops = Int(try socket.kernelDrops())
                if received + drops >= round * 500 { break }
            }
            #expect(drops > round * 400)
            #expect(received + drops == round * 500)
        }
    }

    @Test("the drop counter may pass 2^32 and start again")
    func followsWrap() {
        var counter = WrappingCounter()
        #expect(counter.advance(to: 0xffff_fff0) == 0xffff_fff0)
        #expect(counter.advance(to: 5) == 0x1_0000_0005)
        #expect(counter.advance(to: 5) == 0x1_0000_0005)
    }

    @Test("a receive buffer within the limit is granted in full and can be read")
    func grantsBuffer() throws {
        let socket = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: 100_000)
        #expect(try socket.grantedReceiveBuffer() == 100_000)
        let least = try UDPSocket.bound(to: loopback4, port: 0, receiveBuffer: -1)
        let granted = try least.grantedReceiveBuffer()
        #expect((1...10_000).contains(granted))
    }

    @Test("an address that is not this host's is refused, by name of the call")
    func refusesForeignAddress() {
        var error: SystemError?
        do {
            _ = try UDPSocket.bound(to: .v4(0xc000_0201), port: 0, receiveBuffer: buffer)
        } catch let caught { error = caught }
        #expect(error?.call == "bind")
        #expect(error?.code == EADDRNOTAVAIL)
        #expect(error?.description == "bind: Cannot assign requested address")
    }

    @Test("reading past the batch traps")
    func trapsPastEnd() async {
        await #expect(processExitsWith: .failure) {
            let batch = DatagramBatch(capacity: 1)
            _ = batch[0].octets.byteCount
        }
    }
}

/// Number of UDP sockets this process holds open.
///
/// Other descriptors do not count: the concurrency runtime opens some of its own, whenever it
/// likes.
private func openUDPSockets() -> Int {
    (0..<256).count { descriptor in
        var type: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // Safe: the kernel writes at most `length` octets, the size of `type`.
        let result = unsafe getsockopt(Int32(descriptor), SOL_SOCKET, SO_TYPE, &type, &length)
        return result == 0 && type == Int32(SOCK_DGRAM.rawValue)
    }
}

/// Receives until `count` datagrams have come, in as many calls as it takes; their payloads.
private func receiveAll(
    _ count: Int,
    _ socket: borrowing UDPSocket,
    _ batch: inout DatagramBatch
) throws -> [[UInt8]] {
    var payloads: [[UInt8]] = []
    while payloads.count < count {
        let received = try socket.receive(into: &batch, timeoutMilliseconds: 5000)
        try #require(received > 0)
        for index in 0..<received {
            let octets = batch[index].octets
            var payload: [UInt8] = []
            for offset in octets.byteOffsets {
                // Safe: `offset` is one of `octets`, and any value is a UInt8.
                payload.append(unsafe octets.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            }
            payloads.append(payload)
        }
    }
    return payloads
}

private func now() -> Int64 {
    var time = timespec()
    // Safe: the kernel writes the one timespec it is lent.
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
