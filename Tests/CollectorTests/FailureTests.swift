// SPDX-License-Identifier: Apache-2.0

import Collector
import Testing

@Suite("Failures in words")
struct FailureTests {
    private struct Told: Error, CustomStringConvertible {
        var description: String
    }

    @Test(
        "an I/O error is told without the call and the number around it",
        arguments: [
            (
                "bind(descriptor:ptr:bytes:): Address already in use) (errno: 98)",
                "Address already in use"
            ),
            ("setsockopt: Permission denied (errno: 13)", "setsockopt: Permission denied"),
            ("no such thing", "no such thing"),
        ]
    )
    func reason(_ description: String, _ reason: String) {
        #expect(Failure.reason(of: Told(description: description)) == reason)
    }
}
