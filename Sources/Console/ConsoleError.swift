// SPDX-License-Identifier: Apache-2.0

/// Why a socket of the console cannot be opened, in one sentence.
public struct ConsoleError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
