/* Refuse: new connections meet a port that does not listen. */
#include "fault.h"

const TbFaultType tb_fault_of_REFUSE = { .whole = true, .dialled = TB_DIALLED_REFUSED };
