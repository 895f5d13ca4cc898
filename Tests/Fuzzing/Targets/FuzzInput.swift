// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Wire

/// An input of the fuzzer: a setting and the datagrams of some exporters, in order.
///
///     input    = settings, datagram*
///     datagram = exporter, port, delay in seconds (2), length (2), octets
///
/// The last datagram may be shorter than it says: then it is what is left. So any octets are an
/// input.
package struct FuzzInput: Equatable, Sendable {
    package var settings: Settings = []
    package var datagrams: [Datagram] = []

    /// How the decoder is made.
    package struct Settings: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Limits so low that any exporter reaches them.
        package static let narrow = Settings(rawValue: 1 << 0)
        package static let holdsData = Settings(rawValue: 1 << 1)
        package static let details = Settings(rawValue: 1 << 2)
        /// What is remembered is saved and restored into another decoder at the end, for some
        /// inputs: it takes as long as all the rest.
        package static let restored = Settings(rawValue: 1 << 3)
        /// All datagrams go into one batch.
        package static let oneBatch = Settings(rawValue: 1 << 4)
        /// Corrections and inner headers are switched on.
        package static let extras = Settings(rawValue: 1 << 5)
        package static let dropsDuplicates = Settings(rawValue: 1 << 6)
        /// Running totals become increments.
        package static let increments = Settings(rawValue: 1 << 7)
    }

    package struct Datagram: Equatable, Sendable {
        package var exporter: UInt8 = 0
        package var port: UInt8 = 0
        /// Since the one before, in seconds.
        package var delay: UInt16 = 0
        package var octets: [UInt8]

        package init(_ octets: [UInt8]) { self.octets = octets }
    }

    static let headerOctets = 6

    package init() {}

    package init(_ octets: [UInt8]) {
        guard let first = octets.first else { return }
        settings = Settings(rawValue: first)
        var start = 1
        while octets.count - start > Self.headerOctets {
            let length = Int(octets[start + 4]) << 8 | Int(octets[start + 5])
            let body = start + Self.headerOctets
            let end = min(body + length, octets.count)
            var datagram = Datagram(Array(octets[body..<end]))
            datagram.exporter = octets[start]
            datagram.port = octets[start + 1]
            datagram.delay = UInt16(octets[start + 2]) << 8 | UInt16(octets[start + 3])
            datagrams.append(datagram)
            start = end
        }
    }

    package var octets: [UInt8] {
        var writer = OctetWriter()
        writer.write8(settings.rawValue)
        for datagram in datagrams {
            writer.write8(datagram.exporter)
            writer.write8(datagram.port)
            writer.write16(Int(datagram.delay))
            writer.write16(datagram.octets.count)
            writer.write(datagram.octets)
        }
        return writer.octets
    }
}
