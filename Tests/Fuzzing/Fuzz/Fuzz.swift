// SPDX-License-Identifier: Apache-2.0

import CLibFuzzer
import Foundation
import FuzzTargets

/// `fuzz TARGET [ARGUMENT OF LIBFUZZER...]`, and `fuzz TARGET seeds FOLDER COUNT`, which writes inputs
/// to begin with.
@main
struct Fuzz {
    static func main() {
        guard CommandLine.arguments.count > 1,
            let named = FuzzTarget(rawValue: CommandLine.arguments[1])
        else {
            print("fuzz TARGET ...: one of", FuzzTarget.allCases.map(\.rawValue))
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

/// Writes `count` inputs into `folder`; false when that cannot be done.
private func write(_ target: FuzzTarget, to folder: String, _ count: String) -> Bool {
    for seed in 0..<(UInt64(count) ?? 0) {
        let input = Data(FuzzSeeds.input(target, seed))
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
nonisolated(unsafe) private var target = FuzzTarget.ipfix
nonisolated(unsafe) private var run = FuzzRun()
nonisolated(unsafe) private var headers = HeaderRun()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ input: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // Safe: libFuzzer lends `count` octets for the time of the call.
    let octets = unsafe UnsafeRawBufferPointer(start: input, count: count)
    if unsafe target == .header {
        unsafe headers.run(octets.bytes)
    } else {
        unsafe run.run(octets.bytes)
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
    let changed = unsafe SequenceMutator(target).mutate(input, limit: limit, seed: UInt64(seed)) {
        octets,
        most in
        let size = octets.count
        guard most > 0 else { return }
        octets += [UInt8](repeating: 0, count: max(most - size, 0))
        let now = unsafe octets.withUnsafeMutableBufferPointer { buffer in
            // Safe: the array has been made `most` octets long.
            unsafe buffer.baseAddress.map { unsafe LLVMFuzzerMutate($0, size, most) } ?? 0
        }
        octets.removeLast(octets.count - min(now, octets.count))
    }
    for (index, octet) in changed.enumerated() where index < limit { unsafe data[index] = octet }
    return min(changed.count, limit)
}
