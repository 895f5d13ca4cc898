// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model

/// Gives a decoder what the inventory says of decoding: quirks, and tunnels to look into.
struct ExporterCorrections: Sendable {
    /// Of whom something was said last.
    private var addresses: [IPAddress] = []

    mutating func apply(_ inventory: Inventory, to decoder: inout FlowDecoder) {
        for address in addresses {
            decoder.use([], for: address)
            decoder.use(InnerHeaders(), for: address)
        }
        addresses = []
        for exporter in inventory.exporters {
            guard !exporter.quirks.isEmpty || !exporter.innerHeaders.isEmpty else { continue }
            for address in exporter.addresses.map(\.unmapped) {
                decoder.use(ExporterQuirk.named(exporter.quirks), for: address)
                decoder.use(exporter.innerHeaders, for: address)
                addresses.append(address)
            }
        }
    }
}
