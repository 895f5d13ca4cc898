// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A receiver of webhooks on loopback that answers as it is told, one status a request.
final class HTTPReceiver: Sendable {
    struct Request: Equatable, Sendable {
        var line: String
        /// Names in lower case.
        var headers: [String: String]
        var body: String
    }

    /// What to do with a request.
    enum Answer: Equatable, Sendable {
        case status(Int)
        /// Close the connection without an answer.
        case hangUp
        /// Take the request and say nothing.
        case silence
    }

    private struct State {
        var answers: [Answer]
        var requests: [Request] = []
    }

    private let state: Mutex<State>
    private let channel: Mutex<(any Channel)?> = Mutex(nil)

    /// When `answers` are used up, the last one is given again.
    private init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

    var requests: [Request] { state.withLock { $0.requests } }

    var url: String {
        let port = channel.withLock { $0?.localAddress?.port } ?? 0
        return "http://127.0.0.1:\(port)/hook"
    }

    /// Runs `body` with a receiver that listens meanwhile.
    static func run(_ answers: [Answer], _ body: (HTTPReceiver) async throws -> Void) async throws {
        let receiver = HTTPReceiver(answers)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Handler(receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        receiver.channel.withLock { $0 = channel }
        do {
            try await body(receiver)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private func answer(to request: Request) -> Answer {
        state.withLock { state in
            state.requests.append(request)
            let answer = state.answers.first ?? .status(200)
            if state.answers.count > 1 { state.answers.removeFirst() }
            return answer
        }
    }

    /// The part of HTTP/1.1 that a POST with a Content-Length needs.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let receiver: HTTPReceiver
        private var received: [UInt8] = []

        init(_ receiver: HTTPReceiver) { self.receiver = receiver }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += Array(buffer: unwrapInboundIn(data))
            while let request = takeRequest() {
                switch receiver.answer(to: request) {
                case .status(let status):
                    let location = status / 100 == 3 ? "Location: /elsewhere\r\n" : ""
                    let text = "HTTP/1.1 \(status) Said\r\n\(location)Content-Length: 0\r\n\r\n"
                    let buffer = context.channel.allocator.buffer(string: text)
                    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
                case .hangUp: context.close(promise: nil)
                case .silence: break
                }
            }
        }

        private func takeRequest() -> Request? {
            let end = Array("\r\n\r\n".utf8)
            guard let split = received.firstRange(of: end) else { return nil }
            let head = String(decoding: received[..<split.lowerBound], as: UTF8.self)
            let lines = head.split(separator: "\r\n")
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                let value = parts.last?.drop { $0 == " " } ?? ""
                headers[parts[0].lowercased()] = String(value)
            }
            let length = headers["content-length"].flatMap { Int($0) } ?? 0
            guard received.count >= split.upperBound + length else { return nil }
            let body = received[split.upperBound..<split.upperBound + length]
            let request = Request(
                line: String(lines[0]),
                headers: headers,
                body: String(decoding: body, as: UTF8.self)
            )
            received.removeFirst(split.upperBound + length)
            return request
        }
    }
}
