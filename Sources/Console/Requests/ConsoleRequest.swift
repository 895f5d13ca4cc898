// SPDX-License-Identifier: Apache-2.0

/// One request of the API, whichever socket it came by.
public struct ConsoleRequest: Sendable {
    /// Where a request came in decides what it may do.
    public enum Entrance: Sendable {
        /// The control socket: the file's permissions have decided who may.
        case control
        /// The console's port: reading only.
        case console
    }

    public var method: String
    /// Without the query: "/api/v1/reports/savings".
    public var path: String
    /// The query, and what a form or JSON object in the body adds, by name.
    public var parameters: [String: String]
    public var entrance: Entrance

    public init(
        method: String = "GET",
        path: String,
        parameters: [String: String] = [:],
        entrance: Entrance = .control
    ) {
        self.method = method
        self.path = path
        self.parameters = parameters
        self.entrance = entrance
    }
}

/// What a request is answered with, by HTTP and by a command alike.
public struct ConsoleResponse: Equatable, Sendable {
    /// HTTP status.
    public var status: Int
    public var contentType: String
    public var body: String
    /// What the command that asks ends with (INTERFACE 1).
    public var exitStatus: Int32
    /// What a person should know besides; a command prints it to standard error.
    public var messages: [String]
    /// What the path takes instead of the method of a request that is answered with 405.
    public var methods: [String] = []

    public init(
        status: Int = 200,
        contentType: String = "application/json",
        body: String,
        exitStatus: Int32 = 0,
        messages: [String] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.exitStatus = exitStatus
        self.messages = messages
    }
}

/// Answers what comes in by the console's sockets.
public protocol ConsoleBackend: Sendable {
    func answer(_ request: ConsoleRequest) async -> ConsoleResponse
    /// Whether the answer may take as long as it takes: its asker is trusted with that.
    func isUnhurried(_ request: ConsoleRequest) -> Bool
}

extension ConsoleBackend {
    public func isUnhurried(_ request: ConsoleRequest) -> Bool { false }
}
