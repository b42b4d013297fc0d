/* The session: facts from the agent in, commands out. */
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session-private.h"

/* How long an agent that lost us may take to end its run by itself, before it is killed. */
#define END_WAIT_NS (TB_NS_PER_S * 2)

struct _TbSession
{
  GObject parent;
  TbModel *model;
  TbLaunch launch;
  gboolean prepared;
  TbSharedPlan *plan;
  TbWireMap *map;
  TbLive *live;
  gboolean sole_children;
  GMainContext *context;
  GSource *readable, *writable;
  GByteArray *in;
  GArray *descriptors; /* of int: came with the stream, not yet asked for */
  TbWriter out;
  TbRunState state;
  char *reason;
  gboolean welcomed, stop_asked, closed;
  gint64 start_ns;
  TbKnownInstance *instances; /* as the plan's */
  GArray *bypasses;           /* of TbKnownBypass */
  GPtrArray *faults;          /* of TbKnownFault */
  gint64 agent_time_ns;
  guint64 agent_cpu_ns;
  double agent_cpu;
  gint64 agent_lag_ns;
};

enum
{
  SIGNAL_STATE,
  SIGNAL_INSTANCE,
  SIGNAL_PROBLEM,
  SIGNAL_WAITING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_QUARK (tb-session-error-quark, tb_session_error)
G_DEFINE_FINAL_TYPE (TbSession, tb_session, G_TYPE_OBJECT)

/* ---- Shared plan ------------------------------------------------------------------------------------ */

TbSharedPlan *
tb_shared_plan_new (TbPlan *plan)
{
  TbSharedPlan *shared = g_new0 (TbSharedPlan, 1);
  g_atomic_ref_count_init (&shared->count);
  shared->plan = plan;
  return shared;
}

TbSharedPlan *
tb_shared_plan_ref (TbSharedPlan *shared)
{
  g_atomic_ref_count_inc (&shared->count);
  return shared;
}

void
tb_shared_plan_unref (TbSharedPlan *shared)
{
  if (!g_atomic_ref_count_dec (&shared->count))
    return;
  tb_plan_free (shared->plan);
  g_free (shared);
}

/* ---- Small things ----------------------------------------------------------------------------------- */

static void
replace_text (char **text, const char *with)
{
  char *old = *text;
  *text = with != NULL && *with != '\0' ? g_ref_string_new (with) : NULL;
  if (old != NULL)
    g_ref_string_release (old);
}

static void
bypass_clear (gpointer data)
{
  TbKnownBypass *b = data;
  replace_text (&b->why, NULL);
}

static void
fault_free (gpointer data)
{
  TbKnownFault *fault = data;
  g_free (fault->id);
  g_free (fault->link);
  g_free (fault);
}

static void
set_state (TbSession *self, TbRunState state, const char *reason)
{
  if (self->state == state && g_strcmp0 (self->reason, reason) == 0)
    return;
  self->state = state;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  g_signal_emit (self, signals[SIGNAL_STATE], 0);
}

static guint
plan_index (const TbSession *self, guint32 wire)
{
  return wire < self->map->plan.n_instances ? self->map->from_wire[wire] : G_MAXUINT;
}

/* ---- Facts ------------------------------------------------------------------------------------------- */

static void
close_connection (TbSession *self, const char *why);

static gboolean
on_welcome (TbSession *self, TbReader *r)
{
  g_autoptr (GError) error = NULL;
  guint32 version = tb_reader_u32 (r);
  if (r->bad || version != TB_WIRE_VERSION)
    {
      close_connection (self, "the agent is of another version");
      return FALSE;
    }
  if (self->welcomed || self->descriptors->len < 2)
    return FALSE;
  int counters = g_array_index (self->descriptors, int, 0);
  int ring = g_array_index (self->descriptors, int, 1);
  g_array_remove_range (self->descriptors, 0, 2);
  if (!tb_live_map (self->live, counters, ring, &error))
    {
      close_connection (self, error->message);
      return FALSE;
    }
  self->welcomed = TRUE;
  return TRUE;
}

static gboolean
on_run_state (TbSession *self, TbReader *r)
{
  guint8 state = tb_reader_u8 (r);
  g_autofree char *reason = tb_reader_string (r);
  if (r->bad || state > TB_RUN_FAILED)
    return FALSE;
  set_state (self, (TbRunState) state, reason);
  return TRUE;
}

static gboolean
on_instance_state (TbSession *self, TbReader *r)
{
  TbWireInstanceState s = { 0 };
  gboolean good = tb_wire_instance_state_read (r, &s);
  guint index = good ? plan_index (self, s.instance) : G_MAXUINT;
  if (index != G_MAXUINT)
    {
      TbKnownInstance *known = &self->instances[index];
      known->state = s.state;
      known->pid = s.pid;
      known->exit_code = s.exit_code;
      known->restarts = s.restarts;
      replace_text (&known->sentence, s.sentence);
      if (s.state != TB_INSTANCE_WAITING && s.state != TB_INSTANCE_STARTING)
        replace_text (&known->waiting, NULL);
      if (s.pid == 0)
        known->cpu = 0;
      g_signal_emit (self, signals[SIGNAL_INSTANCE], 0, index);
    }
  tb_wire_instance_state_clear (&s);
  return index != G_MAXUINT;
}

static gboolean
on_waiting (TbSession *self, TbReader *r)
{
  g_autofree char *instance = tb_reader_string (r), *what = tb_reader_string (r);
  int index = r->bad ? -1 : tb_plan_find_instance (self->plan->plan, instance);
  if (index < 0)
    return FALSE;
  replace_text (&self->instances[index].waiting, what);
  g_signal_emit (self, signals[SIGNAL_WAITING], 0, instance, what);
  return TRUE;
}

static TbKnownFault *
find_fault (const TbSession *self, const char *id)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      TbKnownFault *fault = g_ptr_array_index (self->faults, i);
      if (g_str_equal (fault->id, id))
        return fault;
    }
  return NULL;
}

static gboolean
on_fault_state (TbSession *self, TbReader *r)
{
  g_autofree char *id = tb_reader_string (r);
  gboolean active = tb_reader_u8 (r) != 0;
  gint64 time_ns = tb_reader_i64 (r);
  g_autofree char *reason = tb_reader_string (r);
  if (r->bad)
    return FALSE;
  TbKnownFault *fault = find_fault (self, id);
  if (fault != NULL && active && !fault->active)
    fault->since_ns = time_ns;
  if (fault != NULL && active)
    fault->active = TRUE;
  else if (fault != NULL)
    g_ptr_array_remove (self->faults, fault);
  if (*reason != '\0')
    g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, 1u, "", reason);
  g_signal_emit (self, signals[SIGNAL_STATE], 0);
  return TRUE;
}

static gboolean
on_bypass (TbSession *self, TbReader *r)
{
  TbWireBypass b = { 0 };
  if (!tb_wire_bypass_read (r, &b))
    return FALSE;
  TbKnownBypass known = { plan_index (self, b.from), plan_index (self, b.to), b.port, NULL };
  for (guint i = self->bypasses->len; i-- > 0;)
    {
      const TbKnownBypass *old = &g_array_index (self->bypasses, TbKnownBypass, i);
      if (old->from == known.from && old->to == known.to && old->port == known.port)
        g_array_remove_index (self->bypasses, i);
    }
  if (b.open)
    {
      replace_text (&known.why, b.why);
      g_array_append_val (self->bypasses, known);
    }
  tb_wire_bypass_clear (&b);
  return TRUE;
}

static gboolean
on_log_at (TbSession *self, TbReader *r)
{
  g_autofree char *instance = tb_reader_string (r), *path = tb_reader_string (r);
  guint64 size = tb_reader_u64 (r);
  int index = r->bad ? -1 : tb_plan_find_instance (self->plan->plan, instance);
  if (index < 0)
    return FALSE;
  TbKnownInstance *known = &self->instances[index];
  if (g_strcmp0 (known->log_path, path) != 0)
    replace_text (&known->log_path, path);
  known->log_size = size;
  g_signal_emit (self, signals[SIGNAL_INSTANCE], 0, (guint) index);
  return TRUE;
}

static gboolean
on_problem (TbSession *self, TbReader *r)
{
  guint severity = tb_reader_u8 (r);
  g_autofree char *instance = tb_reader_string (r), *sentence = tb_reader_string (r);
  if (r->bad)
    return FALSE;
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, severity, instance, sentence);
  return TRUE;
}

/* Cores used between two reports of one clock. */
static double
cores (gint64 time_ns, gint64 time_before_ns, guint64 cpu_ns, guint64 cpu_before_ns)
{
  if (time_before_ns == 0 || time_ns <= time_before_ns || cpu_ns < cpu_before_ns)
    return 0;
  return (double) (cpu_ns - cpu_before_ns) / (double) (time_ns - time_before_ns);
}

static gboolean
on_agent_load (TbSession *self, TbReader *r)
{
  gint64 time_ns = tb_reader_i64 (r);
  guint64 cpu_ns = tb_reader_u64 (r);
  guint64 lag_ns = tb_reader_u64 (r);
  if (r->bad)
    return FALSE;
  self->agent_cpu = cores (time_ns, self->agent_time_ns, cpu_ns, self->agent_cpu_ns);
  self->agent_time_ns = time_ns;
  self->agent_cpu_ns = cpu_ns;
  self->agent_lag_ns = (gint64) lag_ns;
  return TRUE;
}

static gboolean
on_instance_load (TbSession *self, TbReader *r)
{
  guint index = plan_index (self, tb_reader_u32 (r));
  gint64 time_ns = tb_reader_i64 (r);
  guint64 cpu_ns = tb_reader_u64 (r), rss = tb_reader_u64 (r);
  if (r->bad || index == G_MAXUINT)
    return FALSE;
  TbKnownInstance *known = &self->instances[index];
  known->cpu = cores (time_ns, known->load_time_ns, cpu_ns, known->load_cpu_ns);
  known->load_time_ns = time_ns;
  known->load_cpu_ns = cpu_ns;
  known->rss_bytes = rss;
  return TRUE;
}

static gboolean
ignore_fact (TbSession *self, TbReader *r)
{
  return TRUE;
}

static const struct
{
  TbFactType type;
  gboolean (*take) (TbSession *self, TbReader *r);
} facts[] = {
  { TB_FACT_WELCOME, on_welcome },
  { TB_FACT_RUN_STATE, on_run_state },
  { TB_FACT_INSTANCE_STATE, on_instance_state },
  { TB_FACT_WAITING, on_waiting },
  { TB_FACT_FAULT_STATE, on_fault_state },
  { TB_FACT_TAP_OPENED, ignore_fact }, /* the row says it too */
  { TB_FACT_BYPASS, on_bypass },
  { TB_FACT_LOG_AT, on_log_at },
  { TB_FACT_RECORD_AT, ignore_fact },
  { TB_FACT_PROBLEM, on_problem },
  { TB_FACT_PONG, ignore_fact },
  { TB_FACT_AGENT_LOAD, on_agent_load },
  { TB_FACT_INSTANCE_LOAD, on_instance_load },
};

static void
take_fact (TbSession *self, TbReader *r)
{
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    if ((unsigned) facts[i].type == r->type)
      {
        if (!facts[i].take (self, r))
          g_debug ("a %s from the agent that says nothing", tb_frame_type_name (r->type));
        return;
      }
}

static void
take_frames (TbSession *self)
{
  gsize at = 0;
  while (!self->closed)
    {
      TbReader r;
      size_t used = 0;
      TbFrame frame = tb_reader_begin (&r, self->in->data + at, self->in->len - at, &used);
      if (frame == TB_FRAME_BAD)
        close_connection (self, "the agent says what cannot be understood");
      if (frame != TB_FRAME_WHOLE)
        break;
      take_fact (self, &r);
      at += used;
    }
  if (at > 0 && !self->closed)
    g_byte_array_remove_range (self->in, 0, (guint) at);
}

/* ---- The socket --------------------------------------------------------------------------------------- */

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    {
      g_source_destroy (*source);
      g_clear_pointer (source, g_source_unref);
    }
}

static char *
agent_end_in_words (int status)
{
  if (WIFSIGNALED (status))
    return g_strdup_printf ("the agent was killed by signal %d (%s)", WTERMSIG (status),
                            g_strsignal (WTERMSIG (status)));
  if (WIFEXITED (status) && WEXITSTATUS (status) != 0)
    return g_strdup_printf ("the agent ended with status %d", WEXITSTATUS (status));
  return g_strdup ("the agent ended");
}

/* Whatever was still running when the agent left is not any more. */
static void
settle_instances (TbSession *self)
{
  for (guint i = 0; i < self->plan->plan->instances->len; i++)
    {
      const TbPlanInstance *planned = g_ptr_array_index (self->plan->plan->instances, i);
      TbKnownInstance *known = &self->instances[i];
      gboolean over = known->state == TB_INSTANCE_STOPPED || known->state == TB_INSTANCE_FAILED
                      || known->state == TB_INSTANCE_KILLED;
      known->pid = 0;
      known->cpu = 0;
      replace_text (&known->waiting, NULL);
      if (over || planned->external)
        continue;
      known->state = TB_INSTANCE_STOPPED;
      g_signal_emit (self, signals[SIGNAL_INSTANCE], 0, i);
    }
}

/* The agent ended, or is given up: nothing of the run is left when this returns. */
static void
close_connection (TbSession *self, const char *why)
{
  int status = -1;
  if (self->closed)
    return;
  self->closed = TRUE;
  drop_source (&self->readable);
  drop_source (&self->writable);
  if (self->launch.socket >= 0)
    close (self->launch.socket);
  self->launch.socket = -1;
  tb_launch_end_agent (&self->launch, why != NULL ? 0 : END_WAIT_NS, self->sole_children, &status);
  settle_instances (self);
  if (self->state == TB_RUN_STOPPED || self->state == TB_RUN_FAILED)
    return;
  g_autofree char *words = why != NULL ? g_strdup (why) : agent_end_in_words (status);
  gboolean clean = why == NULL && self->stop_asked && WIFEXITED (status) && WEXITSTATUS (status) == 0;
  set_state (self, clean ? TB_RUN_STOPPED : TB_RUN_FAILED, clean ? "" : words);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  g_autoptr (TbSession) self = g_object_ref (data);
  guint8 bytes[65536];
  int fds[4];
  ssize_t n = tb_socket_recv_fds (fd, bytes, sizeof bytes, fds, G_N_ELEMENTS (fds));
  if (n == -EAGAIN || n == -EINTR)
    return G_SOURCE_CONTINUE;
  for (gsize i = 0; n > 0 && i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      g_array_append_val (self->descriptors, fds[i]);
  if (n > 0)
    {
      g_byte_array_append (self->in, bytes, (guint) n);
      take_frames (self);
    }
  else
    close_connection (self, NULL);
  return self->closed ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer data);

static void
watch_writable (TbSession *self)
{
  if (self->writable != NULL)
    return;
  self->writable = g_unix_fd_source_new (self->launch.socket, G_IO_OUT);
  g_source_set_callback (self->writable, G_SOURCE_FUNC (on_writable), self, NULL);
  g_source_attach (self->writable, self->context);
}

/* TRUE: all was written. An error shows on the reading side, as the agent's end. */
static gboolean
flush (TbSession *self)
{
  while (self->out.size > 0)
    {
      ssize_t n = send (self->launch.socket, self->out.bytes, self->out.size, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno != EAGAIN)
        tb_writer_consume (&self->out, self->out.size);
      if (n <= 0)
        break;
      tb_writer_consume (&self->out, (size_t) n);
    }
  return self->out.size == 0;
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer data)
{
  TbSession *self = data;
  if (!flush (self))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->writable, g_source_unref);
  return G_SOURCE_REMOVE;
}

static void
sent (TbSession *self)
{
  if (!flush (self))
    watch_writable (self);
}

static void
send_name (TbSession *self, TbCommandType type, const char *name)
{
  if (self->closed)
    return;
  tb_writer_begin (&self->out, type);
  if (name != NULL)
    tb_writer_string (&self->out, name);
  tb_writer_end (&self->out);
  sent (self);
}

/* ---- Life --------------------------------------------------------------------------------------------- */

static void
tb_session_init (TbSession *self)
{
  self->launch = (TbLaunch) { .claim = -1, .dir_lock = -1, .socket = -1 };
  self->state = TB_RUN_STARTING;
  self->reason = g_strdup ("");
  self->in = g_byte_array_new ();
  self->descriptors = g_array_new (FALSE, FALSE, sizeof (int));
  self->bypasses = g_array_new (FALSE, TRUE, sizeof (TbKnownBypass));
  g_array_set_clear_func (self->bypasses, bypass_clear);
  self->faults = g_ptr_array_new_with_free_func (fault_free);
  self->context = g_main_context_ref_thread_default ();
}

static void
clear_instances (TbSession *self)
{
  for (guint i = 0; self->instances != NULL && i < self->plan->plan->instances->len; i++)
    {
      TbKnownInstance *known = &self->instances[i];
      replace_text (&known->sentence, NULL);
      replace_text (&known->waiting, NULL);
      replace_text (&known->log_path, NULL);
    }
  g_clear_pointer (&self->instances, g_free);
}

static void
tb_session_finalize (GObject *object)
{
  TbSession *self = TB_SESSION (object);
  int status;
  drop_source (&self->readable);
  drop_source (&self->writable);
  if (self->launch.socket >= 0)
    close (self->launch.socket);
  self->launch.socket = -1;
  tb_launch_end_agent (&self->launch, END_WAIT_NS, self->sole_children, &status);
  tb_launch_clear (&self->launch);
  clear_instances (self);
  for (guint i = 0; i < self->descriptors->len; i++)
    close (g_array_index (self->descriptors, int, i));
  g_clear_pointer (&self->live, tb_live_free);
  g_clear_pointer (&self->map, tb_wire_map_free);
  g_clear_pointer (&self->plan, tb_shared_plan_unref);
  g_clear_pointer (&self->model, tb_model_unref);
  tb_writer_clear (&self->out);
  g_array_unref (self->descriptors);
  g_array_unref (self->bypasses);
  g_ptr_array_unref (self->faults);
  g_byte_array_unref (self->in);
  g_main_context_unref (self->context);
  g_free (self->reason);
  G_OBJECT_CLASS (tb_session_parent_class)->finalize (object);
}

static void
tb_session_class_init (TbSessionClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = tb_session_finalize;
  signals[SIGNAL_STATE] = g_signal_new ("state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  signals[SIGNAL_INSTANCE] = g_signal_new ("instance", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_PROBLEM]
    = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                    G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_WAITING]
    = g_signal_new ("waiting", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                    G_TYPE_STRING, G_TYPE_STRING);
}

static guint64
choose_seed (const TbSessionOptions *options)
{
  if (options->seed != 0)
    return options->seed;
  return (guint64) g_random_int () << 32 | g_random_int () | 1;
}

static guint
preferred_block (const TbModel *model, const TbSessionOptions *options)
{
  const char *name = tb_element_get (tb_model_root (model), TB_PROP_NAME);
  g_autofree char *path
    = options->file ? g_canonicalize_filename (options->file, NULL) : g_strdup (name ? name : "");
  return tb_plan_preferred_block (path);
}

static gboolean
make_plan (TbSession *self, const TbSessionOptions *options, GError **error)
{
  g_autofree char *node = tb_program_path ("tierboard-node");
  g_autoptr (GError) why = NULL;
  guint64 seed = choose_seed (options);
  const TbPlanOptions plan_options = {
    .block = self->launch.block, .run_dir = self->launch.run_dir, .node_program = node,
    .seed = seed, .file = options->file, .default_user = tb_launch_default_user (),
  };
  TbPlan *plan = tb_plan_new (self->model, &plan_options, &why);
  if (plan == NULL)
    {
      g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_PLAN, why->message);
      return FALSE;
    }
  self->plan = tb_shared_plan_new (plan);
  self->map = tb_wire_map_new (plan, options, self->launch.run_dir, seed);
  self->live = tb_live_new (self->plan, self->map);
  self->instances = g_new0 (TbKnownInstance, plan->instances->len + 1);
  for (guint i = 0; i < plan->instances->len; i++)
    if (((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->external)
      self->instances[i].state = TB_INSTANCE_READY;
  return TRUE;
}

static void
begin_talk (TbSession *self)
{
  self->readable = g_unix_fd_source_new (self->launch.socket, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->readable, self->context);
  tb_writer_begin (&self->out, TB_COMMAND_HELLO);
  tb_writer_u32 (&self->out, TB_WIRE_VERSION);
  tb_writer_end (&self->out);
  tb_wire_plan_write (&self->out, &self->map->plan);
  sent (self);
}

TbSession *
tb_session_start (TbModel *model, const TbSessionOptions *options, GError **error)
{
  const TbSessionOptions defaults = { 0 };
  g_autoptr (TbSession) self = g_object_new (TB_TYPE_SESSION, NULL);
  if (options == NULL)
    options = &defaults;
  self->model = tb_model_ref (model);
  self->sole_children = options->sole_children;
  self->start_ns = tb_now_ns ();
  if (!tb_launch_prepare (&self->launch, preferred_block (model, options), error)
      || !make_plan (self, options, error) || !tb_launch_agent (&self->launch, error))
    return NULL;
  begin_talk (self);
  return g_steal_pointer (&self);
}

/* ---- What the viewer asks ------------------------------------------------------------------------------ */

const TbPlan *
tb_session_plan (TbSession *self)
{
  return self->plan->plan;
}

TbRunState
tb_session_state (TbSession *self)
{
  return self->state;
}

TbLiveFrame *
tb_session_frame (TbSession *self)
{
  if (!tb_live_is_mapped (self->live))
    return NULL;
  const TbKnown known = {
    .state = self->state, .reason = self->reason, .start_ns = self->start_ns,
    .instances = self->instances, .bypasses = self->bypasses, .faults = self->faults,
    .agent_cpu = self->agent_cpu, .agent_lag_ns = self->agent_lag_ns,
  };
  return tb_live_frame (self->live, &known, tb_now_ns ());
}

void
tb_session_stop (TbSession *self)
{
  self->stop_asked = TRUE;
  send_name (self, TB_COMMAND_STOP, NULL);
}

void
tb_session_instance_command (TbSession *self, TbCommandType what, const char *instance)
{
  g_return_if_fail (what >= TB_COMMAND_KILL && what <= TB_COMMAND_START_ANYWAY);
  send_name (self, what, instance);
}

void
tb_session_add_fault (TbSession *self, const TbWireFault *fault)
{
  TbKnownFault *known = find_fault (self, fault->id);
  if (self->closed)
    return;
  if (known == NULL)
    {
      known = g_new0 (TbKnownFault, 1);
      known->id = g_strdup (fault->id);
      g_ptr_array_add (self->faults, known);
    }
  g_free (known->link);
  known->link = g_strdup (fault->link);
  known->kind = fault->kind;
  tb_wire_fault_write (&self->out, fault);
  sent (self);
}

void
tb_session_remove_fault (TbSession *self, const char *id)
{
  send_name (self, TB_COMMAND_FAULT_REMOVE, id);
}

static char *
cut_id (const char *link_id)
{
  return g_strconcat ("cut:", link_id, NULL);
}

/* A link that nobody drew is called "from>to", and is cut between those components. */
void
tb_session_cut (TbSession *self, const char *link_id)
{
  g_autofree char *id = cut_id (link_id);
  g_auto (GStrv) ends = g_strsplit (link_id, ">", 2);
  gboolean drawn = tb_plan_find_link (self->plan->plan, link_id) >= 0 || ends[1] == NULL;
  TbWireFault fault = { .id = id, .kind = TB_FAULT_CUT, .up = true, .down = true,
                        .link = drawn ? (char *) link_id : (char *) "",
                        .from = drawn ? (char *) "*" : ends[0],
                        .to = drawn ? (char *) "*" : ends[1] };
  tb_session_add_fault (self, &fault);
}

void
tb_session_heal (TbSession *self, const char *link_id)
{
  g_autofree char *id = cut_id (link_id);
  tb_session_remove_fault (self, id);
}

gboolean
tb_session_is_cut (TbSession *self, const char *link_id)
{
  g_autofree char *id = cut_id (link_id);
  const TbKnownFault *fault = find_fault (self, id);
  return fault != NULL && fault->active;
}
