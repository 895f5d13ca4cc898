// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// What holds of every UPDATE.
enum UpdateCheck {
    static let time: Int64 = 1_700_000_000_000_000_000

    static func run(_ input: RawSpan) {
        var body = WireReader(input, as: "input")
        guard let kind = try? body.read(UInt8.self),
            let rest = try? body.read(octets: body.remaining, as: "UPDATE")
        else { return }
        let options = SessionKind(rawValue: kind).options
        let outcome = UpdateOutcome(rest, options)
        outcome.check(options, octets: rest.remaining)
        // These take longer than all the rest: some inputs have them.
        let choice = hash(input)
        if choice % 4 == 0 {
            for update in outcome.updates { Encoded.check(update, octets: rest.remaining) }
        }
        if choice >> 4 % 4 == 0 { Remembered.check(rest) }
        if choice >> 8 % 8 == 0 { Ladder.check(rest, outcome, options, choice >> 16) }
    }

    /// The same for the same octets: whatever an input is a change of has no part in it.
    private static func hash(_ input: RawSpan) -> UInt64 {
        var reader = WireReader(input, as: "input")
        var sum: UInt64 = 0
        while let word = try? reader.read(UInt64.self) {
            sum = (sum ^ word) &* 0x9e37_79b9_7f4a_7c15
        }
        while let octet = try? reader.read(UInt8.self) {
            sum = (sum ^ UInt64(octet)) &* 0x9e37_79b9_7f4a_7c15
        }
        return sum >> 24
    }
}

/// What became of an UPDATE.
struct UpdateOutcome {
    var updates: [RouteUpdate] = []
    var errors: [PathAttributeError] = []
    /// What ended the session.
    var reset: BGPError?

    init(_ body: WireReader, _ options: BGPSessionOptions) {
        var body = body
        var updates: [RouteUpdate] = []
        do throws(BGPError) {
            errors = try BGPUpdateDecoder(options).decode(&body, at: UpdateCheck.time) {
                updates.append($0)
            }
        } catch {
            reset = error
        }
        self.updates = updates
    }

    /// How bad it was: 0 for nothing, 1 for an attribute discarded, 2 for routes withdrawn, 3 for
    /// the session reset.
    var rank: Int {
        if reset != nil { return 3 }
        return errors.lazy.map { $0.handling.rawValue + 1 }.max() ?? 0
    }

    var announced: [RouteUpdate.Reachability] { updates.flatMap(\.announced) }
    var withdrawn: [RouteUpdate.Reachability] { updates.flatMap(\.withdrawn) }

    func check(_ options: BGPSessionOptions, octets: Int) {
        if let reset {
            Invariants.require(updates.isEmpty, "nothing comes of a message that ends a session")
            OpenCheck.check(reset, code: 3, of: octets)
            return
        }
        Invariants.require(updates.count <= 2, "two next hops at most")
        Invariants.require(
            announced.count + withdrawn.count <= octets,
            "a route takes an octet at least"
        )
        for update in updates { RouteInvariants.check(update, options, octets: octets) }
        Invariants.require(rank < 3, "what must end a session does")
        Invariants.require(
            rank < 2 || updates.allSatisfy(\.announced.isEmpty),
            "nothing is announced that is treated as withdrawn"
        )
        var kept = 0
        for error in errors { kept += error.octets.count }
        Invariants.require(kept <= 2 * octets, "an error keeps what had it at most")
    }
}
