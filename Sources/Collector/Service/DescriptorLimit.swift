// SPDX-License-Identifier: Apache-2.0

import Console
import Glibc
package import Settings

/// How many file descriptors the process may have open (getrlimit(2)).
package struct DescriptorLimit: Equatable, Sendable {
    /// What is in force, and to what the process itself may raise that.
    package var soft: UInt64
    package var hard: UInt64

    package init(soft: UInt64, hard: UInt64) {
        self.soft = soft
        self.hard = hard
    }

    /// Of this process now; nil when the kernel does not say.
    package static func now() -> DescriptorLimit? {
        var limit = rlimit()
        // Safe: the kernel fills in the structure, which lives as long as the call.
        guard unsafe getrlimit(Self.descriptors, &limit) == 0 else { return nil }
        return DescriptorLimit(soft: UInt64(limit.rlim_cur), hard: UInt64(limit.rlim_max))
    }

    /// Raises what is in force to what the process may have: the customary 1,024 is for programs
    /// that use select(2), which this one does not.
    ///
    /// - Returns: What is in force then; nil when the kernel does not say.
    package static func raise() -> DescriptorLimit? {
        guard let before = now(), before.soft < before.hard else { return now() }
        var limit = rlimit(rlim_cur: rlim_t(before.hard), rlim_max: rlim_t(before.hard))
        // Safe: the kernel reads the structure, which lives as long as the call.
        _ = unsafe setrlimit(Self.descriptors, &limit)
        return now()
    }

    /// As many as `settings` may need.
    package static func need(of settings: Settings) -> UInt64 {
        let console = ConsoleLimits().connections
        let servers = (settings.listen.console == nil ? 0 : 1) + (settings.control == nil ? 0 : 1)
        // A session, a connection that collides with it, and some that get no session.
        let sessions =
            (settings.listen.bgp == nil ? 0 : 2 * settings.neighbors.count + 64)
            + (settings.listen.bmp == nil ? 0 : 2 * settings.stations.count + 64)
        let flows = settings.workerCount * settings.listen.flows.count
        // Readers of the store, event loops, files that are being written.
        return UInt64(servers * console + sessions + flows + 128)
    }

    /// What an operator should know; nil when it suffices.
    package func shortage(for settings: Settings) -> String? {
        let need = Self.need(of: settings)
        guard soft < need else { return nil }
        return "at most \(soft) files may be open, and this configuration may need \(need): "
            + "raise the hard limit (LimitNOFILE= of systemd, ulimit -Hn)"
    }

    private static var descriptors: __rlimit_resource_t {
        __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    }
}
