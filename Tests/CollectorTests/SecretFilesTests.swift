// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Logging
import Model
import RouteReception
import Settings
import Storage
import Testing

@Suite("Secrets in files")
struct SecretFilesTests {
    private func withFile(_ content: String, _ body: (Settings.Secret) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID())").path
        try Data(content.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(.file(path))
    }

    private func neighbor(_ secret: Settings.Secret) -> Settings.Neighbor {
        var neighbor = Settings.Neighbor(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
        neighbor.md5 = secret
        return neighbor
    }

    @Test(
        "a file with nothing but the end of a line is no key: sessions would need no signature",
        arguments: ["", "\n", "\r\n", "\n\n"]
    )
    func empty(content: String) throws {
        try withFile(content) { secret in
            #expect(throws: InputProblem.self) { try BGPNeighbor(neighbor(secret)) }
            var settings = Settings()
            settings.alerts.notify = [
                .webhook(.init(url: "https://hooks.example/", secret: secret))
            ]
            #expect(throws: InputProblem.self) {
                try AlertService(
                    settings: settings,
                    store: InMemoryVolumeStore(),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            }
        }
    }

    @Test("a secret that is not there is told by its key, and the file")
    func missing() throws {
        let secret = Settings.Secret.file("/nonexistent/key")
        #expect(
            throws: InputProblem(
                "neighbors[er1].md5.file: /nonexistent/key: the secret cannot be read"
            )
        ) { try BGPNeighbor(neighbor(secret)) }
        var settings = Settings()
        settings.alerts.notify = [.webhook(.init(url: "https://hooks.example/", secret: secret))]
        #expect(
            throws: InputProblem(
                "alerts.notify[0].webhook.secret.file: /nonexistent/key: the secret cannot be read"
            )
        ) {
            try AlertService(
                settings: settings,
                store: InMemoryVolumeStore(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
    }

    @Test("the end of the line is no part of a key, and all else is")
    func content() throws {
        try withFile(" s3cret \n") { secret in
            let key = try BGPNeighbor(neighbor(secret)).key
            #expect(key == Array(" s3cret ".utf8))
        }
    }
}
