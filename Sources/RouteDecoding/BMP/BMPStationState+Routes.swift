// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// Route Monitoring (RFC 7854, section 4.6): UPDATEs as the peer sent them, or would have.

extension BMPStationState {
    mutating func readRoutes(
        _ body: inout WireReader,
        at arrival: Int64,
        deliver: (Event) -> Void
    ) throws(WireError) {
        let header = try PerPeerHeader(&body)
        guard terms.ribs.isEmpty || terms.ribs.contains(header.rib) else {
            statistics.unused += 1
            return
        }
        let key = key(of: header)
        guard var table = begin(header, of: key, deliver: deliver) else { return }
        defer { peers[key]?.ribs[header.rib] = table }
        table.latest = max(table.latest, Self.time(header, arrival: arrival))
        while !body.isAtEnd {
            var update = try Self.update(&body)
            var options = table.options
            options.hasFourOctetASNs = !header.hasTwoOctetASNs
            weigh(PathIdentifierEvidence(update), &table, &options)
            decode(&update, options, table, deliver: deliver)
        }
    }

    /// The body of the next UPDATE.
    @_lifetime(copy body)
    private static func update(_ body: inout WireReader) throws(WireError) -> WireReader {
        var length = 0
        do throws(BGPError) {
            // A router that agreed on extended messages (RFC 8654) reports them as they came.
            let header = try BGPMessageHeader(
                &body,
                longest: BGPMessageHeader.longestExtendedMessage
            )
            guard let header, header.type == .update else {
                throw BGPError(.badMessageType, "no UPDATE")
            }
            length = header.length - BGPMessageHeader.octets
        } catch {
            throw body.failure(.malformed)
        }
        return try body.read(octets: length, as: "UPDATE in Route Monitoring")
    }

    /// Reads this message the other way where it can only be read so, and all later ones when that
    /// was so several times in a row.
    private mutating func weigh(
        _ evidence: PathIdentifierEvidence,
        _ table: inout Table,
        _ options: inout BGPSessionOptions
    ) {
        for (index, family) in AddressFamily.allCases.enumerated() {
            let hasIdentifiers = options.addPathFamilies.contains(family)
            let field = evidence[family]
            if field.isFor(hasIdentifiers) { table.proofs[index] = 0 }
            guard field.isAgainst(hasIdentifiers) else { continue }
            options.toggleAddPath(of: family)
            table.proofs[index] += 1
            statistics.addPathMismatch += 1
            guard table.proofs[index] >= Self.proofs else { continue }
            table.proofs[index] = 0
            table.options.toggleAddPath(of: family)
            table.flipped.formSymmetricDifference([family])
            statistics.addPathFlips += 1
        }
    }

    private mutating func decode(
        _ update: inout WireReader,
        _ options: BGPSessionOptions,
        _ table: Table,
        deliver: (Event) -> Void
    ) {
        var isOfUse = false
        do throws(BGPError) {
            let errors = try BGPUpdateDecoder(options).decode(&update, at: table.latest) {
                isOfUse = true
                deliver(.update($0, table.source))
            }
            statistics.updates += 1
            if !isOfUse { statistics.withoutUnicastRoutes += 1 }
            for error in errors { statistics.attributeErrors["\(error)", default: 0] += 1 }
        } catch {
            // A session would be reset, and all routes told anew; BMP cannot ask for that.
            statistics.malformed["UPDATE: \(error.notification)", default: 0] += 1
        }
    }
}
