// SPDX-License-Identifier: Apache-2.0

import CLibFuzzer
import FuzzTargets
import Glibc

/// What libFuzzer calls: the target is named by PEERAGE_FUZZ.
private let target: FuzzTarget = {
    // Safe: the environment is read once, before there is another thread.
    let name = unsafe getenv("PEERAGE_FUZZ").map { unsafe String(cString: $0) } ?? "ipfix"
    guard let target = FuzzTarget(rawValue: name) else {
        print("PEERAGE_FUZZ: there is no target \(name)")
        exit(2)
    }
    return target
}()

// Safe: libFuzzer has one thread.
nonisolated(unsafe) private var run = FuzzRun()
nonisolated(unsafe) private var headers = HeaderRun()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ input: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // Safe: libFuzzer lends `count` octets for the time of the call.
    let octets = unsafe UnsafeRawBufferPointer(start: input, count: count)
    if target == .header {
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
    let changed = SequenceMutator(target).mutate(input, limit: limit, seed: UInt64(seed)) {
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
