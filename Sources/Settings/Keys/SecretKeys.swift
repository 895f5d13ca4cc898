// SPDX-License-Identifier: Apache-2.0

extension Keys {
    /// Where a secret is found; what stands there instead may be the secret, and is not quoted.
    static let secret = Kind<SecretDraft>.section(
        Section<SecretDraft>(
            "a secret",
            isChoice: true,
            initial: { _ in SecretDraft() },
            rows: [
                .optional("file", .path, \.file, "A file that holds nothing else."),
                .optional("env", .environmentVariable, \.variable, "An environment variable."),
            ]
        )
    ).map(
        { draft, _, _ in
            draft.file.map { Settings.Secret.file($0) }
                ?? draft.variable.map { Settings.Secret.environment($0) }
        },
        back: { secret, _ in
            switch secret {
            case .file(let path): SecretDraft(file: path)
            case .environment(let name): SecretDraft(variable: name)
            }
        }
    ).hidden()
}

struct SecretDraft {
    var file: String?
    var variable: String?
}
