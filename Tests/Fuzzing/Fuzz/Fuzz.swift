// SPDX-License-Identifier: Apache-2.0

import CLibFuzzer
import Foundation
import FuzzTargets

/// `fuzz TARGET [ARGUMENT OF LIBFUZZER...]`, and `fuzz TARGET seeds FOLDER COUNT`, which writes
/// inputs to begin with.
@main
struct Fuzz {
    static func main() {
        guard CommandLine.arguments.count > 1,
            let named = Target(CommandLine.arguments[1])
        else {
            print("fuzz TARGET ...: one of", Target.names)
            exit(2)
        }
        if CommandLine.arguments.count == 5, CommandLine.arguments[2] == "seeds" {
            exit(write(named, to: CommandLine.arguments[3], CommandLine.arguments[4]) ? 0 : 2)
        }
        // Safe: there is one thread.
        unsafe target = named
        // The name of the target is no argument of libFuzzer's.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
            unsafe CommandLine
            .unsafeArgv + 1
        exit(
            // Safe: the arguments live as long as the process.
            unsafe LLVMFuzzerRunDriver(&count, &arguments) { input, count in
                unsafe testOneInput(input, count)
            }
        )
    }
}

/// What is fuzzed: of flows or of routes.
private enum Target {
    case flow(FuzzTarget)
    case route(RouteTarget)

    static let names =
        FuzzTarget.allCases.map(\.rawValue) + RouteTarget.allCases.map(\.rawValue)

    init?(_ name: String) {
        if let target = FuzzTarget(rawValue: name) {
            self = .flow(target)
        } else if let target = RouteTarget(rawValue: name) {
            self = .route(target)
        } else {
            return nil
        }
    }

    func seed(_ number: UInt64) -> [UInt8] {
        switch self {
        case .flow(let target): FuzzSeeds.input(target, number)
        case .route(let target): RouteSeeds.input(target, number)
        }
    }
}

/// Writes `count` inputs into `folder`; false when that cannot be done.
private func write(_ target: Target, to folder: String, _ count: String) -> Bool {
    for seed in 0..<(UInt64(count) ?? 0) {
        let input = Data(target.seed(seed))
        do {
            try input.write(to: URL(filePath: folder).appending(path: "seed-\(seed)"))
        } catch {
            print("fuzz: \(error)")
            return false
        }
    }
    return true
}

// Safe: libFuzzer has one thread.
nonisolated(unsafe) private var target = Target.flow(.ipfix)
nonisolated(unsafe) private var run = FuzzRun()
nonisolated(unsafe) private var headers = HeaderRun()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ input: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // Safe: libFuzzer lends `count` octets for the time of the call.
    let octets = unsafe UnsafeRawBufferPointer(start: input, count: count)
    switch unsafe target {
    case .flow(.header): unsafe headers.run(octets.bytes)
    case .flow: unsafe run.run(octets.bytes)
    case .route(let target): RouteRun(target).run(unsafe octets.bytes)
    }
    return 0
}

@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
    _ data: UnsafeMutablePointer<UInt8>,
    _ count: Int,
    _ limit: Int,
    _ seed: UInt32
) -> Int {
    // Safe: `data` has room for `limit` octets, of which `count` are the input.
    let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    let anyChange: (inout [UInt8], Int) -> Void = { octets, most in
        let size = octets.count
        guard most > 0 else { return }
        octets += [UInt8](repeating: 0, count: max(most - size, 0))
        let now = unsafe octets.withUnsafeMutableBufferPointer { buffer in
            // Safe: the array has been made `most` octets long.
            unsafe buffer.baseAddress.map { unsafe LLVMFuzzerMutate($0, size, most) } ?? 0
        }
        octets.removeLast(octets.count - min(now, octets.count))
    }
    let seed = UInt64(seed)
    let changed =
        switch unsafe target {
        case .flow(let target):
            SequenceMutator(target).mutate(input, limit: limit, seed: seed, by: anyChange)
        case .route(let target):
            RouteMutator(target).mutate(input, limit: limit, seed: seed, by: anyChange)
        }
    for (index, octet) in changed.enumerated() where index < limit { unsafe data[index] = octet }
    return min(changed.count, limit)
}
