/* tierboard export, where what it is given is a recording. */
#pragma once

#include "exit-status.h"
#include "tb-export.h"

typedef struct
{
  const char *out, *format, *otlp;   /* each may be NULL; out and otlp not both */
  const char *at, *from, *to, *filter; /* as typed; NULL: not said */
  gboolean no_payload;
  TbExportOptions picture;
} TbExportRecording;

TbExitStatus tb_cli_export_recording (const char *path, const TbExportRecording *options);
/* "pcapng, ndjson … and prometheus" (transfer full) */
char *tb_cli_projection_names (void);
