// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer's run-time library holds the code; a target of C needs one file.
#include "CLibFuzzer.h"
