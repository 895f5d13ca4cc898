// SPDX-License-Identifier: Apache-2.0
//
// Counts what the calling thread allocates: malloc and its kin, replaced in whatever links this.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

struct allocation_counts {
    /// Calls that returned memory, those that only made a piece larger included.
    uint64_t allocations;
    /// Octets asked for by them.
    uint64_t octets;
    /// The most that was held at once beyond what was at the last reset, in octets as handed out.
    uint64_t peak;
    /// What is held now beyond what was at the last reset, in octets as handed out.
    int64_t held;
};

/// Whether anything is counted: not under a sanitizer, which brings a malloc of its own.
bool allocations_are_counted(void);

/// Begins anew for the calling thread.
void allocations_reset(void);

/// What the calling thread allocated since its last reset.
struct allocation_counts allocations_read(void);

/// Processor time of the calling thread, in nanoseconds: what a busy machine does not change.
uint64_t thread_nanoseconds(void);

#endif
