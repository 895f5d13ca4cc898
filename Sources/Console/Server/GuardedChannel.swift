// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Logging
import NIOCore

/// An HTTP/1.1 connection within the limits: counted, and at an end when it takes too long.
struct GuardedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let http: HTTP1Channel
    private let registry: ConnectionRegistry

    init(
        responder: @escaping HTTPChannelHandler.Responder,
        registry: ConnectionRegistry,
        limits: ConsoleLimits
    ) {
        self.registry = registry
        let longest = TimeAmount.seconds(limits.exchangeSeconds)
        let step = TimeAmount.seconds(max(1, limits.exchangeSeconds / 8))
        http = HTTP1Channel(
            responder: { request, writer, channel in
                // Who takes the answer an octet at a time does not hold it for ever.
                registry.beginExchange(on: channel)
                let closing = channel.eventLoop.scheduleRepeatedTask(
                    initialDelay: longest,
                    delay: step
                ) { task in
                    guard registry.isOverdue(channel, after: longest) else { return }
                    task.cancel()
                    channel.close(promise: nil)
                }
                defer { closing.cancel() }
                try await responder(request, writer, channel)
            },
            configuration: .init(
                idleTimeout: .seconds(limits.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerOctets,
                    maxHeaderListSize: limits.headerOctets,
                    maxHeaderFieldCount: 100
                )
            )
        )
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        registry.admit(channel)
        return http.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
