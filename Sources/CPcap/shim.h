// SPDX-License-Identifier: Apache-2.0

// Else Swift takes the structures of libc to be this module's, or Glibc's, by chance.
#ifdef __swift__
#pragma clang module import SwiftGlibc
#endif

#include <pcap/pcap.h>
