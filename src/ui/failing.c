#include "failing.h"

#include "util.h"
#include "tb-deployment.h"

#define GOALS_MAX 8u
#define QUICK_MAX 200u /* components: of 1 000, pairs and availabilities together can take 100 ms */

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

GStrv
tb_failure_sentences (TbFailure *failure, const TbModel *model, TbUid uid)
{
  GPtrArray *sentences = g_ptr_array_new ();
  char *sentence;
  for (guint i = 0; (sentence = sentence_of (failure, model, uid, i)) != NULL; i++)
    g_ptr_array_add (sentences, sentence);
  g_ptr_array_add (sentences, NULL);
  return (GStrv) g_ptr_array_free (sentences, FALSE);
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

static char *
mark_without (TbFailure *failure, const TbPart *parts, guint n, GArray *failing)
{
  g_autoptr (GArray) stopped = tb_failure_without (failure, parts, n);
  for (guint i = 0; i < n; i++) /* under what is on it */
    add (failing, parts[i].uid, parts[i].replica, TB_FAILS_GONE);
  for (guint i = 0; i < stopped->len; i++)
    add (failing, g_array_index (stopped, TbUid, i), 0, TB_FAILS_STOPS);
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

/* What of the selection can fail. */
static GArray *
parts_of (TbEditor *editor)
{
  const guint64 fails = G_GUINT64_CONSTANT (1) << TB_KIND_COMPONENT | G_GUINT64_CONSTANT (1) << TB_KIND_DEVICE
                        | G_GUINT64_CONSTANT (1) << TB_KIND_LINK | G_GUINT64_CONSTANT (1) << TB_KIND_TIER
                        | G_GUINT64_CONSTANT (1) << TB_KIND_LAYER | G_GUINT64_CONSTANT (1) << TB_KIND_GROUP;
  guint n;
  const TbUid *uids = tb_editor_selection (editor, &n);
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (TbPart));
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
      sentence = parts->len > 0 ? mark_without (failure, (const TbPart *) (gpointer) parts->data, parts->len, failing)
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
    g_strv_builder_add (names, tb_element_id (tb_model_get (tb_document_model (tb_editor_document (editor)),
                                                            g_array_index (parts, TbPart, i).uid)));
  return parts->len > 0 ? g_strv_builder_end (names) : NULL;
}
