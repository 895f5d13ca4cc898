// SPDX-License-Identifier: Apache-2.0

import Model

/// What keeps the service from running as it is told: sockets, files, learning.
extension SettingsChecks {
    /// The console has neither TLS nor tokens in this version: it stays on this machine.
    mutating func checkSockets() {
        guard let console = settings.listen.console else { return }
        let key = "listen.console"
        if !console.address.unmapped.isLoopback {
            reading.report(
                key,
                "\(console.address) can be reached from the network, and the console asks "
                    + "nobody who they are in this version",
                expected: "an address of this machine only, such as 127.0.0.1 or [::1]"
            )
        }
        if console == settings.listen.bgp, console.port != 0 {
            reading.report(key, "is listen.bgp as well", expected: "another port")
        }
    }

    /// Files of their own: none is inside, or instead of, another.
    mutating func checkPaths() {
        let database = SourceTree.resolved(settings.store.sqlite.path)
        let state = settings.state.map(SourceTree.resolved)
        if let control = settings.control.map(SourceTree.resolved) {
            if control == database {
                reading.report("control", "is the database", expected: "a path of its own")
            }
            if control == state {
                reading.report("control", "is the directory `state`", expected: "another path")
            }
        }
        if state == database {
            reading.report("state", "is the database", expected: "a directory of its own")
        }
        guard let backup = settings.store.sqlite.backup, !backup.directory.isEmpty else { return }
        let key = "store.sqlite.backup.directory"
        let directory = SourceTree.resolved(backup.directory)
        if directory == SourceTree.folder(of: database) {
            reading.report(
                key,
                "is the directory of the database: what harms one harms both",
                expected: "another directory, at best on another disk"
            )
        }
        if directory == state {
            reading.report(key, "is the directory `state`", expected: "a directory of its own")
        }
    }

    mutating func checkLearning() {
        let learn = settings.learn
        for (index, prefix) in learn.from.enumerated() {
            let element = reading.element(index, of: "learn.from")
            if prefix.length < Self.shortestLearned {
                reading.report(
                    element,
                    "\(prefix) is more than the networks of your routers",
                    expected: "prefixes of length \(Self.shortestLearned) or more"
                )
            } else if prefix.address.isMulticast {
                reading.report(
                    element,
                    "\(prefix) is multicast, which sends nothing",
                    expected: "networks of routers"
                )
            } else if prefix.address.family == .ipv6, prefix.address.unmapped.family == .ipv4 {
                reading.report(
                    element,
                    "\(prefix) is IPv4 written as IPv6",
                    expected: "the IPv4 prefix"
                )
            }
        }
        let open = settings.slotSeconds + settings.latenessSeconds
        if !learn.from.isEmpty, learn.holdSeconds < open {
            reading.report(
                "learn.hold",
                "\(Durations.text(learn.holdSeconds)) is shorter than a slot is open, \(open) "
                    + "seconds",
                expected: "at least slotSeconds and latenessSeconds"
            )
        }
    }

    /// Shorter ones would let a flood from anywhere take the places of real exporters.
    private static let shortestLearned: UInt8 = 8
}

extension IPAddress {
    /// RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3.
    var isLoopback: Bool { family == .ipv4 ? bits >> 120 == 0x7f : bits == 1 }

    /// RFC 5771, RFC 4291 section 2.7.
    fileprivate var isMulticast: Bool {
        family == .ipv4 ? bits >> 124 == 0xe : bits >> 120 == 0xff
    }
}
