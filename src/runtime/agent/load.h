/* What each instance's process tree uses, from one walk over /proc. */
#pragma once

#include <sys/types.h>

#include "tb-base.h"

typedef struct
{
  pid_t leash;     /* in; 0: none, and the rest stays 0 */
  uint64_t before_ns; /* in; what cpu_ns was the last time, or 0: it never goes back, though of those
                         that have ended only whole ticks are known */
  uint64_t cpu_ns; /* of all that descends from it, ended ones included */
  uint64_t rss_bytes;
  uint32_t n; /* processes */
  uint32_t threads, files; /* of all of them; files that may be counted */
} TbLoad;

/* Fills the loads in; loads need no order. Silently leaves out what ends meanwhile. */
void tb_load_measure (TbLoad *loads, size_t n);
/* Of this process: resident bytes and CPU time. */
void tb_load_self (uint64_t *rss_bytes, uint64_t *cpu_ns);
