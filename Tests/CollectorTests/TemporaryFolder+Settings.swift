// SPDX-License-Identifier: Apache-2.0

import Settings
import TestSupport

extension TemporaryFolder {
    /// The settings of `text` as a file of this folder: what they name by default, the state and
    /// the control socket, is in here too.
    func settings(_ text: String) throws(SettingsError) -> Settings {
        try Settings.load(text: text, file: path("peerage.yaml"))
    }
}
