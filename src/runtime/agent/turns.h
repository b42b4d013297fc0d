/* When the scheduler lets this thread run. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TB_TURN_NS 100000 /* the shortest that there are */

/* Short turns come soon: what computes beside it, in longer ones, then keeps it waiting less. Its share of
 * the processor stays what it was, and what it forks has ordinary turns. Before Linux 6.12 it has no
 * effect. *before: how long they were. */
bool tb_turns_set (uint64_t turn_ns, uint64_t *before);
/* The same, and where it may, as root, with as large a share as there is: for who ends what takes all
 * turns. No real-time class: one that waits there for others to end keeps them from it. */
void tb_turns_go_first (void);
