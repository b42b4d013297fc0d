/* A frame as Prometheus text (exposition format 0.0.4).
 *
 * Names and units are as its conventions have them: base units, _total on counters, no _count or _sum by
 * hand. Messages and bytes are by pair of instances, latencies by link, so that a hundred replicas do not
 * become a hundred histograms. */
#include <string.h>

#include "config.h"
#include "control-private.h"

/* Bounds in ns: those of OpenTelemetry for HTTP, and six below, since loopback answers in less. */
static const guint64 bounds_ns[] = {
  50000,    100000,    250000,    500000,    1000000,   2500000,    5000000,    10000000,   25000000,   50000000,
  75000000, 100000000, 250000000, 500000000, 750000000, 1000000000, 2500000000, 5000000000, 7500000000, 10000000000,
};

/* ---- Lines ------------------------------------------------------------------------------------------ */

static void
family (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP tierboard_%s %s\n# TYPE tierboard_%s %s\n", name, help, name, type);
}

/* Appends name="value"; labels in which something stands already get a comma first. */
static void
label (GString *labels, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value != NULL ? value : "", -1);
  g_string_append_printf (labels, "%s%s=\"", labels->len > 0 ? "," : "", name);
  for (const char *p = valid; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (labels, "\\n");
    else
      {
        if (*p == '\\' || *p == '"')
          g_string_append_c (labels, '\\');
        g_string_append_c (labels, *p);
      }
  g_string_append_c (labels, '"');
}

static void
number (GString *out, const char *name, const char *labels, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  gboolean any = labels != NULL && *labels != '\0';
  g_string_append_printf (out, "tierboard_%s%s%s%s %s\n", name, any ? "{" : "", any ? labels : "", any ? "}" : "",
                          g_ascii_dtostr (text, sizeof text, value));
}

static void
count (GString *out, const char *name, const char *labels, guint64 value)
{
  gboolean any = labels != NULL && *labels != '\0';
  g_string_append_printf (out, "tierboard_%s%s%s%s %" G_GUINT64_FORMAT "\n", name, any ? "{" : "",
                          any ? labels : "", any ? "}" : "", value);
}

/* labels and one more. (transfer full) */
static char *
with (const char *labels, const char *name, const char *value)
{
  GString *all = g_string_new (labels);
  label (all, name, value);
  return g_string_free (all, FALSE);
}

/* ---- Links ------------------------------------------------------------------------------------------ */

/* All taps of one pair of instances and port: normally one. */
typedef struct
{
  char *labels;
  guint link;
  TbTapCounters sum;
} Series;

static void
series_free (gpointer data)
{
  Series *s = data;
  g_free (s->labels);
  g_free (s);
}

static const TbLiveInstance *
instance_of (const TbLiveFrame *frame, guint index)
{
  return index < frame->n_instances ? &frame->instances[index] : NULL;
}

static char *
link_labels (const TbLiveLink *link)
{
  GString *labels = g_string_new (NULL);
  label (labels, "link", link->id);
  label (labels, "source", link->from);
  label (labels, "destination", link->to);
  return g_string_free (labels, FALSE);
}

static char *
pair_labels (const TbLiveFrame *frame, const TbLiveTap *tap)
{
  const TbLiveInstance *from = instance_of (frame, tap->from), *to = instance_of (frame, tap->to);
  g_autofree char *port = g_strdup_printf ("%u", tap->counters.port);
  g_autofree char *of_link = link_labels (&frame->links[tap->link]);
  GString *labels = g_string_new (of_link);
  label (labels, "source_instance", from != NULL ? from->id : "outside");
  label (labels, "destination_instance", to != NULL ? to->id : "outside");
  label (labels, "port", port);
  return g_string_free (labels, FALSE);
}

static void
add_flow (TbFlow *to, const TbFlow *more)
{
  guint64 *sums = (guint64 *) to;
  const guint64 *values = (const guint64 *) more;
  G_STATIC_ASSERT (sizeof (TbFlow) % sizeof (guint64) == 0);
  for (gsize i = 0; i < sizeof (TbFlow) / sizeof (guint64); i++)
    sums[i] += values[i];
}

static void
add_counters (TbTapCounters *to, const TbTapCounters *more)
{
  to->proto = more->proto;
  to->connections_open += more->connections_open;
  to->connections_total += more->connections_total;
  to->refused += more->refused;
  to->timed_out += more->timed_out;
  to->reset += more->reset;
  to->requests += more->requests;
  to->replies += more->replies;
  to->errors += more->errors;
  add_flow (&to->up, &more->up);
  add_flow (&to->down, &more->down);
  tb_histogram_add (&to->latency, &more->latency);
}

/* A series said twice would spoil the whole scrape: rows of one pair are summed. (transfer full) */
static GPtrArray *
gather (const TbLiveFrame *frame)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (series_free);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < frame->n_taps; i++)
    {
      const TbLiveTap *tap = &frame->taps[i];
      if (tap->link >= frame->n_links)
        continue;
      g_autofree char *labels = pair_labels (frame, tap);
      Series *s = g_hash_table_lookup (known, labels);
      if (s == NULL)
        {
          s = g_new0 (Series, 1);
          s->link = tap->link;
          s->labels = g_steal_pointer (&labels);
          g_hash_table_insert (known, s->labels, s);
          g_ptr_array_add (all, s);
        }
      add_counters (&s->sum, &tap->counters);
    }
  return all;
}

static const struct
{
  const char *name, *type, *help;
  gsize offset;
} pair_figures[] = {
  { "link_requests_total", "counter", "Requests that were seen.", offsetof (TbTapCounters, requests) },
  { "link_replies_total", "counter", "Replies that were seen.", offsetof (TbTapCounters, replies) },
  { "link_errors_total", "counter", "Replies that say an error, and requests that were never answered.",
    offsetof (TbTapCounters, errors) },
  { "link_connections", "gauge", "Connections that are open.", offsetof (TbTapCounters, connections_open) },
  { "link_connections_opened_total", "counter", "Connections that were made.",
    offsetof (TbTapCounters, connections_total) },
  { "link_connections_refused_total", "counter", "Connections that were refused.", offsetof (TbTapCounters, refused) },
  { "link_connections_timed_out_total", "counter", "Connections that were tried in vain, over a cut.",
    offsetof (TbTapCounters, timed_out) },
  { "link_connections_reset_total", "counter", "Connections that were reset.", offsetof (TbTapCounters, reset) },
};

/* Of each direction. What was seen and duplicated equals what was delivered, dropped, held and lost. */
static const struct
{
  const char *name, *type, *help, *outcome; /* outcome NULL: no such label */
  gsize offset;
} flow_figures[] = {
  { "link_messages_seen_total", "counter", "Messages that came to the tap.", NULL, offsetof (TbFlow, seen) },
  { "link_messages_duplicated_total", "counter", "Messages that a fault added.", NULL, offsetof (TbFlow, duplicated) },
  { "link_messages_held", "gauge", "Messages that wait in the tap.", NULL, offsetof (TbFlow, held) },
  { "link_messages_total", "counter", "Messages by what became of them.", "delivered", offsetof (TbFlow, delivered) },
  { "link_messages_total", NULL, NULL, "dropped", offsetof (TbFlow, dropped) },
  { "link_messages_total", NULL, NULL, "lost", offsetof (TbFlow, lost) },
  { "link_bytes_total", "counter", "Bytes that came to the tap.", NULL, offsetof (TbFlow, bytes_seen) },
};

static void
write_flow (GString *out, guint figure, const Series *s, const char *direction, const TbFlow *flow)
{
  g_autofree char *labels = with (s->labels, "direction", direction);
  g_autofree char *more
    = flow_figures[figure].outcome != NULL ? with (labels, "outcome", flow_figures[figure].outcome) : NULL;
  guint64 value = G_STRUCT_MEMBER (guint64, flow, flow_figures[figure].offset);
  count (out, flow_figures[figure].name, more != NULL ? more : labels, value);
}

static void
write_pairs (GString *out, const GPtrArray *all)
{
  for (guint f = 0; f < G_N_ELEMENTS (pair_figures); f++)
    {
      family (out, pair_figures[f].name, pair_figures[f].type, pair_figures[f].help);
      for (guint i = 0; i < all->len; i++)
        {
          const Series *s = g_ptr_array_index (all, i);
          count (out, pair_figures[f].name, s->labels, G_STRUCT_MEMBER (guint64, &s->sum, pair_figures[f].offset));
        }
    }
  for (guint f = 0; f < G_N_ELEMENTS (flow_figures); f++)
    {
      if (flow_figures[f].type != NULL)
        family (out, flow_figures[f].name, flow_figures[f].type, flow_figures[f].help);
      for (guint i = 0; i < all->len; i++)
        {
          const Series *s = g_ptr_array_index (all, i);
          write_flow (out, f, s, "upstream", &s->sum.up);
          write_flow (out, f, s, "downstream", &s->sum.down);
        }
    }
  family (out, "link_info", "gauge", "What a link's messages are read as.");
  for (guint i = 0; i < all->len; i++)
    {
      const Series *s = g_ptr_array_index (all, i);
      g_autofree char *labels = with (s->labels, "protocol", tb_proto_name ((TbProto) s->sum.proto));
      count (out, "link_info", labels, 1);
    }
}

/* A bucket of ours counts where its middle lies; both are within 1.6 % of the truth. */
static void
write_histogram (GString *out, const TbLiveLink *link, const TbHistogram *h)
{
  g_autofree char *labels = link_labels (link);
  guint bucket = 0;
  guint64 below = 0;
  double sum = 0;
  for (guint b = 0; b < G_N_ELEMENTS (bounds_ns); b++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];
      for (; bucket < TB_HISTOGRAM_BUCKETS && tb_histogram_value (bucket) <= bounds_ns[b]; bucket++)
        below += h->bucket[bucket];
      g_ascii_formatd (text, sizeof text, "%.10g", (double) bounds_ns[b] / 1e9);
      g_autofree char *bound = with (labels, "le", text);
      count (out, "link_request_duration_seconds_bucket", bound, below);
    }
  for (guint i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    sum += (double) h->bucket[i] * (double) tb_histogram_value (i) / 1e9;
  g_autofree char *all = with (labels, "le", "+Inf");
  count (out, "link_request_duration_seconds_bucket", all, tb_histogram_count (h));
  number (out, "link_request_duration_seconds_sum", labels, sum);
  count (out, "link_request_duration_seconds_count", labels, tb_histogram_count (h));
}

static void
write_latencies (GString *out, const TbLiveFrame *frame, const GPtrArray *all)
{
  family (out, "link_request_duration_seconds", "histogram",
          "From a request's last byte to its reply's first, as the tap saw them.");
  for (guint k = 0; k < frame->n_links; k++)
    {
      g_autofree TbHistogram *sum = g_new0 (TbHistogram, 1);
      if (!frame->links[k].framed)
        continue;
      for (guint i = 0; i < all->len; i++)
        {
          const Series *s = g_ptr_array_index (all, i);
          if (s->link == k)
            tb_histogram_add (sum, &s->sum.latency);
        }
      write_histogram (out, &frame->links[k], sum);
    }
}

static void
write_faults (GString *out, const TbLiveFrame *frame)
{
  family (out, "link_fault_active", "gauge", "1 for each kind of fault that is on a link.");
  for (guint i = 0; i < frame->n_links; i++)
    for (guint kind = 0; kind < TB_FAULT_COUNT; kind++)
      if (frame->links[i].faults >> kind & 1)
        {
          g_autofree char *labels = link_labels (&frame->links[i]);
          g_autofree char *more = with (labels, "type", tb_fault_name ((TbFaultKind) kind));
          count (out, "link_fault_active", more, 1);
        }
  family (out, "partitions", "gauge", "Partitions that hold.");
  count (out, "partitions", NULL, frame->n_partitions);
}

/* ---- Instances -------------------------------------------------------------------------------------- */

static double
is_up (const TbLiveInstance *i)
{
  return i->state == TB_INSTANCE_READY;
}

static double
restarts_of (const TbLiveInstance *i)
{
  return i->restarts;
}

static double
cpu_of (const TbLiveInstance *i)
{
  return i->cpu;
}

static double
memory_of (const TbLiveInstance *i)
{
  return (double) i->rss_bytes;
}

static double
processes_of (const TbLiveInstance *i)
{
  return i->processes;
}

static double
threads_of (const TbLiveInstance *i)
{
  return i->threads;
}

static double
files_of (const TbLiveInstance *i)
{
  return i->files;
}

static const struct
{
  const char *name, *type, *help;
  double (*value) (const TbLiveInstance *instance);
} instance_figures[] = {
  { "instance_up", "gauge", "1 where it is ready.", is_up },
  { "instance_restarts_total", "counter", "How often it was started again.", restarts_of },
  { "instance_cpu_cores", "gauge", "Cores that its processes used over the last second.", cpu_of },
  { "instance_resident_memory_bytes", "gauge", "Resident memory of its processes.", memory_of },
  { "instance_processes", "gauge", "Its processes.", processes_of },
  { "instance_threads", "gauge", "Their threads.", threads_of },
  { "instance_open_files", "gauge", "Their open files.", files_of },
};

static char *
instance_labels (const TbLiveInstance *instance)
{
  GString *labels = g_string_new (NULL);
  label (labels, "component", instance->component);
  label (labels, "instance_name", instance->id); /* “instance” is the name of the scrape's target */
  return g_string_free (labels, FALSE);
}

static void
write_instances (GString *out, const TbLiveFrame *frame)
{
  for (guint f = 0; f < G_N_ELEMENTS (instance_figures); f++)
    {
      family (out, instance_figures[f].name, instance_figures[f].type, instance_figures[f].help);
      for (guint i = 0; i < frame->n_instances; i++)
        if (!frame->instances[i].gone)
          {
            g_autofree char *labels = instance_labels (&frame->instances[i]);
            number (out, instance_figures[f].name, labels, instance_figures[f].value (&frame->instances[i]));
          }
    }
  family (out, "instance_info", "gauge", "What state it is in, and what it says it is.");
  for (guint i = 0; i < frame->n_instances; i++)
    if (!frame->instances[i].gone)
      {
        g_autofree char *labels = instance_labels (&frame->instances[i]);
        g_autofree char *state = with (labels, "state", tb_instance_state_name (frame->instances[i].state));
        g_autofree char *role = with (state, "role", frame->instances[i].role);
        count (out, "instance_info", role, 1);
      }
}

/* ---- The whole -------------------------------------------------------------------------------------- */

char *
tb_metrics_text (const TbLiveFrame *frame)
{
  GString *out = g_string_new (NULL), *version = g_string_new (NULL);
  label (version, "version", TB_VERSION);
  family (out, "build_info", "gauge", "Which Tierboard this is.");
  count (out, "build_info", version->str, 1);
  g_string_free (version, TRUE);
  if (frame == NULL)
    return g_string_free (out, FALSE);
  family (out, "run_running", "gauge", "1 while the run goes on.");
  count (out, "run_running", NULL, frame->state == TB_RUN_RUNNING);
  family (out, "run_elapsed_seconds", "gauge", "Time since the run began.");
  number (out, "run_elapsed_seconds", NULL, (double) (frame->time_ns - frame->start_ns) / 1e9);
  family (out, "agent_cpu_cores", "gauge", "Cores that the taps used over the last second.");
  number (out, "agent_cpu_cores", NULL, frame->agent_cpu);
  family (out, "agent_loop_lag_seconds", "gauge", "Below which 99 of 100 rounds of the taps' loop stayed.");
  number (out, "agent_loop_lag_seconds", NULL, (double) frame->agent_lag_p99_ns / 1e9);
  g_autoptr (GPtrArray) all = gather (frame);
  write_pairs (out, all);
  write_latencies (out, frame, all);
  write_faults (out, frame);
  write_instances (out, frame);
  return g_string_free (out, FALSE);
}

void
tb_route_metrics (TbCall *call)
{
  g_autoptr (TbLiveFrame) frame = tb_session_look (call->session);
  g_autofree char *text = tb_metrics_text (frame);
  tb_call_reply_text (call, 200, "text/plain; version=0.0.4; charset=utf-8", text);
}
