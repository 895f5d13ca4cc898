// SPDX-License-Identifier: Apache-2.0

internal import CLinux

extension Array where Element: BitwiseCopyable {
    /// Begins to load the element at `index`; nothing where there is none.
    @inline(__always)
    func prefetch(_ index: UInt32) {
        guard index < count else { return }
        // Safe: nothing is read, and the address is within the elements.
        unsafe withUnsafeBufferPointer { elements in
            guard let base = elements.baseAddress else { return }
            unsafe CLinux_prefetch(UnsafeRawPointer(base + Int(index)))
        }
    }
}
