/* The readers, a pair each. */
#pragma once

#include "tb-import.h"

#define TB_IMPORTER(name)                                                                                              \
  int tb_sniff_##name (const char *bytes, gsize size);                                                                 \
  TbDocument *tb_read_##name (const TbImportSource *source, TbProblems *dropped, GError **error);
TB_IMPORTER (dot)
TB_IMPORTER (drawio)
TB_IMPORTER (mermaid)
TB_IMPORTER (compose)
TB_IMPORTER (structurizr)
#undef TB_IMPORTER
