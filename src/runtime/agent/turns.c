#include "turns.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RESET_ON_FORK 1 /* SCHED_FLAG_RESET_ON_FORK */

/* struct sched_attr of sched_setattr(2), which no header of libc has everywhere. */
typedef struct
{
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime_ns, deadline_ns, period_ns;
} TbSchedule;

bool
tb_turns_set (uint64_t turn_ns, uint64_t *before)
{
  TbSchedule schedule = { .size = sizeof schedule };
  if (syscall (SYS_sched_getattr, 0, &schedule, sizeof schedule, 0) < 0
      || schedule.policy != SCHED_OTHER)
    return false;
  *before = schedule.runtime_ns;
  schedule.runtime_ns = turn_ns;
  schedule.flags |= RESET_ON_FORK;
  return syscall (SYS_sched_setattr, 0, &schedule, 0) == 0;
}

void
tb_turns_go_first (void)
{
  uint64_t before;
  tb_turns_set (TB_TURN_NS, &before);
  setpriority (PRIO_PROCESS, 0, -20);
}
