/* Architectures of any size, for tests and benchmarks. */
#pragma once

#include "tb-base.h"
#include "tb-model.h"

typedef struct
{
  guint components, links;
  guint columns;   /* of the places; 0: no places */
  double jitter;   /* of the places, 0 … 1 of the step */
  gboolean framed; /* layers and tiers */
  gboolean far;    /* links between any two, not only neighbours */
  guint64 seed;
} TbMadeModel;

TbDocument *tb_make_document (const TbMadeModel *made);
char *tb_make_xml (const TbMadeModel *made);
