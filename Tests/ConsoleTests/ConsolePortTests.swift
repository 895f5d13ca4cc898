// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Console

@Suite("The console's port")
struct ConsolePortTests {
    private static let loopback = ConsoleServer.Place.console(address: "127.0.0.1", port: 0)

    @Test(
        "off loopback the console does not start",
        arguments: ["0.0.0.0", "192.0.2.1", "::", "2001:db8::1", "localhost", "127.1", ""]
    )
    func loopbackOnly(_ address: String) async {
        let problem = await #expect(throws: ConsoleError.self) {
            try await serving(.console(address: address, port: 0)) { _ in }
        }
        #expect(problem?.description.contains("TLS and tokens") == true)
    }

    @Test("a question by the port is told apart from one by the control socket")
    func entrance() async throws {
        try await serving(Self.loopback) { port in
            let (response, text) = try await ask(port, "/api/v1/query?by=peer&top=20")
            #expect(text == "GET /api/v1/query console by=peer top=20")
            #expect(response.headers.first(name: "X-Content-Type-Options") == "nosniff")
            #expect(response.headers.first(name: "Content-Security-Policy") == "default-src 'self'")
            #expect(response.headers.first(name: "Cache-Control") == "no-store")
            #expect(response.headers.first(name: "Peerage-Exit-Status") == "0")
        }
    }

    @Test("metrics and health keep the type and the status they are given")
    func health() async throws {
        try await serving(Self.loopback) { port in
            let metrics = try await ask(port, "/metrics")
            #expect(
                metrics.response.headers.first(name: "Content-Type")?.hasPrefix("text/plain")
                    == true
            )
            #expect(metrics.text == "a 1\n")
            #expect(try await ask(port, "/health/ready").response.status == .serviceUnavailable)
            #expect(try await ask(port, "/unknown").response.status == .notFound)
        }
    }

    @Test("a method that a path does not take is refused with those it takes")
    func allow() async throws {
        try await serving(Self.loopback) { port in
            let response = try await ask(port, "/get-only", method: .POST).response
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers.first(name: "Allow") == "GET, HEAD")
            #expect(try await ask(port, "/get-only").response.headers.first(name: "Allow") == nil)
        }
    }

    @Test("HEAD answers as GET does, without the body")
    func head() async throws {
        try await serving(Self.loopback) { port in
            let (response, text) = try await ask(port, "/metrics", method: .HEAD)
            #expect(response.status == .ok && text.isEmpty)
            #expect(response.headers.first(name: "Content-Length") == "4")
        }
    }

    @Test("a method that means nothing here is refused by name")
    func method() async throws {
        try await serving(Self.loopback) { port in
            for method in [HTTPMethod.PUT, .DELETE, .OPTIONS, .TRACE] {
                let (response, text) = try await ask(port, "/x", method: method)
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers.first(name: "Allow") == "GET, HEAD, POST")
                #expect(text == "{\"error\":\"the method is GET, HEAD or POST\"}\n")
            }
        }
    }

    @Test("a form and a JSON object in the body are parameters alike")
    func bodies() async throws {
        try await serving(Self.loopback) { port in
            let form: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
            let json: HTTPHeaders = ["Content-Type": "application/json; charset=utf-8"]
            let expected = "POST /x console a=1 b=x y"
            for (headers, body) in [
                (form, "a=1&b=x+y"), (json, #"{"a": 1, "b": "x y", "c": null}"#),
            ] {
                let answer = try await ask(port, "/x", method: .POST, headers: headers, body: body)
                #expect(answer.text == expected)
            }
            let both = try await ask(port, "/x?a=1", method: .POST, headers: form, body: "b=x+y")
            #expect(both.text == expected)
        }
    }

    @Test("what cannot be understood is answered with 400 and the reason")
    func badRequests() async throws {
        try await serving(Self.loopback) { port in
            let json: HTTPHeaders = ["Content-Type": "application/json"]
            for (target, headers, body) in [
                ("/x?a=1&a=2", HTTPHeaders(), nil), ("/x?a=%00", HTTPHeaders(), nil),
                ("/x", json, "{"), ("/x", json, "[1]"), ("/x", json, #"{"a": [1]}"#),
                ("/x", ["Content-Type": "text/xml"], "<a/>"), ("/x", HTTPHeaders(), "a=1"),
                ("/x?a=1", json, #"{"a": 2}"#),
            ] as [(String, HTTPHeaders, String?)] {
                let answer = try await ask(
                    port,
                    target,
                    method: body == nil ? .GET : .POST,
                    headers: headers,
                    body: body
                )
                #expect(answer.response.status == .badRequest, "\(target)")
                #expect(answer.text.hasPrefix("{\"error\":\""), "\(target)")
            }
        }
    }

    @Test("a body is bounded, and a GET has none")
    func bodyLimit() async throws {
        try await serving(Self.loopback) { port in
            let form: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
            let long = "a=" + String(repeating: "x", count: 300_000)
            let post = try await ask(port, "/x", method: .POST, headers: form, body: long)
            #expect(post.response.status == .payloadTooLarge)
            let get = try await ask(port, "/x", headers: form, body: "a=1")
            #expect(get.response.status == .payloadTooLarge)
        }
    }

    @Test("header fields are bounded")
    func headerLimit() async throws {
        try await serving(Self.loopback) { port in
            let small: HTTPHeaders = ["X-Long": String(repeating: "x", count: 20_000)]
            let answered = try await ask(port, "/x", headers: small)
            #expect(answered.response.status == .ok)
            let long: HTTPHeaders = ["X-Long": String(repeating: "x", count: 40_000)]
            let answer = try? await ask(port, "/x", headers: long)
            #expect(answer?.response.status != .ok)
        }
    }

    @Test("a page of elsewhere cannot ask under a name of its own")
    func rebinding() async throws {
        try await serving(Self.loopback) { port in
            for host in ["localhost", "localhost:8080", "127.0.0.1", "[::1]:8080", "192.0.2.1"] {
                let answer = try await ask(port, "/x", headers: ["Host": host])
                #expect(answer.response.status == .ok, "\(host)")
            }
            for host in ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil"] {
                let answer = try await ask(port, "/x", headers: ["Host": host])
                #expect(answer.response.status.code == 421, "\(host)")
            }
        }
    }

    @Test("an answer that is not ready in time is 503, and others do not wait for it")
    func stuckBackend() async throws {
        var limits = ConsoleLimits()
        limits.answerTime = .seconds(1)
        try await serving(Self.loopback, limits: limits) { port in
            async let stuck = ask(port, "/stuck")
            #expect(try await ask(port, "/x").response.status == .ok)
            let answer = try await stuck
            #expect(answer.response.status == .serviceUnavailable)
            #expect(answer.text == "{\"error\":\"no answer in time\"}\n")
        }
    }

    @Test(
        "too many questions at once are refused, and what is given up counts till it is done"
    )
    func answersAtOnce() async throws {
        var limits = ConsoleLimits()
        limits.answers = 2
        limits.answerTime = .seconds(4)
        let backend = EchoBackend()
        try await serving(Self.loopback, limits: limits, backend: backend) { port in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await ask(port, "/stuck").text } }
                var refused = 0
                for try await text in group where text.contains("too many questions") {
                    refused += 1
                }
                #expect(refused == 6)
            }
            // The two are answered with 503, but still worked on.
            #expect(try await ask(port, "/x").response.status == .serviceUnavailable)
            backend.gate.open()
            var status = HTTPResponseStatus.serviceUnavailable
            for _ in 0..<600 where status != .ok {
                try await Task.sleep(for: .milliseconds(100))
                status = try await ask(port, "/x").response.status
            }
            #expect(status == .ok)
        }
    }

    @Test("a connection that says nothing is closed, and so is a body that drips")
    func idle() async throws {
        var limits = ConsoleLimits()
        limits.idleSeconds = 1
        limits.bodySeconds = 2
        try await serving(Self.loopback, limits: limits) { port in
            for start in ["", "GET /x HTTP/1.1\r\nHost: ", Self.dripping] {
                let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
                // On a busy machine the second is over before.
                try? await channel.writeAndFlush(ByteBuffer(string: start))
                let drip = channel.eventLoop.scheduleRepeatedTask(
                    initialDelay: .milliseconds(500),
                    delay: .milliseconds(500)
                ) { _ in
                    channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
                }
                let begun = ContinuousClock.now
                try await channel.closeFuture.get()
                #expect(ContinuousClock.now - begun < .seconds(30))
                drip.cancel()
            }
        }
    }

    private static let dripping =
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"

    @Test("a port that is taken is named")
    func takenPort() async throws {
        try await serving(Self.loopback) { port in
            let place = ConsoleServer.Place.console(address: "127.0.0.1", port: port)
            let problem = await #expect(throws: ConsoleError.self) {
                try await serving(place) { _ in }
            }
            #expect(
                problem?.description
                    == "listen.console: 127.0.0.1 port \(port) is in use already"
            )
        }
    }

    @Test("IPv6 loopback serves as well")
    func ipv6() async throws {
        try await serving(.console(address: "::1", port: 0)) { port in
            #expect(port > 0)
        }
    }
}
