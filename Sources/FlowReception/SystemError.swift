// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A system call that failed, and why.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// Name of the call, with the option when there is one: "setsockopt(SO_RCVBUF)".
    public let call: String
    /// The value of `errno` right after the call.
    public let code: Int32

    /// Captures `errno`; make nothing else run between the failed call and this.
    init(call: String) {
        self.code = errno
        self.call = call
    }

    public var description: String {
        // Safe: strerror never returns null, and the string is copied at once.
        unsafe "\(call): \(String(cString: strerror(code)))"
    }
}
