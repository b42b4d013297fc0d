#include "cluster.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  guint from, to, depth;
  GBytes *bytes;
} Letter;

static void
letter_free (Letter *l)
{
  g_bytes_unref (l->bytes);
  g_free (l);
}

static void
answer_free (gpointer data)
{
  Answer *a = data;
  g_free (a->text);
  g_free (a);
}

/* ---- What a core asks of its host ---- */

static void
host_send (void *host, unsigned to, const void *bytes, size_t n)
{
  Member *m = host;
  Cluster *c = m->cluster;
  c->sent++;
  if (c->cut[m->self] >> to & 1)
    return;
  Letter *l = g_new (Letter, 1);
  *l = (Letter){ m->self, to, c->depth + 1, g_bytes_new (bytes, n) };
  g_queue_push_tail (&c->queue, l);
}

static void
host_answer (void *host, uint64_t ticket, TbAnswer answer, const void *bytes, size_t n, int leader)
{
  Member *m = host;
  Cluster *c = m->cluster;
  if (ticket == 0)
    return;
  Answer *a = g_hash_table_lookup (c->answers, GUINT_TO_POINTER (ticket));
  g_assert_nonnull (a);
  g_assert_false (a->given); /* once for each ticket */
  a->given = TRUE;
  a->answer = answer;
  a->text = g_strndup (bytes, n);
  a->n = n;
  a->leader = leader;
  a->hops = c->depth;
}

static void
host_keep (void *host, const void *record, size_t n)
{
  Member *m = host;
  g_ptr_array_add (m->journal, g_bytes_new (record, n));
}

static void
host_renew (void *host)
{
  Member *m = host;
  g_ptr_array_set_size (m->journal, 0);
}

static char *
text_of (TbBytes b)
{
  return g_strndup (b.p, b.n);
}

static void
host_apply (void *host, uint64_t ticket, const TbCommand *command)
{
  Member *m = host;
  char *key = text_of (command->key);
  if (command->kind == TB_COMMAND_SET)
    g_hash_table_insert (m->values, g_strdup (key), text_of (command->value));
  else if (command->kind == TB_COMMAND_DELETE)
    g_hash_table_remove (m->values, key);
  const char *value = g_hash_table_lookup (m->values, key);
  const char *text = command->kind == TB_COMMAND_GET && value != NULL ? value : "";
  host_answer (host, ticket, command->kind == TB_COMMAND_GET && value == NULL ? TB_ANSWER_NIL : TB_ANSWER_OK, text,
               strlen (text), -1);
  g_free (key);
}

static void *
host_save (void *host, size_t *n)
{
  Member *m = host;
  GHashTableIter iter;
  gpointer key, value;
  GString *s = g_string_new (NULL);
  g_hash_table_iter_init (&iter, m->values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_string_append_printf (s, "%s=%s\n", (char *) key, (char *) value);
  *n = s->len;
  void *copy = malloc (s->len + 1);
  memcpy (copy, s->str, s->len + 1);
  g_string_free (s, TRUE);
  return copy;
}

static void
host_load (void *host, const void *bytes, size_t n)
{
  Member *m = host;
  g_autofree char *text = g_strndup (bytes, n);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_hash_table_remove_all (m->values);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (lines[i], "=", 2);
      if (pair[0] != NULL && pair[1] != NULL)
        g_hash_table_insert (m->values, g_strdup (pair[0]), g_strdup (pair[1]));
    }
}

static uint64_t
host_random (void *host)
{
  Member *m = host;
  return tb_rng_next (&m->cluster->rng);
}

static const TbReplicaHost table = { host_send, host_answer, host_keep, host_renew, host_apply, host_save, host_load, host_random };

/* ---- Life ---- */

static void
start (Member *m)
{
  Cluster *c = m->cluster;
  TbReplicaConfig config = c->config;
  config.self = m->self;
  g_hash_table_remove_all (m->values);
  m->replica = tb_replica_new (&config, &table, m);
  /* Restoring keeps nothing, but starting may begin the journal anew. */
  for (guint i = 0; i < m->journal->len; i++)
    {
      gsize n;
      const void *p = g_bytes_get_data (m->journal->pdata[i], &n);
      tb_replica_restore (m->replica, p, n);
    }
  tb_replica_start (m->replica, c->now_ns);
}

Cluster *
cluster_new (const TbReplicaConfig *config)
{
  Cluster *c = g_new0 (Cluster, 1);
  c->config = *config;
  tb_replica_defaults (&c->config);
  g_assert_cmpuint (c->config.n, <=, CLUSTER_MAX);
  c->answers = g_hash_table_new_full (NULL, NULL, NULL, answer_free);
  c->now_ns = TB_NS_PER_S;
  tb_rng_seed (&c->rng, 1);
  g_queue_init (&c->queue);
  for (guint i = 0; i < c->config.n; i++)
    {
      c->members[i] = (Member){ .cluster = c, .self = i };
      c->members[i].journal = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      c->members[i].values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    }
  for (guint i = 0; i < c->config.n; i++)
    start (&c->members[i]);
  cluster_run (c);
  return c;
}

void
cluster_free (Cluster *c)
{
  g_queue_clear_full (&c->queue, (GDestroyNotify) letter_free);
  for (guint i = 0; i < c->config.n; i++)
    {
      tb_replica_free (c->members[i].replica);
      g_ptr_array_unref (c->members[i].journal);
      g_hash_table_unref (c->members[i].values);
    }
  g_hash_table_unref (c->answers);
  g_free (c);
}

void
cluster_crash (Cluster *c, guint who)
{
  tb_replica_free (g_steal_pointer (&c->members[who].replica));
}

void
cluster_restart (Cluster *c, guint who)
{
  c->depth = 0;
  start (&c->members[who]);
  cluster_run (c);
}

/* ---- Commands and time ---- */

static guint64
ask (Cluster *c, guint at, const TbCommand *command)
{
  guint64 ticket = ++c->next_ticket;
  g_hash_table_insert (c->answers, GUINT_TO_POINTER (ticket), g_new0 (Answer, 1));
  c->depth = 0;
  tb_replica_command (c->members[at].replica, c->now_ns, ticket, command);
  return ticket;
}

guint64
cluster_ask (Cluster *c, guint at, TbCommandKind kind, const char *key, const char *value)
{
  TbCommand command = { .kind = kind, .key = { key, strlen (key) }, .value = { value, value ? strlen (value) : 0 } };
  return ask (c, at, &command);
}

guint64
cluster_add (Cluster *c, guint at, const char *key, gint64 amount)
{
  TbCommand command = { .kind = TB_COMMAND_ADD, .key = { key, strlen (key) }, .amount = amount };
  return ask (c, at, &command);
}

void
cluster_run (Cluster *c)
{
  for (Letter *l; (l = g_queue_pop_head (&c->queue)) != NULL; letter_free (l))
    {
      gsize n;
      const void *p = g_bytes_get_data (l->bytes, &n);
      c->depth = l->depth;
      if (c->members[l->to].replica != NULL)
        tb_replica_message (c->members[l->to].replica, c->now_ns, l->from, p, n);
    }
}

void
cluster_pass (Cluster *c, gint64 ns)
{
  gint64 until = c->now_ns + ns;
  cluster_run (c);
  while (TRUE)
    {
      gint64 next = INT64_MAX;
      for (guint i = 0; i < c->config.n; i++)
        if (c->members[i].replica != NULL)
          next = MIN (next, tb_replica_deadline (c->members[i].replica));
      if (next > until)
        break;
      c->now_ns = MAX (c->now_ns, next);
      for (guint i = 0; i < c->config.n; i++)
        {
          c->depth = 0;
          if (c->members[i].replica != NULL && tb_replica_deadline (c->members[i].replica) <= c->now_ns)
            tb_replica_tick (c->members[i].replica, c->now_ns);
        }
      cluster_run (c);
    }
  c->now_ns = until;
}

const Answer *
cluster_answer (Cluster *c, guint64 ticket)
{
  return g_hash_table_lookup (c->answers, GUINT_TO_POINTER (ticket));
}

const char *
cluster_do (Cluster *c, guint at, TbCommandKind kind, const char *key, const char *value)
{
  static const char *const words[] = { "", "nil", "refused", "unknown" };
  const Answer *a = cluster_answer (c, cluster_ask (c, at, kind, key, value));
  cluster_run (c);
  return !a->given ? "" : a->answer == TB_ANSWER_OK ? (a->n > 0 ? a->text : "ok") : words[a->answer];
}

/* ---- Faults and looks ---- */

void
cluster_isolate (Cluster *c, guint who)
{
  for (guint i = 0; i < c->config.n; i++)
    c->cut[i] |= i == who ? ~(G_GUINT64_CONSTANT (1) << who) : G_GUINT64_CONSTANT (1) << who;
}

void
cluster_heal (Cluster *c)
{
  memset (c->cut, 0, sizeof c->cut);
}

TbReplicaStatus
cluster_status (Cluster *c, guint who)
{
  TbReplicaStatus s;
  tb_replica_status (c->members[who].replica, &s);
  return s;
}

gboolean
cluster_agrees (Cluster *c)
{
  for (guint i = 1; i < c->config.n; i++)
    if (cluster_status (c, i).digest != cluster_status (c, 0).digest)
      return FALSE;
  return TRUE;
}
