// SPDX-License-Identifier: Apache-2.0

import Collector
import Console
import Foundation
import Logging
import Model
import Reporting
import ServiceLifecycle
import Settings
import Storage
import TestSupport
import Testing

@Suite("Answers")
struct AnswersTests {
    /// Questions that make sense with and without a collector: each row of the table that needs
    /// neither a lock nor a live collector, in each of its formats.
    private static let questions: [(path: String, parameters: [String: String])] =
        Answers.table.filter { row in
            row.method == "GET" && row.needs != .liveCollector && row.path != "/api/v1/explain"
        }.flatMap { row in
            let names =
                row.path.contains("{name}") ? ["savings", "volumes", "ledger"] : [""]
            var parameters: [String: String] = [:]
            for parameter in row.parameters where parameter.isRequired {
                parameters[parameter.name] = parameter.name == "month" ? "2026-01" : "203.0.113.1"
            }
            let formats = row.parameters.first { $0.name == "format" }?.values ?? []
            return names.flatMap { name in
                ([nil] + formats.map(Optional.some)).map { format in
                    var parameters = parameters
                    parameters["format"] = format
                    return (row.path.replacing("{name}", with: name), parameters)
                }
            }
        }

    @Test("a command gets the same octets from a collector and from the store")
    func bothWays() async throws {
        let world = try await AnswersWorld()
        #expect(Self.questions.count >= 30)
        for (path, parameters) in Self.questions {
            let request = ConsoleRequest(path: path, parameters: parameters)
            let live = await world.collector().answer(request)
            let alone = await world.command.answer(request)
            #expect(live.status == 200, "\(path) \(parameters): \(live.body)")
            #expect(live.exitStatus == alone.exitStatus)
            #expect(live.contentType == alone.contentType)
            #expect(comparable(live.body) == comparable(alone.body), "\(path) \(parameters)")
            #expect(!alone.body.isEmpty)
            if path == "/api/v1/routes/neighbors" { continue }
            #expect(alone.messages.isEmpty, "nothing is said on standard error when all is well")
        }
    }

    @Test("over the control socket itself the answers are the same")
    func overTheSocket() async throws {
        let world = try await AnswersWorld()
        let path = world.socketPath
        let (started, continuation) = AsyncStream.makeStream(of: Int.self)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = ConsoleServer(
            .control(path: path),
            backend: world.collector(),
            logger: quiet,
            started: { continuation.yield($0) }
        )
        let group = ServiceGroup(configuration: .init(services: [server], logger: quiet))
        let running = Task { try await group.run() }
        for await _ in started { break }
        var settings = world.settings
        settings.control = path
        for (path, parameters) in Self.questions {
            let request = ConsoleRequest(path: path, parameters: parameters)
            let asked = await Asking.answer(request, settings: settings) {
                try await ControlClient.ask($0, $1)
            }
            let direct = await world.collector().answer(request)
            #expect(comparable(asked.body) == comparable(direct.body), "\(path) \(parameters)")
            #expect(asked.exitStatus == direct.exitStatus)
            #expect(asked.messages == direct.messages)
        }
        let adopt = ConsoleRequest(
            method: "POST",
            path: "/api/v1/exporters/adopt",
            parameters: ["address": "192.0.2.7", "name": "er9"]
        )
        let asked = await Asking.answer(adopt, settings: settings) {
            try await ControlClient.ask($0, $1)
        }
        #expect(asked.status == 200)
        #expect(await world.calls.adopted.map(\.name) == ["er9"])
        await group.triggerGracefulShutdown()
        try await running.value
        let alone = await Asking.answer(ConsoleRequest(path: "/api/v1/status"), settings: settings)
        {
            try await ControlClient.ask($0, $1)
        }
        #expect(
            alone.body.contains("\"collector\": null"),
            "without a collector, the store answers"
        )
    }

    /// Without what only a collector knows, and without what a process is.
    private func comparable(_ body: String) -> [Substring] {
        var isCollector = false
        let body = body.replacing(#/"session":\s*(null|\{[^}]*\})/#, with: "")
        return body.split(separator: "\n").filter { line in
            if line.hasPrefix("  \"collector\": {") || line.hasPrefix("collector") {
                isCollector = line.hasSuffix("{")
                return false
            }
            if isCollector {
                isCollector = line != "  },"
                return false
            }
            return !["\"collector\": null", "loadSeconds", "residentOctets"].contains {
                line.contains($0)
            }
        }
    }

    @Test("whoever asks for the sessions hears when no collector could be asked how they stand")
    func sessionsOfTheStore() async throws {
        let world = try await AnswersWorld()
        let request = ConsoleRequest(path: "/api/v1/routes/neighbors")
        let stored = await world.command.answer(request)
        #expect(stored.body.contains("established"))
        #expect(stored.messages.count == 1)
        #expect(stored.messages.first?.contains("no collector was asked") == true)
        #expect(stored.exitStatus == 0)
        #expect(await world.collector().answer(request).messages.isEmpty)
    }

    @Test("a question that is not understood is refused in the words of the command")
    func refusals() async throws {
        let world = try await AnswersWorld()
        for (path, parameters, status, words) in [
            ("/api/v1/nothing", [:], 404, "there is no /api/v1/nothing"),
            ("/api/v1/reports/gossip", [:], 400, "there is no report 'gossip'; expected savings"),
            ("/api/v1/reports/volumes", ["mont": "this"], 400, "takes no 'mont'; expected month"),
            ("/api/v1/reports/volumes", ["month": "soon"], 400, "'soon' is no month"),
            ("/api/v1/reports/volumes", ["month": "this", "from": "-1h"], 400, "goes without"),
            ("/api/v1/reports/volumes", ["format": "pdf"], 400, "expected json, table, csv"),
            ("/api/v1/reports/volumes", ["slots": "true"], 400, "slots go with the ledger"),
            ("/api/v1/routes/lookup", ["address": "here"], 400, "'here' is no address"),
            ("/api/v1/routes/lookup", [:], 400, "needs 'address'"),
            ("/api/v1/exports/volumes", [:], 400, "needs 'month'"),
            ("/api/v1/explain", [:], 400, "expected a flow, or a capture and a record"),
            ("/api/v1/explain", ["capture": "/x"], 400, "goes with the number of a record"),
            ("/api/v1/alerts", ["rule": "none"], 400, "there is no rule 'none'"),
        ] as [(String, [String: String], Int, String)] {
            let request = ConsoleRequest(path: path, parameters: parameters)
            for answers in [world.collector(), world.command] {
                let response = await answers.answer(request)
                #expect(response.status == status, "\(path)")
                #expect(response.exitStatus == 2)
                #expect(response.body.hasPrefix("{\"error\":\""))
                #expect(response.messages.first?.contains(words) == true, "\(response.messages)")
            }
        }
    }

    @Test("what changes something is taken on the control socket only, and by its own method")
    func entrances() async throws {
        let world = try await AnswersWorld()
        let changing = Answers.table.filter { $0.method == "POST" }
        #expect(changing.count == 5)
        for row in changing {
            #expect(row.isControlOnly)
            let outside = ConsoleRequest(method: "POST", path: row.path, entrance: .console)
            #expect(await world.collector().answer(outside).status == 403)
            let get = ConsoleRequest(path: row.path)
            let refused = await world.collector().answer(get)
            #expect(refused.status == 405)
            #expect(refused.methods == ["POST"])
        }
    }

    @Test(
        "a collector that keeps a command waiting is told of, and still waited for",
        .timeLimit(.minutes(1))
    )
    func slow() async throws {
        let world = try await AnswersWorld()
        var settings = world.settings
        settings.control = "/nonexistent/peerage.sock"
        let (told, teller) = AsyncStream.makeStream(of: Int.self)
        let response = await Asking.answer(
            ConsoleRequest(path: "/api/v1/status"),
            settings: settings,
            control: { _, _ in
                for await _ in told { break }
                return ConsoleResponse(body: "late")
            },
            patience: .milliseconds(1),
            isSlow: { teller.yield(1) }
        )
        #expect(response.body == "late")
    }

    @Test("a store that is not there is told as such, with status 1")
    func away() async throws {
        let world = try await AnswersWorld()
        var settings = world.settings
        settings.store.sqlite.path += ".elsewhere"
        let response = await Answers(.inProcess(settings)).answer(
            ConsoleRequest(path: "/api/v1/status")
        )
        #expect(response.status == 503)
        #expect(response.exitStatus == 1)
        #expect(response.messages.first?.contains("does not exist") == true)
    }

    @Test("without a collector there is no reload, no metrics and no health to tell")
    func noCollector() async throws {
        let world = try await AnswersWorld()
        for row in Answers.table where row.needs == .liveCollector {
            let request = ConsoleRequest(method: row.method, path: row.path)
            let alone = await world.command.answer(request)
            #expect(alone.status == 503)
            #expect(alone.exitStatus == 1)
            #expect(await world.collector().answer(request).status == 200)
        }
    }

    @Test("a collector that waits for routes is alive and not ready, and says what for")
    func health() async throws {
        let world = try await AnswersWorld()
        let answers = world.collector { $0.notReady = ["the routes of er1"] }
        let live = await answers.answer(ConsoleRequest(path: "/health/live"))
        let ready = await answers.answer(ConsoleRequest(path: "/health/ready"))
        #expect(live.status == 200)
        #expect(ready.status == 503)
        #expect(ready.body.contains("the routes of er1"))
    }

    @Test("a flow is explained alike both ways; a capture is read for the control socket only")
    func explain() async throws {
        let world = try await AnswersWorld()
        let flow = #"""
            {"exporter":"192.0.2.1","ingressInterface":17,"egressInterface":1,"octets":100,\#
            "sourceAddress":"198.51.100.1","destinationAddress":"203.0.113.1",\#
            "receivedAt":"2026-10-01T00:00:00Z"}
            """#
        let request = ConsoleRequest(
            path: "/api/v1/explain",
            parameters: ["flow": flow, "format": "table"]
        )
        let live = await world.collector().answer(request)
        let alone = await world.command.answer(request)
        #expect(live.status == 200, "\(live.body)")
        let lines = { (body: String) in
            body.split(separator: "\n").filter { line in
                !line.contains("received ") && !line.hasPrefix("time ")
            }
        }
        #expect(lines(live.body) == lines(alone.body))
        #expect(live.body.contains("transit-1"))
        let capture = ConsoleRequest(
            path: "/api/v1/explain",
            parameters: ["capture": "/etc/passwd", "record": "1"],
            entrance: .console
        )
        let refused = await world.collector().answer(capture)
        #expect(refused.status == 400)
        #expect(refused.body.contains("for the control socket only"))
    }

    @Test("the routes are dumped to a file from the root on, and never over another")
    func dump() async throws {
        let world = try await AnswersWorld()
        func dump(_ path: String, force: String? = nil) async -> ConsoleResponse {
            var parameters = ["path": path, "format": "table"]
            parameters["force"] = force
            return await world.collector().answer(
                ConsoleRequest(
                    method: "POST",
                    path: "/api/v1/routes/dump",
                    parameters: parameters
                )
            )
        }
        let path = world.socketPath + ".mrt"
        #expect(await dump("here.mrt").status == 400)
        #expect(await dump(path).status == 200)
        #expect(await dump(path).messages.first?.contains("--force writes over it") == true)
        #expect(await dump(path, force: "true").status == 200)
    }

    @Test("the description of the API has every question, and is JSON")
    func openAPI() async throws {
        let world = try await AnswersWorld()
        let response = await world.command.answer(ConsoleRequest(path: "/api/v1/openapi.json"))
        let object = try JSONSerialization.jsonObject(with: Data(response.body.utf8))
        let paths = try #require((object as? [String: Any])?["paths"] as? [String: [String: Any]])
        for row in Answers.table {
            #expect(paths[row.path]?[row.method.lowercased()] != nil, "\(row.path)")
        }
        #expect(paths["/api/v1/reports/{name}"]?.keys.sorted() == ["get"])
    }

    @Test("what grows with the store has no time limit, for who may change it and nobody else")
    func unhurried() {
        let asked = [
            ("POST", "/api/v1/store/compact"), ("POST", "/api/v1/alerts/check"),
            ("GET", "/api/v1/store/check"), ("GET", "/api/v1/explain"),
            ("GET", "/api/v1/reports/ledger"), ("GET", "/api/v1/exports/volumes"),
        ]
        for (method, path) in asked {
            var request = ConsoleRequest(method: method, path: path)
            #expect(Answers.isUnhurried(request), "\(path)")
            request.entrance = .console
            #expect(!Answers.isUnhurried(request), "\(path)")
        }
        for path in ["/api/v1/status", "/health/live", "/metrics", "/nowhere"] {
            #expect(!Answers.isUnhurried(ConsoleRequest(path: path)), "\(path)")
        }
    }

    @Test("every question is one row, and says what it answers")
    func table() {
        let keys = Answers.table.map { "\($0.method) \($0.path)" }
        #expect(Set(keys).count == keys.count)
        #expect(Answers.table.allSatisfy { !$0.summary.isEmpty })
    }

    @Test("the last hour is told from the start of a slot to the end of another")
    func aligned() async throws {
        let world = try await AnswersWorld()
        let response = await world.command.answer(
            ConsoleRequest(
                path: "/api/v1/reports/volumes",
                parameters: ["from": "-1h", "format": "table"]
            )
        )
        let heading = response.body.split(separator: "\n").first ?? ""
        #expect(heading.contains("2026-01-01T00:00:00Z to 2026-01-01T01:05:00Z"), "\(heading)")
    }

    @Test("a time that nobody counted after the last volumes is shown, also without any")
    func gapAtTheEnd() async throws {
        let world = try await AnswersWorld()
        let end = AnswersWorld.start + 3600
        var batch = FlushBatch(id: "2", collector: "test", time: end + 100)
        batch.gaps = [Gap(from: end + 10, to: end + 90, reason: "collectorStopped")]
        _ = try await world.store.add(batch)
        let words = "2026-01-01T01:00:10Z to 2026-01-01T01:01:30Z: collectorStopped"
        for (path, words) in [
            ("/api/v1/reports/ledger", words),
            ("/api/v1/status", "GAP  1: last from 2026-01-01T01:00:10Z, 80 s"),
        ] {
            let response = await world.command.answer(
                ConsoleRequest(path: path, parameters: ["format": "table"])
            )
            #expect(response.body.contains(words), "\(response.body)")
        }
        let empty = InMemoryVolumeStore()
        _ = try await empty.add(batch)
        let service = ReportService(
            settings: world.settings,
            store: empty,
            now: AnswersWorld.now
        )
        let period = try await service.period(.everything)
        #expect(period.range == end..<end + 300)
        #expect(try await service.ledger(of: period, withSlots: false).text.contains(words))
    }

    @Test("what is pending counts in no report and is told apart in the ledger")
    func quarantined() async throws {
        let world = try await AnswersWorld()
        let volumes = await world.command.answer(ConsoleRequest(path: "/api/v1/reports/volumes"))
        #expect(!volumes.body.contains("192.0.2.7"))
        #expect(volumes.body.contains("\"quarantinedOctets\": 12000000"))
        #expect(volumes.body.contains("\"receivedOctets\": 24000000"))
        #expect(volumes.body.contains("\"quarantined\": 12"))
        let export = await world.command.answer(
            ConsoleRequest(path: "/api/v1/exports/volumes", parameters: ["month": "2026-01"])
        )
        #expect(!export.body.contains("192.0.2.7"))
    }
}
