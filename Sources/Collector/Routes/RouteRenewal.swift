// SPDX-License-Identifier: Apache-2.0

import Model
import RouteReception

/// What a neighbor tells once more, and by what its initial routes are known to be complete.
///
/// # How it works
///
///     neighbor has                              its initial routes are complete with
///     graceful restart (RFC 4724)               End-of-RIB
///     else enhanced route refresh (RFC 7313)    the end of the refresh it is asked for
///     neither                                   30 s without an update, or 300 s: a guess
///
/// One that is asked and never answers is complete after 300 s too. The tables of stations mostly
/// have no End-of-RIB, and one that comes is taken: for them it is the guess.
///
/// A guess withdraws nothing: what is stale then stands for its time. Between the marks of a
/// refresh routes are stale that were not told again yet; should the second mark never come, their
/// time ends too. With graceful restart, marks before End-of-RIB mean nothing (RFC 7313, 4).
struct RouteRenewal {
    /// Families between the two marks of a refresh.
    var families: Set<AddressFamily> = []
    /// Whether End-of-RIB is to come.
    private(set) var hasEndOfRIB = true
    /// Whether the end is to be guessed, and since when: its session, and its last update, by the
    /// clock that nobody sets, in nanoseconds.
    private var established: Int64?
    /// Whether it is asked for its routes: then silence says nothing.
    private var isAsked = false
    private var heard: Int64 = 0
    /// Routes that are not to be kept for long after the session (NO_LLGR, RFC 9494, section 3.3).
    private var shortLived: Set<RouteUpdate.Reachability> = []
    /// How long a restart of the neighbor may take, in seconds.
    private var restartSeconds: Int64 = 0
    /// When the short-lived go, by the same clock; nil while there is a session.
    private var shortLivedUntil: Int64?

    static let quietSeconds: Int64 = 30
    static let mostSeconds: Int64 = 300
    /// Short-lived routes remembered; those beyond stand as long as the others.
    static let mostShortLived = 65_536
    /// NO_LLGR among communities.
    private static let noLongLivedRestart: UInt32 = 0xffff_0007

    /// A session is established.
    mutating func begin(_ session: EstablishedSession, at now: Int64 = BootClock.nanoseconds()) {
        families = []
        hasEndOfRIB = session.hasGracefulRestart
        restartSeconds = session.hasGracefulRestart ? Int64(session.restartSeconds) : 0
        established = hasEndOfRIB ? nil : now
        isAsked = session.asksForRoutes
        heard = now
        shortLivedUntil = nil
    }

    /// The session is over.
    mutating func end(at now: Int64 = BootClock.nanoseconds()) {
        families = []
        established = nil
        shortLivedUntil = shortLived.isEmpty ? nil : now + restartSeconds * 1_000_000_000
    }

    mutating func note(_ update: RouteUpdate, at now: Int64 = BootClock.nanoseconds()) {
        heard = now
        let isShortLived =
            !update.announced.isEmpty
            && update.shared.value.communities.contains(Self.noLongLivedRestart)
        guard isShortLived || !shortLived.isEmpty else { return }
        shortLived.subtract(update.withdrawn)
        guard isShortLived else { return shortLived.subtract(update.announced) }
        for route in update.announced where shortLived.count < Self.mostShortLived {
            shortLived.insert(route)
        }
    }

    /// Whether the initial routes count as complete now, though nobody has said so.
    func isProbablyComplete(at now: Int64) -> Bool {
        guard let established else { return false }
        return !isAsked && now - heard >= Self.quietSeconds * 1_000_000_000
            || now - established >= Self.mostSeconds * 1_000_000_000
    }

    /// Whether the time of the short-lived routes is over.
    func hasDueRoutes(at now: Int64) -> Bool { shortLivedUntil.map { $0 <= now } ?? false }

    /// The short-lived routes whose time is over, once.
    mutating func takeShortLived(at now: Int64) -> [RouteUpdate.Reachability] {
        guard hasDueRoutes(at: now) else { return [] }
        shortLivedUntil = nil
        defer { shortLived = [] }
        return Array(shortLived)
    }
}
