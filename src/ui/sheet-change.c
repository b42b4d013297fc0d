/* A drawing that is changed while it runs.
 *
 *   as drawn ──tb_sheet_drawing_changed(), a moment later──▶ compared ──nothing that runs differs──▶ as drawn
 *      ▲                                                       │
 *      │                                  said in a bar: what applying it starts, restarts and stops
 *      └──── tb_sheet_apply(): asked for, or at once where that is chosen ────┘
 *
 * The number of replicas needs no asking: it is what was changed by hand, on what runs. */
#include "sheet-private.h"

#include "settings.h"
#include "tb-diff.h"
#include "window-private.h"

#define COMPARE_MS 200

/* ---- Saying it ------------------------------------------------------------------------------- */

static void
say_nothing (TbSheet *self)
{
  g_clear_pointer (&self->change_said, g_free);
  tb_notice_bar_hide (self->run_notice);
}

static void
answered (const char *id, gpointer data)
{
  if (g_str_equal (id, "apply"))
    tb_sheet_apply (data);
}

/* What was said and put away is not said again. */
static void
say (TbSheet *self, const char *sentence, gboolean can_apply)
{
  static const TbResponse responses[] = { { "apply", "Apply", TB_RESPONSE_SUGGESTED } };
  if (g_strcmp0 (self->change_said, sentence) == 0)
    return;
  g_free (self->change_said);
  self->change_said = g_strdup (sentence);
  tb_notice_bar_show (self->run_notice, sentence, responses, can_apply ? 1 : 0, answered, self);
}

static gboolean
compare (gpointer data)
{
  TbSheet *self = data;
  g_autoptr (GError) error = NULL;
  self->compare_id = 0;
  g_autoptr (TbModel) model = tb_document_snapshot (self->document);
  g_autoptr (TbSessionChange) change = tb_session_plan_change (self->session, model, &error);
  if (g_error_matches (error, TB_SESSION_ERROR, TB_SESSION_ERROR_OVER)
      || (change && tb_plan_change_is_empty (tb_session_change_of (change))))
    say_nothing (self);
  else if (!change)
    {
      g_autofree char *sentence = g_strdup_printf (
          "The drawing has changed, and cannot run like this: %s. What runs goes on.", error->message);
      say (self, sentence, FALSE);
    }
  else if (tb_settings_get ("apply-at-once", FALSE) && tb_session_change_is_trusted (change))
    tb_sheet_apply (self);
  else
    {
      g_autofree char *text = tb_plan_change_text (tb_session_change_of (change));
      g_autofree char *sentence
          = g_strdup_printf ("The drawing has changed. Applying it to what runs: %s.", text);
      say (self, sentence, TRUE);
    }
  return G_SOURCE_REMOVE;
}

/* ---- Replicas -------------------------------------------------------------------------------- */

static void
scale_as_drawn (TbSheet *self, const TbElement *component)
{
  g_autoptr (GError) error = NULL;
  const char *id = tb_element_id (component);
  guint wanted = tb_component_replicas (component), have = tb_session_replicas (self->session, id);
  if (have == 0 || have == wanted)
    return;
  g_autoptr (TbSessionChange) change = tb_session_plan_scale (self->session, id, wanted, &error);
  if (change && !tb_session_change_is_trusted (change))
    return; /* it would run what was not allowed: that is asked when the drawing is applied */
  if (!change || !tb_session_apply (self->session, change, &error))
    tb_sheet_toast (self, error->message);
}

void
tb_sheet_drawing_changed (TbSheet *self, const TbEdit *edits, guint n)
{
  const TbModel *model = tb_document_model (self->document);
  if (!self->session || tb_sheet_run_state (self) > TB_RUN_RUNNING)
    return;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *element = edits[i].op == TB_EDIT_SET && edits[i].prop == TB_PROP_REPLICAS
                                     ? tb_model_get (model, edits[i].uid) : NULL;
      if (element && tb_element_kind (element) == TB_KIND_COMPONENT)
        scale_as_drawn (self, element);
    }
  if (!self->compare_id)
    self->compare_id = g_timeout_add (COMPARE_MS, compare, self);
}

/* ---- Applying -------------------------------------------------------------------------------- */

static void
apply_model (TbSheet *self, TbModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbSessionChange) change = NULL;
  if (!self->session)
    return;
  change = tb_session_plan_change (self->session, model, &error);
  if (!change || !tb_session_apply (self->session, change, &error))
    {
      tb_sheet_toast (self, error->message);
      return;
    }
  g_autofree char *text = tb_plan_change_text (tb_session_change_of (change));
  g_autofree char *sentence = g_strdup_printf ("Applied: %s", text);
  say_nothing (self);
  tb_sheet_toast (self, *text ? sentence : "What runs is as it is drawn");
}

void
tb_sheet_apply (TbSheet *self)
{
  g_autoptr (GError) error = NULL;
  if (!self->session)
    return;
  tb_inspector_commit (self->inspector);
  g_autoptr (TbModel) model = tb_document_snapshot (self->document);
  g_autoptr (TbSessionChange) change = tb_session_plan_change (self->session, model, &error);
  if (!change)
    tb_sheet_toast (self, error->message);
  else if (!tb_session_change_is_trusted (change))
    tb_sheet_ask_trust (self, model, apply_model);
  else
    apply_model (self, model);
}

void
tb_sheet_change_over (TbSheet *self)
{
  g_clear_handle_id (&self->compare_id, g_source_remove);
  say_nothing (self);
}

/* ---- From outside ---------------------------------------------------------------------------- */

static TbSessionChange *
apply_document (TbSheet *self, gboolean trust, GError **error)
{
  g_autoptr (TbModel) model = tb_document_snapshot (self->document);
  TbSessionChange *change
      = tb_control_carry_out (self->session, tb_session_plan_change (self->session, model, error), trust,
                              error);
  if (change)
    say_nothing (self);
  return change;
}

/* A file's drawing becomes this one, in a step that can be taken back; if it can be run, and may. */
static TbSessionChange *
owner_apply (const char *file, gboolean trust, GError **error, gpointer data)
{
  TbSheet *self = data;
  if (!file)
    return apply_document (self, trust, error);
  g_autoptr (TbDocument) document = tb_document_load (file, NULL, error);
  if (!document)
    return NULL;
  g_autoptr (TbModel) model = tb_document_snapshot (document);
  g_autoptr (TbSessionChange) trial = tb_session_plan_change (self->session, model, error);
  if (!trial)
    return NULL;
  if (trust || tb_session_change_is_trusted (trial))
    tb_document_become (self->document, model, "Apply a file");
  else
    return tb_control_carry_out (self->session, g_steal_pointer (&trial), FALSE, error);
  return apply_document (self, trust, error);
}

/* The run first: what is drawn then is what runs already. */
static TbSessionChange *
owner_scale (const char *component, guint replicas, gboolean trust, GError **error, gpointer data)
{
  TbSheet *self = data;
  TbSessionChange *change = tb_control_carry_out (
      self->session, tb_session_plan_scale (self->session, component, replicas, error), trust, error);
  const TbElement *element = tb_model_lookup (tb_document_model (self->document), component);
  if (!change || !element || tb_element_kind (element) != TB_KIND_COMPONENT)
    return change;
  g_autofree char *text = g_strdup_printf ("%u", replicas);
  g_autofree char *label = g_strdup_printf ("Scale %s", tb_element_title (element));
  tb_document_begin (self->document, label, NULL);
  tb_document_set (self->document, tb_element_uid (element), TB_PROP_REPLICAS, text, NULL);
  tb_document_commit (self->document);
  return change;
}

const TbControlOwner tb_sheet_owner = { owner_apply, owner_scale };
