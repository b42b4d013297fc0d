/* A drawing that goes out in a format and comes in again. */
#pragma once

#include "import-test.h"
#include "tb-export.h"

/* (transfer full) both, the drawing that xml is and what came back of it. */
static inline void
send_there_and_back (const char *xml, const char *format, const char *name, TbDocument **before, TbDocument **after)
{
  g_autoptr (GError) error = NULL;
  *before = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  const TbExportOptions options = { .scale = 1 };
  g_autoptr (GBytes) bytes
    = tb_export_bytes (tb_document_model (*before), tb_export_format (format), &options, &error);
  g_assert_no_error (error);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  *after = import_well_named (name, text, NULL);
}
