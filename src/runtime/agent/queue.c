/* See queue.h. */
#include "queue.h"

#include <stdlib.h>
#include <string.h>

#include "tb-base.h"

/* ---- Runs: small rings that double, so that nothing is allocated once a connection has its pace - */

static void *
run_at (const TbRun *run, uint32_t i, size_t size)
{
  return (char *) run->items + ((run->first + i) & (run->capacity - 1)) * size;
}

static bool
run_double (TbRun *run, size_t size)
{
  uint32_t capacity = run->capacity == 0 ? 16 : 2 * run->capacity;
  char *items = malloc (capacity * size);
  if (items == NULL)
    return false;
  for (uint32_t i = 0; i < run->n; i++)
    memcpy (items + i * size, run_at (run, i, size), size);
  free (run->items);
  *run = (TbRun) { .items = items, .n = run->n, .capacity = capacity };
  return true;
}

static bool
run_push (TbRun *run, const void *item, size_t size)
{
  if (run->n == run->capacity && !run_double (run, size))
    return false;
  memcpy (run_at (run, run->n++, size), item, size);
  return true;
}

static void
run_pop (TbRun *run)
{
  TB_CHECK (run->n > 0);
  run->first = (run->first + 1) & (run->capacity - 1);
  run->n--;
}

static TbPiece *
piece_at (const TbQueue *queue, uint32_t i)
{
  return run_at (&queue->pieces, i, sizeof (TbPiece));
}

static TbMark *
mark_at (const TbQueue *queue, uint32_t i)
{
  return run_at (&queue->marks, i, sizeof (TbMark));
}

/* ---- The queue ------------------------------------------------------------------------------- */

void
tb_queue_init (TbQueue *queue, uint64_t at)
{
  *queue = (TbQueue) { .at = at, .end = at };
}

void
tb_queue_clear (TbQueue *queue, TbPool *blocks)
{
  for (TbBlock *block = queue->head, *next; block != NULL; block = next)
    {
      next = block->next;
      tb_pool_give (blocks, block);
    }
  free (queue->pieces.items);
  free (queue->marks.items);
  *queue = (TbQueue) { .at = queue->end, .end = queue->end };
}

size_t
tb_blocks_append (TbBlock **head, TbBlock **tail, TbPool *blocks, const uint8_t *bytes, size_t n)
{
  size_t done = 0;
  while (done < n)
    {
      TbBlock *block = *tail;
      if (block == NULL || block->to == TB_BLOCK_BYTES)
        {
          block = tb_pool_take (blocks);
          if (block == NULL)
            break;
          block->next = NULL;
          block->from = block->to = 0;
          *(*tail != NULL ? &(*tail)->next : head) = block;
          *tail = block;
        }
      size_t some = TB_MIN (n - done, (size_t) (TB_BLOCK_BYTES - block->to));
      memcpy (block->bytes + block->to, bytes + done, some);
      block->to += (uint32_t) some;
      done += some;
    }
  return done;
}

static bool
append (TbQueue *queue, TbPool *blocks, const uint8_t *bytes, size_t n)
{
  size_t done = tb_blocks_append (&queue->head, &queue->tail, blocks, bytes, n);
  queue->end += done;
  return done == n;
}

/* n bytes are added that become due then. */
static bool
add_piece (TbQueue *queue, size_t n, int64_t due_ns)
{
  due_ns = TB_MAX (due_ns, queue->last_due_ns);
  TbPiece *last = queue->pieces.n > 0 ? piece_at (queue, queue->pieces.n - 1) : NULL;
  TbPiece piece = { queue->end + n, due_ns };
  if (last != NULL && last->due_ns == due_ns)
    last->end += n;
  else if (!run_push (&queue->pieces, &piece, sizeof piece))
    return false;
  queue->last_due_ns = due_ns;
  return true;
}

bool
tb_queue_push (TbQueue *queue, TbPool *blocks, const void *bytes, size_t n, int64_t due_ns)
{
  return n == 0 || (add_piece (queue, n, due_ns) && append (queue, blocks, bytes, n));
}

bool
tb_queue_push_aside (TbQueue *queue, size_t n, int64_t due_ns)
{
  TB_CHECK (queue->at == queue->end);
  if (n > 0 && !add_piece (queue, n, due_ns))
    return false;
  queue->end += n;
  queue->aside += n;
  return true;
}

bool
tb_queue_mark (TbQueue *queue, const TbMark *mark)
{
  return run_push (&queue->marks, mark, sizeof *mark);
}

void
tb_queue_finish (TbQueue *queue, TbEnd end, int64_t due_ns)
{
  if (queue->ending == TB_END_RST)
    return;
  queue->ending = end;
  queue->ending_due_ns = TB_MAX (due_ns, queue->last_due_ns);
}

int
tb_queue_due (const TbQueue *queue, int64_t now_ns, struct iovec *iov, int n_iov, size_t *bytes)
{
  uint64_t until = queue->at;
  for (uint32_t i = 0; i < queue->pieces.n && piece_at (queue, i)->due_ns <= now_ns; i++)
    until = piece_at (queue, i)->end;
  size_t left = until - queue->at;
  int n = 0;
  *bytes = 0;
  if (queue->aside > 0)
    return 0;
  for (TbBlock *block = queue->head; block != NULL && left > 0 && n < n_iov; block = block->next)
    {
      size_t some = TB_MIN (left, (size_t) (block->to - block->from));
      iov[n++] = (struct iovec) { block->bytes + block->from, some };
      *bytes += some;
      left -= some;
    }
  return n;
}

void
tb_queue_consume (TbQueue *queue, TbPool *blocks, size_t n)
{
  TB_CHECK (n <= queue->end - queue->at);
  queue->at += n;
  while (queue->pieces.n > 0 && piece_at (queue, 0)->end <= queue->at)
    run_pop (&queue->pieces);
  size_t aside = (size_t) TB_MIN (queue->aside, (uint64_t) n);
  queue->aside -= aside;
  n -= aside;
  while (n > 0)
    {
      TbBlock *block = queue->head;
      size_t some = TB_MIN (n, (size_t) (block->to - block->from));
      block->from += (uint32_t) some;
      n -= some;
      if (block->from < block->to)
        break;
      queue->head = block->next;
      if (queue->head == NULL)
        queue->tail = NULL;
      tb_pool_give (blocks, block);
    }
}

bool
tb_queue_take_mark (TbQueue *queue, TbMark *mark)
{
  if (queue->marks.n == 0)
    return false;
  *mark = *mark_at (queue, 0);
  run_pop (&queue->marks);
  queue->timed -= queue->timed > 0;
  return true;
}

bool
tb_queue_pop_mark (TbQueue *queue, TbMark *mark)
{
  return queue->marks.n > 0 && mark_at (queue, 0)->end <= queue->at && tb_queue_take_mark (queue, mark);
}

bool
tb_queue_pop_first_byte (TbQueue *queue, TbMark *mark)
{
  while (queue->timed < queue->marks.n && mark_at (queue, queue->timed)->start < queue->at)
    {
      *mark = *mark_at (queue, queue->timed++);
      if (mark->request_ns != 0)
        return true;
    }
  return false;
}

uint32_t
tb_queue_marks (const TbQueue *queue)
{
  return queue->marks.n;
}

int64_t
tb_queue_next_ns (const TbQueue *queue)
{
  if (queue->pieces.n > 0)
    return piece_at (queue, 0)->due_ns;
  return queue->ending != TB_END_NONE ? queue->ending_due_ns : INT64_MAX;
}

TbEnd
tb_queue_ended (const TbQueue *queue, int64_t now_ns)
{
  bool due = queue->at == queue->end && queue->ending_due_ns <= now_ns;
  return due ? queue->ending : TB_END_NONE;
}

bool
tb_queue_is_empty (const TbQueue *queue)
{
  return queue->at == queue->end && queue->ending == TB_END_NONE;
}

void
tb_queue_check (const TbQueue *queue)
{
  uint64_t end = queue->at, bytes = 0;
  int64_t due = INT64_MIN;
  for (uint32_t i = 0; i < queue->pieces.n; i++)
    {
      TbPiece *piece = piece_at (queue, i);
      TB_CHECK (piece->end > end && piece->due_ns >= due);
      end = piece->end;
      due = piece->due_ns;
    }
  TB_CHECK (end == queue->end);
  for (TbBlock *block = queue->head; block != NULL; block = block->next)
    bytes += block->to - block->from;
  TB_CHECK (bytes + queue->aside == queue->end - queue->at);
  for (uint32_t i = 0; i + 1 < queue->marks.n; i++)
    TB_CHECK (mark_at (queue, i)->end <= mark_at (queue, i + 1)->end);
}
