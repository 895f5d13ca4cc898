// SPDX-License-Identifier: Apache-2.0
//
// What libFuzzer offers to a target that mutates its input itself.
#ifndef CLIBFUZZER_H
#define CLIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Changes `size` octets at `data` in place, to at most `limit`; returns how many there are now.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t limit);

#endif
