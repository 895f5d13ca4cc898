// SPDX-License-Identifier: Apache-2.0

package import Model
package import Routing

/// Why one record was attributed as it was: what was looked at, in order, and what it said.
package struct RecordExplanation: Sendable {
    /// Index into ``Inventory/exporters``.
    package var exporter: UInt16
    /// What each step had to offer as sampling rate, most trusted first.
    package var offers: [RateOffer]
    /// The rate that counts, and where it came from.
    package var rate: SamplingRate
    package var rateSource: SamplingSource
    /// The double entry that was made; nil when the record is not accounted.
    package var posting: Posting?
    /// Why there is no ``posting``.
    package var refusal: Refusal?
    /// Where the record says that it was observed.
    package var told: ObservationDirection
    /// Where it counts as observed; nil when it stands for the interface as a whole.
    package var observed: Direction?
    package var ingress: Side
    package var egress: Side

    package enum Refusal: String, Sendable {
        /// It has no count of octets.
        case noOctets
        /// No link can have carried so much.
        case implausible
    }

    /// One side of the record.
    package struct Side: Sendable {
        package var direction: Direction
        /// ifIndex of the side; nil when it is not at an interface.
        package var interface: UInt32?
        /// Which observation counts for the interface and this direction; nil without interface.
        package var countingSource: CountingSource?
        /// What the configuration says the interface observes.
        package var observes: Exporter.Observation?
        /// What the interface is, by the inventory; nil without interface.
        package var standing: Standing?
        /// nil when the record is not accounted.
        package var outcome: SideOutcome?
        /// Of a posted side only.
        package var evidence: PostedEvidence?
    }

    /// Which observation of a packet counts (DESIGN 3.5).
    package enum CountingSource: String, Sendable {
        /// The records observed at the interface.
        case own
        /// The records observed where the packet crossed the router's other interface.
        case otherSide
    }

    package enum Standing: Equatable, Sendable {
        /// Index into ``Inventory/interconnects``.
        case interconnect(Int)
        case role(InterfaceRole)
    }

    /// What is known of who was beyond a posted side.
    package struct PostedEvidence: Sendable {
        package var key: PostingKey
        package var staticPrefix: IPPrefix?
        /// By the exporter, else by the route.
        package var asPath: ASPath
        /// The route to the far address; nil without one.
        package var route: RouteEvidence?
        /// What each rung says of it; the first that names an AS decides.
        package var answers: [(rung: Rung, answer: Ladder.Answer)]
        package var peer: ASN
        package var rung: Rung
    }

    /// The route to a far address.
    package struct RouteEvidence: Sendable {
        package var route: Route
        package var view: String
        /// Name of the neighbor that told it.
        package var source: String
        package var asPath: ASPath
    }
}

/// What a step has to offer as sampling rate; nil for nothing.
package struct RateOffer: Equatable, Sendable {
    package var step: RateStep
    package var rate: SamplingRate?
}

/// The steps by which a sampling rate is found, most trusted first.
package enum RateStep: String, Sendable {
    /// `samplingRate: { override }`.
    case override
    /// What the exporter said: by options, in the record, in the header.
    case exporter
    /// `samplingRate: { default }`.
    case configured
    /// Nobody said: 1.
    case assumed
}
