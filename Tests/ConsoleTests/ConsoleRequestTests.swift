// SPDX-License-Identifier: Apache-2.0

import Console
import Testing

@Suite("Requests of the API")
struct ConsoleRequestTests {
    @Test("a request that says nothing else is a GET by the control socket")
    func defaults() {
        let request = ConsoleRequest(path: "/api/v1/status")
        #expect(request.method == "GET")
        guard case .control = request.entrance else {
            Issue.record("came by another entrance")
            return
        }
    }
}
