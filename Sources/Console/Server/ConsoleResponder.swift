// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import HummingbirdCore
import NIOCore

/// What Hummingbird tells of the connection a request came by.
struct ConsoleContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Turns HTTP requests into questions for the backend, and its answers into responses.
struct ConsoleResponder: HTTPResponder {
    typealias Context = ConsoleContext

    let backend: any ConsoleBackend
    let entrance: ConsoleRequest.Entrance
    let limits: ConsoleLimits
    let registry: ConnectionRegistry

    /// Octets of a body that is too long which are read, so that its sender hears the answer.
    private static let mostDiscarded = 16 * 1024 * 1024

    func respond(to request: Request, context: ConsoleContext) async throws -> Response {
        guard [.get, .head, .post].contains(request.method) else {
            var response = Self.problem(405, "the method is GET, HEAD or POST")
            response.headers[.allow] = "GET, HEAD, POST"
            return response
        }
        if case .console = entrance, !HostName.isOurs(request.head.authority) {
            return Self.problem(421, "ask by address or as localhost")
        }
        let mostOctets = request.method == .post ? limits.bodyOctets : 0
        guard let body = try await body(of: request, upTo: mostOctets, context: context) else {
            return Self.problem(413, "the body is longer than \(mostOctets) octets")
        }
        let question: ConsoleRequest
        do {
            question = try self.question(request, body: body)
        } catch {
            return Self.problem(400, error.reason)
        }
        let isUnhurried = backend.isUnhurried(question)
        guard registry.beginAnswer(on: context.channel, isUnhurried: isUnhurried) else {
            return Self.problem(503, "too many questions at once")
        }
        defer { registry.endAnswer(on: context.channel) }
        let limit = isUnhurried ? nil : limits.answerTime
        let answer = await TimeLimit.result(within: limit) { [backend, registry] in
            // Work that is not waited for any more takes its place until it is done.
            defer { registry.endWork() }
            return await backend.answer(question)
        }
        let response = answer.map(Self.response) ?? Self.problem(503, "no answer in time")
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// The whole body; nil when it is too long, and then as much of it has been read as is needed
    /// for the sender to listen to the answer.
    private func body(
        of request: Request,
        upTo mostOctets: Int,
        context: ConsoleContext
    ) async throws -> [UInt8]? {
        let closing = context.channel.eventLoop.scheduleTask(in: .seconds(limits.bodySeconds)) {
            context.channel.close(promise: nil)
        }
        defer { closing.cancel() }
        var octets: [UInt8] = []
        var count = 0
        for try await part in request.body {
            count += part.readableBytes
            if count <= mostOctets { octets += part.readableBytesView }
            if count > Self.mostDiscarded { context.channel.close(promise: nil) }
        }
        return count <= mostOctets ? octets : nil
    }

    private func question(
        _ request: Request,
        body: [UInt8]
    ) throws(BadRequest) -> ConsoleRequest {
        var parameters = try FormText.parameters(request.uri.query ?? "")
        let contentType = request.headers[.contentType]
        for (name, value) in try BodyParameters.parameters(body, contentType: contentType) {
            guard parameters.updateValue(value, forKey: name) == nil else {
                throw BadRequest("\(name) is given twice")
            }
        }
        return ConsoleRequest(
            method: request.method == .post ? "POST" : "GET",
            path: try FormText.decoded(request.uri.path),
            parameters: parameters,
            entrance: entrance
        )
    }

    private static func problem(_ status: Int, _ reason: String) -> Response {
        response(.failure(reason, status))
    }

    private static func response(_ answer: ConsoleResponse) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = "default-src 'self'"
        headers[.xContentTypeOptions] = "nosniff"
        if !answer.methods.isEmpty {
            let methods = answer.methods.flatMap { $0 == "GET" ? ["GET", "HEAD"] : [$0] }
            headers[.allow] = methods.joined(separator: ", ")
        }
        for (name, value) in [
            (AnswerHeader.exitStatus, String(answer.exitStatus)),
            (AnswerHeader.messages, AnswerHeader.text(answer.messages)),
        ] {
            guard let name = HTTPFields.Element.Name(name) else { continue }
            headers[name] = value
        }
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: answer.body))
        )
    }
}
