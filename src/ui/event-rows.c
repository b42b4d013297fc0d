#include "event-rows.h"

#include "row-set.h"
#include "tb-base.h"

/* As many as a block of the recording holds. */
#define CHUNK 4096
/* An insert whose place among the events is not known yet stands before all of them, or behind. */
#define BEFORE_ALL 0
#define BEHIND_ALL G_MAXUINT64
/* The kind of an event that cannot be read; those after it are tried in steps of so many. */
#define UNREADABLE 0xff
#define UNREADABLE_STEP 256

struct _TbEventRow
{
  GObject parent;
  guint what, which;
  guint64 position;
  gint64 time_ns;
};

G_DEFINE_FINAL_TYPE (TbEventRow, tb_event_row, G_TYPE_OBJECT)

static void
tb_event_row_class_init (TbEventRowClass *class)
{
}

static void
tb_event_row_init (TbEventRow *self)
{
}

guint
tb_event_row_what (TbEventRow *row)
{
  return row->what;
}

guint
tb_event_row_which (TbEventRow *row)
{
  return row->which;
}

guint64
tb_event_row_position (TbEventRow *row)
{
  return row->position;
}

gint64
tb_event_row_time_ns (TbEventRow *row)
{
  return row->time_ns;
}

typedef struct
{
  gint64 time_ns;
  guint64 before; /* the position of the event that it stands before */
  guint what, which;
} Insert;

/* Invariant 1: inserts are sorted by time and by `before`. Invariant 2: every event in set is in
 * [low, high). Invariant 3: n_rows is what the list last said it has. */
struct _TbEventRows
{
  GObject parent;
  const TbEventSource *source;
  gpointer data;
  TbRowSet *set;
  GArray *inserts;
  guint64 low, high;
  gint64 low_ns, high_ns; /* times of the first and the last event that was looked at */
  guint n_rows;
  TbEvent *chunk;
};

static GType
get_item_type (GListModel *list)
{
  return TB_TYPE_EVENT_ROW;
}

static guint
get_n_items (GListModel *list)
{
  return TB_EVENT_ROWS (list)->n_rows;
}

static Insert *
insert_at (TbEventRows *self, guint i)
{
  return &g_array_index (self->inserts, Insert, i);
}

static guint
row_of_insert (TbEventRows *self, guint i)
{
  return i + (guint) tb_row_set_rank (self->set, insert_at (self, i)->before);
}

/* How many inserts stand before that row, or are it. */
static guint
inserts_up_to (TbEventRows *self, guint row)
{
  guint low = 0, high = self->inserts->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (row_of_insert (self, middle) <= row)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gpointer
get_item (GListModel *list, guint row)
{
  TbEventRows *self = TB_EVENT_ROWS (list);
  if (row >= self->n_rows)
    return NULL;
  TbEventRow *item = g_object_new (TB_TYPE_EVENT_ROW, NULL);
  guint inserts = inserts_up_to (self, row);
  item->what = item->which = G_MAXUINT;
  item->position = G_MAXUINT64;
  if (inserts > 0 && row_of_insert (self, inserts - 1) == row)
    {
      const Insert *insert = insert_at (self, inserts - 1);
      item->what = insert->what;
      item->which = insert->which;
      item->time_ns = insert->time_ns;
    }
  else if (row - inserts < tb_row_set_count (self->set))
    item->position = tb_row_set_nth (self->set, row - inserts);
  return item;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TbEventRows, tb_event_rows, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint
rows_now (TbEventRows *self)
{
  return (guint) tb_row_set_count (self->set) + self->inserts->len;
}

/* From that row on `removed` rows have become others; how many follows from what there is now. */
static void
tell (TbEventRows *self, guint at, guint removed)
{
  guint added = rows_now (self) - (self->n_rows - removed);
  self->n_rows += added - removed;
  g_assert (self->n_rows == rows_now (self));
  if (removed > 0 || added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), at, removed, added);
}

void
tb_event_rows_set_source (TbEventRows *rows, const TbEventSource *source, gpointer data)
{
  guint before = rows->n_rows;
  rows->source = source;
  rows->data = data;
  g_array_set_size (rows->inserts, 0);
  tb_row_set_clear (rows->set);
  rows->low = rows->high = source ? source->n (data) : 0;
  tell (rows, 0, before);
}

/* ---- Inserts ------------------------------------------------------------------------------------- */

/* Where it belongs among the events that were looked at. */
static guint64
place_of (TbEventRows *self, gint64 time_ns)
{
  if (!self->source || !self->source->holds)
    return BEFORE_ALL;
  if (self->low == self->high)
    return self->low <= self->source->first (self->data) ? BEHIND_ALL : BEFORE_ALL;
  if (time_ns >= self->high_ns)
    return BEHIND_ALL;
  if (time_ns < self->low_ns)
    return BEFORE_ALL;
  guint64 position = self->source->find (self->data, time_ns);
  return position >= self->high ? BEHIND_ALL : position <= self->low ? BEFORE_ALL : position;
}

/* Returns where it stands now. What is out of order among the events stays in order among the inserts. */
static guint
put_in (TbEventRows *self, const TbEventInsert *from)
{
  Insert insert = { from->time_ns, place_of (self, from->time_ns), from->what, from->which };
  guint low = 0, high = self->inserts->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (insert_at (self, middle)->time_ns <= from->time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  if (low > 0)
    insert.before = MAX (insert.before, insert_at (self, low - 1)->before);
  if (low < self->inserts->len)
    insert.before = MIN (insert.before, insert_at (self, low)->before);
  g_array_insert_val (self->inserts, low, insert);
  return low;
}

void
tb_event_rows_insert (TbEventRows *rows, const TbEventInsert *inserts, guint n)
{
  guint first = G_MAXUINT, last = 0;
  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      guint at = put_in (rows, &inserts[i]);
      first = MIN (first, at);
      last = MAX (last + (i > 0 && at <= last), at);
    }
  guint at = row_of_insert (rows, first), after = rows_now (rows) - row_of_insert (rows, last) - 1;
  tell (rows, at, rows->n_rows - at - after);
}

/* ---- Looking at events --------------------------------------------------------------------------- */

/* The first that can be read again, where `bad` cannot and `good` can, or is the end. */
static guint64
first_readable (TbEventRows *self, guint64 bad, guint64 good)
{
  TbEvent event;
  while (good - bad > 1)
    {
      guint64 middle = bad + (good - bad) / 2;
      if (self->source->events (self->data, middle, &event, 1) > 0)
        good = middle;
      else
        bad = middle;
    }
  return good;
}

/* How many from there on are passed over, n at most, since the first cannot be read. */
static gsize
unreadable_from (TbEventRows *self, guint64 from, gsize n)
{
  TbEvent event;
  gsize step = MIN ((gsize) UNREADABLE_STEP, n);
  if (step < n && self->source->events (self->data, from + step, &event, 1) == 0)
    return step;
  return (gsize) (first_readable (self, from, from + step) - from);
}

/* Reads n of them from there on; what cannot be read is marked. */
static void
read_chunk (TbEventRows *self, guint64 from, gsize n)
{
  for (gsize at = 0; at < n;)
    {
      gsize got = self->source->events (self->data, from + at, self->chunk + at, n - at);
      gsize skipped = got > 0 ? 0 : unreadable_from (self, from + at, n - at);
      for (gsize i = 0; i < skipped; i++)
        self->chunk[at + i] = (TbEvent) { .time_ns = G_MININT64, .kind = UNREADABLE };
      at += got + skipped;
    }
}

/* Of the events in [from, from + n), which are in the chunk. */
static void
take_chunk (TbEventRows *self, guint64 from, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (self->chunk[i].kind != UNREADABLE && self->source->holds (self->data, from + i, &self->chunk[i]))
      tb_row_set_add (self->set, from + i);
}

/* Of the last of n in the chunk that could be read. */
static gint64
last_time (TbEventRows *self, gsize n)
{
  while (n > 0 && self->chunk[n - 1].kind == UNREADABLE)
    n--;
  return n > 0 ? self->chunk[n - 1].time_ns : G_MININT64;
}

/* Those at the end; inserts that stood behind all of them find their places. */
static void
look_ahead (TbEventRows *self, guint64 n)
{
  gsize wanted = (gsize) MIN ((guint64) CHUNK, n - self->high);
  guint first = self->inserts->len;
  guint64 from = self->high;
  read_chunk (self, from, wanted);
  while (first > 0 && insert_at (self, first - 1)->before == BEHIND_ALL)
    first--;
  guint at = first + (guint) tb_row_set_count (self->set), removed = self->inserts->len - first;
  for (gsize i = 0; i < wanted; i++)
    while (first < self->inserts->len && insert_at (self, first)->time_ns <= self->chunk[i].time_ns)
      insert_at (self, first++)->before = from + i;
  take_chunk (self, from, wanted);
  if (self->low == self->high)
    self->low_ns = self->chunk[0].time_ns;
  self->high_ns = MAX (self->low == self->high ? G_MININT64 : self->high_ns, last_time (self, wanted));
  self->high += wanted;
  tell (self, at, removed);
}

/* Those before the first that was looked at; inserts that stood before all of them find their places. */
static void
look_back (TbEventRows *self, guint64 first)
{
  guint64 from = MAX (first, (self->low - 1) / CHUNK * CHUNK);
  gsize wanted = (gsize) (self->low - from);
  guint last = 0;
  /* Nothing that could be read was looked at yet: what is later than all of it is so of what is there, not of what comes. */
  gboolean newest = self->low == self->high || self->high_ns == G_MININT64;
  read_chunk (self, from, wanted);
  gint64 last_ns = last_time (self, wanted);
  while (last < self->inserts->len && insert_at (self, last)->before == BEFORE_ALL)
    last++;
  guint at = last;
  for (gsize i = wanted; i-- > 0;)
    while (self->chunk[i].kind != UNREADABLE && at > 0
           && insert_at (self, at - 1)->time_ns > self->chunk[i].time_ns)
      {
        Insert *insert = insert_at (self, --at);
        insert->before = newest && insert->time_ns > last_ns ? BEHIND_ALL : from + i + 1;
      }
  take_chunk (self, from, wanted);
  if (newest)
    self->high_ns = last_ns;
  self->low_ns = self->chunk[0].time_ns;
  self->low = from;
  tell (self, at, last - at);
}

/* The oldest that are not there any more have no row either. */
static void
drop_gone (TbEventRows *self, guint64 first)
{
  guint inserts = 0;
  if (self->low >= first)
    return;
  while (inserts < self->inserts->len && insert_at (self, inserts)->before <= first)
    inserts++;
  guint head = inserts + (guint) tb_row_set_rank (self->set, first);
  tb_row_set_drop_below (self->set, first);
  for (guint i = 0; i < inserts; i++)
    insert_at (self, i)->before = BEFORE_ALL;
  self->low = first;
  self->high = MAX (self->high, first);
  tell (self, 0, head);
}

gboolean
tb_event_rows_step (TbEventRows *rows, gint64 budget_ns)
{
  gint64 until_ns = tb_now_ns () + budget_ns;
  if (!rows->source || !rows->source->holds)
    return FALSE;
  guint64 first = rows->source->first (rows->data), n = rows->source->n (rows->data);
  drop_gone (rows, first);
  while (rows->high < n || rows->low > first)
    {
      /* The first look is back: it tells what of the inserts belongs behind what was there. */
      if (rows->high < n && (rows->low < rows->high || rows->low <= first))
        look_ahead (rows, n);
      else
        look_back (rows, first);
      if (tb_now_ns () >= until_ns)
        break;
    }
  return rows->high < n || rows->low > first;
}

double
tb_event_rows_progress (TbEventRows *rows)
{
  if (!rows->source || !rows->source->holds)
    return 1;
  guint64 first = rows->source->first (rows->data), n = rows->source->n (rows->data);
  return n > first ? (double) (rows->high - MAX (rows->low, first)) / (double) (n - first) : 1;
}

gboolean
tb_event_rows_has_looked_at (TbEventRows *rows, guint64 position)
{
  return !rows->source || !rows->source->holds || (rows->low < rows->high && position >= rows->low)
         || rows->low <= rows->source->first (rows->data);
}

guint64
tb_event_rows_n_events (TbEventRows *rows)
{
  return tb_row_set_count (rows->set);
}

/* ---- Finding rows -------------------------------------------------------------------------------- */

guint
tb_event_rows_of_event (TbEventRows *rows, guint64 position)
{
  guint64 events = tb_row_set_rank (rows->set, position + 1);
  if (events == 0)
    return G_MAXUINT;
  guint64 shown = tb_row_set_nth (rows->set, events - 1);
  guint low = 0, high = rows->inserts->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (insert_at (rows, middle)->before <= shown)
        low = middle + 1;
      else
        high = middle;
    }
  return low + (guint) events - 1;
}

guint
tb_event_rows_at_time (TbEventRows *rows, gint64 time_ns)
{
  guint low = 0, high = rows->inserts->len, row = G_MAXUINT;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (insert_at (rows, middle)->time_ns <= time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  if (rows->source && rows->source->holds && tb_row_set_count (rows->set) > 0)
    {
      guint64 after = rows->source->find (rows->data, time_ns + 1);
      row = after > 0 ? tb_event_rows_of_event (rows, after - 1) : G_MAXUINT;
    }
  if (low == 0)
    return row;
  guint insert = row_of_insert (rows, low - 1);
  return row == G_MAXUINT ? insert : MAX (row, insert);
}

static void
tb_event_rows_finalize (GObject *object)
{
  TbEventRows *self = TB_EVENT_ROWS (object);
  tb_row_set_free (self->set);
  g_array_unref (self->inserts);
  g_free (self->chunk);
  G_OBJECT_CLASS (tb_event_rows_parent_class)->finalize (object);
}

static void
tb_event_rows_class_init (TbEventRowsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_event_rows_finalize;
}

static void
tb_event_rows_init (TbEventRows *self)
{
  self->set = tb_row_set_new ();
  self->inserts = g_array_new (FALSE, FALSE, sizeof (Insert));
  self->chunk = g_new (TbEvent, CHUNK);
}

TbEventRows *
tb_event_rows_new (void)
{
  return g_object_new (TB_TYPE_EVENT_ROWS, NULL);
}
