// SPDX-License-Identifier: Apache-2.0

/// How much one who asks may take of the collector (RELIABILITY T10).
public struct ConsoleLimits: Sendable {
    /// Connections at once; one more closes the one that has been idle longest.
    public var connections = 512
    /// Answers being worked out at once; one more is refused with 503.
    public var answers = 64
    /// Octets of a request's header fields.
    public var headerOctets = 32 * 1024
    /// Octets of the body of a POST; a GET has none.
    public var bodyOctets = 256 * 1024
    /// After which a connection without a request is closed, in seconds.
    public var idleSeconds: Int64 = 15
    /// Within which the body of a request has to arrive, in seconds.
    public var bodySeconds: Int64 = 10
    /// Within which an answer has to be ready, unless it is one that takes its time; else 503.
    public var answerTime: Duration = .seconds(30)
    /// Within which a request has to be read, answered and its answer taken, in seconds; what an
    /// answer that takes its time took does not count.
    public var exchangeSeconds: Int64 = 120
    /// Within which answers begun have to be ready when the server is to end, in seconds.
    public var endSeconds: Int64 = 5

    public init() {}
}
