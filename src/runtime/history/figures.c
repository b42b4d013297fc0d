/* What is counted while operations come: how old what was read is, and which guarantees of a session are broken.
 *
 * Staleness (theory: t- and k-staleness): a read of v is stale when a write began after v's had ended, and ended before the read
 * began; by so many writes, and since the first of them ended. A write of unknown outcome had its effect before the first read of it ended.
 *
 * Sessions are processes. One value is older than another when its write had ended before the other's began; broken are
 *   read your writes      a process read an older value than one that it had written
 *   monotonic reads       a process read an older value than one that it had read
 *   monotonic writes      a replica answered a process's later write, and after that an earlier one of it
 *   writes follow reads   a replica answered a write, and after that what its process had read before writing, or older
 * The last two need to know which replica answered. */
#include "history-private.h"

#include <stdlib.h>
#include <string.h>
#include <string.h>

/* More versions than that are counted but for those that went on when the read began. */
#define VERSIONS_EXACT 4096

typedef struct
{
  int64_t start, end;
} Span;

typedef struct
{
  int64_t wrote, read;     /* the latest beginning of a write of its own, and of one that it read */
  uint64_t last_read;      /* value */
} Session;

/* What a replica answered from one writer, and what that depended on. */
typedef struct
{
  int64_t start, seen;        /* the writer's latest write there, and when the first read of it had ended */
  int64_t before, before_seen; /* the same of what it had read before */
  uint64_t value_before;
} Answered;

struct TbFigures
{
  Span *writes; /* acknowledged, by their beginning */
  size_t n_writes, writes_capacity;
  int64_t *ends; /* of them, sorted */
  size_t n_ends, ends_capacity;
  TbIndex by_process, by_replica;
  Session *sessions;
  size_t n_sessions, sessions_capacity;
  Answered *answered;
  size_t n_answered, answered_capacity;
};

void
tb_figures_free (TbFigures *f)
{
  if (f == NULL)
    return;
  free (f->writes);
  free (f->ends);
  free (f->sessions);
  free (f->answered);
  tb_index_clear (&f->by_process);
  tb_index_clear (&f->by_replica);
  free (f);
}

size_t
tb_figures_memory (const TbFigures *f)
{
  return f == NULL ? 0
                   : sizeof *f + f->writes_capacity * sizeof *f->writes + f->ends_capacity * sizeof *f->ends
                       + f->sessions_capacity * sizeof *f->sessions + f->answered_capacity * sizeof *f->answered
                       + (f->by_process.capacity + f->by_replica.capacity) * 12;
}

/* ---- Writes in their order -------------------------------------------------------------------------- */

static void
add_write (TbFigures *f, const TbOp *op)
{
  f->writes = tb_grow (f->writes, &f->writes_capacity, f->n_writes + 1, sizeof *f->writes);
  f->ends = tb_grow (f->ends, &f->ends_capacity, f->n_ends + 1, sizeof *f->ends);
  size_t i = f->n_writes++, k = f->n_ends++;
  for (; i > 0 && f->writes[i - 1].start > op->invoke_ns; i--)
    f->writes[i] = f->writes[i - 1];
  f->writes[i] = (Span) { op->invoke_ns, op->return_ns };
  for (; k > 0 && f->ends[k - 1] > op->return_ns; k--)
    f->ends[k] = f->ends[k - 1];
  f->ends[k] = op->return_ns;
}

/* How many began at or before (after: false: before) a moment. */
static size_t
begun (const TbFigures *f, int64_t at, bool inclusive)
{
  size_t a = 0, b = f->n_writes;
  while (a < b)
    {
      size_t middle = a + (b - a) / 2;
      if (f->writes[middle].start < at || (inclusive && f->writes[middle].start == at))
        a = middle + 1;
      else
        b = middle;
    }
  return a;
}

static size_t
ended_before (const TbFigures *f, int64_t at)
{
  size_t a = 0, b = f->n_ends;
  while (a < b)
    {
      size_t middle = a + (b - a) / 2;
      if (f->ends[middle] < at)
        a = middle + 1;
      else
        b = middle;
    }
  return a;
}

/* ---- Staleness ----------------------------------------------------------------------------------------- */

static size_t
versions_between (const TbFigures *f, size_t first, int64_t read_start)
{
  size_t last = begun (f, read_start, false), n = last - first, going_on = last - ended_before (f, read_start);
  if (n > VERSIONS_EXACT)
    return n - going_on;
  for (size_t i = last; i > first && going_on > 0; i--)
    if (f->writes[i - 1].end >= read_start)
      {
        going_on--;
        n--;
      }
  return n;
}

/* When the first write had ended that began after that of place first had. */
static int64_t
overwritten (const TbFigures *f, size_t first)
{
  int64_t newer = INT64_MAX;
  for (size_t i = first; i < f->n_writes && f->writes[i].start < newer; i++)
    newer = TB_MIN (newer, f->writes[i].end);
  return newer;
}

/* written: when the write of what it read had ended. */
static void
measure_age (TbKey *key, const TbOp *read, int64_t written)
{
  const TbFigures *f = key->figures;
  size_t first = begun (f, written, true);
  int64_t newer = overwritten (f, first);
  if (newer >= read->invoke_ns)
    return;
  size_t versions = versions_between (f, first, read->invoke_ns);
  key->stale = tb_grow (key->stale, &key->stale_capacity, key->n_stale + 1, sizeof *key->stale);
  key->stale[key->n_stale++] = read->invoke_ns - newer;
  key->stale_worst_ns = TB_MAX (key->stale_worst_ns, read->invoke_ns - newer);
  key->stale_versions = (uint32_t) TB_MAX (key->stale_versions, TB_MIN (versions, UINT32_MAX));
}

/* When what was read had been written, at the latest. */
static int64_t
written_of (const TbKey *key, const TbCluster *c)
{
  if (c->write == NONE)
    return INT64_MIN;
  return key->ops[c->write].outcome == TB_OP_OK ? key->ops[c->write].return_ns : c->first_end;
}

int64_t
tb_figures_age (const TbKey *key, const TbOp *read)
{
  uint32_t place = tb_index_find (&key->by_value, read->value);
  const TbCluster *c = place != NONE ? &key->clusters[place] : NULL;
  if (key->figures == NULL || c == NULL || (c->write == NONE && c->value != TB_VALUE_NIL))
    return -1;
  int64_t newer = overwritten (key->figures, begun (key->figures, written_of (key, c), true));
  return newer < read->invoke_ns ? read->invoke_ns - newer : 0;
}

/* ---- Sessions ---------------------------------------------------------------------------------------------- */

static Session *
session_of (TbFigures *f, uint32_t process)
{
  uint32_t place = tb_index_put (&f->by_process, process, (uint32_t) f->n_sessions);
  if (place == f->n_sessions)
    {
      f->sessions = tb_grow (f->sessions, &f->sessions_capacity, f->n_sessions + 1, sizeof *f->sessions);
      f->sessions[f->n_sessions++] = (Session) { INT64_MIN, INT64_MIN, TB_VALUE_NIL };
    }
  return &f->sessions[place];
}

static Answered *
answered_of (TbFigures *f, uint16_t replica, uint32_t process)
{
  uint64_t number = (uint64_t) replica << 32 | process;
  uint32_t place = tb_index_put (&f->by_replica, number, (uint32_t) f->n_answered);
  if (place == f->n_answered)
    {
      f->answered = tb_grow (f->answered, &f->answered_capacity, f->n_answered + 1, sizeof *f->answered);
      f->answered[f->n_answered++] =
        (Answered) { .start = INT64_MIN, .seen = INT64_MAX, .before = INT64_MIN, .before_seen = INT64_MAX };
    }
  return &f->answered[place];
}

/* What it depends on: all that its process has read, above all the last. */
static void
note_write (TbKey *key, TbCluster *c, const TbOp *op)
{
  Session *s = session_of (key->figures, op->process);
  c->before = s->read;
  c->value_before = s->last_read;
  if (op->outcome == TB_OP_OK)
    s->wrote = TB_MAX (s->wrote, op->invoke_ns);
}

static void
judge_replica (TbKey *key, const TbCluster *c, const TbOp *read, int64_t written)
{
  /* Writers are few: of each what this replica answered last. */
  const TbOp *write = &key->ops[c->write];
  TbFigures *f = key->figures;
  Answered *mine = answered_of (f, read->replica, write->process);
  if (mine->start > write->invoke_ns && mine->seen < read->invoke_ns)
    key->guarantees |= 1u << TB_MONOTONIC_WRITES;
  if (write->invoke_ns > mine->start)
    {
      mine->start = write->invoke_ns;
      mine->seen = read->return_ns;
    }
  Answered *all = answered_of (f, read->replica, UINT32_MAX);
  bool after = all->before_seen < read->invoke_ns;
  if (after && (written < all->before || (all->value_before == c->value && c->value != TB_VALUE_NIL)))
    key->guarantees |= 1u << TB_WRITES_FOLLOW_READS;
  if (c->before > all->before)
    *all = (Answered) { .before = c->before, .before_seen = read->return_ns, .value_before = c->value_before };
}

static void
note_read (TbKey *key, const TbCluster *c, const TbOp *op, int64_t written)
{
  Session *s = session_of (key->figures, op->process);
  if (written < s->wrote)
    key->guarantees |= 1u << TB_READ_YOUR_WRITES;
  if (written < s->read)
    key->guarantees |= 1u << TB_MONOTONIC_READS;
  if (c->write != NONE)
    s->read = TB_MAX (s->read, key->ops[c->write].invoke_ns);
  s->last_read = c->value;
  if (c->write != NONE && op->replica != TB_OP_NOBODY)
    judge_replica (key, c, op, written);
}

/* ---- What came newly --------------------------------------------------------------------------------------- */

void
tb_figures_take (TbKey *key, size_t first)
{
  if (key->figures == NULL)
    {
      key->figures = calloc (1, sizeof *key->figures);
      TB_CHECK (key->figures != NULL);
    }
  for (size_t i = first; i < key->n; i++)
    {
      const TbOp *op = &key->ops[i];
      bool writes = op->kind == TB_OP_WRITE && op->outcome != TB_OP_FAIL, reads = op->kind == TB_OP_READ && op->outcome == TB_OP_OK;
      if (!writes && !reads)
        continue;
      uint32_t place = tb_index_find (&key->by_value, op->value);
      if (place == NONE) /* it came too late (came_too_late()) */
        continue;
      TbCluster *c = &key->clusters[place];
      if (writes)
        {
          note_write (key, c, op);
          if (op->outcome == TB_OP_OK)
            add_write (key->figures, op);
          continue;
        }
      if (c->write == NONE && c->value != TB_VALUE_NIL)
        {
          key->late = true; /* its write has not been told yet: exact at the end */
          continue;
        }
      int64_t written = written_of (key, c);
      measure_age (key, op, written);
      note_read (key, c, op, written);
    }
}

void
tb_figures_give_back (TbKey *key, int64_t oldest_ns)
{
  TbFigures *f = key->figures;
  if (f == NULL || f->n_writes == 0)
    return;
  size_t n = 0, gone = ended_before (f, oldest_ns);
  for (size_t i = 0; i < f->n_writes; i++)
    if (f->writes[i].end >= oldest_ns)
      f->writes[n++] = f->writes[i];
  memmove (f->ends, f->ends + gone, (f->n_ends - gone) * sizeof *f->ends);
  f->n_ends -= gone;
  f->n_writes = n;
  TB_CHECK (f->n_writes == f->n_ends);
  f->writes_capacity = f->ends_capacity = n + 1;
  f->writes = realloc (f->writes, f->writes_capacity * sizeof *f->writes);
  f->ends = realloc (f->ends, f->ends_capacity * sizeof *f->ends);
  TB_CHECK (f->writes != NULL && f->ends != NULL);
}

void
tb_figures_clear (TbKey *key)
{
  tb_figures_free (key->figures);
  free (key->stale);
  key->figures = NULL;
  key->stale = NULL;
  key->n_stale = key->stale_capacity = 0;
  key->stale_worst_ns = 0;
  key->stale_versions = key->guarantees = 0;
}

/* ---- At the end ---------------------------------------------------------------------------------------------- */

static int64_t
last_change (const TbKey *key)
{
  int64_t last = key->changed_ns;
  for (size_t i = 0; i < key->n; i++)
    if (key->ops[i].kind != TB_OP_READ && key->ops[i].outcome == TB_OP_OK)
      last = TB_MAX (last, key->ops[i].return_ns);
  return last;
}

/* A register's: acknowledged writes that are newer than what is there at the end. */
static uint64_t
lost_of_register (const TbKey *key, int64_t last)
{
  uint64_t fewest = UINT64_MAX;
  for (size_t i = key->n; i-- > 0;)
    {
      const TbOp *op = &key->ops[i];
      if (op->kind != TB_OP_READ || op->outcome != TB_OP_OK || op->invoke_ns <= last)
        continue;
      uint32_t place = tb_index_find (&key->by_value, op->value);
      const TbCluster *c = place != NONE ? &key->clusters[place] : NULL;
      if (c != NULL && c->write == NONE && c->value != TB_VALUE_NIL && key->n_given_back > 0)
        fewest = TB_MIN (fewest, key->figures->n_writes); /* it is older than all of them, or was never written */
      if (c == NULL || (c->write == NONE && c->value != TB_VALUE_NIL))
        continue;
      fewest = TB_MIN (fewest, key->figures->n_writes - begun (key->figures, written_of (key, c), true));
    }
  return fewest == UINT64_MAX ? 0 : fewest;
}

/* A set's or list's: acknowledged elements that no read at the end has. */
static uint64_t
lost_of_collection (const TbHistory *h, const TbKey *key, int64_t last)
{
  TbIndex there = { 0 };
  uint64_t lost = 0;
  bool read = false;
  for (size_t i = 0; i < key->n; i++)
    if (key->ops[i].kind == TB_OP_READ && key->ops[i].outcome == TB_OP_OK && key->ops[i].invoke_ns > last)
      {
        size_t n;
        const uint64_t *elements = tb_history_elements (h, key->ops[i].value, &n);
        if (elements == NULL && key->ops[i].value != TB_VALUE_NIL)
          continue; /* of a list no more is known than which it was */
        for (size_t k = 0; k < n; k++)
          tb_index_put (&there, elements[k], 0);
        read = true;
      }
  for (size_t i = 0; read && i < key->n; i++)
    if ((key->ops[i].kind == TB_OP_APPEND || key->ops[i].kind == TB_OP_INSERT) && key->ops[i].outcome == TB_OP_OK)
      lost += tb_index_find (&there, key->ops[i].value) == NONE;
  tb_index_clear (&there);
  return lost;
}

uint64_t
tb_figures_lost (const TbHistory *h, const TbKey *key)
{
  int64_t last = last_change (key);
  if (!key->general && key->figures != NULL)
    return lost_of_register (key, last);
  return key->kinds & (1u << TB_OP_APPEND | 1u << TB_OP_INSERT) ? lost_of_collection (h, key, last) : 0;
}
