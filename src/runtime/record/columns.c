/* Events as columns, each field beside its own kind, told as the difference from what was to be
 * expected: of a flow (one connection through one tap) the next request has the next number and, mostly,
 * the size of the last; a reply's latency is the time since its request. What repeats (flows, shapes,
 * labels, trace ids) is told once a block and then by its place in a table.
 *
 *   u32 bytes of each column, then the columns
 *
 * Packing and unpacking keep the same tables, so each prediction is made from what the other side
 * knows too; a wrong one costs bytes, never truth. */
#include "format-private.h"

#include <stdlib.h>
#include <string.h>

/* X (name, most bytes an event adds) */
#define COLUMNS(X)                                                                                 \
  X (TIME, 10)                                                                                     \
  X (FLOW, 3)                                                                                      \
  X (SHAPE, 3)                                                                                     \
  X (NUMBER, 5)                                                                                    \
  X (SIZE, 5)                                                                                      \
  X (AUX, 10)                                                                                      \
  X (LABEL, 3)                                                                                     \
  X (TRACE, 6)                                                                                     \
  X (IDS, 16)                                                                                      \
  X (NEW, 10 + 8 + 24) /* what is told once: flows, shapes, labels */

enum
{
#define X(name, bytes) COLUMN_##name,
  COLUMNS (X)
#undef X
  N_COLUMNS
};

static const uint8_t column_bytes[] = {
#define X(name, bytes) bytes,
  COLUMNS (X)
#undef X
};

#define FLOW_STATES 512 /* a power of two; flows beyond share, which costs bytes only */
#define REQUESTS 32     /* whose times are remembered, of a flow */
#define HASH_BITS 14    /* of the packing tables: at most half full with two ids an event */
#define HASH_SIZE (1u << HASH_BITS)

/* What is alike for requests, replies and all else. */
enum
{
  CLASS_REQUEST,
  CLASS_REPLY,
  CLASS_OTHER,
  CLASSES
};

typedef struct
{
  uint32_t number[CLASSES], size[CLASSES];
  uint64_t aux[CLASSES];
  int64_t asked_ns[REQUESTS];
  uint32_t asked[REQUESTS]; /* the number of the request of that time */
} FlowState;

typedef struct
{
  uint32_t tap, connection;
} Flow;

typedef struct
{
  uint8_t kind, direction, error, held;
  uint16_t status;
  bool traced;
} Shape;

/* From what is known to its place in a table: open addressing, emptied by counting the blocks. */
typedef struct
{
  uint32_t block;
  uint32_t place;
} Slot;

struct TbColumns
{
  FlowState states[FLOW_STATES];
  Flow flows[TB_EVENTS_MAX];
  Shape shapes[TB_EVENTS_MAX];
  char labels[TB_EVENTS_MAX][TB_EVENT_LABEL];
  uint64_t ids[2 * TB_EVENTS_MAX];
  uint32_t n_flows, n_shapes, n_labels, n_ids;
  uint32_t block; /* how many were packed */
  Slot flow_slots[HASH_SIZE], shape_slots[HASH_SIZE], label_slots[HASH_SIZE], id_slots[HASH_SIZE];
  uint8_t *column[N_COLUMNS], *end[N_COLUMNS]; /* packing */
  TbVarReader in[N_COLUMNS];                   /* unpacking */
};

TbColumns *
tb_columns_new (void)
{
  TbColumns *c = calloc (1, sizeof *c);
  TB_CHECK (c != NULL);
  return c;
}

void
tb_columns_free (TbColumns *c)
{
  if (c == NULL)
    return;
  for (unsigned i = 0; i < N_COLUMNS; i++)
    free (c->column[i]);
  free (c);
}

static void
begin (TbColumns *c)
{
  memset (c->states, 0, sizeof c->states);
  c->n_flows = c->n_shapes = c->n_labels = c->n_ids = 0;
}

/* ---- What both sides expect ------------------------------------------------------------------ */

static unsigned
class_of (uint8_t kind)
{
  return kind == TB_EVENT_REQUEST || kind == TB_EVENT_ONE_WAY ? CLASS_REQUEST
         : kind == TB_EVENT_REPLY                             ? CLASS_REPLY
                                                              : CLASS_OTHER;
}

static uint32_t
expected_number (const FlowState *f, unsigned class)
{
  return f->number[class] + (class != CLASS_OTHER);
}

/* Time and number are known by then. */
static uint64_t
expected_aux (const FlowState *f, unsigned class, const TbEvent *e)
{
  unsigned i = e->number % REQUESTS;
  bool known = class == CLASS_REPLY && f->asked[i] == e->number && f->asked_ns[i] != 0;
  return known ? (uint64_t) e->time_ns - (uint64_t) f->asked_ns[i] : f->aux[class];
}

static void
remember (FlowState *f, unsigned class, const TbEvent *e)
{
  f->number[class] = e->number;
  f->size[class] = e->size;
  f->aux[class] = e->aux;
  if (class == CLASS_REQUEST)
    {
      f->asked[e->number % REQUESTS] = e->number;
      f->asked_ns[e->number % REQUESTS] = e->time_ns;
    }
}

/* ---- Packing --------------------------------------------------------------------------------- */

static inline void
put (TbColumns *c, unsigned column, uint64_t v)
{
  c->end[column] = tb_var_put (c->end[column], v);
}

static inline void
put_bytes (TbColumns *c, unsigned column, const void *bytes, size_t n)
{
  memcpy (c->end[column], bytes, n);
  c->end[column] += n;
}

/* The slot of what has that hash and is like `key`, or an empty one. */
static Slot *
look_up (const TbColumns *c, Slot *slots, uint64_t hash, const void *table, const void *key,
         size_t size)
{
  for (uint32_t i = (uint32_t) (hash >> (64 - HASH_BITS));; i = (i + 1) % HASH_SIZE)
    if (slots[i].block != c->block
        || memcmp ((const char *) table + slots[i].place * size, key, size) == 0)
      return &slots[i];
}

#define MIX UINT64_C (0x9e3779b97f4a7c15)

/* Its place; *n where it is new: then it has that place from now on. */
static uint32_t
place_of (TbColumns *c, Slot *slots, uint64_t hash, void *table, uint32_t *n, const void *key,
          size_t size)
{
  Slot *slot = look_up (c, slots, hash, table, key, size);
  if (slot->block == c->block)
    return slot->place;
  memcpy ((char *) table + *n * size, key, size);
  *slot = (Slot) { c->block, *n };
  return (*n)++;
}

static FlowState *
pack_flow (TbColumns *c, const TbEvent *e)
{
  Flow flow = { e->tap, e->connection };
  uint32_t before = c->n_flows;
  uint64_t hash = ((uint64_t) e->tap << 32 ^ e->connection) * MIX;
  uint32_t place = place_of (c, c->flow_slots, hash, c->flows, &c->n_flows, &flow, sizeof flow);
  put (c, COLUMN_FLOW, place);
  if (place == before)
    {
      put (c, COLUMN_NEW, e->tap);
      put (c, COLUMN_NEW, e->connection);
    }
  return &c->states[place % FLOW_STATES];
}

static bool
is_traced (const TbEvent *e)
{
  static const uint8_t none[8];
  return memcmp (e->trace_id, none, 8) != 0 || memcmp (e->span_id, none, 8) != 0;
}

static void
pack_shape (TbColumns *c, const TbEvent *e)
{
  Shape shape;
  memset (&shape, 0, sizeof shape); /* compared as bytes */
  shape.kind = e->kind;
  shape.direction = e->direction;
  shape.error = e->error;
  shape.held = e->held;
  shape.status = e->status;
  shape.traced = is_traced (e);
  uint32_t before = c->n_shapes;
  uint64_t hash = (((uint64_t) shape.kind << 48 | (uint64_t) shape.status << 32)
                   ^ (uint64_t) (shape.direction << 16 | shape.error << 8 | shape.held)) * MIX;
  uint32_t place = place_of (c, c->shape_slots, hash, c->shapes, &c->n_shapes, &shape, sizeof shape);
  put (c, COLUMN_SHAPE, place);
  if (place != before)
    return;
  uint8_t told[] = { shape.kind, shape.direction, shape.error, shape.held, shape.traced };
  put_bytes (c, COLUMN_NEW, told, sizeof told);
  put (c, COLUMN_NEW, shape.status);
}

static void
pack_label (TbColumns *c, const TbEvent *e)
{
  char label[TB_EVENT_LABEL] = { 0 };
  size_t n = strnlen (e->label, TB_EVENT_LABEL - 1);
  memcpy (label, e->label, n);
  uint64_t w[3];
  memcpy (w, label, sizeof w);
  uint64_t hash = (((w[0] * MIX) ^ (w[1] + (w[0] >> 29))) * MIX ^ (w[2] + (w[1] >> 31))) * MIX;
  uint32_t before = c->n_labels;
  uint32_t place = place_of (c, c->label_slots, hash, c->labels, &c->n_labels, label, sizeof label);
  put (c, COLUMN_LABEL, place);
  if (place != before)
    return;
  put (c, COLUMN_NEW, n);
  put_bytes (c, COLUMN_NEW, label, n);
}

/* 0: new, and in full; else how long ago it was first told. */
static void
pack_id (TbColumns *c, const uint8_t bytes[8])
{
  uint64_t id;
  memcpy (&id, bytes, 8);
  uint32_t before = c->n_ids;
  uint32_t place = place_of (c, c->id_slots, id * MIX, c->ids, &c->n_ids, &id, sizeof id);
  put (c, COLUMN_TRACE, place == before ? 0 : before - place);
  if (place == before)
    put_bytes (c, COLUMN_IDS, bytes, 8);
}

static void
pack_event (TbColumns *c, const TbEvent *e, int64_t before_ns)
{
  unsigned class = class_of (e->kind);
  put (c, COLUMN_TIME, tb_zigzag ((uint64_t) e->time_ns - (uint64_t) before_ns));
  FlowState *f = pack_flow (c, e);
  pack_shape (c, e);
  put (c, COLUMN_NUMBER,
       tb_zigzag ((uint64_t) (int64_t) (int32_t) (e->number - expected_number (f, class))));
  put (c, COLUMN_SIZE, tb_zigzag ((uint64_t) (int64_t) (int32_t) (e->size - f->size[class])));
  put (c, COLUMN_AUX, tb_zigzag (e->aux - expected_aux (f, class, e)));
  pack_label (c, e);
  if (is_traced (e))
    {
      pack_id (c, e->trace_id);
      pack_id (c, e->span_id);
    }
  remember (f, class, e);
}

size_t
tb_columns_pack (TbColumns *c, const TbEvent *events, size_t n, uint8_t *out)
{
  TB_CHECK (n <= TB_EVENTS_MAX);
  begin (c);
  c->block++;
  for (unsigned i = 0; i < N_COLUMNS; i++)
    {
      if (c->column[i] == NULL)
        c->column[i] = malloc ((size_t) column_bytes[i] * TB_EVENTS_MAX);
      TB_CHECK (c->column[i] != NULL);
      c->end[i] = c->column[i];
    }
  for (size_t i = 0; i < n; i++)
    pack_event (c, &events[i], i > 0 ? events[i - 1].time_ns : 0);
  uint8_t *p = out + 4 * N_COLUMNS;
  for (unsigned i = 0; i < N_COLUMNS; i++)
    {
      uint32_t size = (uint32_t) (c->end[i] - c->column[i]);
      memcpy (out + 4 * i, &size, 4);
      memcpy (p, c->column[i], size);
      p += size;
    }
  return (size_t) (p - out);
}

/* ---- Unpacking: nothing is trusted ----------------------------------------------------------- */

static inline uint64_t
get (TbColumns *c, unsigned column)
{
  return tb_var_get (&c->in[column]);
}

static bool
get_bytes (TbColumns *c, unsigned column, void *bytes, size_t n)
{
  TbVarReader *r = &c->in[column];
  r->bad = r->bad || (size_t) (r->end - r->at) < n;
  if (r->bad)
    return false;
  memcpy (bytes, r->at, n);
  r->at += n;
  return true;
}

/* A place in a table of n that may be one behind its end, which is then to be read; n ≤ the events
 * before this one, so that there is room. ~0 where it is none. */
static uint32_t
get_place (TbColumns *c, unsigned column, uint32_t n)
{
  uint64_t place = get (c, column);
  return place <= n && !c->in[column].bad ? (uint32_t) place : UINT32_MAX;
}

static FlowState *
unpack_flow (TbColumns *c, TbEvent *e)
{
  uint32_t place = get_place (c, COLUMN_FLOW, c->n_flows);
  if (place == UINT32_MAX)
    return NULL;
  if (place == c->n_flows)
    {
      uint64_t tap = get (c, COLUMN_NEW), connection = get (c, COLUMN_NEW);
      c->flows[c->n_flows++] = (Flow) { (uint32_t) tap, (uint32_t) connection };
    }
  e->tap = c->flows[place].tap;
  e->connection = c->flows[place].connection;
  return &c->states[place % FLOW_STATES];
}

static bool
unpack_shape (TbColumns *c, TbEvent *e, bool *traced)
{
  uint32_t place = get_place (c, COLUMN_SHAPE, c->n_shapes);
  if (place == UINT32_MAX)
    return false;
  if (place == c->n_shapes)
    {
      uint8_t told[5];
      if (!get_bytes (c, COLUMN_NEW, told, sizeof told))
        return false;
      c->shapes[c->n_shapes++] = (Shape) { told[0], told[1], told[2], told[3],
                                           (uint16_t) get (c, COLUMN_NEW), told[4] != 0 };
    }
  const Shape *shape = &c->shapes[place];
  e->kind = shape->kind;
  e->direction = shape->direction;
  e->error = shape->error;
  e->held = shape->held;
  e->status = shape->status;
  *traced = shape->traced;
  return true;
}

static bool
unpack_label (TbColumns *c, TbEvent *e)
{
  uint32_t place = get_place (c, COLUMN_LABEL, c->n_labels);
  if (place == UINT32_MAX)
    return false;
  if (place == c->n_labels)
    {
      uint64_t n = get (c, COLUMN_NEW);
      memset (c->labels[place], 0, TB_EVENT_LABEL);
      if (n >= TB_EVENT_LABEL || !get_bytes (c, COLUMN_NEW, c->labels[place], n))
        return false;
      c->n_labels++;
    }
  memcpy (e->label, c->labels[place], TB_EVENT_LABEL);
  return true;
}

static bool
unpack_id (TbColumns *c, uint8_t bytes[8])
{
  uint64_t back = get (c, COLUMN_TRACE);
  if (back > c->n_ids || c->in[COLUMN_TRACE].bad)
    return false;
  if (back > 0)
    memcpy (bytes, &c->ids[c->n_ids - back], 8);
  else if (get_bytes (c, COLUMN_IDS, bytes, 8))
    memcpy (&c->ids[c->n_ids++], bytes, 8);
  else
    return false;
  return true;
}

static bool
unpack_event (TbColumns *c, TbEvent *e, int64_t before_ns)
{
  bool traced;
  memset (e, 0, sizeof *e);
  e->time_ns = (int64_t) ((uint64_t) before_ns + tb_unzigzag (get (c, COLUMN_TIME)));
  FlowState *f = unpack_flow (c, e);
  if (f == NULL || !unpack_shape (c, e, &traced))
    return false;
  unsigned class = class_of (e->kind);
  e->number = expected_number (f, class) + (uint32_t) tb_unzigzag (get (c, COLUMN_NUMBER));
  e->size = f->size[class] + (uint32_t) tb_unzigzag (get (c, COLUMN_SIZE));
  e->aux = expected_aux (f, class, e) + tb_unzigzag (get (c, COLUMN_AUX));
  if (!unpack_label (c, e) || (traced && !(unpack_id (c, e->trace_id) && unpack_id (c, e->span_id))))
    return false;
  remember (f, class, e);
  return true;
}

static bool
find_columns (TbColumns *c, const uint8_t *bytes, size_t size)
{
  size_t at = 4 * N_COLUMNS;
  if (size < at)
    return false;
  for (unsigned i = 0; i < N_COLUMNS; i++)
    {
      uint32_t n;
      memcpy (&n, bytes + 4 * i, 4);
      if (n > size - at)
        return false;
      c->in[i] = (TbVarReader) { bytes + at, bytes + at + n, false };
      at += n;
    }
  return at == size;
}

bool
tb_columns_unpack (TbColumns *c, const uint8_t *bytes, size_t size, TbEvent *events, size_t n)
{
  if (n > TB_EVENTS_MAX || !find_columns (c, bytes, size))
    return false;
  begin (c);
  for (size_t i = 0; i < n; i++)
    if (!unpack_event (c, &events[i], i > 0 ? events[i - 1].time_ns : 0))
      return false;
  for (unsigned i = 0; i < N_COLUMNS; i++)
    if (c->in[i].bad || c->in[i].at != c->in[i].end)
      return false;
  return true;
}
