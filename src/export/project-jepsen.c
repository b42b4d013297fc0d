/* A history as Jepsen has it: a map of EDN a line.
 *
 *   {:index 4, :time 1204000, :type :invoke, :process 2, :f :write, :value ["order:7" "9"]}
 *
 * A request is an :invoke, its reply :ok or :fail, one whose answer never came :info: nobody knows whether it was
 * done. A process is one caller's connection, or one of several where requests are sent before the one before is
 * answered, since a process does one thing at a time; after an :info it is another. Reads and writes of one key are :read and :write with [key value], so that checkers of independent registers
 * take them; everything else is named by its verb, and where that would be read as an operation on a register, as :call-get. A read whose
 * answer was not kept whole is an :info: what it found is not known. Faults are the :nemesis'. Times are since the run began. */
#include "projection-private.h"

#include <string.h>

typedef struct
{
  guint process;
  char *f, *key; /* key: of a read or write; else what the label says behind the verb */
  char *value;   /* that is written; NULL */
} Op;

typedef struct
{
  gint64 time_ns;
  char *f, *value;
} Strike;

typedef struct
{
  TbTour tour;
  FILE *out;
  GHashTable *processes; /* by connection: GArray of those that do nothing now */
  GHashTable *ops;       /* by connection and number, of Op */
  GArray *strikes;       /* of Strike, by time */
  guint next_strike, n_processes;
  guint64 index;
} History;

/* ---- EDN -------------------------------------------------------------------------------------------- */

/* A string as EDN has it; NULL is nil. */
static void
append_string (GString *out, const char *text)
{
  if (text == NULL)
    {
      g_string_append (out, "nil");
      return;
    }
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_string_append_c (out, '"');
  for (const char *p = valid; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (out, "\\%c", *p);
    else if (g_ascii_iscntrl (*p))
      g_string_append_printf (out, "\\u%04x", (guint) *p);
    else
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
}

/* "GETSET" as "getset": what a keyword may have of it. */
static char *
keyword (const char *text, gsize n)
{
  char *word = g_ascii_strdown (text, (gssize) n);
  for (char *p = word; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      *p = '-';
  if (!g_ascii_isalpha (*word))
    {
      g_free (word);
      return g_strdup ("op");
    }
  return word;
}

static void
write_line (History *h, gint64 time_ns, const char *type, const char *process, const char *f, const char *value)
{
  fprintf (h->out, "{:index %" G_GUINT64_FORMAT ", :time %" G_GINT64_FORMAT ", :type :%s, :process %s, :f :%s, :value %s}\n",
           h->index++, time_ns - h->tour.start_ns, type, process, f, value);
}

static void
write_op (History *h, gint64 time_ns, const char *type, const Op *op, const char *value)
{
  char process[16];
  g_autoptr (GString) edn = g_string_new ("[");
  g_snprintf (process, sizeof process, "%u", op->process);
  append_string (edn, op->key);
  g_string_append_c (edn, ' ');
  append_string (edn, value);
  g_string_append_c (edn, ']');
  write_line (h, time_ns, type, process, op->f, edn->str);
}

/* ---- What a request is -------------------------------------------------------------------------------- */

static void
op_free (gpointer data)
{
  Op *op = data;
  g_free (op->f);
  g_free (op->key);
  g_free (op->value);
  g_free (op);
}

/* One that does nothing now; requests may be sent before the one before is answered. */
static guint
take_process (History *h, guint32 connection)
{
  GArray *idle = g_hash_table_lookup (h->processes, GUINT_TO_POINTER (connection));
  if (idle == NULL || idle->len == 0)
    return h->n_processes++;
  guint process = g_array_index (idle, guint, idle->len - 1);
  g_array_set_size (idle, idle->len - 1);
  return process;
}

static void
give_process_back (History *h, guint32 connection, guint process)
{
  GArray *idle = g_hash_table_lookup (h->processes, GUINT_TO_POINTER (connection));
  if (idle == NULL)
    {
      idle = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (h->processes, GUINT_TO_POINTER (connection), idle);
    }
  g_array_append_val (idle, process);
}

/* (transfer full) the verb, not to be taken for what it is of a register, where we do not know that it is. */
static char *
unlike_register (char *verb)
{
  static const char *const taken[] = { "read", "get", "write", "put", "cas", "append", "add", "insert", NULL };
  if (!g_strv_contains (taken, verb))
    return verb;
  char *unlike = g_strdup_printf ("call-%s", verb);
  g_free (verb);
  return unlike;
}

/* Of Redis, whose arguments say it all; FALSE where its bytes were not kept. A SET with options is none that always writes. */
static gboolean
read_command (Op *op, GBytes *payload)
{
  g_autofree TbSlice *args = g_new (TbSlice, TB_RESP_ARGS_MAX);
  unsigned n_args;
  size_t used;
  gsize n;
  if (payload == NULL)
    return FALSE;
  const char *p = g_bytes_get_data (payload, &n);
  if (tb_resp_parse_command (p, n, args, &n_args, &used) != TB_PARSE_DONE || n_args == 0)
    return FALSE;
  g_autofree char *verb = g_strndup (args[0].p, args[0].n);
  gboolean get = n_args == 2 && g_ascii_strcasecmp (verb, "GET") == 0;
  gboolean set = n_args == 3 && g_ascii_strcasecmp (verb, "SET") == 0;
  op->f = get ? g_strdup ("read") : set ? g_strdup ("write") : unlike_register (keyword (args[0].p, args[0].n));
  op->key = n_args > 1 ? g_strndup (args[1].p, args[1].n) : NULL;
  op->value = n_args > 2 ? g_strndup (args[2].p, args[2].n) : NULL;
  return TRUE;
}

/* What is written is not in the label: of Redis a GET alone is of the register. */
static void
read_label (Op *op, const TbEvent *event, gboolean redis)
{
  const char *blank = strchr (event->label, ' ');
  gsize n = blank != NULL ? (gsize) (blank - event->label) : strlen (event->label);
  char *verb = keyword (event->label, n);
  op->key = blank != NULL ? g_strdup (blank + 1) : NULL;
  if (redis && g_str_equal (verb, "get"))
    {
      g_free (verb);
      op->f = g_strdup ("read");
    }
  else
    op->f = unlike_register (verb);
}

static gint64
key_of (const TbEvent *event)
{
  return (gint64) ((guint64) event->connection << 32 | event->number);
}

static void
invoke (History *h, guint64 position, const TbEvent *event, TbProto proto)
{
  g_autoptr (GBytes) payload = proto == TB_PROTO_RESP ? tb_tour_payload (&h->tour, position) : NULL;
  gint64 key = key_of (event);
  Op *op = g_new0 (Op, 1);
  op->process = take_process (h, event->connection);
  if (!read_command (op, payload))
    read_label (op, event, proto == TB_PROTO_RESP);
  write_op (h, event->time_ns, "invoke", op, op->value);
  g_hash_table_replace (h->ops, g_memdup2 (&key, sizeof key), op);
}

/* What a read found (transfer full; NULL: nothing). FALSE: it was not kept, or not whole. */
static gboolean
find_value (History *h, guint64 position, char **value)
{
  g_autoptr (GBytes) payload = tb_tour_payload (&h->tour, position);
  size_t used;
  gsize n;
  bool error;
  TbSlice text = { NULL, 0 };
  *value = NULL;
  if (payload == NULL)
    return FALSE;
  const char *p = g_bytes_get_data (payload, &n);
  if (tb_resp_parse_reply (p, n, &used, &error, &text) != TB_PARSE_DONE || error)
    return FALSE;
  gboolean nil = n >= 3 && (memcmp (p, "$-1", 3) == 0 || p[0] == '_');
  *value = nil || text.p == NULL ? NULL : g_strndup (text.p, text.n);
  return TRUE;
}

/* A server that says it failed within may have done it all the same; one that refuses has not. */
static const char *
type_of (const TbEvent *reply)
{
  return !reply->error ? "ok" : reply->status >= 500 ? "info" : "fail";
}

static void
complete (History *h, guint64 position, const TbEvent *event, TbProto proto)
{
  gint64 key = key_of (event);
  const Op *op = g_hash_table_lookup (h->ops, &key);
  if (op == NULL)
    return;
  const char *type = type_of (event);
  gboolean read = proto == TB_PROTO_RESP && g_str_equal (op->f, "read") && g_str_equal (type, "ok");
  g_autofree char *value = NULL;
  if (!read)
    value = g_strdup (op->value);
  else if (!find_value (h, position, &value))
    type = "info";
  write_op (h, event->time_ns, type, op, value);
  if (!g_str_equal (type, "info"))
    give_process_back (h, event->connection, op->process);
  g_hash_table_remove (h->ops, &key);
}

/* What a connection owes when it ends is never answered. */
static void
give_up (History *h, gboolean all, guint32 connection, gint64 time_ns)
{
  GHashTableIter iter;
  gpointer key, op;
  g_hash_table_iter_init (&iter, h->ops);
  while (g_hash_table_iter_next (&iter, &key, &op))
    if (all || (guint32) ((guint64) * (gint64 *) key >> 32) == connection)
      {
        write_op (h, time_ns, "info", op, ((Op *) op)->value);
        g_hash_table_iter_remove (&iter);
      }
}

/* ---- The nemesis -------------------------------------------------------------------------------------- */

static void
strike_clear (gpointer data)
{
  Strike *s = data;
  g_free (s->f);
  g_free (s->value);
}

static int
compare_strikes (gconstpointer a, gconstpointer b)
{
  const Strike *x = a, *y = b;
  return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static void
add_strike (History *h, const TbPastBand *band, const char *word, gint64 time_ns)
{
  static const char *const kinds[] = {
    [TB_BAND_PARTITION] = "partition", [TB_BAND_PACKET] = "packet", [TB_BAND_KILL] = "kill",
    [TB_BAND_PAUSE] = "pause",         [TB_BAND_CLOCK] = "clock",
  };
  g_autoptr (GString) value = g_string_new (NULL);
  const char *about = band->instance < tb_past_n_instances (h->tour.past)
                        ? tb_past_instance (h->tour.past, band->instance)->id
                        : band->text;
  append_string (value, about);
  Strike strike = { time_ns, g_strdup_printf ("%s-%s", word, kinds[band->kind]), g_strdup (value->str) };
  if (time_ns >= h->tour.from_ns && time_ns <= h->tour.to_ns)
    g_array_append_val (h->strikes, strike);
  else
    strike_clear (&strike);
}

static void
gather_strikes (History *h)
{
  for (guint i = 0; i < tb_past_n_bands (h->tour.past); i++)
    {
      const TbPastBand *band = tb_past_band (h->tour.past, i);
      add_strike (h, band, "start", band->from_ns);
      if (band->to_ns != G_MAXINT64)
        add_strike (h, band, "stop", band->to_ns);
    }
  g_array_sort (h->strikes, compare_strikes);
}

static void
write_strikes (History *h, gint64 until_ns)
{
  for (; h->next_strike < h->strikes->len; h->next_strike++)
    {
      const Strike *s = &g_array_index (h->strikes, Strike, h->next_strike);
      if (s->time_ns > until_ns)
        break;
      write_line (h, s->time_ns, "info", ":nemesis", s->f, s->value);
    }
}

/* ---- All of it ---------------------------------------------------------------------------------------- */

static gboolean
take_event (guint64 position, const TbEvent *event, gpointer data)
{
  History *h = data;
  TbProto proto = event->tap < h->tour.n_taps ? (TbProto) h->tour.protos[event->tap] : TB_PROTO_UNKNOWN;
  write_strikes (h, event->time_ns);
  if (event->kind == TB_EVENT_REQUEST)
    invoke (h, position, event, proto);
  else if (event->kind == TB_EVENT_REPLY)
    complete (h, position, event, proto);
  else if (event->kind == TB_EVENT_CLOSE && event->aux == 0)
    g_hash_table_remove (h->processes, GUINT_TO_POINTER (event->connection));
  else if (event->kind == TB_EVENT_CLOSE && event->aux != 0) /* requests that it owed */
    give_up (h, FALSE, event->connection, event->time_ns);
  return !ferror (h->out);
}

gboolean
tb_project_jepsen (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  History h = { .out = out,
                .processes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref),
                .ops = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, op_free),
                .strikes = g_array_new (FALSE, FALSE, sizeof (Strike)) };
  (void) error;
  g_array_set_clear_func (h.strikes, strike_clear);
  tb_tour_init (&h.tour, past, options);
  gather_strikes (&h);
  tb_tour (&h.tour, NULL, take_event, &h);
  write_strikes (&h, G_MAXINT64);
  give_up (&h, TRUE, 0, MIN (tb_past_end_ns (past), h.tour.to_ns));
  tb_tour_clear (&h.tour);
  g_array_unref (h.strikes);
  g_hash_table_unref (h.ops);
  g_hash_table_unref (h.processes);
  return TRUE;
}
