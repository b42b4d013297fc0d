/* The session: its life, its socket, and what the viewer asks of it. */
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session-private.h"
#include "tb-past.h"

/* How long an agent that lost us may take to end its run by itself, before it is killed. */
#define END_WAIT_NS (TB_NS_PER_S * 2)

guint tb_session_signals[TB_N_SESSION_SIGNALS];

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

static void
bypass_clear (gpointer data)
{
  TbKnownBypass *b = data;
  tb_replace_text (&b->why, NULL);
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
      tb_replace_text (&known->waiting, NULL);
      if (over || planned->external)
        continue;
      known->state = TB_INSTANCE_STOPPED;
      g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_INSTANCE], 0, i);
    }
}

/* ---- Whether anybody looks ---------------------------------------------------------------------------- */

#define BEAT_MS 1000
#define GAP_NS (2 * TB_NS_PER_S)

/* What happened meanwhile is counted, and in the recording; it was only not seen. */
static void
say_gap (TbSession *self, gint64 gap_ns, guint64 missed)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text,
                   "nothing was watched for %.1f s, because this program was stopped or had no "
                   "processor; the run went on",
                   (double) gap_ns / (double) TB_NS_PER_S);
  if (missed > 0)
    g_string_append_printf (text, ", and %" G_GUINT64_FORMAT " of its events are counted but not shown",
                            missed);
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_PROBLEM], 0, 1u, "", text->str);
}

static gboolean
on_beat (gpointer data)
{
  g_autoptr (TbSession) self = g_object_ref (data);
  gint64 now_ns = tb_now_ns (), gap_ns = now_ns - self->beat_ns - BEAT_MS * TB_NS_PER_MS;
  guint64 missed = self->missed + tb_live_behind (self->live);
  self->beat_ns = now_ns;
  self->missed = 0;
  if (gap_ns >= GAP_NS && !self->closed)
    say_gap (self, gap_ns, missed);
  return G_SOURCE_CONTINUE;
}

static void
begin_beat (TbSession *self)
{
  self->beat_ns = tb_now_ns ();
  self->beat = g_timeout_source_new (BEAT_MS);
  g_source_set_callback (self->beat, on_beat, self, NULL);
  g_source_attach (self->beat, self->context);
}

/* The agent ended, or is given up: nothing of the run is left when this returns. */
void
tb_session_close (TbSession *self, const char *why)
{
  int status = -1;
  if (self->closed)
    return;
  self->closed = TRUE;
  g_clear_pointer (&self->roles, tb_roles_free);
  drop_source (&self->readable);
  drop_source (&self->writable);
  drop_source (&self->beat);
  if (self->launch.socket >= 0)
    close (self->launch.socket);
  self->launch.socket = -1;
  tb_launch_end_agent (&self->launch, why != NULL ? 0 : END_WAIT_NS, self->sole_children, &status);
  settle_instances (self);
  self->recorded = 0; /* as far as it goes: the agent has ended it */
  if (self->past != NULL)
    tb_past_set_growing (self->past, FALSE);
  tb_session_refresh_past (self);
  tb_session_close_held (self);
  if (self->state == TB_RUN_STOPPED || self->state == TB_RUN_FAILED)
    return;
  g_autofree char *words = why != NULL ? g_strdup (why) : agent_end_in_words (status);
  gboolean clean = why == NULL && self->stop_asked && WIFEXITED (status) && WEXITSTATUS (status) == 0;
  tb_session_set_state (self, clean ? TB_RUN_STOPPED : TB_RUN_FAILED, clean ? "" : words);
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
        tb_session_close (self, "the agent says what cannot be understood");
      if (frame != TB_FRAME_WHOLE)
        break;
      tb_session_take_fact (self, &r);
      at += used;
    }
  if (at > 0 && !self->closed)
    g_byte_array_remove_range (self->in, 0, (guint) at);
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
    tb_session_close (self, NULL);
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

void
tb_session_sent (TbSession *self)
{
  if (!flush (self))
    watch_writable (self);
}

void
tb_session_send_name (TbSession *self, TbCommandType type, const char *name)
{
  if (self->closed)
    return;
  tb_writer_begin (&self->out, type);
  if (name != NULL)
    tb_writer_string (&self->out, name);
  tb_writer_end (&self->out);
  tb_session_sent (self);
}

void
tb_session_say (TbSession *self, const char *of, const char *what, const char *value)
{
  if (self->closed)
    return;
  tb_writer_begin (&self->out, TB_COMMAND_SAY);
  tb_writer_string (&self->out, of);
  tb_writer_string (&self->out, what);
  tb_writer_string (&self->out, value);
  tb_writer_end (&self->out);
  tb_session_sent (self);
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
  self->faults = g_ptr_array_new_with_free_func (tb_known_fault_free);
  self->held = g_object_new (TB_TYPE_HELD_LIST, NULL);
  self->replicas = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->context = g_main_context_ref_thread_default ();
}

static void
clear_instances (TbSession *self)
{
  for (guint i = 0; self->instances != NULL && i < self->plan->plan->instances->len; i++)
    {
      TbKnownInstance *known = &self->instances[i];
      tb_replace_text (&known->sentence, NULL);
      tb_replace_text (&known->waiting, NULL);
      tb_replace_text (&known->log_path, NULL);
      tb_replace_text (&known->role, NULL);
    }
  g_clear_pointer (&self->instances, g_free);
}

static void
tb_session_finalize (GObject *object)
{
  TbSession *self = TB_SESSION (object);
  int status;
  g_clear_pointer (&self->roles, tb_roles_free);
  drop_source (&self->readable);
  drop_source (&self->writable);
  drop_source (&self->beat);
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
  g_clear_object (&self->held);
  g_byte_array_unref (self->in);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->replicas);
  g_free (self->file);
  g_free (self->reason);
  g_clear_object (&self->past);
  g_free (self->recording);
  G_OBJECT_CLASS (tb_session_parent_class)->finalize (object);
}

static void
tb_session_class_init (TbSessionClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = tb_session_finalize;
  tb_session_signals[TB_SESSION_SIGNAL_STATE] = g_signal_new ("state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  tb_session_signals[TB_SESSION_SIGNAL_INSTANCE] = g_signal_new ("instance", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_UINT);
  tb_session_signals[TB_SESSION_SIGNAL_PROBLEM]
    = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                    G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);
  tb_session_signals[TB_SESSION_SIGNAL_WAITING]
    = g_signal_new ("waiting", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                    G_TYPE_STRING, G_TYPE_STRING);
  tb_session_signals[TB_SESSION_SIGNAL_PAST]
    = g_signal_new ("past", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  tb_session_signals[TB_SESSION_SIGNAL_CHANGED]
    = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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

TbPlan *
tb_session_make_plan (TbSession *self, const TbModel *model, const TbPlan *before,
                      GHashTable *replicas, gboolean probes, GError **error)
{
  g_autofree char *node = tb_program_path ("tierboard-node");
  const TbPlanOptions options = {
    .block = self->launch.block, .run_dir = self->launch.run_dir, .node_program = node,
    .seed = self->seed, .file = self->file, .default_user = tb_launch_default_user (),
    .clock_library = tb_clock_find_library (), .before = before, .replicas = replicas, .probes = probes,
  };
  return tb_plan_new (model, &options, error);
}

static gboolean
make_plan (TbSession *self, const TbSessionOptions *options, GError **error)
{
  g_autoptr (GError) why = NULL;
  self->seed = choose_seed (options);
  self->probes = options->probes;
  TbPlan *plan = tb_session_make_plan (self, self->model, NULL, NULL, self->probes, &why);
  if (plan == NULL)
    {
      g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_PLAN, why->message);
      return FALSE;
    }
  self->plan = tb_shared_plan_new (plan);
  self->map = tb_wire_map_new (plan, options, self->launch.run_dir, self->seed);
  tb_wire_map_set_document (self->map, self->model, NULL);
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
  tb_writer_i64 (&self->out, self->start_ns);
  tb_writer_end (&self->out);
  tb_wire_plan_write (&self->out, &self->map->plan);
  tb_session_sent (self);
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
  self->file = g_strdup (options->file);
  self->start_ns = tb_now_ns ();
  if (!tb_launch_prepare (&self->launch, preferred_block (model, options), error)
      || !make_plan (self, options, error) || !tb_launch_agent (&self->launch, error))
    return NULL;
  tb_session_prepare_clocks (self, NULL);
  tb_session_prepare_loads (self, NULL);
  begin_talk (self);
  begin_beat (self);
  self->roles = tb_roles_new (self);
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

static TbLiveFrame *
read_frame (TbSession *self, gboolean events)
{
  if (!tb_live_is_mapped (self->live))
    return NULL;
  const TbKnown known = {
    .state = self->state, .reason = self->reason, .start_ns = self->start_ns,
    .instances = self->instances, .bypasses = self->bypasses, .faults = self->faults,
    .agent_cpu = self->agent_cpu, .agent_lag_ns = self->agent_lag_ns,
    .agent_lag_p99_ns = self->agent_lag_p99_ns,
  };
  TbLiveFrame *frame = tb_live_frame (self->live, &known, tb_now_ns (), events);
  self->missed += frame->missed_events;
  return frame;
}

TbLiveFrame *
tb_session_frame (TbSession *self)
{
  return read_frame (self, TRUE);
}

TbLiveFrame *
tb_session_look (TbSession *self)
{
  return read_frame (self, FALSE);
}

/* ---- What has happened ---------------------------------------------------------------------------------- */

TbPast *
tb_session_past (TbSession *self)
{
  g_autoptr (GError) error = NULL;
  if (self->past == NULL && self->recording != NULL)
    {
      self->past = tb_past_open (self->recording, &error);
      if (self->past != NULL)
        tb_past_set_growing (self->past, !self->closed);
    }
  if (error != NULL)
    g_debug ("the recording: %s", error->message);
  return self->past;
}

void
tb_session_refresh_past (TbSession *self)
{
  if (self->past != NULL)
    tb_past_refresh (self->past, self->recorded);
}

TbInstanceState
tb_session_instance_state (TbSession *self, guint instance, guint *restarts)
{
  if (restarts != NULL)
    *restarts = self->instances[instance].restarts;
  return self->instances[instance].state;
}

const char *
tb_session_log_path (TbSession *self, guint instance)
{
  return self->instances[instance].log_path;
}

void
tb_session_stop (TbSession *self)
{
  self->stop_asked = TRUE;
  tb_session_send_name (self, TB_COMMAND_STOP, NULL);
}

void
tb_session_instance_command (TbSession *self, TbCommandType what, const char *instance)
{
  g_return_if_fail ((what >= TB_COMMAND_KILL && what <= TB_COMMAND_START_ANYWAY)
                    || what == TB_COMMAND_HALT || what == TB_COMMAND_START);
  tb_session_send_name (self, what, instance);
}

const char *
tb_session_run_dir (TbSession *self)
{
  return self->launch.run_dir;
}
