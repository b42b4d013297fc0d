/* A run as one page of HTML for people: the picture, the links' figures, charts with the faults as bands, the slowest
 * requests, what happened when. It needs no network and runs nothing: no script, everything inside, and it says so to
 * the browser. */
#include "report-private.h"

#include <math.h>
#include <string.h>

const char tb_report_style[]
  = ":root{color-scheme:light dark;--ink:#1d2129;--dim:#5d6675;--line:#d5dae1;--page:#fff}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--dim:#9aa4b2;--line:#3a414c;--page:#15181d}}"
    "body{font:14px/1.5 Inter,Cantarell,system-ui,sans-serif;color:var(--ink);background:var(--page);"
    "max-width:76rem;margin:2rem auto;padding:0 1.5rem}h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2.2rem 0 .6rem}"
    "p{margin:.3rem 0;color:var(--dim)}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th{font-weight:500;color:var(--dim);text-align:left}th,td{padding:.25rem .7rem .25rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}td.n,th.n{text-align:right}.bad{color:#c01c28;font-weight:600}.wide{overflow-x:auto}"
    "svg{max-width:100%;height:auto;border-radius:6px}.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(24rem,1fr));"
    "gap:1rem}figure{margin:0}@media print{body{max-width:none;margin:0}h2{break-after:avoid}figure,tr{break-inside:avoid}}";

/* ---- Text ------------------------------------------------------------------------------------------- */

void
tb_report_text (FILE *out, const char *text)
{
  g_autofree char *clean = tb_plot_clean (text, strlen (text));
  g_autofree char *escaped = g_markup_escape_text (clean, -1);
  fputs (escaped, out);
}

static void
cell (FILE *out, const char *class, const char *text)
{
  fprintf (out, "<td%s%s%s>", class != NULL ? " class=\"" : "", class != NULL ? class : "", class != NULL ? "\"" : "");
  tb_report_text (out, text);
  fputs ("</td>", out);
}

static void
count_cell (FILE *out, guint64 n, gboolean bad)
{
  fprintf (out, "<td class=\"n%s\">%" G_GUINT64_FORMAT "</td>", bad && n > 0 ? " bad" : "", n);
}

static void
figure_cell (FILE *out, double value, TbAxisUnit unit)
{
  char text[40];
  tb_axis_format (value, unit, text, sizeof text);
  cell (out, "n", text);
}

static void
latency_cell (FILE *out, gint64 ns)
{
  figure_cell (out, ns < 0 ? NAN : (double) ns, TB_AXIS_DURATION);
}

static void
time_cell (const Report *r, gint64 time_ns)
{
  fprintf (r->out, "<td class=\"n\">%.3f s</td>", (double) (time_ns - r->tour.start_ns) / 1e9);
}

static void
heads (FILE *out, const char *const *names, guint n_left)
{
  fputs ("<div class=\"wide\"><table><tr>", out);
  for (guint i = 0; names[i] != NULL; i++)
    fprintf (out, "<th%s>%s</th>", i < n_left ? "" : " class=\"n\"", names[i]);
  fputs ("</tr>\n", out);
}

static void
end_table (FILE *out)
{
  fputs ("</table></div>\n", out);
}

/* ---- Head and picture --------------------------------------------------------------------------------- */

static char *
title_of (TbPast *past)
{
  const char *xml = tb_past_architecture (past, G_MAXINT64);
  g_autoptr (TbDocument) document
    = xml != NULL ? tb_document_load_bytes (tb_past_path (past), xml, strlen (xml), NULL, NULL) : NULL;
  return document != NULL ? g_strdup (tb_element_title (tb_model_root (tb_document_model (document))))
                          : g_path_get_basename (tb_past_path (past));
}

static void
write_head (const Report *r)
{
  TbPast *past = r->tour.past;
  g_autofree char *title = title_of (past);
  g_autofree char *iso = tb_tour_iso (&r->tour, r->tour.start_ns);
  fputs ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
         "<meta name=\"viewport\" content=\"width=device-width\"><title>", r->out);
  tb_report_text (r->out, title);
  fprintf (r->out, "</title><style>%s</style></head><body>\n<h1>", tb_report_style);
  tb_report_text (r->out, title);
  fprintf (r->out, "</h1>\n<p>A run that began at %.19s UTC and took %.3f s: %u instances, %u links, %" G_GUINT64_FORMAT
                   " events. Recorded by Tierboard.</p>\n",
           iso, (double) (tb_past_end_ns (past) - r->tour.start_ns) / 1e9, tb_past_n_instances (past),
           tb_past_n_links (past), tb_past_n_events (past));
  if (tb_past_notice (past) != NULL)
    {
      fputs ("<p class=\"bad\">", r->out);
      tb_report_text (r->out, tb_past_notice (past));
      fputs ("</p>\n", r->out);
    }
}

/* What an XML file begins with has no place inside a page. */
static const char *
without_prologue (const char *svg)
{
  const char *begin = strstr (svg, "<svg");
  return begin != NULL ? begin : svg;
}

static void
write_picture (const Report *r)
{
  gsize size;
  g_autoptr (GError) error = NULL;
  g_autofree char *svg = tb_project_picture_svg (r->tour.past, r->tour.options, &size, &error);
  if (svg == NULL)
    return; /* a recording without a drawing has all the rest */
  fprintf (r->out, "<h2>The picture%s</h2>\n<figure class=\"wide\">%s</figure>\n",
           r->tour.options->at_ns < 0 ? " at the end" : "", without_prologue (svg));
}

/* ---- Tables ------------------------------------------------------------------------------------------- */

static void
write_links (const Report *r)
{
  static const char *const names[] = { "link", "from", "to", "requests", "replies", "errors", "refused", "dropped",
                                       "p50", "p95", "p99", "bytes up", "bytes down", NULL };
  fputs ("<h2>Links</h2>\n", r->out);
  heads (r->out, names, 3);
  for (guint i = 0; i < r->frame->n_links; i++)
    {
      const TbLiveLink *link = &r->frame->links[i];
      fputs ("<tr>", r->out);
      cell (r->out, NULL, link->id);
      cell (r->out, NULL, link->from);
      cell (r->out, NULL, link->to);
      count_cell (r->out, link->requests, FALSE);
      count_cell (r->out, link->replies, FALSE);
      count_cell (r->out, link->errors, TRUE);
      count_cell (r->out, link->refused, TRUE);
      count_cell (r->out, link->up.dropped + link->down.dropped, TRUE);
      latency_cell (r->out, link->p50_ns);
      latency_cell (r->out, link->p95_ns);
      latency_cell (r->out, link->p99_ns);
      figure_cell (r->out, (double) link->bytes_up, TB_AXIS_BYTES);
      figure_cell (r->out, (double) link->bytes_down, TB_AXIS_BYTES);
      fputs ("</tr>\n", r->out);
    }
  end_table (r->out);
}

static void
write_instances (const Report *r)
{
  static const char *const names[] = { "instance", "state", "on", "restarts", "most CPU", "most memory", NULL };
  fputs ("<h2>Instances</h2>\n", r->out);
  heads (r->out, names, 3);
  for (guint i = 0; i < r->frame->n_instances && i < tb_past_n_instances (r->tour.past); i++)
    {
      const TbLiveInstance *instance = &r->frame->instances[i];
      g_autoptr (GArray) load = tb_past_load (r->tour.past, i);
      if (tb_plan_is_probe (instance->id))
        continue;
      double cpu = 0, rss = 0;
      for (guint k = 0; load != NULL && k < load->len; k++)
        {
          cpu = MAX (cpu, g_array_index (load, TbPastLoad, k).cpu);
          rss = MAX (rss, (double) g_array_index (load, TbPastLoad, k).rss_bytes);
        }
      fputs ("<tr>", r->out);
      cell (r->out, NULL, instance->id);
      cell (r->out, NULL, tb_instance_state_name (instance->state));
      cell (r->out, NULL, tb_past_instance (r->tour.past, i)->device);
      count_cell (r->out, instance->restarts, TRUE);
      figure_cell (r->out, cpu, TB_AXIS_CORES);
      figure_cell (r->out, rss, TB_AXIS_BYTES);
      fputs ("</tr>\n", r->out);
    }
  end_table (r->out);
}

/* ---- What happened ------------------------------------------------------------------------------------ */

typedef struct
{
  gint64 time_ns;
  const char *kind;
  char *about, *text;
} Happening;

static void
happening_clear (gpointer data)
{
  Happening *h = data;
  g_free (h->about);
  g_free (h->text);
}

static void
note (GArray *all, gint64 time_ns, const char *kind, const char *about, const char *text)
{
  Happening h = { time_ns, kind, g_strdup (about != NULL ? about : ""), g_strdup (text != NULL ? text : "") };
  g_array_append_val (all, h);
}

static const char *
name_of (TbPast *past, guint instance, const char *otherwise)
{
  return instance < tb_past_n_instances (past) ? tb_past_instance (past, instance)->id : otherwise;
}

/* Starting and stopping are not worth a line each; what ended by itself is. */
static gboolean
is_news (const TbPastState *s)
{
  return s->state == TB_INSTANCE_FAILED || s->state == TB_INSTANCE_KILLED || s->state == TB_INSTANCE_UNHEALTHY
         || s->state == TB_INSTANCE_BACKOFF || s->state == TB_INSTANCE_PAUSED;
}

static GArray *
gather (TbPast *past)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Happening));
  g_array_set_clear_func (all, happening_clear);
  for (guint i = 0; i < tb_past_n_bands (past); i++)
    {
      const TbPastBand *b = tb_past_band (past, i);
      const char *about = b->link != NULL ? b->link : name_of (past, b->instance, "");
      note (all, b->from_ns, "fault begins", about, b->text);
      if (b->to_ns != G_MAXINT64)
        note (all, b->to_ns, "fault ends", about, b->text);
    }
  for (guint i = 0; i < tb_past_n_states (past); i++)
    {
      const TbPastState *s = tb_past_state (past, i);
      if (is_news (s))
        note (all, s->time_ns, tb_instance_state_name (s->state), name_of (past, s->instance, ""), s->sentence);
    }
  for (guint i = 0; i < tb_past_n_problems (past); i++)
    {
      const TbPastProblem *p = tb_past_problem (past, i);
      note (all, p->time_ns, p->severity == 0 ? "error" : p->severity == 1 ? "warning" : "note", p->instance, p->sentence);
    }
  for (guint i = 0; i < tb_past_n_gaps (past); i++)
    {
      const TbPastGap *g = tb_past_gap (past, i);
      g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " events of %.3f s are not in the recording: %s", g->events,
                                               (double) (g->to_ns - g->from_ns) / 1e9, g->why != NULL ? g->why : "");
      note (all, g->from_ns, "gap", "", text);
    }
  return all;
}

static int
compare_happenings (gconstpointer a, gconstpointer b)
{
  const Happening *x = a, *y = b;
  return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static void
write_happenings (const Report *r)
{
  static const char *const names[] = { "what", "where", "", "when", NULL };
  g_autoptr (GArray) all = gather (r->tour.past);
  g_array_sort (all, compare_happenings);
  fputs ("<h2>What happened</h2>\n", r->out);
  if (all->len == 0)
    fputs ("<p>No fault, no failure, nothing to report.</p>\n", r->out);
  if (all->len == 0)
    return;
  heads (r->out, names, 3);
  for (guint i = 0; i < MIN (all->len, TB_REPORT_ROWS); i++)
    {
      const Happening *h = &g_array_index (all, Happening, i);
      fputs ("<tr>", r->out);
      cell (r->out, NULL, h->kind);
      cell (r->out, NULL, h->about);
      cell (r->out, NULL, h->text);
      time_cell (r, h->time_ns);
      fputs ("</tr>\n", r->out);
    }
  end_table (r->out);
  if (all->len > TB_REPORT_ROWS)
    fprintf (r->out, "<p>and %u more</p>\n", all->len - TB_REPORT_ROWS);
}

/* ---- The slowest -------------------------------------------------------------------------------------- */

/* Keeps the largest latencies, the largest first. */
static gboolean
take_event (guint64 position, const TbEvent *event, gpointer data)
{
  Report *r = data;
  guint at = r->n_slowest;
  (void) position;
  if (event->kind != TB_EVENT_REPLY || (at == TB_REPORT_SLOWEST && event->aux <= r->slowest[at - 1].aux))
    return TRUE;
  at = MIN (at, TB_REPORT_SLOWEST - 1);
  for (; at > 0 && r->slowest[at - 1].aux < event->aux; at--)
    r->slowest[at] = r->slowest[at - 1];
  r->slowest[at] = *event;
  r->n_slowest = MIN (r->n_slowest + 1, TB_REPORT_SLOWEST);
  return TRUE;
}

static void
write_slowest (const Report *r)
{
  static const char *const names[] = { "reply", "link", "from", "to", "after", "at", NULL };
  if (r->n_slowest == 0)
    return;
  fputs ("<h2>The slowest replies</h2>\n", r->out);
  heads (r->out, names, 4);
  for (guint i = 0; i < r->n_slowest; i++)
    {
      const TbEvent *event = &r->slowest[i];
      TbTourTap tap = tb_tour_tap (&r->tour, event->tap);
      fputs ("<tr>", r->out);
      cell (r->out, event->error ? "bad" : NULL, event->label);
      cell (r->out, NULL, tap.link);
      cell (r->out, NULL, tap.to);
      cell (r->out, NULL, tap.from);
      latency_cell (r->out, (gint64) event->aux);
      time_cell (r, event->time_ns);
      fputs ("</tr>\n", r->out);
    }
  end_table (r->out);
}

/* ---- All of it ---------------------------------------------------------------------------------------- */

gboolean
tb_project_report (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  Report r = { .out = out };
  gint64 at_ns = options->at_ns < 0 ? tb_past_end_ns (past) : tb_past_start_ns (past) + options->at_ns;
  (void) error;
  tb_tour_init (&r.tour, past, options);
  r.frame = tb_past_frame (past, NULL, at_ns, at_ns);
  tb_tour (&r.tour, NULL, take_event, &r);
  write_head (&r);
  write_picture (&r);
  write_links (&r);
  tb_report_charts (&r);
  write_happenings (&r);
  write_slowest (&r);
  tb_report_spacetime (&r);
  write_instances (&r);
  fputs ("</body></html>\n", out);
  tb_live_frame_unref (r.frame);
  tb_tour_clear (&r.tour);
  return TRUE;
}
