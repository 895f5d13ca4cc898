// SPDX-License-Identifier: Apache-2.0

/// Everything that is wrong with a configuration, in the order of the files and their lines.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// At least one.
    public let problems: [SettingsProblem]

    public init(problems: [SettingsProblem]) { self.problems = problems }

    /// One problem a line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// One thing that is wrong with a configuration, and where.
public struct SettingsProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file, as the command line or an `include` names it.
    public var file: String
    /// 1-based.
    public var line: Int
    /// 1-based, in Unicode scalars.
    public var column: Int
    /// The path of the key, as "exporters[0].interfaces[2].speed"; empty for a whole file.
    public var key: String
    /// What is wrong.
    public var message: String
    /// What would be right, where that can be said.
    public var expected: String?

    public init(
        file: String,
        line: Int,
        column: Int,
        key: String,
        message: String,
        expected: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.message = message
        self.expected = expected
    }

    /// "peerage.yaml:12:5: exporters[0].speed: found 10X; expected a speed such as 100G".
    ///
    /// On one line, without control characters, whatever the configuration holds.
    public var description: String {
        let subject = key.isEmpty ? "" : "\(key): "
        let ending = expected.map { "; expected \($0)" } ?? ""
        let text = "\(file):\(line):\(column): \(subject)\(message)\(ending)"
        return String(String.UnicodeScalarView(text.unicodeScalars.map(Self.printable)))
    }
    private static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: "\u{fffd}"
        default: scalar
        }
    }
}
