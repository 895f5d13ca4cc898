// SPDX-License-Identifier: Apache-2.0

import Model
package import Settings
package import Storage

/// Configuration to paste: exporters and interfaces that were seen and are not listed.
///
/// Kinds are guesses, each with its reason in a comment (DESIGN 3.14): a person reads it before it
/// counts.
package struct ConfigurationProposal: Sendable {
    private let inventory: Inventory
    private let span: Range<Int64>?
    private var proposed: [Proposed] = []
    private var surveys: [InterfacePlace: InterfaceSurvey] = [:]
    private var notes: [InterfacePlace: InterfaceNote] = [:]

    /// An exporter that is not in the configuration.
    private struct Proposed {
        /// The name of its adoption, else one made of its address.
        var name: String
        var address: String
        var state: ExporterState
    }

    /// Evidence is read of so long a time, in seconds: enough to see who is there.
    private static let evidenceSeconds: Int64 = 3600

    /// - Parameters:
    ///   - settings: The configuration, which says what is listed.
    ///   - store: What was seen.
    ///   - now: The slot that it is now, in seconds since 1970-01-01 00:00 UTC.
    /// - Throws: What the store throws.
    package init(
        settings: Settings,
        store: any VolumeStore,
        now: Int64
    ) async throws(VolumeStoreError) {
        let exporters = try await CountedExporters(inventory: settings.inventory, store: store)
        inventory = settings.inventory
        let adoptions = try await store.adoptions()
        let listed = Set(settings.inventory.exporters.flatMap { $0.addresses.map(\.unmapped) })
        var names: [String: String] = [:]
        for state in try await store.exporters() {
            guard let address = IPAddress(state.name), state.isPending, !listed.contains(address)
            else { continue }
            let adopted = adoptions.first { $0.address == address }?.name
            let name = adopted ?? Self.name(ofPending: state.name)
            names[state.name] = name
            names[name] = name
            proposed.append(Proposed(name: name, address: state.name, state: state))
        }
        guard let stored = try await store.span() else {
            span = nil
            return
        }
        let end = stored.upperBound - 1 + settings.slotSeconds
        let from = max(stored.lowerBound, end - max(settings.learn.holdSeconds, 86_400))
        span = from..<end
        for note in try await store.interfaceNotes() {
            let name = names[note.exporter] ?? note.exporter
            let place = InterfacePlace(exporter: name, index: note.index)
            notes[place] = note
        }
        let standing = InterfaceStanding(inventory: exporters.inventory)
        for fact in try await store.interfaceFacts(in: from..<end) {
            let name = names[fact.key.exporter] ?? fact.key.exporter
            let place = InterfacePlace(exporter: name, index: fact.key.interface)
            guard standing.isUnknown(place.index, of: place.exporter),
                names[name] != nil || inventory.exporter(named: name) != nil
            else { continue }
            surveys[place, default: InterfaceSurvey()].add(fact)
        }
        let recent = max(from, end - Self.evidenceSeconds)..<end
        addEvidence(try await store.pathFacts(in: recent), names: names)
    }

    /// Adds who was seen beyond the interfaces; `names` are those of exporters by stored name.
    ///
    /// Before the first session comes up nobody knows any AS: a slot in which its exporter knew
    /// none on any interface says nothing of who is beyond one.
    private mutating func addEvidence(_ facts: [PathFact], names: [String: String]) {
        var informed: [String: Set<Int64>] = [:]
        for fact in facts where fact.namesNeighbor {
            let exporter = fact.key.neighbor.interface.exporter
            informed[names[exporter] ?? exporter, default: []].insert(fact.slot)
        }
        for fact in facts {
            let interface = fact.key.neighbor.interface
            let name = names[interface.exporter] ?? interface.exporter
            let place = InterfacePlace(exporter: name, index: interface.interface)
            if informed[name]?.contains(fact.slot) == true {
                surveys[place]?.add(fact)
            } else {
                surveys[place]?.addWithoutRoutes(fact)
            }
        }
    }
}

extension PathFact {
    /// Whether a route was known, or the exporter said who is beyond it.
    fileprivate var namesNeighbor: Bool {
        let evidence = key.neighbor.evidence
        return evidence.exportedPeerAS != .zero || evidence.routePeerAS != .zero
            || !evidence.routeSource.isEmpty
    }
}

// MARK: - YAML

extension ConfigurationProposal {
    /// The proposal as a file of its own, to be named under `include:`.
    package func yaml() -> String {
        var lines = [
            "# What was seen and is not in the configuration. Save it beside the configuration and",
            "# name it under include:, or merge its lists. Kinds are guesses: read the comments.",
        ]
        if let span {
            let from = Timestamp.text(seconds: span.lowerBound)
            lines.append("# Volumes of \(from) to \(Timestamp.text(seconds: span.upperBound)).")
        }
        if proposed.isEmpty, surveys.isEmpty {
            lines.append("# Nothing: every exporter and every interface with traffic is listed.")
            return lines.joined(separator: "\n") + "\n"
        }
        lines += exporterLines()
        lines += internalLines()
        lines += interconnectLines()
        return lines.joined(separator: "\n") + "\n"
    }

    private func exporterLines() -> [String] {
        var (lines, additions): ([String], [String]) = ([], [])
        var told: Set<String> = []
        for name in proposed.map(\.name) where told.insert(name).inserted {
            let sources = proposed.filter { $0.name == name }
            let addresses = sources.map { Self.quoted($0.address) }.joined(separator: ", ")
            // Listed with other addresses: a second entry of its name would be refused.
            guard inventory.exporter(named: name) == nil else {
                additions.append(
                    "# Under the addresses of \(Self.harmless(name)): \(addresses)"
                )
                continue
            }
            for state in sources.map(\.state) {
                let rate = "1 in \(state.rate.text) (\(state.rateSource.word))"
                lines.append(
                    "  # \(state.flowProtocol.word), \(rate),"
                        + " last seen \(Timestamp.text(seconds: state.lastSeen))"
                )
            }
            lines.append("  - name: \(Self.quoted(name))")
            lines.append("    addresses: [\(addresses)]")
            lines += interfaceLines(of: name)
        }
        if !lines.isEmpty { lines = ["", "exporters:"] + lines }
        if !additions.isEmpty { additions = [""] + additions }
        return lines + additions
    }

    private func interfaceLines(of exporter: String) -> [String] {
        let places = surveys.keys.filter { $0.exporter == exporter && $0.index > 0 }.sorted()
        guard !places.isEmpty else { return [] }
        var lines = ["    interfaces:"]
        var names: Set<String> = []
        for place in places {
            let guess = guess(place)
            let role = guess.kind == .internal ? ", role: internal" : ""
            var name = ""
            if let told = notes[place]?.name, !told.isEmpty, names.insert(told).inserted {
                name = ", name: \(Self.quoted(told))"
            }
            lines.append("      # \(description(place, guess))")
            lines.append("      - { index: \(place.index)\(name)\(role) }")
        }
        return lines
    }

    /// Interfaces of listed exporters cannot be listed a second time: a person moves these lines.
    private func internalLines() -> [String] {
        var lines: [String] = []
        for exporter in inventory.exporters.map(\.name) {
            let places = surveys.keys.filter { place in
                place.exporter == exporter && place.index > 0 && guess(place).kind == .internal
            }.sorted()
            guard !places.isEmpty else { continue }
            lines += ["", "# Under the interfaces of \(exporter):"]
            for place in places {
                let note = notes[place]?.name ?? ""
                let name = note.isEmpty ? "" : ", name: \(Self.quoted(note))"
                lines.append("#   # \(description(place, guess(place)))")
                lines.append("#   - { index: \(place.index)\(name), role: internal }")
            }
        }
        return lines
    }

    private func interconnectLines() -> [String] {
        var lines: [String] = []
        var unknown: [String] = []
        var exchanges: [String] = []
        var ids = Set(inventory.interconnects.map(\.id)).union(inventory.exchanges.map(\.id))
        for place in surveys.keys.sorted() {
            let guess = guess(place)
            let survey = surveys[place] ?? InterfaceSurvey()
            switch guess.kind {
            case .internal: continue
            case _ where place.index == 0, .unknown:
                unknown.append(
                    "# \(Self.harmless(place.exporter)) interface \(place.index): "
                        + description(place, guess)
                )
                continue
            case .exchange, .transit, .private, .customer: break
            }
            let peer = survey.busiestPeers.first { !own.contains($0.asn) }?.asn
            let suffix = guess.kind == .exchange ? "\(place.index)" : "\(peer?.rawValue ?? 0)"
            let id = Self.unused("\(guess.kind.rawValue)-\(suffix)", &ids)
            lines.append("  # \(description(place, guess))")
            var keys = "id: \(Self.quoted(id)), kind: \(guess.kind.rawValue)"
            if guess.kind == .exchange {
                let exchange = Self.unused("ix-\(place.index)", &ids)
                exchanges.append("  - { id: \(Self.quoted(exchange)) }")
                keys += ", exchange: \(Self.quoted(exchange))"
            } else {
                keys += ", peers: [\(peer?.rawValue ?? 0)]"
            }
            let exporter = Self.quoted(place.exporter)
            lines.append("  - { \(keys),")
            lines.append("      interfaces: [{ exporter: \(exporter), index: \(place.index) }] }")
        }
        if !exchanges.isEmpty { exchanges = ["", "exchanges:"] + exchanges }
        if !lines.isEmpty { lines = ["", "interconnects:"] + lines }
        if !unknown.isEmpty { unknown = ["", "# Without a guess:"] + unknown }
        return exchanges + lines + unknown
    }

    private var own: Set<ASN> { Set(inventory.network.asns + inventory.network.siblings) }

    private func guess(_ place: InterfacePlace) -> InterfaceGuess {
        InterfaceGuess(surveys[place] ?? InterfaceSurvey(), note: notes[place], own: own)
    }

    /// "et-0/0/1 'Transit: Acme': 1200 octets in, 3 out; AS64510 98 %; guess transit: ...".
    private func description(_ place: InterfacePlace, _ guess: InterfaceGuess) -> String {
        let survey = surveys[place] ?? InterfaceSurvey()
        var parts: [String] = []
        if let note = notes[place] {
            let about = note.description.isEmpty ? "" : " '\(note.description)'"
            parts.append(Self.harmless(note.name + about))
        }
        parts.append(
            "\(survey.octets[.ingress] ?? 0) octets in, \(survey.octets[.egress] ?? 0) out"
        )
        let peers = survey.busiestPeers.prefix(3).map { "\($0.asn) \($0.octets)" }
        if !peers.isEmpty { parts.append("last hour \(peers.joined(separator: ", "))") }
        let macs = survey.busiestMACs.prefix(3).map { "\($0.mac)" }
        if !macs.isEmpty { parts.append("MAC \(macs.joined(separator: ", "))") }
        let kind = guess.kind == .unknown ? "no guess" : "guess \(guess.kind.rawValue)"
        parts.append("\(kind): \(guess.reason)")
        return parts.joined(separator: "; ")
    }

    /// The name proposed for an exporter that is known by its address: an address is no name, for
    /// what is held stands under it.
    static func name(ofPending address: String) -> String { "exporter-\(address)" }

    private static func unused(_ id: String, _ ids: inout Set<String>) -> String {
        var unused = id
        var number = 2
        while !ids.insert(unused).inserted {
            unused = "\(id)-\(number)"
            number += 1
        }
        return unused
    }

    /// A text as a YAML double-quoted scalar, whatever is in it.
    static func quoted(_ text: String) -> String {
        let escaped = harmless(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// A text from elsewhere on one line: what a terminal or a YAML reader would obey is replaced.
    static func harmless(_ text: String) -> String {
        var harmless = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(128) {
            let isPrintable =
                switch scalar.value {
                case 0x20...0x7e, 0xa1...0x2027, 0x202f...0x2065, 0x206a...0xd7ff: true
                default: false
                }
            harmless.append(isPrintable ? scalar : "?")
        }
        return String(harmless)
    }
}
