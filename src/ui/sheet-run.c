/* The run of a sheet's document.
 *
 *   still ───tb_sheet_run()──▶ asking ──trust_answered("run")──▶ starting ──run_state()──▶ running
 *     ▲                          │ "cancel"                         │                        │
 *     ├──────────────────────────┘                 tb_sheet_stop()  ▼                        ▼
 *     └───────────────────run_state(), tb_sheet_drop_session()─── stopping ◀── tb_sheet_stop()
 *
 * What runs is the snapshot of the moment Run was pressed: editing goes on beside it. */
#include "sheet-private.h"

#include <string.h>

#include "dialogs.h"
#include "settings.h"
#include "tb-base.h"
#include "tb-held.h"
#include "tb-record.h"
#include "util.h"
#include "window-private.h"

#define ELAPSED_MS 100
#define PROBLEMS_MAX 200
#define TOAST_NS (2 * TB_NS_PER_S)
#define INSPECT_NS (250 * TB_NS_PER_MS)

TbRunState
tb_sheet_run_state (TbSheet *self)
{
  return self->session ? tb_session_state (self->session) : TB_RUN_STOPPED;
}

/* ---- The run's state ------------------------------------------------------------------------- */

static gboolean
show_elapsed (gpointer data)
{
  TbSheet *self = data;
  if (tb_sheet_is_current (self))
    tb_header_set_elapsed (self->window->header, tb_now_ns () - self->run_start_ns);
  return G_SOURCE_CONTINUE;
}

void
tb_sheet_drop_session (TbSheet *self)
{
  if (!self->session)
    return;
  g_clear_handle_id (&self->elapsed_id, g_source_remove);
  tb_sheet_scenario_session_over (self);
  tb_sheet_change_over (self);
  tb_canvas_set_session (self->canvas, NULL);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_pointer (&self->control, tb_control_free);
  tb_moment_set_past (self->moment, tb_moment_past (self->moment), FALSE);
  g_clear_object (&self->session);
  g_clear_pointer (&self->frame, tb_live_frame_unref);
  tb_inspector_show_frame (self->inspector, NULL, NULL);
  tb_panel_show_frame (self->panel, NULL);
  tb_panel_show_run (self->panel, NULL, NULL);
  tb_taps_show (self->taps, NULL);
  tb_panel_set_run (self->panel, NULL);
  tb_panel_set_held (self->panel, NULL);
  tb_minimap_show_frame (self->minimap, NULL);
  g_clear_pointer (&self->waiting, g_free);
  tb_sheet_state_changed (self);
}

/* Not inside the session's own signal. */
static gboolean
drop_later (gpointer data)
{
  TbSheet *self = data;
  if (!self->session)
    return G_SOURCE_REMOVE;
  TbRunState state = tb_session_state (self->session);
  if (state != TB_RUN_STOPPED && state != TB_RUN_FAILED)
    return G_SOURCE_REMOVE;
  if (state == TB_RUN_FAILED)
    {
      const char *reason = self->frame && self->frame->reason ? self->frame->reason : "";
      tb_sheet_toast (self, *reason ? reason : "The run failed.");
    }
  tb_sheet_drop_session (self);
  gboolean closing = self->closing;
  self->closing = FALSE;
  if (closing && self->window)
    tb_window_go_on_closing (self->window, self);
  return G_SOURCE_REMOVE;
}

/* Who holds the start or the stop of the run up, and for how long: as the agent says it. */
static void
take_reason (TbSheet *self)
{
  static const char waits[] = "waiting for ";
  g_autoptr (TbLiveFrame) frame = tb_session_look (self->session);
  g_clear_pointer (&self->waiting, g_free);
  if (frame && g_str_has_prefix (frame->reason, waits))
    self->waiting = g_strdup (frame->reason + strlen (waits));
}

static void
run_state (TbSession *session, TbSheet *self)
{
  TbRunState state = tb_session_state (session);
  take_reason (self);
  tb_sheet_state_changed (self);
  if (state == TB_RUN_STOPPED || state == TB_RUN_FAILED)
    g_idle_add_full (G_PRIORITY_DEFAULT, drop_later, g_object_ref (self), g_object_unref);
}

/* Everything is in the list; of what comes in a heap, the first is said. */
static void
run_problem (TbSession *session, guint severity, const char *instance, const char *sentence,
             TbSheet *self)
{
  gboolean of_one = instance && *instance;
  g_autofree char *text = of_one ? g_strdup_printf ("%s: %s", instance, sentence)
                                 : g_strdup (sentence);
  if (self->run_problems->len < PROBLEMS_MAX)
    {
      const TbPlan *plan = tb_session_plan (session);
      int index = of_one && plan ? tb_plan_find_instance (plan, instance) : -1;
      TbUid uid = index < 0 ? 0
                            : ((TbPlanInstance *) plan->instances->pdata[index])->component;
      tb_problems_add (self->run_problems, MIN (severity, TB_SEVERITY_INFO), "run", uid, 0, 0, "%s",
                       text);
      tb_panel_set_other_problems (self->panel, NULL, self->run_problems);
    }
  gint64 now_ns = tb_now_ns ();
  if (severity >= TB_SEVERITY_INFO || now_ns - self->toasted_ns < TOAST_NS)
    return;
  self->toasted_ns = now_ns;
  tb_sheet_toast (self, text);
}

/* An instance that fails is said once, and again where it was started and failed again. */
static void
watch_states (TbSheet *self, const TbLiveFrame *frame)
{
  guint before = self->states->len;
  g_byte_array_set_size (self->states, frame->n_instances);
  for (guint i = 0; i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      gboolean was = i < before && self->states->data[i] == TB_INSTANCE_FAILED;
      if (instance->state == TB_INSTANCE_FAILED && !was && !instance->gone)
        run_problem (self->session, TB_SEVERITY_ERROR, instance->id,
                     *instance->sentence ? instance->sentence : "failed", self);
      self->states->data[i] = (guint8) instance->state;
    }
}

void
tb_sheet_live_frame (TbCanvas *canvas, gpointer frame, TbSheet *self)
{
  TbLiveFrame *live = frame;
  if (!self->session || !live)
    return;
  g_clear_pointer (&self->frame, tb_live_frame_unref);
  self->frame = tb_live_frame_ref (live);
  watch_states (self, live);
  tb_panel_show_frame (self->panel, live);
  gint64 now_ns = tb_now_ns ();
  if (now_ns - self->inspected_ns < INSPECT_NS)
    return;
  self->inspected_ns = now_ns;
  tb_taps_show (self->taps, live);
  if (tb_sheet_shows_past (self))
    return;
  tb_sheet_show_dots (self);
  tb_inspector_show_frame (self->inspector, live, tb_canvas_signs (self->canvas));
  tb_panel_show_run (self->panel, live, tb_canvas_signs (self->canvas));
  tb_minimap_show_frame (self->minimap, live);
}

/* The recording can be read from now on: it is what everything but the newest frame is read from. */
static void
run_past (TbSession *session, TbSheet *self)
{
  tb_moment_set_past (self->moment, tb_session_past (session), TRUE);
}

/* ---- Starting -------------------------------------------------------------------------------- */

/* As others would look for it. */
static const char *
run_name (TbSheet *self)
{
  const char *path = tb_document_path (self->document);
  return path ? path : tb_element_title (tb_model_root (tb_document_model (self->document)));
}

static void
start (TbSheet *self, TbModel *model)
{
  g_autoptr (GError) error = NULL;
  if (self->session)
    return;
  g_autofree char *mask = tb_settings_get_text ("record-mask");
  const char *const masks[] = { mask && tb_record_mask_check (mask, NULL, 0) ? mask : NULL, NULL };
  const TbSessionOptions options = {
    .contain = tb_settings_get ("contain", FALSE),
    .seed = tb_sheet_scenario_seed (self),
    .record_limit_bytes = (gint64) tb_settings_get ("record-mib", 0) << 20,
    .payload_off = !tb_settings_get ("record-payload", TRUE),
    .record_masks = masks,
  };
  TbSession *session = tb_session_start (model, &options, &error);
  if (!session)
    {
      tb_sheet_toast (self, error->message);
      return;
    }
  self->session = session;
  self->control = tb_control_new (session, NULL);
  if (self->control)
    {
      tb_control_set_name (self->control, run_name (self));
      tb_control_set_owner (self->control, &tb_sheet_owner, self);
    }
  self->run_start_ns = tb_now_ns ();
  self->inspected_ns = self->toasted_ns = 0;
  g_clear_pointer (&self->run_problems, g_ptr_array_unref);
  self->run_problems = tb_problems_new ();
  g_clear_pointer (&self->states, g_byte_array_unref);
  self->states = g_byte_array_new ();
  tb_panel_set_other_problems (self->panel, NULL, NULL);
  g_signal_connect (session, "state", G_CALLBACK (run_state), self);
  g_signal_connect (session, "problem", G_CALLBACK (run_problem), self);
  g_signal_connect (session, "past", G_CALLBACK (run_past), self);
  tb_moment_set_past (self->moment, NULL, FALSE);
  tb_panel_set_run (self->panel, tb_session_run_dir (session));
  tb_panel_set_held (self->panel, session);
  tb_canvas_set_session (self->canvas, session);
  if (tb_panel_is_folded (self->panel) && !tb_sheet_has_begun_scenario (self))
    tb_panel_show_page (self->panel, "messages");
  show_elapsed (self);
  self->elapsed_id = g_timeout_add (ELAPSED_MS, show_elapsed, self);
  tb_sheet_scenario_started (self);
  tb_sheet_state_changed (self);
}

/* ---- Trust ----------------------------------------------------------------------------------- */

typedef struct
{
  TbSheet *sheet;
  TbModel *model;
  char *commands;
  void (*go) (TbSheet *self, TbModel *model);
} TrustQuestion;

static void
trust_answered (const char *id, gpointer data)
{
  g_autofree TrustQuestion *question = data;
  g_autoptr (TbSheet) self = question->sheet;
  g_autoptr (TbModel) model = question->model;
  g_autofree char *commands = question->commands;
  g_autoptr (GError) error = NULL;
  if (!g_str_equal (id, "run"))
    return;
  if (!tb_trust_remember (commands, &error))
    tb_sheet_toast (self, error->message); /* it runs all the same, and asks again next time */
  question->go (self, model);
}

static GtkWidget *
new_command_list (const char *commands)
{
  GtkWidget *label = gtk_label_new (commands), *scrolled = gtk_scrolled_window_new ();
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, "commands");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), label);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 150);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 320);
  gtk_widget_set_size_request (scrolled, 320, -1);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_add_css_class (scrolled, "card");
  return scrolled;
}

static void
ask_trust (TbSheet *self, TbModel *model, const char *commands,
           void (*go) (TbSheet *self, TbModel *model))
{
  static const TbResponse responses[] = { { "cancel", "_Cancel", TB_RESPONSE_PLAIN },
                                          { "run", "_Run", TB_RESPONSE_SUGGESTED } };
  TrustQuestion *question = g_new (TrustQuestion, 1);
  *question = (TrustQuestion){ g_object_ref (self), tb_model_ref (model), g_strdup (commands),
                               go };
  tb_ask (GTK_WINDOW (self->window), "Run these programs?",
          "This drawing starts programs of this machine, as you. Run it if you know where it comes "
          "from.",
          new_command_list (commands), responses, G_N_ELEMENTS (responses), trust_answered,
          question);
}

/* The text that is asked about depends on the drawing alone, so block and folder are any. */
TbPlan *
tb_sheet_plan_of (TbModel *model, GError **error)
{
  g_autofree char *node = tb_program_path ("tierboard-node");
  TbPlanOptions options = { .block = 64, .run_dir = "/tmp", .node_program = node, .seed = 1 };
  return tb_plan_new (model, &options, error);
}

static char *
commands_of (TbModel *model, GError **error)
{
  g_autoptr (TbPlan) plan = tb_sheet_plan_of (model, error);
  return plan ? tb_plan_commands (plan) : NULL;
}

void
tb_sheet_ask_trust (TbSheet *self, TbModel *model, void (*go) (TbSheet *self, TbModel *model))
{
  g_autoptr (GError) error = NULL;
  g_autofree char *commands = commands_of (model, &error);
  if (commands)
    ask_trust (self, model, commands, go);
  else
    tb_sheet_toast (self, error->message);
}

void
tb_sheet_start_run (TbSheet *self)
{
  g_autoptr (GError) error = NULL;
  if (self->session || self->recording)
    return;
  tb_inspector_commit (self->inspector);
  g_autoptr (TbModel) model = tb_document_snapshot (self->document);
  g_autofree char *commands = commands_of (model, &error);
  if (!commands)
    {
      tb_sheet_toast (self, error->message);
      return;
    }
  if (tb_trust_needed (commands) && !tb_trust_is_known (commands))
    ask_trust (self, model, commands, start);
  else
    start (self, model);
}

void
tb_sheet_stop (TbSheet *self)
{
  tb_sheet_break_scenario (self, "it was stopped");
  if (self->session)
    tb_session_stop (self->session);
}

/* ---- Commands to what runs ------------------------------------------------------------------- */

void
tb_sheet_instance_command (TbSheet *self, TbCommandType what, const char *instance)
{
  if (self->session)
    tb_session_instance_command (self->session, what, instance);
}

static void
fault_id (char *out, gsize size, TbFaultKind kind, const char *link)
{
  g_snprintf (out, size, "%s:%s", tb_fault_name (kind), link);
}

/* latency: "100ms" or "100ms 20ms", the second being the jitter around it. */
void
tb_sheet_link_fault (TbSheet *self, TbFaultKind kind, const char *link, const char *latency)
{
  char id[160], all[] = "*";
  if (!self->session)
    return;
  fault_id (id, sizeof id, kind, link);
  TbWireFault fault;
  tb_fault_init (&fault, kind);
  fault.id = id;
  fault.link = (char *) link;
  fault.from = fault.to = all;
  if (latency)
    {
      g_auto (GStrv) words = g_strsplit (latency, " ", 2);
      if (!tb_dist_parse (words[0], &fault.latency))
        return;
      if (words[1])
        tb_duration_parse (words[1], &fault.jitter_ns, NULL);
    }
  tb_session_add_fault (self->session, &fault);
}

void
tb_sheet_link_clear (TbSheet *self, const char *link)
{
  if (!self->session)
    return;
  tb_session_heal (self->session, link);
  for (guint i = tb_session_n_faults (self->session); i-- > 0;)
    {
      const TbWireFault *fault = tb_session_fault_at (self->session, i).fault;
      if (g_strcmp0 (fault->link, link) == 0)
        tb_session_remove_fault (self->session, fault->id);
    }
}

/* ---- Step by step ---------------------------------------------------------------------------- */

void
tb_sheet_hold (TbSheet *self, const char *link)
{
  if (!self->session)
    return;
  gboolean hold = !tb_session_holds (self->session, link);
  tb_session_hold (self->session, link, hold);
  if (hold)
    tb_panel_show_page (self->panel, "held");
}

/* Ends whatever is held; or holds every link, where nothing is. */
void
tb_sheet_step_mode (TbSheet *self)
{
  if (!self->session)
    return;
  if (tb_session_n_holds (self->session) > 0)
    tb_session_end_holds (self->session);
  else
    tb_sheet_hold (self, "");
}

void
tb_sheet_step (TbSheet *self, TbHeldVerb verb)
{
  if (self->session)
    tb_session_held_do (self->session, verb, 0, 0);
}
