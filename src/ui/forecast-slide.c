/* What if: which values can be slid, how far, and how they become a part of the drawing. */
#include "forecast.h"

#include <math.h>

#define FURTHER 4.0 /* times what is drawn */
#define AT_LEAST_TO 16.0
#define REPLICAS_TO 12.0

static void
slider_free (gpointer data)
{
  TbForecastSlider *slider = data;
  g_free (slider->label);
  g_free (slider);
}

static int
find (const GArray *what_if, const TbWhatIf *what)
{
  for (guint i = 0; i < what_if->len; i++)
    {
      const TbWhatIf *w = &g_array_index (what_if, TbWhatIf, i);
      if (w->uid == what->uid && w->kind == what->kind)
        return (int) i;
    }
  return -1;
}

static char *
label_of (const char *title, TbWhatIfKind kind)
{
  switch (kind)
    {
    case TB_WHAT_IF_THREADS:
      return g_strdup_printf ("Threads of %s", title);
    case TB_WHAT_IF_REPLICAS:
      return g_strdup_printf ("Replicas of %s", title);
    case TB_WHAT_IF_CORES:
      return g_strdup_printf ("Cores of %s", title);
    case TB_WHAT_IF_RATE:
      return g_strdup_printf ("%s: rounds a second", title);
    case TB_WHAT_IF_POPULATION:
    case TB_WHAT_IF_THINK:
    case TB_WHAT_IF_WAY:
    default:
      return g_strdup_printf ("%s: customers", title);
    }
}

static void
add (GPtrArray *sliders, TbUid uid, const char *title, TbWhatIfKind kind, double drawn, const GArray *what_if)
{
  TbForecastSlider *slider = g_new0 (TbForecastSlider, 1);
  double most = kind == TB_WHAT_IF_REPLICAS ? MAX (REPLICAS_TO, 2 * drawn) : MAX (FURTHER * drawn, AT_LEAST_TO);
  slider->what = (TbWhatIf){ uid, kind, drawn };
  int at = find (what_if, &slider->what);
  if (at >= 0)
    slider->what.value = g_array_index (what_if, TbWhatIf, at).value;
  slider->drawn = drawn;
  slider->least = 1;
  slider->most = MAX (ceil (most), slider->what.value);
  slider->label = label_of (title, kind);
  g_ptr_array_add (sliders, slider);
}

static gboolean
is_there (const GPtrArray *sliders, const TbWhatIf *what)
{
  for (guint i = 0; i < sliders->len; i++)
    {
      const TbForecastSlider *slider = sliders->pdata[i];
      if (slider->what.uid == what->uid && slider->what.kind == what->kind)
        return TRUE;
    }
  return FALSE;
}

/* What is tried of others than those that are meant: nothing is tried that nobody sees. */
static void
add_tried (GPtrArray *sliders, const TbQueueNet *drawn, const GArray *what_if)
{
  for (guint n = 0; n < what_if->len; n++)
    {
      const TbWhatIf *what = &g_array_index (what_if, TbWhatIf, n);
      for (guint i = 0; i < drawn->n_stations && !is_there (sliders, what); i++)
        if (drawn->stations[i].uid == what->uid && (what->kind == TB_WHAT_IF_THREADS || what->kind == TB_WHAT_IF_REPLICAS))
          add (sliders, what->uid, drawn->stations[i].title, what->kind,
               what->kind == TB_WHAT_IF_THREADS ? drawn->stations[i].threads : drawn->stations[i].replicas, what_if);
      for (guint d = 0; d < drawn->n_devices && !is_there (sliders, what); d++)
        if (drawn->devices[d].uid == what->uid && what->kind == TB_WHAT_IF_CORES)
          add (sliders, what->uid, drawn->devices[d].id, what->kind, drawn->devices[d].cores, what_if);
    }
}

static gboolean
is_client (const TbQueueNet *net, guint station)
{
  for (guint i = 0; i < net->n_sources; i++)
    if (net->sources[i].station == station)
      return TRUE;
  return FALSE;
}

/* The one that is selected, else the one whose threads limit the others, else the first that works. */
static guint
station_meant (const TbQueueNet *net, const TbPrediction *prediction, TbUid selected)
{
  guint first = TB_QUEUE_NONE;
  for (guint i = net->n_stations; i-- > 0;)
    {
      const TbStation *t = &net->stations[i];
      if (is_client (net, i) || t->outside || t->role == TB_ROLE_CLIENT)
        continue;
      if (t->uid == selected)
        return i;
      first = i;
    }
  return prediction->bottleneck_station < net->n_stations && !is_client (net, prediction->bottleneck_station)
             ? prediction->bottleneck_station
             : first;
}

GPtrArray *
tb_forecast_sliders (const TbQueueNet *drawn, const TbPrediction *prediction, TbUid selected, const GArray *what_if)
{
  GPtrArray *sliders = g_ptr_array_new_with_free_func (slider_free);
  for (guint i = 0; i < drawn->n_sources; i++)
    {
      const TbSource *source = &drawn->sources[i];
      const TbStation *client = &drawn->stations[source->station];
      if (source->rate_per_s > 0)
        add (sliders, client->uid, client->title, TB_WHAT_IF_RATE, source->rate_per_s, what_if);
      else
        add (sliders, client->uid, client->title, TB_WHAT_IF_POPULATION, source->population, what_if);
    }
  guint station = station_meant (drawn, prediction, selected);
  const TbStation *meant = station != TB_QUEUE_NONE ? &drawn->stations[station] : NULL;
  if (meant != NULL && meant->threads > 0)
    add (sliders, meant->uid, meant->title, TB_WHAT_IF_THREADS, meant->threads, what_if);
  if (meant != NULL)
    add (sliders, meant->uid, meant->title, TB_WHAT_IF_REPLICAS, meant->replicas, what_if);
  add_tried (sliders, drawn, what_if);
  return sliders;
}

void
tb_forecast_try (GArray *what_if, const TbWhatIf *what)
{
  int at = find (what_if, what);
  if (at >= 0)
    g_array_remove_index (what_if, (guint) at);
  g_array_append_val (what_if, *what);
}

void
tb_forecast_slide (GArray *what_if, const TbForecastSlider *slider, double value)
{
  TbWhatIf what = { slider->what.uid, slider->what.kind, value };
  tb_forecast_try (what_if, &what);
  if (fabs (value - slider->drawn) <= 1e-9)
    g_array_set_size (what_if, what_if->len - 1);
}

/* ---- Into the drawing ------------------------------------------------------------------------------------- */

static gboolean
set (TbDocument *document, TbUid uid, TbProp prop, const char *format, double value)
{
  g_autofree char *number = g_strdup_printf ("%.0f", value), *text = g_strconcat (format, number, NULL);
  return tb_document_set (document, uid, prop, text, NULL);
}

/* Customers are replicas times threads: the replicas that there are, if they divide them, else one. */
static gboolean
set_customers (TbDocument *document, const TbElement *client, double n)
{
  guint replicas = tb_component_replicas (client);
  TbUid uid = tb_element_uid (client);
  if (fmod (n, replicas) == 0)
    return set (document, uid, TB_PROP_THREADS, "pool ", n / replicas);
  return set (document, uid, TB_PROP_REPLICAS, "", 1) && set (document, uid, TB_PROP_THREADS, "pool ", n);
}

static gboolean
set_rate (TbDocument *document, const TbElement *client, double rate)
{
  const TbElement *builtin = tb_element_child_of (client, TB_KIND_BUILTIN);
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (text, sizeof text, "%.6g", rate / tb_component_replicas (client));
  return builtin != NULL && tb_document_set (document, tb_element_uid (builtin), TB_PROP_RATE, text, NULL);
}

static gboolean
apply (TbDocument *document, const TbWhatIf *what)
{
  const TbElement *element = tb_model_get (tb_document_model (document), what->uid);
  if (element == NULL || (tb_element_kind (element) == TB_KIND_DEVICE) != (what->kind == TB_WHAT_IF_CORES))
    return FALSE;
  switch (what->kind)
    {
    case TB_WHAT_IF_THREADS:
      return set (document, what->uid, TB_PROP_THREADS, "pool ", what->value);
    case TB_WHAT_IF_REPLICAS:
      return set (document, what->uid, TB_PROP_REPLICAS, "", what->value);
    case TB_WHAT_IF_POPULATION:
      return set_customers (document, element, what->value);
    case TB_WHAT_IF_RATE:
      return set_rate (document, element, what->value);
    case TB_WHAT_IF_CORES:
      return set (document, what->uid, TB_PROP_CORES, "", what->value);
    case TB_WHAT_IF_THINK:
    case TB_WHAT_IF_WAY:
    default:
      return FALSE;
    }
}

guint
tb_forecast_apply (TbDocument *document, const GArray *what_if)
{
  guint n = 0;
  tb_document_begin (document, "Take what was tried", NULL);
  for (guint i = 0; i < what_if->len; i++)
    n += apply (document, &g_array_index (what_if, TbWhatIf, i));
  tb_document_commit (document);
  return n;
}
