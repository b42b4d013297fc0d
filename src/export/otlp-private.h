/* OTLP in three files: project-otlp.c (traces), otlp-metrics.c, otlp-push.c (over HTTP). */
#pragma once

#include "projection-private.h"

typedef enum
{
  TB_OTLP_TRACES,
  TB_OTLP_METRICS
} TbOtlpSignal;

/* Takes one whole request's body. */
typedef struct
{
  gboolean (*take) (TbOtlpSignal signal, const char *json, gpointer data, GError **error);
  gpointer data;
} TbOtlpSink;

gboolean tb_otlp_write (TbPast *past, const TbProjectionOptions *options, const TbOtlpSink *sink, GError **error);

/* In seconds: OpenTelemetry's for HTTP, and six below, since loopback answers in less. */
#define TB_OTLP_BOUNDS 20
extern const double tb_otlp_bounds[TB_OTLP_BOUNDS];

/* counts: TB_OTLP_BOUNDS + 1 a link; sums in seconds, a link. */
gboolean tb_otlp_metrics (const TbTour *tour, const guint64 *counts, const double *sums, const TbOtlpSink *sink,
                          GError **error);

/* Attributes, into an array. 64-bit numbers are strings in its JSON. */
void tb_otlp_text (TbJson *json, const char *key, const char *value);
void tb_otlp_integer (TbJson *json, const char *key, gint64 value);
void tb_otlp_number (TbJson *json, const char *key, double value);
void tb_otlp_time (TbJson *json, const char *name, gint64 real_ns);
