// SPDX-License-Identifier: Apache-2.0

package import Model
import RouteDecoding
package import RouteReception

extension RouteSender {
    /// The routes of an MRT table dump, ready to be sent: those of one of its peers, or of the
    /// first peer that has any; routes with the same attributes share an update, and End-of-RIB of
    /// both families ends the list.
    package static func updates(
        ofTable path: String,
        peer: IPAddress? = nil
    ) throws(MRTFileError) -> [RouteUpdate] {
        var file = try MRTFile.opened(path)
        var peer = peer
        var updates: [RouteUpdate] = []
        var positions: [PathAttributes: Int] = [:]
        try file.read { teller, update in
            if peer == nil { peer = teller.source.address }
            guard teller.source.address == peer else { return }
            if let position = positions[update.attributes] {
                updates[position].announced += update.announced
            } else {
                positions[update.attributes] = updates.count
                updates.append(update)
            }
        }
        var end = RouteUpdate(time: 0)
        end.endOfRIB = AddressFamily.allCases
        return updates + [end]
    }
}
