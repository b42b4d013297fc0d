/* A frame as one object, for programs. */
#include "tb-control.h"
#include "tb-fault.h"

void
tb_json_instance (TbJson *json, const TbLiveInstance *instance)
{
  g_autofree char *address = tb_plan_address_text (instance->address);
  tb_json_string (json, "id", instance->id);
  tb_json_string (json, "state", tb_instance_state_name (instance->state));
  if (instance->pid != 0)
    tb_json_integer (json, "pid", instance->pid);
  else
    tb_json_null (json, "pid");
  tb_json_string (json, "address", address);
  if (instance->port != 0)
    tb_json_integer (json, "port", instance->port);
  else
    tb_json_null (json, "port");
  if (*instance->sentence != '\0')
    tb_json_string (json, "sentence", instance->sentence);
  if (*instance->waiting != '\0')
    tb_json_string (json, "waiting", instance->waiting);
  if (instance->role != NULL && *instance->role != '\0')
    tb_json_string (json, "role", instance->role);
  if (instance->term > 0)
    tb_json_integer (json, "term", (gint64) instance->term);
  if (instance->has_digest)
    {
      g_autofree char *digest = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", instance->digest);
      tb_json_string (json, "digest", digest);
    }
  if (instance->clock_offset_ns != 0)
    tb_json_integer (json, "clock_offset_ns", instance->clock_offset_ns);
  if (instance->clock_rate > 0 && instance->clock_rate != 1)
    tb_json_number (json, "clock_rate", instance->clock_rate);
  tb_json_integer (json, "restarts", instance->restarts);
  tb_json_number (json, "cpu", instance->cpu);
  tb_json_integer (json, "rss_bytes", (gint64) instance->rss_bytes);
  tb_json_integer (json, "processes", instance->processes);
  tb_json_integer (json, "threads", instance->threads);
  tb_json_integer (json, "open_files", instance->files);
  tb_json_integer (json, "loop", instance->loop);
  if (instance->log_lost > 0)
    tb_json_integer (json, "log_lost_bytes", (gint64) instance->log_lost);
}

/* Messages are known of a framed link alone; of one without a connection yet it is not known what
 * it will be, and nothing was sent. */
static void
write_messages (TbJson *json, const TbLiveLink *link)
{
  const struct
  {
    const char *name;
    guint64 value;
  } counts[] = { { "requests", link->requests }, { "replies", link->replies },
                 { "errors", link->errors } };
  gboolean known = link->framed || !link->tapped;
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (known)
      tb_json_integer (json, counts[i].name, (gint64) counts[i].value);
    else
      tb_json_null (json, counts[i].name);
}

static void
write_latency (TbJson *json, const char *name, const TbLiveLink *link, gint64 ns)
{
  if (link->framed && ns >= 0)
    tb_json_integer (json, name, ns);
  else
    tb_json_null (json, name);
}

/* The names of the faults that are on it. */
static void
write_faults (TbJson *json, const TbLiveLink *link)
{
  tb_json_begin_array (json, "faults");
  for (guint kind = 0; kind < TB_FAULT_COUNT; kind++)
    if (link->faults >> kind & 1)
      tb_json_string (json, NULL, tb_fault_name ((TbFaultKind) kind));
  tb_json_end_array (json);
}

void
tb_json_link (TbJson *json, const TbLiveLink *link)
{
  tb_json_string (json, "id", link->id);
  tb_json_string (json, "from", link->from);
  tb_json_string (json, "to", link->to);
  tb_json_boolean (json, "tapped", link->tapped);
  write_messages (json, link);
  tb_json_integer (json, "bytes_up", (gint64) link->bytes_up);
  tb_json_integer (json, "bytes_down", (gint64) link->bytes_down);
  write_latency (json, "p50_ns", link, link->p50_ns);
  write_latency (json, "p99_ns", link, link->p99_ns);
  if (link->address != NULL)
    tb_json_string (json, "address", link->address);
  if (link->not_tapped != NULL)
    tb_json_string (json, "not_tapped", link->not_tapped);
  if (link->faults != 0)
    write_faults (json, link);
}

/* Between replicas, and what nobody drew: only where something was seen. */
static gboolean
is_shown (const TbLiveLink *link)
{
  return link->link != 0 || link->tapped || link->not_tapped != NULL;
}

static void
write_totals (TbJson *json, const TbLiveFrame *frame, gboolean all_ready)
{
  guint64 requests = 0, replies = 0, errors = 0, up = 0, down = 0;
  for (guint i = 0; i < frame->n_links; i++)
    {
      requests += frame->links[i].requests;
      replies += frame->links[i].replies;
      errors += frame->links[i].errors;
      up += frame->links[i].bytes_up;
      down += frame->links[i].bytes_down;
    }
  tb_json_begin_object (json, "totals");
  tb_json_integer (json, "requests", (gint64) requests);
  tb_json_integer (json, "replies", (gint64) replies);
  tb_json_integer (json, "errors", (gint64) errors);
  tb_json_integer (json, "bytes_up", (gint64) up);
  tb_json_integer (json, "bytes_down", (gint64) down);
  tb_json_boolean (json, "all_ready", all_ready);
  tb_json_end_object (json);
}

static void
write_partitions (TbJson *json, const TbLiveFrame *frame)
{
  if (frame->n_partitions == 0)
    return;
  tb_json_begin_array (json, "partitions");
  for (guint i = 0; i < frame->n_partitions; i++)
    tb_json_string (json, NULL, frame->partitions[i].text);
  tb_json_end_array (json);
}

static void
write_verdicts (TbJson *json, TbVerdicts *verdicts)
{
  if (verdicts == NULL || tb_verdicts_n (verdicts) == 0)
    return;
  tb_json_begin_array (json, "verdicts");
  for (guint i = 0; i < tb_verdicts_n (verdicts); i++)
    {
      const TbStoreVerdict *store = tb_verdicts_at (verdicts, i);
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "store", store->component);
      tb_json_string (json, "verdict", tb_verdict_word (store->verdict.kind));
      tb_json_string (json, "sentence", store->verdict.sentence);
      tb_json_integer (json, "operations", (gint64) store->verdict.operations);
      tb_json_integer (json, "reads", (gint64) store->verdict.reads);
      tb_json_integer (json, "stale_reads", (gint64) store->verdict.stale_reads);
      tb_json_integer (json, "missed", (gint64) store->missed);
      tb_json_boolean (json, "tapped", store->tapped);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

char *
tb_run_json (const TbLiveFrame *frame, gboolean totals, gboolean all_ready, TbVerdicts *verdicts)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_integer (json, "time_ns", frame->time_ns - frame->start_ns);
  tb_json_string (json, "state", tb_run_state_name (frame->state));
  tb_json_begin_array (json, "instances");
  for (guint i = 0; i < frame->n_instances; i++)
    {
      if (frame->instances[i].gone)
        continue;
      tb_json_begin_object (json, NULL);
      tb_json_instance (json, &frame->instances[i]);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
  tb_json_begin_array (json, "links");
  for (guint i = 0; i < frame->n_links; i++)
    if (is_shown (&frame->links[i]))
      {
        tb_json_begin_object (json, NULL);
        tb_json_link (json, &frame->links[i]);
        tb_json_end_object (json);
      }
  tb_json_end_array (json);
  write_partitions (json, frame);
  write_verdicts (json, verdicts);
  if (totals)
    write_totals (json, frame, all_ready);
  tb_json_end_object (json);
  return g_strdup (tb_json_text (json));
}
