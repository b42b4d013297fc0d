/* A block of loopback addresses for a test's own run. */
#pragma once

#include <stdint.h>

/* As runs do, so that tests and runs at the same time do not meet: 127.*block/16 is the caller's until
 * the descriptor that is returned is closed. */
int tb_claim_block (uint32_t *block);
