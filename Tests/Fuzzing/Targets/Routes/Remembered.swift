// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// Attributes that are remembered (``AttributeMemo``) are those that would be read.
enum Remembered {
    static func check(_ body: WireReader, _ outcome: UpdateOutcome, _ options: BGPSessionOptions) {
        guard outcome.reset == nil else { return }
        var memo = AttributeMemo(most: 16)
        var shared: SharedAttributes?
        for turn in 0..<2 {
            var reader = body
            var updates: [RouteUpdate] = []
            do throws(BGPError) {
                let notes = try BGPUpdateDecoder(options).read(
                    &reader,
                    at: UpdateCheck.time,
                    memo: &memo
                ) { updates.append($0) }
                Invariants.require(notes.errors == outcome.errors, "errors are the same each time")
            } catch {
                preconditionFailure("what was read is refused: \(error)")
            }
            Invariants.require(updates == outcome.updates, "what is remembered is what is read")
            guard let update = updates.first, !update.announced.isEmpty else { continue }
            if turn == 1, memo.entryCount > 0, outcome.errors.isEmpty {
                Invariants.require(shared === update.shared, "what is remembered is one object")
            }
            shared = update.shared
        }
    }
}
