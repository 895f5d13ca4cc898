// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Storage
import StorageSQLite

/// Writes batches to a store while somebody takes its disk away, and checks what is there after.
///
///     soakwriter write DATABASE FIRST COUNT    prints the number of each batch that was taken
///     soakwriter check DATABASE LAST           every batch from 1 to LAST is there, each once
///
/// What the store does not take now is offered again, as a collector does.
@main
struct SoakWriter {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let numbers = arguments.dropFirst(2).compactMap { Int($0) }
        switch (arguments.first, numbers.count) {
        case ("write", 2): try await write(to: arguments[1], first: numbers[0], count: numbers[1])
        case ("check", 1): try await check(arguments[1], last: numbers[0])
        default:
            say("usage: soakwriter write DATABASE FIRST COUNT | check DATABASE LAST")
            exit(2)
        }
    }

    private static func write(to path: String, first: Int, count: Int) async throws {
        let store = try await patiently {
            try SQLiteVolumeStore.opened(
                path: path,
                mode: .serving,
                observer: { say("\($0.kind.rawValue): \($0.detail)") }
            )
        }
        for number in first..<first + count {
            let batch = SoakBatch.batch(number)
            _ = try await patiently { try await store.add(batch) }
            try FileHandle.standardOutput.write(contentsOf: Data("\(number)\n".utf8))
        }
        try store.close()
    }

    /// Tries until it succeeds; 2,000 times.
    private static func patiently<Value>(
        _ body: () async throws -> Value
    ) async throws -> Value {
        for _ in 1..<2_000 {
            do {
                return try await body()
            } catch let error as VolumeStoreError {
                say("waiting: \(error)")
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        return try await body()
    }

    private static func check(_ path: String, last: Int) async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let problems = try await store.check()
        for problem in problems { say("\(problem.object): \(problem.problem)") }
        let all = Int64.min..<Int64.max
        let batches = try await store.statistics().batches
        let octets = try await store.interfaceFacts(in: all).reduce(0) { $0 + $1.measure.octets }
        let doubled = octets != UInt64(batches) * SoakBatch.octets
        var lost = 0
        for number in 1...max(last, 1) where number <= last {
            if try await store.add(SoakBatch.batch(number)) {
                say("lost: batch \(number)")
                lost += 1
            }
        }
        let events = try await store.events(in: all)
        let reopened = events.count { $0.kind == .storeReopened }
        let setAside = events.count { $0.kind == .storeSetAside }
        try store.close()
        print(
            "acknowledged \(last) lost \(lost) doubled \(doubled ? 1 : 0) "
                + "problems \(problems.count) reopened \(reopened) setAside \(setAside)"
        )
        if lost > 0 || doubled || !problems.isEmpty { exit(1) }
    }

    private static func say(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }
}
