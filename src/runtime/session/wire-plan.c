/* The plan as the agent is told it. */
#include <arpa/inet.h>
#include <string.h>

#include "session-private.h"
#include "tb-proto.h"

/* A recording nobody asked to keep may lie in memory: run directories often do. */
#define UNKEPT_RECORDING_MAX (G_GINT64_CONSTANT (256) << 20)

G_STATIC_ASSERT ((int) TB_PLAN_PROBE_MQTT == (int) TB_PROBE_MQTT);
G_STATIC_ASSERT ((int) TB_PLAN_UNTIL_SUCCEEDED == (int) TB_UNTIL_SUCCEEDED);
G_STATIC_ASSERT ((int) TB_PLAN_RESTART_UNLESS_STOPPED == (int) TB_RESTART_UNLESS_STOPPED);

static gpointer
own (TbWireMap *map, gpointer memory)
{
  g_ptr_array_add (map->owned, memory);
  return memory;
}

static uint32_t *
map_indices (TbWireMap *map, const GArray *indices, uint32_t *n)
{
  uint32_t *out = own (map, g_new0 (uint32_t, indices->len + 1));
  *n = 0;
  for (guint i = 0; i < indices->len; i++)
    {
      guint32 wire = map->to_wire[g_array_index (indices, guint, i)];
      if (wire != G_MAXUINT32)
        out[(*n)++] = wire;
    }
  return out;
}

static void
fill_pairs (TbWireMap *map, const TbPlanInstance *from, TbWireInstance *to)
{
  to->n_env = from->env->len;
  to->env = own (map, g_new0 (TbWireEnv, to->n_env + 1));
  for (guint i = 0; i < to->n_env; i++)
    {
      const TbPlanPair *pair = g_ptr_array_index (from->env, i);
      to->env[i] = (TbWireEnv) { pair->name, pair->value, pair->drawn };
    }
  to->n_files = from->files->len;
  to->files = own (map, g_new0 (TbWireFile, to->n_files + 1));
  for (guint i = 0; i < to->n_files; i++)
    {
      const TbPlanPair *pair = g_ptr_array_index (from->files, i);
      gboolean script = g_str_has_prefix (pair->value, "#!");
      to->files[i] = (TbWireFile) { pair->name, pair->value, script ? 0700 : 0600 };
    }
}

static TbWireTries
tries_of (const TbPlanAsk *ask)
{
  return (TbWireTries) { .delay_ns = ask->delay_ns,
                         .interval_ns = ask->interval_ns,
                         .within_ns = ask->within_ns,
                         .successes = ask->successes,
                         .failures = ask->failures,
                         .status = ask->status,
                         .header = ask->header };
}

/* As map_indices leaves out what is not started, so does this. */
static void
fill_depends (TbWireMap *map, const TbPlanInstance *from, TbWireInstance *to)
{
  to->depends = map_indices (map, from->depends, &to->n_depends);
  to->until = own (map, g_new0 (uint32_t, from->depends->len + 1));
  for (guint i = 0; i < from->depends->len; i++)
    if (map->to_wire[g_array_index (from->depends, guint, i)] != G_MAXUINT32)
      to->until[to->n_until++] = g_array_index (from->until, guint32, i);
}

static void
fill_life (const TbPlanInstance *from, TbWireInstance *to)
{
  to->probe = (TbProbeKind) from->ready.kind;
  to->probe_argument = from->ready.argument;
  to->probe_tries = tries_of (&from->ready);
  to->ready_timeout_ns = from->ready_timeout_ns;
  to->alive = (TbProbeKind) from->alive.kind;
  to->alive_argument = from->alive.argument;
  to->alive_tries = tries_of (&from->alive);
  to->restart = (TbRestart) from->restart;
  to->restart_delay_ns = from->restart_delay_ns;
  to->restart_longest_ns = from->restart_longest_ns;
  to->restart_within_ns = from->restart_within_ns;
  to->restart_times = from->restart_times;
}

/* Numbers are read here; names are looked up by the agent, whose waiting holds up nobody. */
static guint32
reach_of (const char *host)
{
  struct in_addr in;
  if (g_str_equal (host, "localhost") || g_str_equal (host, "::1"))
    return INADDR_LOOPBACK;
  return inet_pton (AF_INET, host, &in) == 1 ? ntohl (in.s_addr) : 0;
}

static void
fill_outside (TbWireMap *map, const TbPlanInstance *from, TbWireInstance *to)
{
  if (!from->external)
    return;
  gboolean said = from->external_host != NULL && *from->external_host != '\0';
  to->outside = said ? from->external_host : own (map, g_strdup ("?"));
  to->reach = said ? reach_of (from->external_host) : 0;
}

static void
fill_instance (TbWireMap *map, const TbPlanInstance *from, TbWireInstance *to)
{
  to->id = from->id;
  to->component = from->component_id;
  to->device = from->device;
  to->address = from->address;
  to->argv = from->argv;
  to->n_argv = from->argv != NULL ? g_strv_length (from->argv) : 0;
  to->work_dir = from->work_dir;
  fill_depends (map, from, to);
  fill_life (from, to);
  to->stop_signal = from->stop_signal;
  to->stop_grace_ns = from->stop_grace_ns;
  to->clean_exits = (uint32_t *) (void *) from->clean_exits->data;
  to->n_clean_exits = from->clean_exits->len;
  to->user = from->user;
  to->allow_io_uring = from->allow_io_uring;
  to->builtin = from->builtin;
  to->package = from->package ? from->package : (char *) "";
  to->env_file = from->env_file;
  to->terminal = from->terminal;
  to->removed = from->removed;
  to->changed = from->changed;
  to->processes_max = from->processes_max;
  fill_pairs (map, from, to);
  fill_outside (map, from, to);
}

static TbBalance
balance_of (const char *name)
{
  static const char *const names[] = {
    [TB_BALANCE_ROUND_ROBIN] = "round-robin",
    [TB_BALANCE_RANDOM] = "random",
    [TB_BALANCE_LEAST_CONNECTIONS] = "least-connections",
  };
  /* A program that is not ours says neither its key nor its session: what can be told is who calls. */
  if (g_strcmp0 (name, "hash") == 0 || g_strcmp0 (name, "sticky") == 0)
    return TB_BALANCE_CALLER;
  for (gsize i = 1; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      return (TbBalance) i;
  return TB_BALANCE_NONE;
}

static void
fill_link (TbWireMap *map, const TbPlanLink *from, TbWireLink *to)
{
  to->id = from->id;
  to->from = map_indices (map, from->from, &to->n_from);
  to->to = map_indices (map, from->to, &to->n_to);
  to->port = from->port;
  to->address = from->address;
  to->proto = (uint8_t) tb_proto_from_name (from->protocol ? from->protocol : "auto", NULL);
  to->balance = balance_of (from->balance);
  to->replicas = from->link == 0 && !from->probe;
}

/* A plan that follows another keeps its indices, and so they are kept here. */
static void
fill_instances (TbWireMap *map, const TbPlan *plan)
{
  guint n = plan->instances->len;
  map->to_wire = own (map, g_new0 (guint32, n + 1));
  map->from_wire = own (map, g_new0 (guint32, n + 1));
  map->plan.n_instances = n;
  map->plan.instances = own (map, g_new0 (TbWireInstance, n + 1));
  for (guint i = 0; i < n; i++)
    map->to_wire[i] = map->from_wire[i] = i;
  for (guint i = 0; i < n; i++)
    fill_instance (map, g_ptr_array_index (plan->instances, i), &map->plan.instances[i]);
}

/* Links that had an index keep it, even if they lead nowhere any more. */
static void
fill_links (TbWireMap *map, const TbPlan *plan, const TbWireMap *before)
{
  g_autofree gboolean *has = g_new0 (gboolean, plan->links->len + 1);
  map->plan.links = own (map, g_new0 (TbWireLink, plan->links->len + 1));
  map->link_from_wire = own (map, g_new0 (guint32, plan->links->len + 1));
  for (guint w = 0; before != NULL && w < before->plan.n_links; w++)
    {
      guint32 i = map->link_from_wire[w] = before->link_from_wire[w];
      has[i] = TRUE;
      fill_link (map, g_ptr_array_index (plan->links, i), &map->plan.links[map->plan.n_links++]);
    }
  for (guint i = 0; i < plan->links->len; i++)
    {
      TbWireLink *link = &map->plan.links[map->plan.n_links];
      if (has[i])
        continue;
      fill_link (map, g_ptr_array_index (plan->links, i), link);
      if (link->n_from > 0 && link->n_to > 0)
        map->link_from_wire[map->plan.n_links++] = i;
    }
}

static TbWireMap *
map_new (const TbPlan *plan, const TbWireMap *before)
{
  TbWireMap *map = g_new0 (TbWireMap, 1);
  map->owned = g_ptr_array_new_with_free_func (g_free);
  fill_instances (map, plan);
  fill_links (map, plan, before);
  map->plan.block = plan->block;
  return map;
}

static void
own_masks (TbWireMap *map, const char *const *masks, guint n)
{
  char **copy = own (map, g_new0 (char *, n + 1));
  for (guint i = 0; i < n; i++)
    copy[i] = own (map, g_strdup (masks[i]));
  map->plan.record_masks = copy;
  map->plan.n_record_masks = n;
}

TbWireMap *
tb_wire_map_follow (const TbWireMap *before, const TbPlan *plan)
{
  TbWireMap *map = map_new (plan, before);
  map->plan.run_dir = own (map, g_strdup (before->plan.run_dir));
  map->plan.recording = own (map, g_strdup (before->plan.recording));
  map->plan.seed = before->plan.seed;
  map->plan.contain = before->plan.contain;
  map->plan.no_seccomp = before->plan.no_seccomp;
  map->plan.record_limit_bytes = before->plan.record_limit_bytes;
  map->plan.record_limit_ns = before->plan.record_limit_ns;
  map->plan.record_payload = before->plan.record_payload;
  own_masks (map, (const char *const *) before->plan.record_masks, before->plan.n_record_masks);
  return map;
}

TbWireMap *
tb_wire_map_new (const TbPlan *plan, const TbSessionOptions *options, const char *run_dir,
                 guint64 seed)
{
  TbWireMap *map = map_new (plan, NULL);
  map->plan.run_dir = own (map, g_strdup (run_dir));
  map->plan.seed = seed;
  map->plan.contain = options->contain;
  map->plan.no_seccomp = options->no_seccomp;
  map->plan.record_limit_bytes = options->record_limit_bytes > 0 ? options->record_limit_bytes
                                 : options->record_path          ? 0
                                                                 : UNKEPT_RECORDING_MAX;
  map->plan.record_limit_ns = options->record_limit_ns;
  map->plan.record_payload = options->payload_off       ? 0
                             : options->payload_max > 0 ? options->payload_max
                                                        : TB_SESSION_PAYLOAD_DEFAULT;
  own_masks (map, options->record_masks,
             options->record_masks != NULL ? g_strv_length ((char **) options->record_masks) : 0);
  map->plan.recording = own (map, options->record_off ? g_strdup ("")
                                  : options->record_path
                                    ? g_canonicalize_filename (options->record_path, NULL)
                                    : g_build_filename (run_dir, "recording", NULL));
  return map;
}

void
tb_wire_map_set_document (TbWireMap *map, const TbModel *model, GHashTable *replicas)
{
  gsize size;
  g_autofree char *xml
    = tb_session_drawing (model, replicas, (const char *const *) map->plan.record_masks, &size);
  /* Half a frame is left to the plan itself; a larger document is recorded without its drawing. */
  if (size < TB_FRAME_MAX / 2)
    map->plan.document = own (map, g_steal_pointer (&xml));
}

void
tb_wire_map_free (TbWireMap *map)
{
  g_ptr_array_unref (map->owned);
  g_free (map);
}
