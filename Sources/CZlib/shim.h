// SPDX-License-Identifier: Apache-2.0

#define ZLIB_CONST
#include <zlib.h>
