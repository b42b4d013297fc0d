/* Blackhole: new connections get no answer: the kernel drops their SYNs at a full accept queue, tries
 * again, and connects them when the fault has ended and the caller still waits. Connections that were
 * there go on. */
#include "fault.h"

const TbFaultType tb_fault_of_BLACKHOLE = { .whole = true, .dialled = TB_DIALLED_PARKED };
