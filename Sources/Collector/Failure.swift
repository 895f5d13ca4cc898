// SPDX-License-Identifier: Apache-2.0

import FlowReception
import RouteReception
import Storage

/// An error as a person should read it, and whether what was asked for was wrong.
public struct Failure {
    public let message: String
    /// The input or the configuration is at fault, rather than the work.
    public let isInputWrong: Bool
    /// The same may succeed later.
    let isPassing: Bool

    public init(_ error: any Error) {
        if case VolumeStoreError.unavailable = error { isPassing = true } else { isPassing = false }
        switch error {
        case let error as CaptureError:
            message = "\(error)"
            if case .unreadable = error { isInputWrong = true } else { isInputWrong = false }
        case let error as MRTFileError:
            message = "\(error)"
            isInputWrong = true
        case let error as Period.Problem:
            message = error.description
            isInputWrong = true
        case let error as InputProblem:
            message = error.description
            isInputWrong = true
        case VolumeStoreError.unavailable(let reason):
            message = "the store cannot be used: \(reason)"
            isInputWrong = false
        case VolumeStoreError.corrupt(let reason):
            message = "the store is damaged: \(reason)"
            isInputWrong = false
        case VolumeStoreError.refused(let reason):
            message = "the store refuses the volumes: \(reason)"
            isInputWrong = false
        case VolumeStoreError.incompatible(let reason):
            message = "the store is of another version: \(reason)"
            isInputWrong = false
        default:
            message = "\(error)"
            isInputWrong = false
        }
    }
}

extension Failure {
    /// What the system says of an I/O error, without the call and the number around it:
    /// "Address already in use" of "bind(descriptor:): Address already in use) (errno: 98)".
    package static func reason(of error: any Error) -> String {
        let text = "\(error)"
        guard let end = text.firstRange(of: " (errno: ") else { return text }
        var reason = text[..<end.lowerBound]
        if let call = reason.firstRange(of: "): ") { reason = reason[call.upperBound...] }
        if reason.hasSuffix(")") { reason = reason.dropLast() }
        return String(reason)
    }
}

/// Something asked for that there is not, and what there is.
public struct InputProblem: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }

    /// Throws for "-": captures and tables are read more than once, which a pipe cannot be.
    static func refuseStandardInput(_ path: String) throws(InputProblem) {
        guard path != "-" else {
            throw InputProblem("'-': standard input is not read here; expected a file")
        }
    }
}
