// SPDX-License-Identifier: Apache-2.0

public import Model

extension AlertRecord {
    /// Forgets having seen slots after `slot`, which a clock that was ahead had made: so that the
    /// alert is not blind until the time that was shown then has come.
    ///
    /// - Parameter slot: Start of the last slot that counts as seen, in seconds since 1970-01-01
    ///   00:00 UTC.
    /// - Returns: The record as it stands then.
    public func setBack(to slot: Int64) -> AlertRecord {
        var record = self
        record.slot = min(record.slot, slot)
        record.since = min(record.since, slot)
        return record
    }
}
