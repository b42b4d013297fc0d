#include "failing.h"

#include "util.h"
#include "tb-deployment.h"

#define GOALS_MAX 8u
#define QUICK_MAX 200u /* components: of 1 000, all of it together can take 20 ms */

/* ---- The analysis ------------------------------------------------------------------------------------- */

static void
forget (TbDocument *document)
{
  g_object_set_data (G_OBJECT (document), "tb-failure", NULL);
}

TbFailure *
tb_failure_of (TbDocument *document)
{
  TbFailure *failure = g_object_get_data (G_OBJECT (document), "tb-failure");
  if (failure != NULL)
    return failure;
  failure = tb_failure_new (tb_document_model (document));
  if (g_signal_handler_find (document, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, forget, NULL) == 0)
    g_signal_connect (document, "changed", G_CALLBACK (forget), NULL);
  g_object_set_data_full (G_OBJECT (document), "tb-failure", failure, (GDestroyNotify) tb_failure_free);
  return failure;
}

gboolean
tb_failure_is_quick (TbDocument *document)
{
  return tb_model_count (tb_document_model (document), TB_KIND_COMPONENT) <= QUICK_MAX;
}

/* ---- Sentences ---------------------------------------------------------------------------------------- */

static char *
of_component (TbFailure *failure, const TbElement *component, guint i)
{
  TbPart part = { tb_element_uid (component), 0 };
  if (i == 0)
    return tb_failure_without_text (failure, &part, 1);
  if (i > 1)
    return NULL;
  TbUptime a;
  tb_failure_availability (failure, part.uid, &a);
  g_autofree char *text = tb_uptime_text (&a);
  return g_strconcat ("Available: ", text, NULL);
}

/* Everything in it at once, then each of its devices. */
static char *
of_tier (TbFailure *failure, const TbElement *tier, guint i)
{
  const TbElement *gone = i == 0 ? tier : tb_tier_device (tier, i - 1);
  return gone != NULL ? tb_failure_without_text (failure, &(TbPart){ tb_element_uid (gone), 0 }, 1) : NULL;
}

static char *
of_pairs (TbFailure *failure)
{
  guint n;
  tb_failure_pairs (failure, &n);
  if (n == 0 && tb_failure_has_more_pairs (failure))
    return g_strdup ("Not every pair of parts was tried: there are too many.");
  if (n == 0)
    return g_strdup ("No two parts stop a client that neither of them stops alone.");
  return g_strdup_printf ("%s%u pair%s stop%s a client together.", tb_failure_has_more_pairs (failure) ? "More than " : "", n,
                          n == 1 ? "" : "s", n == 1 ? "s" : "");
}

static char *
of_all (TbFailure *failure, const TbModel *model, guint i)
{
  guint n;
  const TbUid *goals = tb_failure_goals (failure, &n);
  TbUptime a;
  if (i == 0)
    return n > 0 ? tb_failure_single_points_text (failure) : NULL;
  if (i == 1)
    return of_pairs (failure);
  if (i - 2 >= MIN (n, GOALS_MAX))
    return NULL;
  tb_failure_availability (failure, goals[i - 2], &a);
  g_autofree char *text = tb_uptime_text (&a);
  return g_strdup_printf ("%s: %s", tb_element_title (tb_model_get (model, goals[i - 2])), text);
}

/* The i-th, NULL after the last. */
static char *
sentence_of (TbFailure *failure, const TbModel *model, TbUid uid, guint i)
{
  const TbElement *element = tb_model_get (model, uid);
  TbKind kind = element != NULL ? tb_element_kind (element) : TB_KIND_NONE;
  if (kind == TB_KIND_COMPONENT)
    return of_component (failure, element, i);
  if (kind == TB_KIND_TIER)
    return of_tier (failure, element, i);
  if (kind == TB_KIND_ARCHITECTURE)
    return of_all (failure, model, i);
  if ((kind == TB_KIND_DEVICE || kind == TB_KIND_LINK || kind == TB_KIND_LAYER || kind == TB_KIND_GROUP) && i == 0)
    return tb_failure_without_text (failure, &(TbPart){ uid, 0 }, 1);
  return NULL;
}

/* ---- What else may be asked about --------------------------------------------------------------------- */

#define REPLICAS_MAX 12u
#define PAIRS_MAX 5u

static void
add_choice (GPtrArray *choices, char *names, char *label)
{
  g_ptr_array_add (choices, names);
  g_ptr_array_add (choices, label);
}

static char *
name_of (const TbModel *model, const TbPart *part)
{
  const char *id = tb_element_id (tb_model_get (model, part->uid));
  return part->replica > 0 ? g_strdup_printf ("%s/%u", id, part->replica) : g_strdup (id);
}

/* Two components say most; then two replicas of one, of which there may be many; then what is said by devices. */
static guint
rank_of (const TbModel *model, const TbPartPair *pair)
{
  if (tb_element_kind (tb_model_get (model, pair->a.uid)) != TB_KIND_COMPONENT
      || tb_element_kind (tb_model_get (model, pair->b.uid)) != TB_KIND_COMPONENT)
    return 2;
  return pair->a.uid == pair->b.uid;
}

static void
add_pairs (TbFailure *failure, const TbModel *model, GPtrArray *choices)
{
  guint n;
  const TbPartPair *pairs = tb_failure_pairs (failure, &n);
  for (guint rank = 0; rank < 3; rank++)
    for (guint i = 0; i < n && choices->len < 2 * PAIRS_MAX; i++)
      {
        if (rank_of (model, &pairs[i]) != rank)
          continue;
        g_autofree char *a = name_of (model, &pairs[i].a), *b = name_of (model, &pairs[i].b);
        g_autofree char *first = tb_failure_part_text (failure, &pairs[i].a), *second = tb_failure_part_text (failure, &pairs[i].b);
        add_choice (choices, g_strdup_printf ("%s %s", a, b), g_strdup_printf ("Without %s and %s", first, second));
      }
}

static GStrv
choices_of (TbFailure *failure, const TbModel *model, TbUid uid)
{
  GPtrArray *choices = g_ptr_array_new ();
  const TbElement *element = tb_model_get (model, uid);
  TbKind kind = element != NULL ? tb_element_kind (element) : TB_KIND_NONE;
  guint n = kind == TB_KIND_COMPONENT ? tb_component_replicas (element) : 1;
  for (guint r = 1; n > 1 && r <= MIN (n, REPLICAS_MAX); r++)
    add_choice (choices, name_of (model, &(TbPart){ uid, r }), g_strdup_printf ("Without replica %u", r));
  if (kind == TB_KIND_ARCHITECTURE)
    add_pairs (failure, model, choices);
  g_ptr_array_add (choices, NULL);
  return (GStrv) g_ptr_array_free (choices, FALSE);
}

TbFailureSaid *
tb_failure_said (TbFailure *failure, const TbModel *model, TbUid uid)
{
  g_autoptr (GStrvBuilder) sentences = g_strv_builder_new ();
  TbFailureSaid *said = g_new0 (TbFailureSaid, 1);
  char *sentence;
  for (guint i = 0; (sentence = sentence_of (failure, model, uid, i)) != NULL; i++)
    {
      g_strv_builder_add (sentences, sentence);
      g_free (sentence);
    }
  said->sentences = g_strv_builder_end (sentences);
  said->choices = choices_of (failure, model, uid);
  return said;
}

void
tb_failure_said_free (TbFailureSaid *said)
{
  g_strfreev (said->sentences);
  g_strfreev (said->choices);
  g_free (said);
}

/* ---- On the canvas -------------------------------------------------------------------------------------- */

GtkWidget *
tb_failing_note_new (void)
{
  GtkWidget *note = tb_ui_label (NULL, "failing");
  gtk_label_set_wrap (GTK_LABEL (note), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (note), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_max_width_chars (GTK_LABEL (note), 60);
  gtk_label_set_justify (GTK_LABEL (note), GTK_JUSTIFY_CENTER);
  gtk_widget_set_halign (note, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (note, GTK_ALIGN_END);
  gtk_widget_set_can_target (note, FALSE);
  gtk_widget_set_visible (note, FALSE);
  return note;
}

static void
add (GArray *failing, TbUid uid, guint replica, TbFails fails)
{
  TbFailing one = { uid, replica, fails };
  g_array_append_val (failing, one);
}

/* With a device go the replicas that are on it, which are seen where it is not drawn. */
static void
add_replicas_on (const TbModel *model, const TbElement *device, GArray *failing)
{
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *e = tb_model_nth (model, TB_KIND_COMPONENT, i);
      for (guint r = 1, n = tb_component_replicas (e); n > 1 && r <= n; r++)
        if (tb_replica_device (model, e, r) == device)
          add (failing, tb_element_uid (e), r, TB_FAILS_GONE);
    }
}

static char *
mark_without (TbFailure *failure, const TbModel *model, const TbPart *parts, guint n, GArray *failing)
{
  g_autoptr (GArray) stopped = tb_failure_without (failure, parts, n);
  for (guint i = 0; i < n; i++) /* under what is on it */
    if (parts[i].replica == 0)
      add (failing, parts[i].uid, 0, TB_FAILS_GONE);
  for (guint i = 0; i < stopped->len; i++)
    add (failing, g_array_index (stopped, TbUid, i), 0, TB_FAILS_STOPS);
  for (guint i = 0; i < n; i++) /* over its component */
    {
      const TbElement *e = tb_model_get (model, parts[i].uid);
      if (parts[i].replica > 0)
        add (failing, parts[i].uid, parts[i].replica, TB_FAILS_GONE);
      else if (e != NULL && tb_element_kind (e) == TB_KIND_DEVICE)
        add_replicas_on (model, e, failing);
    }
  return tb_failure_without_text (failure, parts, n);
}

static char *
mark_alone (TbFailure *failure, GArray *failing)
{
  guint n;
  const TbPart *parts = tb_failure_single_points (failure, &n);
  for (guint i = 0; i < n; i++)
    add (failing, parts[i].uid, parts[i].replica, TB_FAILS_ALONE);
  return tb_failure_single_points_text (failure);
}

#define CHOSEN "tb-failing"

void
tb_failing_choose (TbEditor *editor, const char *names)
{
  g_object_set_data_full (G_OBJECT (editor), CHOSEN, *names != '\0' ? g_strdup (names) : NULL, g_free);
}

/* Those that are chosen and still there. */
static void
take_chosen (TbEditor *editor, GArray *parts)
{
  const char *chosen = g_object_get_data (G_OBJECT (editor), CHOSEN);
  g_auto (GStrv) names = g_strsplit (chosen != NULL ? chosen : "", " ", -1);
  TbPart part;
  for (guint i = 0; names[i] != NULL; i++)
    if (tb_part_from_name (tb_document_model (tb_editor_document (editor)), names[i], &part))
      g_array_append_val (parts, part);
}

/* What is chosen, or of the selection what can fail. */
static GArray *
parts_of (TbEditor *editor)
{
  const guint64 fails = G_GUINT64_CONSTANT (1) << TB_KIND_COMPONENT | G_GUINT64_CONSTANT (1) << TB_KIND_DEVICE
                        | G_GUINT64_CONSTANT (1) << TB_KIND_LINK | G_GUINT64_CONSTANT (1) << TB_KIND_TIER
                        | G_GUINT64_CONSTANT (1) << TB_KIND_LAYER | G_GUINT64_CONSTANT (1) << TB_KIND_GROUP;
  guint n;
  const TbUid *uids = tb_editor_selection (editor, &n);
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (TbPart));
  take_chosen (editor, parts);
  n = parts->len > 0 ? 0 : n;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *element = tb_model_get (tb_document_model (tb_editor_document (editor)), uids[i]);
      TbPart part = { uids[i], 0 };
      if (element != NULL && (fails >> tb_element_kind (element) & 1) != 0)
        g_array_append_val (parts, part);
    }
  return parts;
}

void
tb_failing_show (TbCanvas *canvas, GtkWidget *note, TbEditor *editor, gboolean wanted)
{
  g_autoptr (GArray) failing = g_array_new (FALSE, FALSE, sizeof (TbFailing));
  g_autofree char *sentence = NULL;
  if (wanted && editor != NULL)
    {
      TbFailure *failure = tb_failure_of (tb_editor_document (editor));
      g_autoptr (GArray) parts = parts_of (editor);
      sentence = parts->len > 0 ? mark_without (failure, tb_document_model (tb_editor_document (editor)), (const TbPart *) (gpointer) parts->data, parts->len, failing)
                                : mark_alone (failure, failing);
    }
  tb_canvas_set_failing (canvas, (const TbFailing *) (gpointer) failing->data, failing->len);
  tb_ui_set_text (note, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (note, sentence != NULL);
}

GStrv
tb_failing_names (TbEditor *editor)
{
  g_autoptr (GArray) parts = parts_of (editor);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *name = name_of (tb_document_model (tb_editor_document (editor)), &g_array_index (parts, TbPart, i));
      g_strv_builder_add (names, name);
    }
  return parts->len > 0 ? g_strv_builder_end (names) : NULL;
}
