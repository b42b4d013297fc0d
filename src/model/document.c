/* The document: transactions of primitive edits, undo and redo.
 *
 *              begin                      begin
 *     idle ------------> open, depth 1 ------------> open, depth n
 *      ^                   |  |    ^                     |
 *      |  commit: a step   |  |    +---------------------+
 *      +-------------------+  |      commit: nothing yet
 *      +----------------------+      rollback: undone to where it began
 *         rollback: undone
 */
#include "document-private.h"
#include "tb-journal.h"

#include <string.h>

#define MERGE_WITHIN_US G_USEC_PER_SEC
/* Typing and dragging set the same few values again and again: only the first old one counts. */
#define MERGE_SEARCH 32

G_DEFINE_TYPE (TbDocument, tb_document, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_STATE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- Changes --------------------------------------------------------------------------------- */

static void
change_clear (gpointer data)
{
  TbChange *change = data;
  g_clear_pointer (&change->subtree, tb_element_free);
  g_clear_pointer (&change->value, g_ref_string_release);
  g_clear_pointer (&change->trivia, tb_trivia_unref);
}

static TbStep *
step_new (const char *label, const char *merge_key)
{
  TbStep *step = g_new0 (TbStep, 1);
  step->label = g_strdup (label);
  step->merge_key = g_strdup (merge_key);
  step->changes = g_array_new (FALSE, FALSE, sizeof (TbChange));
  g_array_set_clear_func (step->changes, change_clear);
  return step;
}

static void
step_free (gpointer data)
{
  TbStep *step = data;
  g_free (step->label);
  g_free (step->merge_key);
  g_array_unref (step->changes);
  g_free (step);
}

static void
note_edit (TbDocument *document, TbEditOp op, const TbElement *element, TbProp prop)
{
  TbEdit edit = { op, element->uid, (TbKind) element->kind,
                  element->parent != NULL ? element->parent->uid : 0, prop };
  g_array_append_val (document->edits, edit);
}

/* Listeners know elements one by one: insertions are told parents first, removals children first. */
static void
note_removal (TbDocument *document, const TbElement *element)
{
  for (guint i = element->n_children; i > 0; i--)
    note_removal (document, element->children[i - 1]);
  note_edit (document, TB_EDIT_REMOVE, element, TB_PROP_NONE);
}

static void
attach (TbDocument *document, TbChange *change)
{
  TbElement *subtree = g_steal_pointer (&change->subtree);
  tb_model_attach (document->model, subtree, document->model->by_uid[change->parent],
                   change->position);
  for (const TbElement *e = subtree; e != NULL; e = tb_element_next (e, subtree))
    note_edit (document, TB_EDIT_INSERT, e, TB_PROP_NONE);
}

static void
detach (TbDocument *document, TbChange *change)
{
  TbElement *element = document->model->by_uid[change->uid];
  change->parent = element->parent->uid;
  change->position = element->position;
  note_removal (document, element);
  tb_model_detach (document->model, element);
  change->subtree = element;
}

static void
swap_value (TbDocument *document, TbChange *change)
{
  TbElement *element = document->model->by_uid[change->uid];
  int slot = tb_schema_slot (change->kind, change->prop);
  if (slot >= 0)
    change->value = tb_element_swap (element, (guint) slot, change->value);
  else
    {
      TbTrivia *trivia = element->trivia;
      element->trivia = change->trivia;
      change->trivia = trivia;
    }
  note_edit (document, TB_EDIT_SET, element, change->prop);
}

/* Here position is one among the children without the element itself. */
static void
swap_place (TbDocument *document, TbChange *change)
{
  TbElement *element = document->model->by_uid[change->uid];
  TbUid parent = element->parent->uid;
  guint position = element->position;
  tb_model_detach (document->model, element);
  tb_model_attach (document->model, element, document->model->by_uid[change->parent],
                   change->position);
  change->parent = parent;
  change->position = position;
  note_edit (document, TB_EDIT_MOVE, element, TB_PROP_NONE);
}

/* Does it, where it is undone; undoes it, where it is done. */
static void
swap_change (TbDocument *document, TbChange *change)
{
  g_clear_pointer (&document->snapshot, tb_model_unref);
  switch (change->op)
    {
    case TB_EDIT_INSERT:
    case TB_EDIT_REMOVE:
      if (change->subtree != NULL)
        attach (document, change);
      else
        detach (document, change);
      break;
    case TB_EDIT_SET:
      swap_value (document, change);
      break;
    case TB_EDIT_MOVE:
      swap_place (document, change);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
undo_changes (TbDocument *document, GArray *changes, guint down_to)
{
  for (guint i = changes->len; i > down_to; i--)
    swap_change (document, &g_array_index (changes, TbChange, i - 1));
}

/* Does a new change and keeps it. */
static void
apply (TbDocument *document, TbChange change)
{
  swap_change (document, &change);
  g_array_append_val (document->open->changes, change);
}

/* ---- The object ------------------------------------------------------------------------------ */

static void
tb_document_finalize (GObject *object)
{
  TbDocument *document = TB_DOCUMENT (object);
  g_clear_pointer (&document->open, step_free);
  g_ptr_array_unref (document->steps);
  g_array_unref (document->marks);
  g_array_unref (document->edits);
  tb_model_unref (document->snapshot);
  tb_model_unref (document->model);
  g_free (document->path);
  G_OBJECT_CLASS (tb_document_parent_class)->finalize (object);
}

static void
tb_document_class_init (TbDocumentClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_document_finalize;
  signals[SIGNAL_CHANGED]
    = g_signal_new ("changed", TB_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
  signals[SIGNAL_STATE_CHANGED] = g_signal_new ("state-changed", TB_TYPE_DOCUMENT,
                                                G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 0);
}

static void
tb_document_init (TbDocument *document)
{
  document->steps = g_ptr_array_new_with_free_func (step_free);
  document->marks = g_array_new (FALSE, FALSE, sizeof (guint));
  document->edits = g_array_new (FALSE, FALSE, sizeof (TbEdit));
  document->clock_us = g_get_monotonic_time;
}

TbDocument *
tb_document_new_for_model (TbModel *model, const char *path)
{
  TbDocument *document = g_object_new (TB_TYPE_DOCUMENT, NULL);
  document->model = model;
  document->path = g_strdup (path);
  return document;
}

TbDocument *
tb_document_new (const char *name)
{
  TbModel *model = tb_model_new ();
  TbElement *root = tb_element_new (TB_KIND_ARCHITECTURE, tb_model_new_uid (model));
  int slot = tb_schema_slot (TB_KIND_ARCHITECTURE, TB_PROP_NAME);
  root->values[slot] = name != NULL ? g_ref_string_new (name) : NULL;
  tb_model_attach (model, root, NULL, 0);
  return tb_document_new_for_model (model, NULL);
}

void
tb_document_set_clock (TbDocument *document, gint64 (*clock_us) (void))
{
  document->clock_us = clock_us;
}

const TbModel *
tb_document_model (TbDocument *document)
{
  return document->model;
}

TbModel *
tb_document_snapshot (TbDocument *document)
{
  if (document->snapshot == NULL)
    document->snapshot = tb_model_copy (document->model);
  return tb_model_ref (document->snapshot);
}

const char *
tb_document_path (TbDocument *document)
{
  return document->path;
}

gboolean
tb_document_is_modified (TbDocument *document)
{
  return document->saved_at != (gint) document->n_done;
}

void
tb_document_mark_saved (TbDocument *document, const char *path)
{
  if (path != document->path)
    {
      g_free (document->path);
      document->path = g_strdup (path);
    }
  document->saved_at = (gint) document->n_done;
  g_signal_emit (document, signals[SIGNAL_STATE_CHANGED], 0);
}

void
tb_document_mark_recovered (TbDocument *document, const char *path)
{
  g_free (document->path);
  document->path = g_strdup (path);
  document->saved_at = -1;
}

void
tb_document_mark_imported (TbDocument *document)
{
  g_return_if_fail (TB_IS_DOCUMENT (document) && document->open == NULL);
  g_ptr_array_set_size (document->steps, 0);
  document->n_done = 0;
  tb_document_mark_recovered (document, NULL);
}

/* ---- Transactions ---------------------------------------------------------------------------- */

/* Large drawings are walked now and then only: an edit must not cost the size of the document. */
static void
check_invariants (TbDocument *document)
{
#ifndef NDEBUG
  if (document->model->n_elements <= TB_MODEL_CHECKED_ELEMENTS
      || ++document->n_commits % 256 == 0)
    tb_model_check (document->model);
#endif
}

/* What a transaction leaves must be writable to a file that reads again (invariant 11). */
static void
check_required (TbDocument *document)
{
  for (guint i = 0; i < document->edits->len; i++)
    {
      TbUid uid = g_array_index (document->edits, TbEdit, i).uid;
      const TbElement *element = tb_model_get (document->model, uid);
      const TbKindSpec *spec = element != NULL ? tb_schema_kind ((TbKind) element->kind) : NULL;
      for (guint slot = 0; spec != NULL && slot < spec->n_props; slot++)
        if (spec->props[slot].required && element->values[slot] == NULL)
          g_critical ("a transaction left a <%s> without its %s", spec->name,
                      spec->props[slot].name);
    }
}

/* Tells listeners what changed. They may read the document, not edit it. */
static void
emit_changed (TbDocument *document)
{
  check_invariants (document);
  check_required (document);
  if (document->edits->len > 0)
    {
      g_autoptr (GArray) edits = g_steal_pointer (&document->edits);
      document->edits = g_array_new (FALSE, FALSE, sizeof (TbEdit));
      document->emitting = TRUE;
      g_signal_emit (document, signals[SIGNAL_CHANGED], 0, edits->data, edits->len);
      document->emitting = FALSE;
    }
  g_signal_emit (document, signals[SIGNAL_STATE_CHANGED], 0);
}

void
tb_document_begin (TbDocument *document, const char *label, const char *merge_key)
{
  g_return_if_fail (TB_IS_DOCUMENT (document) && label != NULL);
  g_return_if_fail (!document->emitting);
  if (document->open == NULL)
    document->open = step_new (label, merge_key);
  g_array_append_val (document->marks, document->open->changes->len);
}

static void
truncate_redo (TbDocument *document)
{
  if (document->saved_at > (gint) document->n_done)
    document->saved_at = -1;
  g_ptr_array_set_size (document->steps, (gint) document->n_done);
}

/* The step a transaction of that key may join: not one that is the file's state. */
static TbStep *
step_to_join (TbDocument *document, const TbStep *step)
{
  if (step->merge_key == NULL || document->n_done == 0
      || document->n_done != document->steps->len || !tb_document_is_modified (document))
    return NULL;
  TbStep *last = document->steps->pdata[document->n_done - 1];
  return g_strcmp0 (last->merge_key, step->merge_key) == 0
             && step->time_us - last->time_us <= MERGE_WITHIN_US
           ? last
           : NULL;
}

static gboolean
has_old_value (const GArray *changes, const TbChange *change)
{
  guint first = changes->len > MERGE_SEARCH ? changes->len - MERGE_SEARCH : 0;
  for (guint i = first; i < changes->len && change->op == TB_EDIT_SET; i++)
    {
      const TbChange *earlier = &g_array_index (changes, TbChange, i);
      if (earlier->op == TB_EDIT_SET && earlier->uid == change->uid
          && earlier->prop == change->prop)
        return TRUE;
    }
  return FALSE;
}

static void
join_step (TbStep *last, TbStep *step)
{
  for (guint i = 0; i < step->changes->len; i++)
    {
      TbChange *change = &g_array_index (step->changes, TbChange, i);
      if (has_old_value (last->changes, change))
        continue;
      g_array_append_vals (last->changes, change, 1);
      change->subtree = NULL; /* it went along */
      change->value = NULL;
      change->trivia = NULL;
    }
  last->time_us = step->time_us;
  step_free (step);
}

void
tb_document_commit (TbDocument *document)
{
  g_return_if_fail (TB_IS_DOCUMENT (document) && document->open != NULL);
  g_array_set_size (document->marks, document->marks->len - 1);
  if (document->marks->len > 0)
    return;
  TbStep *step = g_steal_pointer (&document->open);
  if (step->changes->len == 0)
    {
      step_free (step);
      if (document->edits->len > 0) /* a nested one was rolled back */
        emit_changed (document);
      return;
    }
  step->time_us = document->clock_us ();
  TbStep *last = step_to_join (document, step);
  if (last != NULL)
    join_step (last, step);
  else
    {
      truncate_redo (document);
      g_ptr_array_add (document->steps, step);
      document->n_done++;
    }
  emit_changed (document);
}

void
tb_document_rollback (TbDocument *document)
{
  g_return_if_fail (TB_IS_DOCUMENT (document) && document->open != NULL);
  guint mark = g_array_index (document->marks, guint, document->marks->len - 1);
  g_array_set_size (document->marks, document->marks->len - 1);
  undo_changes (document, document->open->changes, mark);
  g_array_set_size (document->open->changes, mark);
  if (document->marks->len > 0)
    return;
  g_clear_pointer (&document->open, step_free);
  if (document->edits->len > 0)
    emit_changed (document);
}

gboolean
tb_document_in_transaction (TbDocument *document)
{
  return document->open != NULL;
}

/* ---- The four edits -------------------------------------------------------------------------- */

static TbElement *
element_to_edit (TbDocument *document, TbUid uid)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document), NULL);
  if (document->open == NULL)
    g_error ("an edit outside a transaction");
  TbElement *element = (TbElement *) tb_model_get (document->model, uid);
  g_return_val_if_fail (element != NULL, NULL);
  return element;
}

static gboolean
local_id_is_taken (const TbElement *parent, TbKind kind, const char *id)
{
  for (guint i = 0; i < parent->n_children; i++)
    if (parent->children[i]->kind == kind && strcmp (tb_element_id (parent->children[i]), id) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
id_is_taken (TbDocument *document, const TbElement *parent, TbKind kind, const char *id)
{
  return tb_schema_kind (kind)->local_id ? local_id_is_taken (parent, kind, id)
                                         : tb_model_lookup (document->model, id) != NULL;
}

static char *
make_id (TbDocument *document, const TbElement *parent, TbKind kind)
{
  if (!tb_schema_kind (kind)->local_id)
    return tb_model_make_id (document->model, kind, NULL);
  for (guint n = 1;; n++)
    {
      g_autofree char *id = g_strdup_printf ("%s-%u", tb_schema_kind (kind)->name, n);
      if (!local_id_is_taken (parent, kind, id))
        return g_steal_pointer (&id);
    }
}

static gboolean
has_room (const TbElement *parent, TbKind kind)
{
  guint n = 0, most = tb_schema_kind (kind)->max_in_parent;
  for (guint i = 0; most > 0 && i < parent->n_children; i++)
    n += parent->children[i]->kind == kind;
  return most == 0 || n < most;
}

TbUid
tb_document_insert (TbDocument *document, TbKind kind, const char *id, TbUid parent_uid,
                    guint before)
{
  TbElement *parent = element_to_edit (document, parent_uid);
  g_return_val_if_fail (parent != NULL && tb_schema_may_contain ((TbKind) parent->kind, kind), 0);
  g_return_val_if_fail (has_room (parent, kind), 0);
  TbElement *element = tb_element_new (kind, 0);
  if (tb_schema_kind (kind)->has_id)
    {
      g_autofree char *made = id == NULL ? make_id (document, parent, kind) : g_strdup (id);
      if (!tb_id_is_valid (made) || id_is_taken (document, parent, kind, made))
        {
          g_critical ("“%s” cannot be the id of a new %s", made, tb_schema_kind (kind)->name);
          tb_element_free (element);
          return 0;
        }
      element->values[0] = g_ref_string_new (made);
    }
  element->uid = tb_model_new_uid (document->model);
  apply (document, (TbChange){ .op = TB_EDIT_INSERT, .uid = element->uid, .kind = kind,
                               .parent = parent_uid,
                               .position = tb_element_fit (parent, kind, before),
                               .subtree = element });
  return element->uid;
}

void
tb_document_remove (TbDocument *document, TbUid uid)
{
  TbElement *element = element_to_edit (document, uid);
  g_return_if_fail (element != NULL && element->parent != NULL);
  apply (document, (TbChange){ .op = TB_EDIT_REMOVE, .uid = uid, .kind = (TbKind) element->kind });
}

static gboolean
check_set (const TbElement *element, TbProp prop, const char *text, GError **error)
{
  const TbPropSpec *spec = tb_schema_prop ((TbKind) element->kind, prop);
  g_return_val_if_fail (spec != NULL, FALSE);
  if (prop == TB_PROP_ID)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, "An id never changes");
      return FALSE;
    }
  if (text == NULL && spec->required)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, "%s cannot be left out of a %s",
                   spec->name, tb_schema_kind ((TbKind) element->kind)->name);
      return FALSE;
    }
  return text == NULL || tb_schema_validate (spec, text, error);
}

gboolean
tb_document_set (TbDocument *document, TbUid uid, TbProp prop, const char *text, GError **error)
{
  TbElement *element = element_to_edit (document, uid);
  g_return_val_if_fail (element != NULL, FALSE);
  if (!check_set (element, prop, text, error))
    return FALSE;
  const TbPropSpec *spec = tb_schema_prop ((TbKind) element->kind, prop);
  g_autofree char *value = text != NULL ? tb_schema_canonical (spec, text) : NULL;
  if (value != NULL && spec->type == TB_TYPE_TEXT && *value == '\0')
    g_clear_pointer (&value, g_free); /* an empty element has no text */
  if (g_strcmp0 (value, element->values[tb_schema_slot ((TbKind) element->kind, prop)]) == 0)
    return TRUE;
  apply (document, (TbChange){ .op = TB_EDIT_SET, .uid = uid, .kind = (TbKind) element->kind,
                               .prop = prop,
                               .value = value != NULL ? g_ref_string_new (value) : NULL });
  return TRUE;
}

void
tb_document_set_trivia (TbDocument *document, TbUid uid, TbTrivia *trivia)
{
  const TbElement *element = element_to_edit (document, uid);
  g_return_if_fail (element != NULL);
  apply (document, (TbChange){ .op = TB_EDIT_SET, .uid = uid, .kind = (TbKind) element->kind,
                               .prop = TB_PROP_NONE, .trivia = tb_trivia_ref (trivia) });
}

void
tb_document_move (TbDocument *document, TbUid uid, TbUid parent_uid, guint before)
{
  TbElement *element = element_to_edit (document, uid);
  TbElement *parent = element_to_edit (document, parent_uid);
  g_return_if_fail (element != NULL && parent != NULL && element->parent != NULL);
  TbKind kind = (TbKind) element->kind;
  g_return_if_fail (tb_schema_may_contain ((TbKind) parent->kind, kind));
  g_return_if_fail (parent == element->parent || has_room (parent, kind));
  guint position = tb_element_fit (parent, kind, before);
  if (parent == element->parent && position > element->position)
    position--; /* among the others */
  if (parent == element->parent && position == element->position)
    return;
  apply (document, (TbChange){ .op = TB_EDIT_MOVE, .uid = uid, .kind = kind, .parent = parent_uid,
                               .position = position });
}

/* ---- Undo and redo --------------------------------------------------------------------------- */

gboolean
tb_document_undo (TbDocument *document)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document) && document->open == NULL, FALSE);
  g_return_val_if_fail (!document->emitting, FALSE);
  if (document->n_done == 0)
    return FALSE;
  TbStep *step = document->steps->pdata[--document->n_done];
  step->time_us = G_MININT64 / 2; /* what comes next joins nothing */
  undo_changes (document, step->changes, 0);
  emit_changed (document);
  return TRUE;
}

gboolean
tb_document_redo (TbDocument *document)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document) && document->open == NULL, FALSE);
  g_return_val_if_fail (!document->emitting, FALSE);
  if (document->n_done == document->steps->len)
    return FALSE;
  TbStep *step = document->steps->pdata[document->n_done++];
  for (guint i = 0; i < step->changes->len; i++)
    swap_change (document, &g_array_index (step->changes, TbChange, i));
  emit_changed (document);
  return TRUE;
}

const char *
tb_document_undo_label (TbDocument *document)
{
  return document->n_done == 0 ? NULL
                               : ((TbStep *) document->steps->pdata[document->n_done - 1])->label;
}

const char *
tb_document_redo_label (TbDocument *document)
{
  return document->n_done == document->steps->len
           ? NULL
           : ((TbStep *) document->steps->pdata[document->n_done])->label;
}

guint
tb_document_n_steps (TbDocument *document, guint *n_done)
{
  *n_done = document->n_done;
  return document->steps->len;
}

const char *
tb_document_step_label (TbDocument *document, guint n)
{
  g_return_val_if_fail (n < document->steps->len, NULL);
  return ((TbStep *) document->steps->pdata[n])->label;
}
