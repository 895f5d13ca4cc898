// SPDX-License-Identifier: Apache-2.0

import Model
import Settings
import Storage

/// Somebody's word that a pending exporter counts from now on, or from its first slot.
struct AdoptionRequest {
    var adoption: Adoption
    /// Whether the configuration lists the address already.
    private var isListed: Bool
    /// Whether the configuration, or an adoption, has that name with other addresses.
    private var isNameKnown: Bool
    /// All that were adopted under that name.
    private var addresses: [IPAddress]

    /// - Parameters:
    ///   - text: Where it sends from.
    ///   - name: What it is called from now on.
    ///   - since: "first", a time, or nil for what was said before, else for the slot that it is
    ///     now: saying the same again never takes away what counts.
    ///   - settings: The configuration.
    ///   - store: What was seen.
    ///   - now: The slot that it is now, in seconds since 1970-01-01 00:00 UTC.
    /// - Throws: `InputProblem` for what cannot be adopted, or what the store throws.
    init(
        address text: String,
        name: String,
        since: String?,
        settings: Settings,
        store: any VolumeStore,
        now: Int64
    ) async throws {
        guard let address = IPAddress(text)?.unmapped else {
            throw InputProblem("'\(text)' is no address; expected 192.0.2.1 or 2001:db8::1")
        }
        guard Self.isName(name) else {
            throw InputProblem(
                "name '\(name)': expected 1 to 64 letters, digits and the signs . _ : / @ -, "
                    + "and no address: what is held stands under that"
            )
        }
        let exporters = settings.inventory.exporters
        let listed = exporters.first { $0.addresses.map(\.unmapped).contains(address) }
        if let listed, listed.name != name {
            throw InputProblem(
                "\(address) is \(listed.name) in the configuration; expected that name"
            )
        }
        let states = try await store.exporters()
        let adopted = try await store.adoptions()
        let isSeen = states.contains { $0.name == "\(address)" && $0.isPending }
        guard isSeen || adopted.contains(where: { $0.address == address }) else {
            let pending = states.filter(\.isPending).map(\.name).joined(separator: ", ")
            throw InputProblem(
                "nothing is held of \(address); pending: \(pending.isEmpty ? "none" : pending)"
            )
        }
        let earlier = adopted.first { $0.address == address }
        if let earlier, earlier.name != name, listed == nil {
            throw InputProblem(
                "\(address) counts as \(earlier.name) already; expected that name, or its line in "
                    + "the configuration"
            )
        }
        let others = adopted.filter { $0.name == name && $0.address != address }.map(\.address)
        let named = exporters.first { $0.name == name }?.addresses.first?.unmapped
        if let taken = named ?? others.first, earlier == nil, listed == nil {
            throw Self.isTaken(name, by: taken, notBy: address)
        }
        isListed = listed != nil
        isNameKnown = exporters.contains { $0.name == name }
        addresses = [address] + others
        var from = min(earlier?.since ?? now, now)
        if since == "first" {
            from = 0
        } else if let since {
            let timezone = settings.inventory.network.timezone
            let time = try Period.time(since, timezone: timezone)
            from = time - time % settings.slotSeconds
        }
        adoption = Adoption(address: address, name: name, since: from)
    }

    private static func isTaken(
        _ name: String,
        by taken: IPAddress,
        notBy address: IPAddress
    ) -> InputProblem {
        InputProblem(
            "'\(name)' is the name of \(taken) already; expected another name, or \(address) among "
                + "the addresses of \(name) in the configuration"
        )
    }

    private static func isName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { octet in
            switch octet {
            case 48...57, 65...90, 97...122: true
            default: "._:/@-".utf8.contains(octet)
            }
        }
        return isPlain && (1...64).contains(name.utf8.count) && IPAddress(name) == nil
    }

    /// What was done, and the lines to paste.
    func text() -> String {
        let since =
            adoption.since == 0
            ? "all that is held of it" : "from \(Timestamp.text(seconds: adoption.since)) on"
        let done = "\(adoption.address) counts as \(adoption.name), \(since).\n"
        if isListed { return done }
        if isNameKnown {
            return done + "Add it to the addresses of \(adoption.name) in the configuration.\n"
        }
        return done + "Add it to the configuration:\n\n" + yaml
    }

    /// The exporter as the configuration would have it.
    var yaml: String {
        """
        exporters:
          - name: \(ConfigurationProposal.quoted(adoption.name))
            addresses: [\(listOfAddresses)]

        """
    }

    private var listOfAddresses: String {
        addresses.map { ConfigurationProposal.quoted("\($0)") }.joined(separator: ", ")
    }
}
