// SPDX-License-Identifier: Apache-2.0

package import Model
import Routing

/// Saying why: the same steps again, one at a time.
///
/// # How it works
///
/// The batch is attributed as always, so that what is explained is what was done: each outcome and
/// all evidence are those of the postings. Then, for the records asked about, the questions that
/// led there are put once more to the same functions, with the same inputs, and the answers are
/// kept. The path that records take every day knows nothing of it, and pays nothing for it.
extension Attributor {
    /// Attributes `batch` and explains some of its records.
    ///
    /// - Parameters:
    ///   - batch: Decoded records.
    ///   - exporters: For each record, the index of its exporter in the inventory.
    ///   - wanted: Places in the batch of the records to explain.
    ///   - slotSeconds: Length of a slot: reports judge a side by the start of its slot.
    /// - Returns: An explanation for each of `wanted` that is in the batch, in the batch's order.
    package mutating func explain(
        _ batch: FlowBatch,
        exporters: [UInt16],
        wanted: Set<Int>,
        slotSeconds: Int64
    ) -> [(place: Int, explanation: RecordExplanation)] {
        var postings: [Posting] = []
        var implausible: [UInt16] = []
        attribute(batch, exporters: exporters, into: &postings, implausible: &implausible)
        defer { goOffline() }
        var explanations: [(place: Int, explanation: RecordExplanation)] = []
        var next = 0
        for (place, record) in batch.records.enumerated() {
            let exporter = exporters[place]
            let hasPosting =
                record.has(.octets) && isPlausible(record, exporter) && next < postings.count
            if wanted.contains(place) {
                let posting = hasPosting ? postings[next] : nil
                let explanation = explanation(
                    of: record,
                    from: exporter,
                    posting,
                    slotSeconds: slotSeconds
                )
                explanations.append((place, explanation))
            }
            if hasPosting { next += 1 }
        }
        return explanations
    }

    private func isPlausible(_ record: FlowRecord, _ exporter: UInt16) -> Bool {
        Scaling.measure(record, at: rate(of: record, exporter: exporter).rate) != nil
    }

    private func explanation(
        of record: FlowRecord,
        from exporter: UInt16,
        _ posting: Posting?,
        slotSeconds: Int64
    ) -> RecordExplanation {
        let (rate, source) = rate(of: record, exporter: exporter)
        let interfaces = RecordInterfaces(record, of: exporter, in: directory)
        let orientation = Orientation(
            record,
            observed: observedDirection(of: record, interfaces, exporter: exporter),
            ownPrefixes: ownPrefixes
        )
        return RecordExplanation(
            exporter: exporter,
            offers: Scaling.offers(
                for: record,
                from: directory.exporters[Int(exporter)]
            ),
            rate: rate,
            rateSource: source,
            posting: posting,
            refusal: posting != nil ? nil : record.has(.octets) ? .implausible : .noOctets,
            told: record.direction,
            observed: orientation.observed,
            ingress: side(
                .ingress,
                orientation.ingress,
                of: record,
                posting,
                exporter,
                slotSeconds
            ),
            egress: side(.egress, orientation.egress, of: record, posting, exporter, slotSeconds)
        )
    }

    private func side(
        _ direction: Direction,
        _ place: Orientation.Side,
        of record: FlowRecord,
        _ posting: Posting?,
        _ exporter: UInt16,
        _ slotSeconds: Int64
    ) -> RecordExplanation.Side {
        var side = RecordExplanation.Side(direction: direction)
        side.outcome = posting.map { direction == .ingress ? $0.ingress : $0.egress }
        let seconds = (posting?.end ?? record.arrival) / 1_000_000_000
        let slot = seconds - seconds % slotSeconds
        if case .interface(let interface) = place {
            side.interface = interface
            let traits = directory.traits(of: interface, at: exporter)
            side.observes = traits.observes
            let isOwn = directory.observes(direction, at: traits, of: exporter)
            side.countingSource = isOwn ? .own : .otherSide
            side.standing = standing(of: interface, at: exporter, vlan: record.vlan, time: slot)
        }
        guard let posting, case .posted(let key) = side.outcome else { return side }
        side.standing = standing(of: key.interface, at: exporter, vlan: key.vlan, time: slot)
        side.evidence = evidence(of: key, record, posting, slot: slot)
        return side
    }

    private func standing(
        of interface: UInt32,
        at exporter: UInt16,
        vlan: UInt16,
        time: Int64
    ) -> RecordExplanation.Standing {
        switch directory.standing(of: interface, at: exporter, vlan: vlan, time: time) {
        case .interconnect(let index): .interconnect(index)
        case .role(let role): .role(role)
        }
    }

    private func evidence(
        of key: PostingKey,
        _ record: FlowRecord,
        _ posting: Posting,
        slot: Int64
    ) -> RecordExplanation.PostedEvidence {
        let traits = directory.traits(of: key.interface, at: key.exporter)
        let interconnect = directory.interconnect(of: traits, vlan: key.vlan, time: slot)
        let question = question(about: key, beyond: interconnect)
        let ladder = Ladder.of(key.direction)
        let (peer, rung) = ladder.climb(question, tables)
        return RecordExplanation.PostedEvidence(
            key: key,
            staticPrefix: question.staticPrefix,
            asPath: asPath(key.asPath),
            route: route(behind: key, record, at: posting.end),
            answers: ladder.answers(question, tables),
            peer: peer,
            rung: rung
        )
    }

    /// The route that the key's evidence is of, looked up once more.
    private func route(
        behind key: PostingKey,
        _ record: FlowRecord,
        at time: Int64
    ) -> RecordExplanation.RouteEvidence? {
        guard key.flags.contains(.hasRoute) else { return nil }
        let isIngress = key.direction == .ingress
        let match = reader.route(
            to: isIngress ? record.source : record.destination,
            views: viewLists[Int(key.exporter)]
        )
        let isNamed = !isIngress && key.flags.contains(.hasNextHop)
        let named = isNamed && !key.flags.contains(.nextHopIsFromRoute) ? key.nextHop : nil
        guard let route = reader.route(of: match, nextHop: named, at: time) else { return nil }
        return RecordExplanation.RouteEvidence(
            route: route,
            view: reader.name(of: route.view) ?? "",
            source: routeSourceName(key.routeSource),
            asPath: reader.asPath(route.asPath)
        )
    }
}
