/* What a recording taught, into the drawing. */
#include <math.h>

#include "tb-predict.h"

#define NAMED_MAX 3 /* in the sentence; more are counted */

/* "cpu 210us": whole microseconds, which is as much as is known. NULL: nothing was measured. (transfer full) */
static char *
demand_of (const TbCalibration *c)
{
  char text[64];
  if (c->uid == 0 || llround (c->cpu_ns / 1e3) <= 0)
    return NULL;
  tb_duration_format ((gint64) llround (c->cpu_ns / 1e3) * 1000, text, sizeof text);
  return g_strdup_printf ("cpu %s", text);
}

static void
say (GString *words, guint nth, const char *title, double ns)
{
  g_autofree char *time = tb_time_text (ns);
  if (nth < NAMED_MAX)
    g_string_append_printf (words, "%s%s %s", nth > 0 ? ", " : "", title, time);
}

char *
tb_calibration_write (TbDocument *document, const GArray *calibrations)
{
  g_autoptr (GString) words = g_string_new (NULL);
  guint n = 0, measured = 0;
  tb_document_begin (document, "Keep what a run cost", NULL);
  for (guint i = 0; i < calibrations->len; i++)
    {
      const TbCalibration *c = &g_array_index (calibrations, TbCalibration, i);
      const TbElement *element = tb_model_get (tb_document_model (document), c->uid);
      g_autofree char *demand = demand_of (c);
      measured += element != NULL && demand != NULL;
      if (element == NULL || demand == NULL || g_strcmp0 (tb_element_get (element, TB_PROP_DEMAND), demand) == 0)
        continue;
      g_autofree char *title = g_strdup (tb_element_title (element));
      if (tb_document_set (document, c->uid, TB_PROP_DEMAND, demand, NULL))
        say (words, n++, title, c->cpu_ns);
    }
  tb_document_commit (document);
  if (measured == 0)
    return g_strdup ("Nothing is kept: no request was seen to take a microsecond of a processor.");
  if (n == 0)
    return g_strdup ("The drawing says already what the run cost.");
  if (n > NAMED_MAX)
    g_string_append_printf (words, " and %u more", n - NAMED_MAX);
  return g_strdup_printf ("Wrote what a request takes of a processor: %s.", words->str);
}
