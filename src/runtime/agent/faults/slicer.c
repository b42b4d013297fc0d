/* Slicer: bytes leave the tap in small pieces with a pause between them. Of several the last counts. */
#include "fault.h"

static void
apply (const TbApplying *a)
{
  for (int d = 0; d < 2; d++)
    if (a->directions[d])
      a->effects->slicer[d] = a->fault;
}

const TbFaultType tb_fault_of_SLICER = { .apply = apply };
