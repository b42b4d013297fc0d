/* What a recording becomes in other programs' formats: a row each. A projection reads a TbPast from one end
 * to the other and writes as it goes, so that the size of a recording does not matter. */
#pragma once

#include <stdio.h>

#include "tb-export.h"
#include "tb-filter.h"
#include "tb-past.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 from_ns, to_ns; /* since the run began; to_ns 0: its end. Of what lasts: whatever is in between */
  gint64 at_ns;          /* pictures: which moment, since the run began; < 0: the end */
  gboolean no_payload;   /* leave out what messages said */
  TbExportOptions picture; /* pictures: theme, scale, view */
  TbFilter *filter;        /* which events; NULL: all */
} TbProjectionOptions;

typedef struct
{
  const char *name;       /* "pcapng" */
  const char *extensions; /* separated by blanks; the first is what a file is best called */
  const char *label;      /* for people: "packets for Wireshark" */
  const char *mime_type;
  gboolean picture; /* of one moment: at_ns and picture mean something */
  /* FALSE with error; errors of writing are looked for by the caller. */
  gboolean (*write) (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
} TbProjection;

const TbProjection *tb_projections (guint *n);
/* NULL where there is none of that name. */
const TbProjection *tb_projection (const char *name);
/* By the longest extension that a file's name ends with; NULL where that says nothing. */
const TbProjection *tb_projection_of_path (const char *path);

/* Writes beside path and renames: a failure leaves what was there. "-" is standard output. */
gboolean tb_projection_file (TbPast *past, const TbProjection *projection, const TbProjectionOptions *options,
                             const char *path, GError **error);
/* Sends traces and metrics to an OpenTelemetry collector: POST URL/v1/traces and URL/v1/metrics, as JSON.
 * url: "http://host:4318". Blocks. */
gboolean tb_projection_push (TbPast *past, const TbProjectionOptions *options, const char *url, GError **error);

G_END_DECLS
