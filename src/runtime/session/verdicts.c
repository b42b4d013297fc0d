/* One history a store, out of what clients told, and its verdict.
 *
 *   look() ─▶ read_on(): batches, in the order in which they were told ─▶ take(): into the history of the link's store
 *                                    │ ended after the moment that is asked for
 *                                    └─▶ waiting, until that moment is later
 *                 tb_tap_histories_read(): of callers that tell nothing
 *          ─▶ judge(): each store that changed */
#include <string.h>

#include "verdicts-private.h"

#define EVERY_NS (250 * TB_NS_PER_MS)
#define SELDOM_NS (2 * TB_NS_PER_S)
/* Of one store's history: some two minutes of 10 000 operations a second. Beyond that, what can no longer matter goes. */
#define KEPT_BYTES (G_GUINT64_CONSTANT (256) << 20)
/* How often the time that a look took is waited: a twentieth of one core. */
#define RESTS 19
/* So much later than its end an operation is told, at the latest. */
#define TOLD_WITHIN_NS TB_NS_PER_S

struct TbVerdicts
{
  TbPast *past;
  TbPastReading *reading;
  TbTapHistories *taps;
  GPtrArray *stores;   /* of TbStore */
  GArray *waiting;     /* of TbPastOperation, ended after the moment */
  GArray *missed;      /* of guint64, by instance */
  guint64 missed_all;  /* nobody knows of whom */
  gint64 moment_ns, read_ns, next_ns;
  gint64 seen_ns; /* as of when it was looked at last */
};

_Static_assert (sizeof (gpointer) >= sizeof (guint64), "values are keys of tables");

/* ---- Stores -------------------------------------------------------------------------------------- */

static void
store_free (gpointer data)
{
  TbStore *store = data;
  tb_history_free (store->history);
  g_hash_table_unref (store->keys);
  g_hash_table_unref (store->ordinals);
  g_array_unref (store->callers);
  g_free (store);
}

static void
name_clients (TbPast *past, TbHistory *h)
{
  guint n = tb_past_n_instances (past);
  g_autofree const char **names = g_new0 (const char *, n + 1);
  for (guint i = 0; i < n; i++)
    names[i] = tb_past_instance (past, i)->id;
  tb_history_name_clients (h, names, n);
}

static TbStore *
find_store (const TbVerdicts *self, const char *component)
{
  for (guint i = 0; i < self->stores->len; i++)
    {
      TbStore *store = g_ptr_array_index (self->stores, i);
      if (g_str_equal (store->told.component, component))
        return store;
    }
  return NULL;
}

TbStore *
tb_verdicts_store (TbVerdicts *self, const char *component)
{
  TbStore *store = find_store (self, component);
  if (store != NULL)
    return store;
  store = g_new0 (TbStore, 1);
  store->history = tb_history_new ();
  store->keys = g_hash_table_new (NULL, NULL);
  store->ordinals = g_hash_table_new (NULL, NULL);
  store->callers = g_array_new (FALSE, TRUE, sizeof (gboolean));
  store->told = (TbStoreVerdict) { .component = component, .history = store->history, .missed = self->missed_all };
  name_clients (self->past, store->history);
  g_ptr_array_add (self->stores, store);
  return store;
}

/* ---- What is not known ---------------------------------------------------------------------------- */

static gboolean
calls (const TbStore *store, guint instance)
{
  return instance < store->callers->len && g_array_index (store->callers, gboolean, instance);
}

static guint64 *
missed_of (TbVerdicts *self, guint instance)
{
  if (instance >= self->missed->len)
    g_array_set_size (self->missed, instance + 1);
  return &g_array_index (self->missed, guint64, instance);
}

/* Of which of its stores they were is not known: then of each. */
static void
take_missed (TbVerdicts *self, guint instance, guint64 n)
{
  if (n == 0)
    return;
  if (instance == G_MAXUINT)
    self->missed_all += n;
  else
    *missed_of (self, instance) += n;
  for (guint i = 0; i < self->stores->len; i++)
    {
      TbStore *store = g_ptr_array_index (self->stores, i);
      if (instance != G_MAXUINT && !calls (store, instance))
        continue;
      store->told.missed += n;
      store->changed = TRUE;
    }
}

static void
note_caller (TbVerdicts *self, TbStore *store, guint instance)
{
  if (calls (store, instance))
    return;
  if (instance >= store->callers->len)
    g_array_set_size (store->callers, instance + 1);
  g_array_index (store->callers, gboolean, instance) = TRUE;
  store->told.missed += *missed_of (self, instance);
}

/* ---- Operations ----------------------------------------------------------------------------------- */

static guint32
number_of_key (TbStore *store, guint32 key)
{
  gpointer known;
  char name[24];
  if (g_hash_table_lookup_extended (store->keys, GUINT_TO_POINTER (key), NULL, &known))
    return GPOINTER_TO_UINT (known);
  int n = g_snprintf (name, sizeof name, "key:%u", key);
  guint32 number = tb_history_key (store->history, name, (size_t) n);
  g_hash_table_insert (store->keys, GUINT_TO_POINTER (key), GUINT_TO_POINTER (number));
  return number;
}

/* Values are sums of texts: what a person reads is a small number, by their first appearance. */
guint64
tb_verdicts_ordinal (TbStore *store, guint64 value)
{
  if (value == TB_VALUE_NIL)
    return TB_VALUE_NIL;
  gpointer key = GSIZE_TO_POINTER (value);
  gsize known = GPOINTER_TO_SIZE (g_hash_table_lookup (store->ordinals, key));
  if (known == 0)
    {
      known = ++store->n_ordinals;
      g_hash_table_insert (store->ordinals, key, GSIZE_TO_POINTER (known));
    }
  return known;
}

/* Bit e of what was read: element e is in it, which is called e+1. */
static guint64
set_of (TbStore *store, guint64 bits)
{
  guint64 elements[64];
  gsize n = 0;
  for (guint e = 0; e < 64; e++)
    if (bits >> e & 1)
      elements[n++] = e + 1;
  return tb_history_set (store->history, elements, n);
}

static guint64
value_of (TbStore *store, const TbPastOperation *o)
{
  switch ((TbShape) o->shape)
    {
    case TB_SHAPE_NUMBER:
    case TB_SHAPE_LIST: /* the sum of a list is the state that the search has of it */
      return o->op.value;
    case TB_SHAPE_SET:
      return o->op.kind == TB_OP_READ ? set_of (store, o->op.value) : o->op.value;
    case TB_SHAPE_REGISTER:
    default:
      return tb_verdicts_ordinal (store, o->op.value);
    }
}

/* Whether final reads show what has become of all writes. */
static void
note_end (TbStore *store, const TbPastOperation *o)
{
  gboolean reads = o->op.kind == TB_OP_READ;
  if (!reads && o->op.outcome != TB_OP_FAIL)
    store->written_ns = MAX (store->written_ns, o->op.return_ns != G_MAXINT64 ? o->op.return_ns : o->op.invoke_ns);
  if (reads && o->final && o->op.outcome == TB_OP_OK)
    store->read_ns = MAX (store->read_ns, o->op.invoke_ns);
  store->told.has_final_reads = store->read_ns > store->written_ns;
}

static void
take (TbVerdicts *self, const TbPastOperation *o)
{
  const TbPastLink *link = o->link != G_MAXUINT ? tb_past_link (self->past, o->link) : NULL;
  if (link == NULL || *link->to == '\0')
    return;
  TbStore *store = tb_verdicts_store (self, link->to);
  TbOp op = o->op;
  op.key = number_of_key (store, o->op.key);
  op.value = value_of (store, o);
  op.expected = op.kind == TB_OP_CAS ? tb_verdicts_ordinal (store, o->op.expected) : 0;
  if (op.outcome == TB_OP_UNKNOWN)
    op.return_ns = G_MAXINT64;
  note_caller (self, store, op.client);
  note_end (store, o);
  tb_history_add (store->history, &op);
  store->changed = TRUE;
}

/* ---- Reading on ------------------------------------------------------------------------------------ */

static gboolean
is_known_at (const TbPastOperation *o, gint64 told_ns, gint64 moment_ns)
{
  return (o->op.return_ns != G_MAXINT64 ? o->op.return_ns : told_ns) <= moment_ns;
}

static void
take_or_keep (TbVerdicts *self, const TbPastOperation *o, gint64 told_ns)
{
  if (is_known_at (o, told_ns, self->moment_ns))
    take (self, o);
  else
    g_array_append_val (self->waiting, *o);
}

/* The moment may be later now. */
static void
take_waiting (TbVerdicts *self)
{
  guint kept = 0;
  for (guint i = 0; i < self->waiting->len; i++)
    {
      TbPastOperation *o = &g_array_index (self->waiting, TbPastOperation, i);
      if (is_known_at (o, self->read_ns, self->moment_ns))
        take (self, o);
      else
        g_array_index (self->waiting, TbPastOperation, kept++) = *o;
    }
  g_array_set_size (self->waiting, kept);
}

static gboolean
is_over (const TbVerdicts *self)
{
  return self->moment_ns == G_MAXINT64 && (self->past->ended || !self->past->growing);
}

static gboolean
read_on (TbVerdicts *self)
{
  TbPastBatch batch;
  gboolean some = FALSE;
  take_waiting (self);
  while ((self->moment_ns == G_MAXINT64 || self->read_ns <= self->moment_ns + TOLD_WITHIN_NS)
         && tb_past_reading_next (self->reading, &batch))
    {
      self->read_ns = MAX (self->read_ns, batch.time_ns);
      take_missed (self, batch.instance, batch.missed);
      for (guint i = 0; i < batch.n; i++)
        take_or_keep (self, &batch.operations[i], batch.time_ns);
      some = TRUE;
    }
  some |= tb_tap_histories_read (self->taps, self->moment_ns, is_over (self));
  return some;
}

/* ---- Judging --------------------------------------------------------------------------------------- */

/* Whether what is wrong with it is wrong whatever else there was: registers, of which every value that was read was written
 * in it. */
static gboolean
stands_alone (const TbStore *store)
{
  const TbVerdict *v = &store->told.verdict;
  for (guint i = 0; i < v->n_witness; i++)
    {
      const TbOp *read = &v->witness[i];
      /* What taps have not understood may have taken the key away. */
      gboolean nothing = read->value == TB_VALUE_NIL && !store->told.tapped;
      gboolean written = read->kind == TB_OP_WRITE || (read->kind == TB_OP_READ && nothing);
      if (read->kind != TB_OP_READ && read->kind != TB_OP_WRITE)
        return FALSE;
      for (guint k = 0; k < v->n_witness && !written; k++)
        written = v->witness[k].kind == TB_OP_WRITE && v->witness[k].value == read->value;
      if (!written)
        return FALSE;
    }
  return v->n_witness > 0;
}

/* Of a history that has gaps less is known. */
static void
doubt (TbStore *store)
{
  TbVerdict *v = &store->told.verdict;
  char why[sizeof v->sentence];
  if (store->told.missed == 0 || v->kind == TB_VERDICT_UNKNOWN || (v->kind == TB_VERDICT_VIOLATED && stands_alone (store)))
    return;
  g_snprintf (why, sizeof why, "%" G_GUINT64_FORMAT " operation%s not %s%s%.200s", store->told.missed,
              store->told.missed == 1 ? " was" : "s were", store->told.tapped ? "understood or recorded" : "recorded",
              v->kind == TB_VERDICT_VIOLATED ? ", without which this cannot be known: " : "; of the others: ", v->sentence);
  v->kind = TB_VERDICT_UNKNOWN;
  v->n_witness = 0;
  v->arrow_from = v->arrow_to = TB_WITNESS_MAX;
  memcpy (v->sentence, why, sizeof why);
}

static gboolean
is_not_among (gpointer value, gpointer ordinal, gpointer there)
{
  return !g_hash_table_contains (there, ordinal);
}

static void
note_values (const TbOp *op, void *there)
{
  g_hash_table_add (there, GSIZE_TO_POINTER (op->value));
  g_hash_table_add (there, GSIZE_TO_POINTER (op->expected));
}

/* Values that the history has no longer are not called by their numbers any more. */
static void
forget_ordinals (TbStore *store)
{
  gsize gone = tb_history_given_back (store->history);
  if (gone == store->n_gone)
    return;
  store->n_gone = gone;
  g_autoptr (GHashTable) there = g_hash_table_new (NULL, NULL);
  tb_history_each (store->history, note_values, there);
  g_hash_table_foreach_remove (store->ordinals, is_not_among, there);
}

static void
judge (TbVerdicts *self, TbStore *store)
{
  gboolean over = is_over (self), live = (!over && !store->told.has_final_reads) || store->told.missed > 0;
  const TbJudgeOptions options = { .live = live, .final_reads = store->told.has_final_reads, .keep_bytes = KEPT_BYTES };
  tb_history_judge (store->history, &options, &store->told.verdict);
  forget_ordinals (store);
  store->told.over = over;
  store->told.judged_ns = MIN (tb_past_end_ns (self->past), self->moment_ns);
  store->changed = FALSE;
  doubt (store);
}

static gboolean
judge_all (TbVerdicts *self)
{
  gboolean over = is_over (self), some = FALSE;
  for (guint i = 0; i < self->stores->len; i++)
    {
      TbStore *store = g_ptr_array_index (self->stores, i);
      if (!store->changed && over == store->told.over)
        continue;
      judge (self, store);
      some = TRUE;
    }
  return some;
}

/* ---- Life ------------------------------------------------------------------------------------------- */

static void
begin_anew (TbVerdicts *self)
{
  tb_past_reading_free (self->reading);
  tb_tap_histories_free (self->taps);
  self->reading = tb_past_read_operations (self->past);
  self->taps = tb_tap_histories_new (self, self->past);
  g_ptr_array_set_size (self->stores, 0);
  g_array_set_size (self->waiting, 0);
  g_array_set_size (self->missed, 0);
  self->missed_all = 0;
  self->read_ns = self->next_ns = self->seen_ns = 0;
}

TbVerdicts *
tb_verdicts_new (TbPast *past)
{
  TbVerdicts *self = g_new0 (TbVerdicts, 1);
  self->past = g_object_ref (past);
  self->stores = g_ptr_array_new_with_free_func (store_free);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (TbPastOperation));
  self->missed = g_array_new (FALSE, TRUE, sizeof (guint64));
  self->moment_ns = G_MAXINT64;
  begin_anew (self);
  return self;
}

void
tb_verdicts_free (TbVerdicts *self)
{
  if (self == NULL)
    return;
  tb_past_reading_free (self->reading);
  tb_tap_histories_free (self->taps);
  g_ptr_array_unref (self->stores);
  g_array_unref (self->waiting);
  g_array_unref (self->missed);
  g_object_unref (self->past);
  g_free (self);
}

void
tb_verdicts_set_moment (TbVerdicts *self, gint64 time_ns)
{
  if (time_ns < self->seen_ns)
    begin_anew (self);
  self->moment_ns = time_ns;
  self->next_ns = 0;
}

gboolean
tb_verdicts_look (TbVerdicts *self, gboolean force)
{
  gint64 now_ns = tb_now_ns ();
  if (!force && now_ns < self->next_ns)
    return FALSE;
  gboolean some = read_on (self);
  some |= judge_all (self);
  gint64 end_ns = tb_now_ns ();
  self->seen_ns = MIN (tb_past_end_ns (self->past), self->moment_ns);
  self->next_ns = end_ns + CLAMP ((end_ns - now_ns) * RESTS, EVERY_NS, SELDOM_NS);
  return some;
}

guint
tb_verdicts_n (TbVerdicts *self)
{
  return self->stores->len;
}

const TbStoreVerdict *
tb_verdicts_at (TbVerdicts *self, guint i)
{
  return i < self->stores->len ? &((TbStore *) g_ptr_array_index (self->stores, i))->told : NULL;
}

const TbStoreVerdict *
tb_verdicts_of (TbVerdicts *self, const char *component)
{
  const TbStore *store = find_store (self, component);
  return store != NULL ? &store->told : NULL;
}

const char *
tb_verdict_word (TbVerdictKind kind)
{
  static const char *const words[] = { "linearizable", "not linearizable", "unknown" };
  return words[kind];
}

void
tb_verdicts_availability (TbVerdicts *self, const char *component, const guint8 *side_of, guint n_instances,
                          gint64 from_ns, gint64 to_ns, TbAvailability (*sides)[TB_N_OPS], guint n_sides)
{
  const TbStore *store = find_store (self, component);
  memset (sides, 0, n_sides * sizeof *sides);
  if (store != NULL)
    tb_history_availability (store->history, side_of, n_instances, from_ns, to_ns, sides, n_sides);
}
