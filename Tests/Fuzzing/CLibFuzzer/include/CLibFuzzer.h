// SPDX-License-Identifier: Apache-2.0
//
// What libFuzzer offers to a target that begins by itself, and mutates its inputs itself.
#ifndef CLIBFUZZER_H
#define CLIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Changes `size` octets at `data` in place, to at most `limit`; returns how many there are now.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t limit);

/// Reads the arguments, then gives inputs to `target` until there is enough, or it fails.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*target)(const uint8_t *, size_t));

#endif
