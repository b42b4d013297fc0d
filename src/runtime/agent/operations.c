/* What built-in clients say that they did on stores: each shares a table with the agent (tb-ops.h), which is emptied into the
 * recording twenty times a second and when its process has ended.
 *
 * To each operation the agent adds which link it went over and who received it, by the port that its connection had. What a dead
 * client left open is recorded as unknown. What cannot be recorded is counted, and said before what comes next. */
#include "agent.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EVERY_NS (50 * TB_NS_PER_MS)
#define BATCH 512
/* The recording is for more than these: half of it at most. */
#define RUN_BYTES(limit) (((limit) > 0 ? (uint64_t) (limit) : (uint64_t) TB_RECORD_LIMIT_DEFAULT) / 2)

bool
tb_operations_are_told (const TbWireInstance *instance)
{
  for (uint32_t i = 0; instance->builtin && i < instance->n_argv; i++)
    if (strcmp (instance->argv[i], "--call") == 0)
      return true;
  return false;
}

/* ---- Which link, which replica ------------------------------------------------------------------- */

static uint32_t
find_link (const TbWirePlan *plan, const char *call)
{
  size_t n = strcspn (call, " ");
  for (uint32_t i = 0; i < plan->n_links; i++)
    if (strncmp (plan->links[i].id, call, n) == 0 && plan->links[i].id[n] == '\0')
      return i;
  return UINT32_MAX;
}

/* Of this life's calls, in their order. */
static void
find_links (Instance *in)
{
  TbOperations *o = &in->operations;
  o->n_links = 0;
  o->links = realloc (o->links, (in->plan->n_argv + 1) * sizeof *o->links);
  TB_CHECK (o->links != NULL);
  for (uint32_t i = 0; i + 1 < in->plan->n_argv; i++)
    if (strcmp (in->plan->argv[i], "--call") == 0)
      o->links[o->n_links++] = find_link (in->agent->plan, in->plan->argv[++i]);
}

static TbShape
shape_of (uint32_t flags)
{
  return flags & TB_OP_NUMBER ? TB_SHAPE_NUMBER : flags & TB_OP_SET ? TB_SHAPE_SET : flags & TB_OP_LIST ? TB_SHAPE_LIST
                                                                                                        : TB_SHAPE_REGISTER;
}

static TbRecordOperation
complete (const Instance *in, const TbOpEntry *entry)
{
  const TbOperations *o = &in->operations;
  TbRecordOperation operation = { .op = entry->op,
                                  .link = entry->call < o->n_links ? o->links[entry->call] : UINT32_MAX,
                                  .final = entry->flags & TB_OP_FINAL,
                                  .shape = (uint8_t) shape_of (entry->flags) };
  uint32_t called = entry->port != 0 ? tb_taps_called (in->agent->taps, in->index, entry->port) : UINT32_MAX;
  operation.op.replica = called < TB_OP_NOBODY ? (uint16_t) called : TB_OP_NOBODY;
  return operation;
}

/* ---- Into the recording --------------------------------------------------------------------------- */

static void
record (Instance *in, const TbOpEntry *entries, size_t n, uint32_t final)
{
  Agent *a = in->agent;
  TbOperations *o = &in->operations;
  const TbRecordBatch batch = { in->index, o->incarnation, o->missed, final };
  TbWriter out = { 0 };
  TbRecordOperationsWriter w = { .out = &out };
  tb_record_operations_begin (&w, &batch);
  for (size_t i = 0; i < n; i++)
    {
      TbRecordOperation operation = complete (in, &entries[i]);
      tb_record_operations_add (&w, &operation);
    }
  tb_recording_add (a, TB_RECORD_OPERATIONS, tb_now_ns (), out.bytes, out.size);
  a->operations_recorded += out.size;
  o->missed = 0;
  o->final = final;
  tb_writer_clear (&out);
}

static void
miss (Instance *in, size_t n)
{
  Agent *a = in->agent;
  in->operations.missed += n;
  if (a->operations_full)
    return;
  a->operations_full = true;
  tb_tell_problem (a, 1, UINT32_MAX,
                   "what clients do on stores is not recorded any further, since it fills half of what the recording may "
                   "take: from here on no verdict is known");
}

static void
put (Instance *in, const TbOpEntry *entries, size_t n, uint32_t final)
{
  const Agent *a = in->agent;
  TbOperations *o = &in->operations;
  if (n > 0 && a->operations_recorded >= RUN_BYTES (a->plan->record_limit_bytes))
    {
      bool begins = !a->operations_full;
      miss (in, n);
      if (begins)
        record (in, NULL, 0, final); /* that there are gaps is known at once */
    }
  else if (n > 0 || o->missed > 0 || final != o->final)
    record (in, entries, n, final);
}

/* That final reads are done is said behind them: the number is looked at first. */
static void
take_ended (Instance *in)
{
  TbOpEntry entries[BATCH];
  TbOperations *o = &in->operations;
  uint32_t final = tb_ops_final (o->table);
  for (size_t n = BATCH, rounds = 0; n == BATCH && rounds <= TB_OPS_SLOTS / BATCH; rounds++)
    {
      n = tb_ops_read (o->table, &o->cursor, entries, BATCH, &o->missed);
      put (in, entries, n, n == BATCH ? o->final : final);
    }
}

static void
on_operations (void *data, int64_t now_ns)
{
  Agent *a = data;
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    if (a->instances[i]->operations.table != NULL && a->record != NULL)
      take_ended (a->instances[i]);
  tb_loop_arm (&a->loop, &a->operations_timer, now_ns + EVERY_NS);
}

/* ---- One life ------------------------------------------------------------------------------------- */

/* Sealed, so that nobody can make it smaller under the agent. */
static int
make_table (TbOperations *o)
{
  int fd = memfd_create ("tierboard-operations", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    return -1;
  void *memory = MAP_FAILED;
  if (ftruncate (fd, (off_t) tb_ops_size ()) == 0 && fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    memory = mmap (NULL, tb_ops_size (), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED)
    {
      close (fd);
      return -1;
    }
  o->table = memory;
  tb_ops_begin (o->table);
  return fd;
}

int
tb_operations_begin (Instance *in)
{
  Agent *a = in->agent;
  TbOperations *o = &in->operations;
  tb_operations_end (in); /* of a life that never began */
  if (a->record == NULL || !tb_operations_are_told (in->plan))
    return -1;
  find_links (in);
  o->cursor = 0;
  o->incarnation++;
  int fd = make_table (o);
  if (fd >= 0 && a->operations_timer.fire == NULL)
    {
      a->operations_timer = (TbTimer) { .fire = on_operations, .data = a };
      tb_loop_arm (&a->loop, &a->operations_timer, tb_now_ns () + EVERY_NS);
    }
  return fd;
}

void
tb_operations_end (Instance *in)
{
  TbOpEntry open[BATCH];
  TbOperations *o = &in->operations;
  if (o->table == NULL)
    return;
  if (in->agent->record != NULL)
    {
      take_ended (in);
      size_t n = tb_ops_open (o->table, open, BATCH);
      put (in, open, n, o->final);
    }
  munmap (o->table, tb_ops_size ());
  o->table = NULL;
}
