// SPDX-License-Identifier: Apache-2.0

import CLinux
public import Model

/// Which worker owns an exporter: decided by its source address alone, by the kernel and by us.
///
/// # How it works
///
/// The workers' sockets share each port, and a classic BPF program chooses among them in the order
/// they were bound: the words of the source address are folded into one, its bits are mixed by
/// multiplying with odd constants, and the result, modulo the number of workers, is the worker's
/// number. The source port has no part in it, so line cards with ports of their own stay together,
/// and the program is the same on every port, so an exporter that sends two protocols has one
/// worker.
public enum WorkerShare {
    /// Odd, with bits set throughout: addresses that differ in few bits end far apart.
    private static let multipliers: [UInt32] = [0x85eb_ca6b, 0xc2b2_ae35]

    /// The number of the worker, below `count`, that gets what `exporter` sends.
    public static func worker(of exporter: IPAddress, count: Int) -> Int {
        let address = exporter.unmapped
        let words = (0..<4).map { UInt32(truncatingIfNeeded: address.bits >> (96 - 32 * $0)) }
        var mixed = address.family == .ipv4 ? words[0] : words.reduce(0, ^)
        for multiplier in multipliers { mixed = (mixed ^ mixed >> 15) &* multiplier }
        return Int(mixed >> 16) % max(1, count)
    }

    /// The same as a program for SO_ATTACH_REUSEPORT_CBPF.
    static func program(count: Int) -> [CLinux_instruction] {
        [
            step(.loadByte, network(0)),
            step(.shiftRight, 4),  // the version of IP
            step(.jumpIfEqual, 6, ifNot: 8),
            step(.loadWord, network(8)),
            step(.keep),
            step(.loadWord, network(12)),
            step(.mixKept),
            step(.keep),
            step(.loadWord, network(16)),
            step(.mixKept),
            step(.jump, 2),
            step(.loadWord, network(12)),  // IPv4
            step(.jump, 3),
            step(.keep),
            step(.loadWord, network(20)),
            step(.mixKept),
        ] + multipliers.flatMap(mix) + [
            step(.shiftRight, 16),
            step(.modulo, UInt32(max(1, count))),
            step(.return),
        ]
    }

    /// A program for SO_ATTACH_FILTER that takes no datagram.
    static let nothing = [step(.returnNumber, 0)]

    private static func mix(with multiplier: UInt32) -> [CLinux_instruction] {
        [step(.keep), step(.shiftRight, 15), step(.mixKept), step(.multiply, multiplier)]
    }

    /// Instructions of linux/bpf_common.h and linux/filter.h; the accumulator is A, the other X.
    private enum Code: UInt16 {
        case loadByte = 0x30
        case loadWord = 0x20
        /// X = A.
        case keep = 0x07
        /// A = A ^ X.
        case mixKept = 0xac
        case multiply = 0x24
        case shiftRight = 0x74
        case modulo = 0x94
        case jump = 0x05
        case jumpIfEqual = 0x15
        /// With A.
        case `return` = 0x16
        case returnNumber = 0x06
    }

    private static func step(
        _ code: Code,
        _ operand: UInt32 = 0,
        ifNot: UInt8 = 0
    ) -> CLinux_instruction {
        CLinux_instruction(code: code.rawValue, jump_true: 0, jump_false: ifNot, operand: operand)
    }

    /// An offset from the start of the IP header (SKF_NET_OFF); offset 0 is the UDP payload.
    private static func network(_ offset: UInt32) -> UInt32 { 0xfff0_0000 + offset }
}
