/* See tb-scenario-edit.h. */
#include "scenario-private.h"

#include <string.h>

#include "tb-base.h"

#define FIRST_NS (5 * TB_NS_PER_S)

static gboolean
refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, sentence);
  return FALSE;
}

static const TbElement *
of_kind (TbDocument *document, TbUid uid, TbKind kind)
{
  const TbElement *element = uid ? tb_model_get (tb_document_model (document), uid) : NULL;
  return element && tb_element_kind (element) == kind ? element : NULL;
}

static gboolean
is_step (const TbElement *element)
{
  TbKind kind = element ? tb_element_kind (element) : TB_KIND_NONE;
  return kind == TB_KIND_WAIT || kind == TB_KIND_PHASE;
}

/* What it is called in an undo label. */
static char *
label_of (const char *verb, const TbElement *element)
{
  g_autofree char *words = tb_scenario_words (element);
  if (g_utf8_strlen (words, -1) > 40)
    *g_utf8_offset_to_pointer (words, 40) = '\0';
  return g_strdup_printf ("%s %s", verb, words);
}

static void
begin (TbDocument *document, const char *verb, const TbElement *element)
{
  g_autofree char *label = label_of (verb, element);
  tb_document_begin (document, label, NULL);
}

static gboolean
set_ns (TbDocument *document, TbUid uid, TbProp prop, gint64 ns)
{
  char text[40];
  tb_duration_format (ns, text, sizeof text);
  return tb_document_set (document, uid, prop, ns > 0 ? text : NULL, NULL);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

char *
tb_scenario_fresh_phase_id (const TbElement *scenario, const char *name)
{
  g_autoptr (GString) base = g_string_new (NULL);
  for (const char *c = name; *c; c++)
    if (g_ascii_isalnum (*c))
      g_string_append_c (base, g_ascii_tolower (*c));
    else if (base->len && base->str[base->len - 1] != '-')
      g_string_append_c (base, '-');
  while (base->len && base->str[base->len - 1] == '-')
    g_string_truncate (base, base->len - 1);
  if (!tb_id_is_valid (base->str))
    g_string_prepend (base, base->len ? "phase-" : "phase");
  char *id = g_strdup (base->str);
  for (guint n = 2, i = 0; i < tb_element_n_children (scenario); i++)
    {
      if (g_strcmp0 (tb_element_id (tb_element_child (scenario, i)), id) != 0)
        continue;
      g_free (id);
      id = g_strdup_printf ("%s-%u", base->str, n++);
      i = G_MAXUINT; /* from the first again */
    }
  return id;
}

guint
tb_scenario_place_behind (const TbElement *scenario, const TbElement *behind)
{
  guint place = 0;
  if (behind && tb_element_kind (behind) == TB_KIND_DO)
    behind = tb_element_parent (behind);
  if (is_step (behind) && tb_element_parent (behind) == scenario)
    return tb_element_position (behind) + 1;
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    if (is_step (tb_element_child (scenario, i)))
      place = i + 1;
  return place;
}

static char *
free_name (const TbModel *model)
{
  for (guint n = tb_model_count (model, TB_KIND_SCENARIO) + 1;; n++)
    {
      char *name = g_strdup_printf ("Scenario %u", n);
      gboolean taken = FALSE;
      for (guint i = 0; i < tb_model_count (model, TB_KIND_SCENARIO); i++)
        taken |= g_str_equal (tb_element_title (tb_model_nth (model, TB_KIND_SCENARIO, i)), name);
      if (!taken)
        return name;
      g_free (name);
    }
}

guint
tb_scenario_place (const TbElement *root)
{
  guint place = 0;
  for (guint i = 0; i < tb_element_n_children (root); i++)
    if (tb_element_kind (tb_element_child (root, i)) <= TB_KIND_SCENARIO)
      place = i + 1;
  return place;
}

TbUid
tb_scenario_add (TbDocument *document, const char *name)
{
  const TbModel *model = tb_document_model (document);
  const TbElement *root = tb_model_root (model);
  g_autofree char *own = name && *name ? g_strdup (name) : free_name (model);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_SCENARIO, own);
  g_autofree char *label = g_strdup_printf ("Add %s", own);
  tb_document_begin (document, label, NULL);
  TbUid uid = tb_document_insert (document, TB_KIND_SCENARIO, id, tb_element_uid (root), tb_scenario_place (root));
  tb_document_set (document, uid, TB_PROP_NAME, own, NULL);
  set_ns (document, tb_document_insert (document, TB_KIND_PHASE, "before", uid, 0), TB_PROP_LASTS, FIRST_NS);
  tb_document_commit (document);
  return uid;
}

/* ---- Values, checked ------------------------------------------------------------------------- */

/* A required value that is taken away is none. */
static gboolean
set_value (TbDocument *document, TbUid uid, const TbScenarioValue *value, GError **error)
{
  TbKind kind = tb_element_kind (tb_model_get (tb_document_model (document), uid));
  const TbPropSpec *spec = tb_schema_prop (kind, value->prop);
  const char *text = value->text && *value->text ? value->text : NULL;
  if (!spec)
    return refuse (error, "%s has no such thing", tb_schema_kind (kind)->label);
  if (spec->required && !text)
    return refuse (error, "%s must be said", spec->label);
  return tb_document_set (document, uid, value->prop, text, error);
}

/* What can be told without a plan. */
static gboolean
check_times (const TbElement *e, GError **error)
{
  TbKind kind = tb_element_kind (e);
  const TbElement *phase = kind == TB_KIND_DO ? tb_element_parent (e) : kind == TB_KIND_PHASE ? e : NULL;
  gint64 lasts_ns = phase ? tb_element_get_ns (phase, TB_PROP_LASTS) : 1;
  char lasts[40];
  if (kind == TB_KIND_PHASE && lasts_ns <= 0)
    return refuse (error, "a phase must last longer than nothing");
  if (kind == TB_KIND_DO && tb_element_is_set (e, TB_PROP_FOR) && tb_element_get_ns (e, TB_PROP_FOR) <= 0)
    return refuse (error, "what is done must last longer than nothing; without For it stays until it is healed");
  tb_duration_format (lasts_ns, lasts, sizeof lasts);
  guint n = kind == TB_KIND_PHASE ? tb_element_n_children (e) : kind == TB_KIND_DO ? 1 : 0;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *action = kind == TB_KIND_PHASE ? tb_element_child (e, i) : e;
      gint64 at_ns = tb_element_get_ns (action, TB_PROP_AT);
      g_autofree char *words = tb_scenario_words (action);
      char at[40];
      tb_duration_format (ABS (at_ns), at, sizeof at);
      if (at_ns < 0)
        return refuse (error, "“%s” would be done %s before the phase begins", words, at);
      if (at_ns >= lasts_ns)
        return refuse (error, "“%s” would be done %s after the phase began, which lasts %s", words, at, lasts);
    }
  return TRUE;
}

static gboolean
check (const TbScenarioEdit *edit, TbUid uid, GError **error)
{
  const TbModel *model = tb_document_model (edit->document);
  if (!check_times (tb_model_get (model, uid), error))
    return FALSE;
  g_autofree char *sentence = edit->check ? edit->check (model, uid, edit->data) : NULL;
  return !sentence || refuse (error, "%s", sentence);
}

static gboolean
set_values (const TbScenarioEdit *edit, TbUid uid, const TbScenarioValue *values, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!set_value (edit->document, uid, &values[i], error))
      return FALSE;
  return check (edit, uid, error);
}

gboolean
tb_scenario_change (const TbScenarioEdit *edit, TbUid uid, const TbScenarioValue *values, guint n, GError **error)
{
  const TbElement *element = tb_model_get (tb_document_model (edit->document), uid);
  if (!element)
    return refuse (error, "it is not there any more");
  begin (edit->document, "Change", element);
  gboolean good = set_values (edit, uid, values, n, error);
  if (good)
    tb_document_commit (edit->document);
  else
    tb_document_rollback (edit->document);
  return good;
}

static const char *
value_of (const TbScenarioValue *values, guint n, TbProp prop)
{
  for (guint i = 0; i < n; i++)
    if (values[i].prop == prop)
      return values[i].text;
  return NULL;
}

/* Where it stands among its siblings: a step before what is expected, all else at the end. */
static TbUid
insert_bare (TbDocument *document, TbKind kind, const TbElement *parent, TbUid behind, const TbScenarioValue *values,
             guint n)
{
  TbUid into = tb_element_uid (parent);
  gboolean step = kind == TB_KIND_WAIT || kind == TB_KIND_PHASE;
  const TbElement *last = behind ? tb_model_get (tb_document_model (document), behind) : NULL;
  guint before = step ? tb_scenario_place_behind (parent, last) : G_MAXUINT;
  const char *name = value_of (values, n, TB_PROP_NAME);
  g_autofree char *fresh = kind == TB_KIND_PHASE ? tb_scenario_fresh_phase_id (parent, name && *name ? name : "phase") : NULL;
  return tb_document_insert (document, kind, fresh, into, before);
}

TbUid
tb_scenario_insert (const TbScenarioEdit *edit, TbKind kind, TbUid parent, TbUid behind, const TbScenarioValue *values,
                    guint n, GError **error)
{
  const TbElement *into = of_kind (edit->document, parent, kind == TB_KIND_DO ? TB_KIND_PHASE : TB_KIND_SCENARIO);
  if (!into)
    {
      refuse (error, kind == TB_KIND_DO ? "first choose the phase that it is done in" : "there is no such scenario");
      return 0;
    }
  g_autofree char *label = g_strdup_printf ("Add %s", tb_schema_kind (kind)->label);
  tb_document_begin (edit->document, label, NULL);
  TbUid uid = insert_bare (edit->document, kind, into, behind, values, n);
  if (set_values (edit, uid, values, n, error))
    {
      tb_document_commit (edit->document);
      return uid;
    }
  tb_document_rollback (edit->document);
  return 0;
}

/* ---- Times ----------------------------------------------------------------------------------- */

/* One duration of one element, in a transaction, undone where the times do not fit. */
static gboolean
change_ns (TbDocument *document, TbUid uid, const char *verb, TbProp prop, gint64 ns, GError **error)
{
  begin (document, verb, tb_model_get (tb_document_model (document), uid));
  set_ns (document, uid, prop, ns);
  gboolean good = check_times (tb_model_get (tb_document_model (document), uid), error);
  if (good)
    tb_document_commit (document);
  else
    tb_document_rollback (document);
  return good;
}

gboolean
tb_scenario_set_lasts (TbDocument *document, TbUid phase, gint64 ns, GError **error)
{
  const TbElement *element = of_kind (document, phase, TB_KIND_PHASE);
  if (!element)
    return refuse (error, "only a phase lasts a time; a wait ends when its condition holds");
  if (ns <= 0)
    return refuse (error, "a phase must last longer than nothing");
  gboolean longer = ns > tb_element_get_ns (element, TB_PROP_LASTS);
  return change_ns (document, phase, longer ? "Lengthen" : "Shorten", TB_PROP_LASTS, ns, error);
}

gboolean
tb_scenario_set_for (TbDocument *document, TbUid action, gint64 ns, GError **error)
{
  static const TbProp stays[] = { TB_PROP_HEAL, TB_PROP_RESUME, TB_PROP_RESTART };
  const TbElement *element = of_kind (document, action, TB_KIND_DO);
  for (guint i = 0; element && i < G_N_ELEMENTS (stays); i++)
    if (tb_element_is_set (element, stays[i]))
      return refuse (error, "there is nothing to take back of it, so it lasts no time");
  if (!element || ns < 0)
    return refuse (error, "what is done must last longer than nothing");
  return change_ns (document, action, "Lengthen", TB_PROP_FOR, ns, error);
}

gboolean
tb_scenario_place_action (TbDocument *document, TbUid action, TbUid phase, gint64 at_ns, GError **error)
{
  const TbElement *element = of_kind (document, action, TB_KIND_DO);
  if (!element || !of_kind (document, phase, TB_KIND_PHASE))
    return refuse (error, "things are done in phases, not in waits");
  if (at_ns < 0)
    return refuse (error, "it would be done before the phase begins");
  begin (document, "Move", element);
  if (tb_element_uid (tb_element_parent (element)) != phase)
    tb_document_move (document, action, phase, G_MAXUINT);
  set_ns (document, action, TB_PROP_AT, at_ns);
  gboolean good = check_times (tb_model_get (tb_document_model (document), action), error);
  if (good)
    tb_document_commit (document);
  else
    tb_document_rollback (document);
  return good;
}

/* The phase beside it, NULL: none. */
static const TbElement *
phase_beside (const TbElement *phase, int by)
{
  const TbElement *scenario = tb_element_parent (phase);
  for (guint i = tb_element_position (phase) + (guint) by; i < tb_element_n_children (scenario); i += (guint) by)
    if (tb_element_kind (tb_element_child (scenario, i)) == TB_KIND_PHASE)
      return tb_element_child (scenario, i);
  return NULL;
}

gboolean
tb_scenario_shift_action (TbDocument *document, TbUid action, gint64 by_ns, GError **error)
{
  const TbElement *element = of_kind (document, action, TB_KIND_DO);
  if (!element)
    return FALSE;
  const TbElement *phase = tb_element_parent (element);
  gint64 at_ns = tb_element_get_ns (element, TB_PROP_AT) + by_ns;
  while (at_ns < 0 && phase_beside (phase, -1))
    {
      phase = phase_beside (phase, -1);
      at_ns += tb_element_get_ns (phase, TB_PROP_LASTS);
    }
  while (at_ns >= tb_element_get_ns (phase, TB_PROP_LASTS) && phase_beside (phase, 1))
    {
      at_ns -= tb_element_get_ns (phase, TB_PROP_LASTS);
      phase = phase_beside (phase, 1);
    }
  if (at_ns < 0)
    return refuse (error, "it is done as early as it can be");
  return tb_scenario_place_action (document, action, tb_element_uid (phase), at_ns, error);
}

/* ---- Order ----------------------------------------------------------------------------------- */

gboolean
tb_scenario_move_step (TbDocument *document, TbUid step, guint before)
{
  const TbElement *element = tb_model_get (tb_document_model (document), step);
  if (!is_step (element))
    return FALSE;
  guint at = tb_element_position (element);
  if (before == at || before == at + 1)
    return FALSE;
  begin (document, "Move", element);
  tb_document_move (document, step, tb_element_uid (tb_element_parent (element)), before);
  tb_document_commit (document);
  return TRUE;
}

gboolean
tb_scenario_move_by (TbDocument *document, TbUid uid, int by)
{
  const TbElement *element = tb_model_get (tb_document_model (document), uid);
  TbKind kind = element ? tb_element_kind (element) : TB_KIND_NONE;
  if (!is_step (element) && kind != TB_KIND_EXPECT)
    return FALSE;
  const TbElement *parent = tb_element_parent (element);
  for (guint i = tb_element_position (element) + (guint) by; i < tb_element_n_children (parent); i += (guint) by)
    {
      const TbElement *other = tb_element_child (parent, i);
      if (is_step (other) != is_step (element))
        continue;
      begin (document, "Move", element);
      tb_document_move (document, uid, tb_element_uid (parent), by < 0 ? i : i + 1);
      tb_document_commit (document);
      return TRUE;
    }
  return FALSE;
}

static void
remove_expectations_of (TbDocument *document, const TbElement *phase)
{
  const TbElement *scenario = tb_element_parent (phase);
  for (guint i = tb_element_n_children (scenario); i-- > 0;)
    {
      const TbElement *child = tb_element_child (scenario, i);
      if (tb_element_kind (child) == TB_KIND_EXPECT
          && g_strcmp0 (tb_element_get (child, TB_PROP_DURING), tb_element_id (phase)) == 0)
        tb_document_delete (document, tb_element_uid (child));
    }
}

void
tb_scenario_remove (TbDocument *document, TbUid uid)
{
  const TbElement *element = tb_model_get (tb_document_model (document), uid);
  TbKind kind = element ? tb_element_kind (element) : TB_KIND_NONE;
  if (kind != TB_KIND_SCENARIO && kind != TB_KIND_DO && kind != TB_KIND_EXPECT && !is_step (element))
    return;
  begin (document, "Remove", element);
  if (kind == TB_KIND_PHASE)
    remove_expectations_of (document, element);
  tb_document_delete (document, uid);
  tb_document_commit (document);
}
