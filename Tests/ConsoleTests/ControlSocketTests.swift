// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import Console

@Suite("The control socket")
struct ControlSocketTests {
    @Test("a command is answered what the collector says, with its status and messages")
    func roundTrip() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            try await serving(.control(path: path)) { port in
                #expect(port == 0)
                let asked = ConsoleRequest(
                    path: "/api/v1/reports/savings",
                    parameters: ["month": "2026-10", "peer": "a&b=c+d é%", "empty": ""]
                )
                let answer = try await ControlClient.ask(path, asked)
                #expect(
                    answer?.body == "GET /api/v1/reports/savings control empty= month=2026-10 "
                        + "peer=a&b=c+d é%"
                )
                #expect(answer?.contentType == "application/json")
                #expect(answer?.exitStatus == 0)
                let refused = try await ControlClient.ask(path, ConsoleRequest(path: "/messages"))
                #expect(refused?.status == 400)
                #expect(refused?.exitStatus == 3)
                #expect(refused?.messages == ["line\nfeed", "Köln \u{202e}", "\"quoted\\\""])
                let ready = try await ControlClient.ask(path, ConsoleRequest(path: "/health/ready"))
                #expect(ready?.status == 503)
            }
        }
    }

    @Test("a POST brings its parameters in the body, however long")
    func post() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            try await serving(.control(path: path)) { _ in
                let long = String(repeating: "x", count: 100_000)
                let answer = try await ControlClient.ask(
                    path,
                    ConsoleRequest(
                        method: "POST",
                        path: "/api/v1/exporters/adopt",
                        parameters: ["name": "er1 fra", "note": long]
                    )
                )
                #expect(
                    answer?.body
                        == "POST /api/v1/exporters/adopt control name=er1 fra note=\(long)"
                )
            }
        }
    }

    @Test("where nobody listens there is no answer, and no error")
    func nobody() async throws {
        try await withFolder { folder in
            let request = ConsoleRequest(path: "/api/v1/status")
            #expect(try await ControlClient.ask("\(folder)/none.sock", request) == nil)
            #expect(try await ControlClient.ask("\(folder)/no/folder.sock", request) == nil)
            try leaveSocket(at: "\(folder)/dead.sock")
            #expect(try await ControlClient.ask("\(folder)/dead.sock", request) == nil)
        }
    }

    @Test("a path that is too long for a socket is an error that says so")
    func longPath() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 110)
        let request = ConsoleRequest(path: "/api/v1/status")
        await #expect(throws: ControlError.self) { try await ControlClient.ask(path, request) }
        await #expect(throws: ConsoleError.self) {
            try await serving(.control(path: path)) { _ in }
        }
    }

    @Test("the socket is its owner's alone, and gone when the collector is")
    func permissions() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            try await serving(.control(path: path)) { _ in
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
                #expect(attributes[.type] as? FileAttributeType == .typeSocket)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("a socket that a dead collector left is replaced")
    func stale() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            try leaveSocket(at: path)
            try await serving(.control(path: path)) { _ in
                let answer = try await ControlClient.ask(path, ConsoleRequest(path: "/x"))
                #expect(answer?.body == "GET /x control")
            }
        }
    }

    @Test("a socket that a collector serves is left to it")
    func live() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            try await serving(.control(path: path)) { _ in
                let problem = await #expect(throws: ConsoleError.self) {
                    try await serving(.control(path: path)) { _ in }
                }
                #expect(problem?.description == "control: another collector listens on \(path)")
                let answer = try await ControlClient.ask(path, ConsoleRequest(path: "/x"))
                #expect(answer?.status == 200)
            }
        }
    }

    @Test("a file that is no socket is not replaced")
    func otherFile() async throws {
        try await withFolder { folder in
            let path = "\(folder)/notes.txt"
            try Data("mine".utf8).write(to: URL(filePath: path))
            await #expect(throws: ConsoleError.self) {
                try await serving(.control(path: path)) { _ in }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        }
    }

    @Test("a folder that is not there is named")
    func noFolder() async throws {
        try await withFolder { folder in
            let problem = await #expect(throws: ConsoleError.self) {
                try await serving(.control(path: "\(folder)/no/peerage.sock")) { _ in }
            }
            #expect(problem?.description.contains("\(folder)/no/peerage.sock") == true)
        }
    }

    @Test("a socket that has been replaced is not removed by its former owner")
    func replaced() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            try await serving(.control(path: path)) { _ in
                try FileManager.default.removeItem(atPath: path)
                try leaveSocket(at: path)
            }
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("a thousand connections that say nothing do not keep a good client out")
    func drip() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            var limits = ConsoleLimits()
            limits.connections = 128
            try await serving(.control(path: path), limits: limits) { _ in
                var open: [any Channel] = []
                for number in 0..<1000 {
                    let channel = try await connected(to: path)
                    let part = number % 2 == 0 ? "GET /x HT" : "POST /x HTTP/1.1\r\n"
                    channel.writeAndFlush(ByteBuffer(string: part), promise: nil)
                    open.append(channel)
                }
                let start = ContinuousClock.now
                for _ in 0..<20 {
                    let answer = try await ControlClient.ask(path, ConsoleRequest(path: "/x"))
                    #expect(answer?.body == "GET /x control")
                }
                // Far from the 15 s after which a silent connection would make room.
                #expect(ContinuousClock.now - start < .seconds(12))
                for channel in open { channel.close(promise: nil) }
            }
        }
    }

    @Test("a server that is told to end amid a flood of connections ends in order")
    func endAmidFlood() async throws {
        try await withFolder { folder in
            let path = "\(folder)/peerage.sock"
            for _ in 0..<5 {
                let flood = try await serving(.control(path: path)) { _ in
                    let flood = Task {
                        while !Task.isCancelled {
                            let channel = try await connected(to: path)
                            channel.writeAndFlush(ByteBuffer(string: "GET /"), promise: nil)
                        }
                    }
                    try await Task.sleep(for: .milliseconds(50))
                    return flood
                }
                flood.cancel()
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test("a process that ran out of descriptors serves again once it has some")
    func withoutDescriptors() async {
        await #expect(processExitsWith: .success) {
            try await withFolder { folder in
                let path = "\(folder)/peerage.sock"
                try await serving(.control(path: path)) { _ in
                    let request = ConsoleRequest(path: "/x")
                    _ = try await ControlClient.ask(path, request)
                    // Timers of the system library need descriptors of their own.
                    try await Task.sleep(for: .milliseconds(1))
                    // Some more than are open, whatever this process was given when it began.
                    let lowest = FileHandle(forReadingAtPath: "/dev/null")?.fileDescriptor ?? 32
                    let most = rlim_t(lowest + 16)
                    var few = rlimit(rlim_cur: most, rlim_max: most)
                    // Safe: the kernel reads the two numbers during the call.
                    unsafe #expect(
                        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &few) == 0
                    )
                    var open: [FileHandle] = []
                    while let file = FileHandle(forReadingAtPath: "/dev/null") { open.append(file) }
                    _ = open.popLast()
                    for _ in 0..<3 { _ = try? await ControlClient.ask(path, request, seconds: 1) }
                    open = []
                    var answer: ConsoleResponse?
                    for _ in 0..<100 where answer == nil {
                        try await Task.sleep(for: .milliseconds(100))
                        answer = try? await ControlClient.ask(path, request, seconds: 5)
                    }
                    #expect(answer?.body == "GET /x control")
                }
            }
        }
    }

    /// A connection, however many others are waiting for one.
    private func connected(to path: String) async throws -> any Channel {
        while true {
            do {
                return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(unixDomainSocketPath: path).get()
            } catch let error as IOError where error.errnoCode == EAGAIN {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }
}
