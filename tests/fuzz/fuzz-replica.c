/* A replica of any protocol under any messages, commands and times, and back from its journal at any moment. Sums are
 * made right, so that what is behind them is reached. What must hold: the invariants that each step checks, one
 * answer a ticket at most, and a journal that gives the replica back.
 *
 * The input: a byte for the protocol, one for the shape, then pieces: a byte for what (and from whom), then what it
 * takes. */
#include <stdlib.h>
#include <string.h>

#include "replica-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

#define RECORDS_MAX 4096
#define TICKETS_MAX 512
#define JOURNAL_BYTES_MAX (8u << 20)

typedef struct
{
  struct { uint8_t *p; size_t n; } records[RECORDS_MAX];
  size_t n_records, journal_bytes;
  bool answered[TICKETS_MAX];
  uint64_t tickets, random;
} Host;

static void
host_send (void *host, unsigned to, const void *bytes, size_t n)
{
  (void) host;
  (void) to;
  TB_CHECK (tb_replica_label (bytes, n)[0] != '?');
}

static void
host_answer (void *data, uint64_t ticket, TbAnswer answer, const void *bytes, size_t n, int leader)
{
  Host *h = data;
  (void) bytes;
  (void) n;
  TB_CHECK (answer <= TB_ANSWER_UNKNOWN && leader < TB_REPLICAS_MAX);
  TB_CHECK (ticket > 0 && ticket <= h->tickets && !h->answered[ticket - 1]);
  h->answered[ticket - 1] = true;
}

static void
host_keep (void *data, const void *record, size_t n)
{
  Host *h = data;
  if (h->n_records == RECORDS_MAX)
    return; /* as a crash would lose it, and all after it */
  h->records[h->n_records].p = malloc (n);
  memcpy (h->records[h->n_records].p, record, n);
  h->records[h->n_records++].n = n;
  h->journal_bytes += n;
}

static void
host_renew (void *data)
{
  Host *h = data;
  while (h->n_records > 0)
    free (h->records[--h->n_records].p);
  h->journal_bytes = 0;
}

static void
host_apply (void *data, uint64_t ticket, const TbCommand *command)
{
  TB_CHECK (command->kind <= TB_COMMAND_OTHER_WRITE);
  if (ticket != 0)
    host_answer (data, ticket, TB_ANSWER_OK, NULL, 0, -1);
}

static void *
host_save (void *data, size_t *n)
{
  (void) data;
  *n = 5;
  return strdup ("state");
}

static void
host_load (void *data, const void *bytes, size_t n)
{
  (void) data;
  (void) bytes;
  (void) n;
}

static uint64_t
host_random (void *data)
{
  Host *h = data;
  return h->random = h->random * UINT64_C (6364136223846793005) + 1442695040888963407;
}

static const TbReplicaHost table = {
  host_send, host_answer, host_keep, host_renew, host_apply, host_save, host_load, host_random,
};

static TbReplica *
start (Host *h, const TbReplicaConfig *config, int64_t now_ns)
{
  TbReplica *r = tb_replica_new (config, &table, h);
  for (size_t i = 0; i < h->n_records; i++)
    tb_replica_restore (r, h->records[i].p, h->records[i].n);
  tb_replica_start (r, now_ns);
  return r;
}

/* Up to 255 bytes, after one that says how many. */
static TbBytes
take_short (Take *t)
{
  size_t n = take_u8 (t);
  n = TB_MIN (n, t->n);
  TbBytes b = { t->p, n };
  t->p += n;
  t->n -= n;
  return b;
}

static void
message (TbReplica *r, int64_t now_ns, unsigned from, Take *t)
{
  static const uint8_t no_sum[4];
  Pack p = { 0 };
  pack_raw (&p, no_sum, sizeof no_sum);
  pack_u8 (&p, (uint8_t) r->config.replication);
  pack_u8 (&p, take_u8 (t));
  TbBytes body = take_short (t);
  pack_raw (&p, body.p, body.n);
  uint32_t sum = (uint32_t) replica_sum (0, p.p + 4, p.n - 4);
  memcpy (p.p, &sum, sizeof sum);
  tb_replica_message (r, now_ns, from, p.p, p.n);
  pack_free (&p);
}

static void
command (TbReplica *r, Host *h, int64_t now_ns, Take *t)
{
  TbCommand c = { .kind = (TbCommandKind) (take_u8 (t) % (TB_COMMAND_OTHER_WRITE + 1)) };
  c.key = take_short (t);
  c.value = take_short (t);
  c.amount = (int64_t) take_u8 (t) - 100;
  if (h->tickets < TICKETS_MAX)
    tb_replica_command (r, now_ns, ++h->tickets, &c);
}

static TbReplicaConfig
take_config (Take *t)
{
  TbReplicaConfig c = { .replication = (TbReplication) (take_u8 (t) % (TB_REPLICATION_ALL + 1)) };
  uint8_t shape = take_u8 (t);
  c.n = 1 + shape % 4;
  c.self = (shape >> 2) % c.n;
  c.reads = (TbReads) ((shape >> 4) % 3);
  c.failover = shape >> 6 & 1;
  c.read_repair = shape >> 7;
  c.compact_records = 8;
  return c;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  Host *h = calloc (1, sizeof *h);
  Take t = { bytes, n, false };
  TbReplicaConfig config = take_config (&t);
  int64_t now_ns = TB_NS_PER_S;
  TbReplica *r = tb_replica_is_built (config.replication) ? start (h, &config, now_ns) : NULL;
  while (r != NULL && t.n > 0 && h->journal_bytes < JOURNAL_BYTES_MAX)
    {
      uint8_t what = take_u8 (&t);
      if (what % 8 < 5)
        message (r, now_ns, what >> 3, &t);
      else if (what % 8 == 5)
        command (r, h, now_ns, &t);
      else if (what % 8 == 6)
        {
          now_ns += (int64_t) take_u8 (&t) * 10 * TB_NS_PER_MS;
          tb_replica_tick (r, now_ns);
          TB_CHECK (tb_replica_deadline (r) > 0);
        }
      else
        {
          tb_replica_free (r);
          r = start (h, &config, now_ns);
        }
    }
  tb_replica_free (r);
  host_renew (h);
  free (h);
  return 0;
}
