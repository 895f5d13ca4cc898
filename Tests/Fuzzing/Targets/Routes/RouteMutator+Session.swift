// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Wire

extension RouteMutator {
    /// Changes UPDATEs of one session.
    func changeSession(
        _ octets: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        if random.isOne(in: 16) { return changeOctets(&octets, room, &random, mutate) }
        var reader = WireReader(octets.span, as: "input")
        var list = UpdateList(&reader)
        if random.isOne(in: 4) {
            list.shareAttributes(&random)
        } else {
            let fresh = UpdateList(&random).bodies
            change(&list.bodies, fresh, &random) { body, random in
                changeUpdate(&body, room, &random, mutate)
            }
        }
        octets = list.octets
    }
}
