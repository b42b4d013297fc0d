/* Choosing and running a scenario of a sheet.
 *
 *   chosen ──tb_sheet_run_scenario()──▶ wanted ──the run has begun──▶ running ⇄ paused (step by step)
 *     ▲                                   │ the question of trust is answered with no   │ on_over()
 *     └── tb_sheet_dismiss_scenario() ────┴──────────────────────────────────────────── over
 *
 * A scenario may also be carried out on what runs already; then that goes on behind it. */
#include "sheet-scenario.h"

#include <math.h>

#include "announcer.h"
#include "tb-base.h"
#include "util.h"
#include "window-private.h"

#define TICK_MS 150

/* ---- Which there are ---------------------------------------------------------------------------- */

static const TbElement *
chosen (TbSheetScenarios *self)
{
  const TbModel *model = tb_sheet_scenario_model (self);
  const TbElement *element = self->chosen != NULL ? tb_model_lookup (model, self->chosen) : NULL;
  if (element != NULL && tb_element_kind (element) == TB_KIND_SCENARIO)
    return element;
  return tb_model_count (model, TB_KIND_SCENARIO) > 0 ? tb_model_nth (model, TB_KIND_SCENARIO, 0) : NULL;
}

/* Each scenario, step by step or not, and where they come from. */
static GMenuModel *
new_menu (TbSheetScenarios *self)
{
  const TbModel *model = tb_sheet_scenario_model (self);
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) all = g_menu_new (), how = g_menu_new (), from = g_menu_new ();
  for (guint i = 0; i < tb_model_count (model, TB_KIND_SCENARIO); i++)
    {
      const TbElement *scenario = tb_model_nth (model, TB_KIND_SCENARIO, i);
      g_autoptr (GMenuItem) item = g_menu_item_new (tb_element_title (scenario), NULL);
      g_menu_item_set_action_and_target (item, "win.scenario", "s", tb_element_id (scenario));
      g_menu_append_item (all, item);
    }
  g_menu_append (how, "Step by step", "win.scenario-stepping");
  g_menu_append (how, "Classroom", "win.classroom");
  g_menu_append (from, "Use scenarios of…", "win.use-scenarios");
  if (self->holder != NULL)
    {
      g_menu_append (from, "Keep in the drawing", "win.keep-scenarios");
      g_menu_append (from, "Back to the drawing's own", "win.own-scenarios");
    }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (all));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (how));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (from));
  return G_MENU_MODEL (menu);
}

/* What the menu says: it is made anew where that is other than before. */
static char *
listed (TbSheetScenarios *self)
{
  const TbModel *model = tb_sheet_scenario_model (self);
  GString *text = g_string_new (self->holder != NULL ? "of a file\n" : "");
  for (guint i = 0; i < tb_model_count (model, TB_KIND_SCENARIO); i++)
    {
      const TbElement *scenario = tb_model_nth (model, TB_KIND_SCENARIO, i);
      g_string_append_printf (text, "%s\t%s\n", tb_element_id (scenario), tb_element_title (scenario));
    }
  return g_string_free (text, FALSE);
}

void
tb_sheet_show_scenarios (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  const TbElement *element = sheet->recording == NULL ? chosen (self) : NULL;
  g_autofree char *text = listed (self);
  gboolean same = g_strcmp0 (text, self->listed) == 0 && tb_header_has_scenarios (sheet->window->header, self);
  g_autoptr (GMenuModel) menu = element != NULL && !same ? new_menu (self) : NULL;
  g_free (self->listed);
  self->listed = g_steal_pointer (&text);
  tb_header_set_scenario (sheet->window->header, element != NULL ? tb_element_title (element) : NULL, menu, self);
  tb_window_set_scenario (sheet->window, element != NULL ? tb_element_id (element) : "", self->stepping);
}

gboolean
tb_sheet_has_scenario (TbSheet *sheet)
{
  return sheet->recording == NULL && chosen (sheet->scenarios) != NULL;
}

gboolean
tb_sheet_scenario_stepping (TbSheet *sheet)
{
  return sheet->scenarios->stepping;
}

gboolean
tb_sheet_runs_scenario (TbSheet *sheet)
{
  return sheet->scenarios->run != NULL;
}

void
tb_sheet_choose_scenario (TbSheet *sheet, const char *id)
{
  g_free (sheet->scenarios->chosen);
  sheet->scenarios->chosen = g_strdup (id);
  tb_sheet_state_changed (sheet);
}

/* For the command palette, which runs them at once. */
void
tb_sheet_scenario_rows (TbSheet *sheet, void (*add) (const char *title, const char *action, gpointer data),
                        gpointer data)
{
  const TbModel *model = tb_sheet_scenario_model (sheet->scenarios);
  for (guint i = 0; sheet->recording == NULL && i < tb_model_count (model, TB_KIND_SCENARIO); i++)
    {
      const TbElement *scenario = tb_model_nth (model, TB_KIND_SCENARIO, i);
      g_autofree char *title = g_strdup_printf ("Run scenario: %s", tb_element_title (scenario));
      g_autofree char *action = g_strdup_printf ("win.run-scenario-of::%s", tb_element_id (scenario));
      add (title, action, data);
    }
}

/* ---- While it runs ------------------------------------------------------------------------------ */

static TbStripMark
mark_of (TbOutcome outcome)
{
  return outcome == TB_HELD ? TB_STRIP_HELD : outcome == TB_VIOLATED ? TB_STRIP_VIOLATED : TB_STRIP_UNKNOWN;
}

static void
fill_row (TbScenarioRow *row, const TbFinding *f, gboolean done)
{
  g_free (row->text);
  g_free (row->measured);
  g_free (row->why);
  row->text = g_strdup (f->expect->text);
  row->measured = tb_estimate_words (f->expect->unit, &f->estimate);
  row->why = g_strdup (f->why);
  row->mark = mark_of (f->outcome);
  row->done = done;
}

static void
fill_rows (TbSheetScenarios *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      TbScenarioRow *row = g_ptr_array_index (self->rows, i);
      TbFinding found = { 0 };
      TbMeasureProgress progress = tb_scenario_run_peek (self->run, i, &found);
      if (progress != TB_MEASURE_TO_COME)
        fill_row (row, &found, progress == TB_MEASURE_DONE);
      else if (row->text == NULL)
        row->text = g_strdup (((TbScenarioExpect *) g_ptr_array_index (self->scenario->expects, i))->text);
      g_free (found.why);
    }
}

/* What changes is read out, too. */
static void
follow_engine (TbSheetScenarios *self)
{
  const TbEngine *engine = tb_scenario_run_engine (self->run);
  gint64 now_ns = tb_now_ns ();
  if (tb_engine_state (engine) == TB_ENGINE_OVER)
    return; /* on_over() shows that, and it stays */
  guint before = self->at;
  TbScenarioPhase phase = self->phase;
  self->at = tb_engine_step_at (engine);
  self->phase = tb_engine_state (engine) == TB_ENGINE_PAUSED ? TB_SCENARIO_PAUSED : TB_SCENARIO_RUNNING;
  g_autofree char *words = tb_engine_words (engine, now_ns);
  fill_rows (self);
  tb_sheet_scenario_show (self, tb_engine_place (engine, now_ns), words);
  if (before != self->at || phase != self->phase)
    tb_announcer_say (self->sheet->announcer, words);
}

static gboolean
tick (gpointer data)
{
  TbSheetScenarios *self = data;
  if (self->run != NULL)
    follow_engine (self);
  return G_SOURCE_CONTINUE;
}

static void
on_line (const TbEngineLine *line, gpointer data)
{
  TbSheetScenarios *self = data;
  if (self->run != NULL)
    follow_engine (self);
}

/* ---- Its end ------------------------------------------------------------------------------------ */

/* Not inside its own callback. */
static gboolean
drop_run (gpointer data)
{
  TbSheetScenarios *self = data;
  self->over_id = 0;
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->run, tb_scenario_run_free);
  if (self->own_run)
    tb_sheet_stop (self->sheet);
  tb_sheet_state_changed (self->sheet);
  return G_SOURCE_REMOVE;
}

static void
show_end (TbSheetScenarios *self)
{
  self->phase = TB_SCENARIO_OVER;
  tb_sheet_scenario_show (self, self->at, "");
}

static void
on_over (gpointer data)
{
  TbSheetScenarios *self = data;
  const TbEngine *engine = tb_scenario_run_engine (self->run);
  const GPtrArray *findings = tb_engine_findings (engine);
  for (guint i = 0; i < findings->len; i++)
    fill_row (g_ptr_array_index (self->rows, i), g_ptr_array_index (findings, i), TRUE);
  self->at = tb_engine_step_at (engine);
  self->end = tb_engine_end (engine, &self->sentence);
  show_end (self);
  g_autofree char *said = g_strdup_printf ("%s: %s", tb_scenario_end_name (self->end), self->sentence);
  tb_announcer_say (self->sheet->announcer, said);
  self->over_id = g_idle_add (drop_run, self);
}

/* ---- Beginning ---------------------------------------------------------------------------------- */

/* It cannot be run: the bar says why, and nothing has happened. */
static void
refuse (TbSheetScenarios *self, const TbElement *element, char *sentence)
{
  tb_sheet_scenario_is (self, element);
  for (guint i = 0; i < self->rows->len; i++)
    ((TbScenarioRow *) g_ptr_array_index (self->rows, i))->text = g_strdup ("");
  g_ptr_array_set_size (self->rows, 0);
  g_array_set_size (self->row_steps, 0);
  self->end = TB_END_NOT_RUN;
  self->sentence = sentence;
  show_end (self);
  tb_sheet_toast (self->sheet, sentence);
}

/* "nothing is called “order” (line 41); …": names that are missing, and the like. */
static char *
problem_words (const TbProblems *problems)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      if (p->severity == TB_SEVERITY_ERROR)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", p->message);
    }
  return g_string_free (text, FALSE);
}

static TbScenario *
compile (TbSheetScenarios *self, const TbElement *element, const TbPlan *plan)
{
  g_autoptr (TbModel) holder = self->holder != NULL ? tb_document_snapshot (self->holder)
                                                    : tb_document_snapshot (self->sheet->document);
  TbProblems *problems = tb_problems_new ();
  TbScenario *scenario = tb_scenario_new (holder, tb_model_lookup (holder, tb_element_id (element)), plan, problems);
  if (scenario != NULL)
    scenario->foreign = self->holder != NULL;
  else
    refuse (self, element, problem_words (problems));
  g_ptr_array_unref (problems);
  return scenario;
}

static void
begin (TbSheetScenarios *self)
{
  static const TbScenarioRunFuncs funcs = { on_line, on_over };
  tb_sheet_scenario_forget_past (self);
  g_clear_pointer (&self->scenario, tb_scenario_free);
  self->scenario = g_steal_pointer (&self->wanted);
  self->asking = self->stepping;
  self->phase = TB_SCENARIO_RUNNING;
  tb_sheet_scenario_is (self, tb_model_lookup (self->scenario->model, self->scenario->id));
  self->run = tb_scenario_run_new (self->sheet->session, self->scenario, &funcs, self);
  tb_scenario_run_set_stepping (self->run, self->stepping);
  self->tick_id = g_timeout_add (TICK_MS, tick, self);
  follow_engine (self);
  tb_sheet_state_changed (self->sheet);
}

/* The run that was begun for it is there. */
void
tb_sheet_scenario_started (TbSheet *sheet)
{
  if (sheet->scenarios->wanted != NULL)
    begin (sheet->scenarios);
  else if (sheet->scenarios->phase == TB_SCENARIO_OVER)
    tb_sheet_dismiss_scenario (sheet);
}

gboolean
tb_sheet_has_begun_scenario (TbSheet *sheet)
{
  return sheet->scenarios->wanted != NULL;
}

guint64
tb_sheet_scenario_seed (TbSheet *sheet)
{
  return sheet->scenarios->wanted != NULL ? sheet->scenarios->wanted->seed : 0;
}

void
tb_sheet_run_scenario (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  const TbElement *element = chosen (self);
  g_autoptr (GError) error = NULL;
  if (self->run != NULL || sheet->recording != NULL || element == NULL)
    return;
  tb_inspector_commit (sheet->inspector);
  g_autoptr (TbModel) model = tb_document_snapshot (sheet->document);
  g_autoptr (TbPlan) made = sheet->session == NULL ? tb_sheet_plan_of (model, &error) : NULL;
  const TbPlan *plan = sheet->session != NULL ? tb_session_plan (sheet->session) : made;
  if (plan == NULL)
    {
      tb_sheet_toast (sheet, error->message);
      return;
    }
  g_clear_pointer (&self->wanted, tb_scenario_free);
  self->wanted = compile (self, element, plan);
  if (self->wanted == NULL)
    return;
  self->own_run = sheet->session == NULL;
  if (self->own_run)
    tb_sheet_start_run (sheet);
  else
    begin (self);
}

/* A run without a scenario. */
void
tb_sheet_run (TbSheet *sheet)
{
  g_clear_pointer (&sheet->scenarios->wanted, tb_scenario_free);
  tb_sheet_start_run (sheet);
}

/* ---- Commands to it ----------------------------------------------------------------------------- */

void
tb_sheet_scenario_next (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  if (self->phase == TB_SCENARIO_REPLAYED)
    tb_sheet_scenario_play_step (self);
  else if (!tb_sheet_scenario_reveal (self) && self->phase == TB_SCENARIO_PAUSED)
    tb_scenario_run_go_on (self->run);
  if (self->run != NULL)
    follow_engine (self);
  else if (self->phase == TB_SCENARIO_OVER)
    show_end (self);
}

void
tb_sheet_set_scenario_stepping (TbSheet *sheet, gboolean stepping)
{
  TbSheetScenarios *self = sheet->scenarios;
  self->stepping = self->asking = stepping;
  if (self->run != NULL)
    tb_scenario_run_set_stepping (self->run, stepping);
  if (self->phase == TB_SCENARIO_REPLAYED && self->telling != NULL)
    tb_sheet_scenario_moved (self);
  tb_sheet_state_changed (sheet);
}

void
tb_sheet_break_scenario (TbSheet *sheet, const char *why)
{
  if (sheet->scenarios->run != NULL)
    tb_scenario_run_break (sheet->scenarios->run, why);
}

void
tb_sheet_dismiss_scenario (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  if (self->run != NULL || self->phase == TB_SCENARIO_REPLAYED)
    return;
  tb_sheet_scenario_is (self, NULL);
  self->phase = TB_SCENARIO_READY;
  gtk_widget_grab_focus (GTK_WIDGET (sheet->canvas));
}

/* In a class it is to be seen what will happen before it does. */
void
tb_sheet_offer_scenario (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  const TbElement *element = chosen (self);
  if (self->phase != TB_SCENARIO_READY || sheet->recording != NULL || element == NULL)
    return;
  tb_sheet_scenario_is (self, element);
  for (guint i = 0; i < self->rows->len; i++)
    ((TbScenarioRow *) g_ptr_array_index (self->rows, i))->text = g_strdup ("");
  g_ptr_array_set_size (self->rows, 0);
  g_array_set_size (self->row_steps, 0);
  tb_sheet_scenario_show (self, NAN, "Space: run it");
}

/* Is it there, and can it be told to go on, or be dismissed? */
TbScenarioPhase
tb_sheet_scenario_phase (TbSheet *sheet)
{
  return sheet->scenarios->phase;
}

/* ---- Life --------------------------------------------------------------------------------------- */

static void
moved (TbSheet *sheet)
{
  if (sheet->scenarios != NULL)
    tb_sheet_scenario_moved (sheet->scenarios);
}

static void
picked (TbSheet *sheet, double place)
{
  tb_sheet_scenario_picked (sheet->scenarios, place);
}

GtkWidget *
tb_sheet_new_scenario_bar (TbSheet *sheet)
{
  static const char *const signals[] = { "moved", "past-changed" };
  TbSheetScenarios *self = g_new0 (TbSheetScenarios, 1);
  sheet->scenarios = self;
  self->sheet = sheet;
  self->until = G_MAXUINT;
  sheet->scenario_bar = TB_SCENARIO_BAR (tb_scenario_bar_new ());
  g_signal_connect_swapped (sheet->scenario_bar, "picked", G_CALLBACK (picked), sheet);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_swapped (sheet->moment, signals[i], G_CALLBACK (moved), sheet);
  return GTK_WIDGET (sheet->scenario_bar);
}

/* The session goes: what was carried out on it is broken off. */
void
tb_sheet_scenario_session_over (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  if (self->run == NULL)
    return;
  tb_sheet_break_scenario (sheet, "the run has ended");
  g_clear_handle_id (&self->over_id, g_source_remove);
  self->own_run = FALSE;
  drop_run (self);
}

void
tb_sheet_drop_scenarios (TbSheet *sheet)
{
  TbSheetScenarios *self = g_steal_pointer (&sheet->scenarios);
  if (self == NULL)
    return;
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->over_id, g_source_remove);
  g_clear_pointer (&self->run, tb_scenario_run_free);
  g_clear_pointer (&self->wanted, tb_scenario_free);
  g_clear_pointer (&self->scenario, tb_scenario_free);
  tb_sheet_scenario_forget_past (self);
  g_clear_object (&self->holder);
  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->row_steps, g_array_unref);
  g_clear_pointer (&self->marks, g_array_unref);
  g_free (self->chosen);
  g_free (self->listed);
  g_free (self->sentence);
  g_free (self);
}
