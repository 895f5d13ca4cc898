// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
package import Settings

extension Settings {
    /// The configured name of this collector, else the host's.
    package var collectorName: String { collector ?? ProcessInfo.processInfo.hostName }

    /// Threads that receive flows: as configured, else one a processor, at most 16.
    package var workerCount: Int {
        listen.workers ?? min(16, max(1, ProcessInfo.processInfo.activeProcessorCount))
    }

    /// The BGP identifier we open sessions with.
    ///
    /// The IPv4 address we listen on, else one of the documentation range (RFC 5737): it need only
    /// be unlike the neighbor's (RFC 6286).
    package var routerID: UInt32 {
        let documentation: UInt32 = 0xc000_02fe
        guard let address = listen.bgp?.address, address.family == .ipv4, address.bits != 0 else {
            return documentation
        }
        return UInt32(truncatingIfNeeded: address.bits >> 96)
    }
}
