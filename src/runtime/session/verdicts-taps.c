/* Operations of callers that tell nothing of what they do, out of what the taps before a store saw of them: GET and SET of Redis, GET
 * and PUT over HTTP. One request is one operation, which is right where its caller neither tries again nor asks several replicas for
 * one answer of its own.
 *
 *   request ─▶ waiting, by connection and number ─ reply ─▶ OK or FAIL
 *                                    └ end of its connection, or of the run ─▶ UNKNOWN
 *
 * What else is done to a store, and what the recording has not kept whole, counts as missed. */
#include <string.h>

#include "tb-ops.h"
#include "tb-proto.h"
#include "verdicts-private.h"

#define EVENTS 512
/* Processes of these histories: far from those that clients have. */
#define FIRST_PROCESS (UINT32_C (1) << 31)

typedef struct
{
  TbStore *store;
  TbOp op;
  gboolean http;
} Waiting;

struct TbTapHistories
{
  TbVerdicts *verdicts;
  TbPast *past;
  GArray *stores;      /* of char, by row of taps: 0 not looked at, 1 no, 2 yes */
  GHashTable *waiting; /* of Waiting, by connection and number */
  GHashTable *idle;    /* by connection: GArray of processes that do nothing */
  guint32 n_processes;
  guint64 next;        /* event */
  guint64 gaps;        /* events that are known to be missing, and were counted */
  const char *xml;
  TbModel *model;      /* the drawing, for which components are stores; NULL */
  gboolean over;
};

/* ---- Which taps -------------------------------------------------------------------------------------- */

static gboolean
is_store (TbTapHistories *self, const char *component)
{
  const char *xml = tb_past_architecture (self->past, G_MAXINT64);
  if (xml != self->xml)
    {
      g_clear_pointer (&self->model, tb_model_unref);
      g_autoptr (TbDocument) document
        = xml != NULL ? tb_document_load_bytes (tb_past_path (self->past), xml, strlen (xml), NULL, NULL) : NULL;
      self->model = document != NULL ? tb_document_snapshot (document) : NULL;
      self->xml = xml;
    }
  const TbElement *element = self->model != NULL ? tb_model_lookup (self->model, component) : NULL;
  return element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT
         && g_strcmp0 (tb_element_get (element, TB_PROP_KIND), "store") == 0;
}

/* The store that a tap is before, where its caller tells nothing itself; NULL. */
static const char *
store_behind (TbTapHistories *self, guint row)
{
  const TbPastTap *tap = tb_past_tap (self->past, row);
  const TbPastLink *link = tap != NULL ? tb_past_link (self->past, tap->link) : NULL;
  const TbPastInstance *from = tap != NULL ? tb_past_instance (self->past, tap->from) : NULL;
  const TbPastInstance *to = tap != NULL ? tb_past_instance (self->past, tap->to) : NULL;
  if (link == NULL || to == NULL || link->replicas || (from != NULL && from->builtin))
    return NULL;
  if (row >= self->stores->len)
    g_array_set_size (self->stores, row + 1);
  char *known = &g_array_index (self->stores, char, row);
  if (*known == 0)
    *known = is_store (self, to->component) ? 2 : 1;
  return *known == 2 ? to->component : NULL;
}

/* Rows are named before their first event is told. */
static gboolean
are_there_any (TbTapHistories *self)
{
  for (guint row = 0; row < tb_past_n_taps (self->past); row++)
    if (store_behind (self, row) != NULL)
      return TRUE;
  return FALSE;
}

/* ---- What was asked and answered ------------------------------------------------------------------------ */

typedef enum
{
  ASKED_NOTHING, /* nothing of a key */
  ASKED_REGISTER,
  ASKED_OTHER    /* something that is not known here, or not whole */
} Asked;

/* What a mask has made of it says nothing. */
static gboolean
is_hidden (const TbTapHistories *self, const char *text, gsize n)
{
  return self->past->masked && memchr (text, '*', n) != NULL;
}

static void
set_key (Waiting *w, const char *key, gsize n)
{
  w->op.key = tb_history_key (w->store->history, key, n);
}

static Asked
read_command (const TbTapHistories *self, const char *bytes, gsize n, Waiting *w)
{
  static const char *const harmless[] = { "PING", "ECHO", "INFO", "ROLE", "HELLO", "AUTH", "SELECT", "CLIENT", "COMMAND", "CONFIG", "QUIT",
                                          "EXISTS", "TTL", "PTTL", "TYPE", "STRLEN", "KEYS", "SCAN", "DBSIZE" };
  g_autofree TbSlice *args = g_new (TbSlice, TB_RESP_ARGS_MAX);
  unsigned n_args;
  size_t used;
  if (tb_resp_parse_command (bytes, n, args, &n_args, &used) != TB_PARSE_DONE || n_args == 0)
    return ASKED_OTHER;
  g_autofree char *verb = g_strndup (args[0].p, args[0].n);
  gboolean get = n_args == 2 && g_ascii_strcasecmp (verb, "GET") == 0, set = n_args == 3 && g_ascii_strcasecmp (verb, "SET") == 0;
  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (g_ascii_strcasecmp (verb, harmless[i]) == 0)
      return ASKED_NOTHING;
  if ((!get && !set) || is_hidden (self, args[1].p, args[1].n) || (set && is_hidden (self, args[2].p, args[2].n)))
    return ASKED_OTHER;
  set_key (w, args[1].p, args[1].n);
  w->op.kind = get ? TB_OP_READ : TB_OP_WRITE;
  if (set)
    w->op.value = tb_verdicts_ordinal (w->store, tb_op_value (args[2].p, args[2].n));
  return ASKED_REGISTER;
}

/* Its body, where all of it is there. */
static gboolean
body_of (const TbTapHistories *self, const TbHttpHead *head, const char *bytes, gsize n, TbSlice *body)
{
  *body = (TbSlice) { bytes + head->head_size, n - head->head_size };
  return head->has_length && !head->chunked && head->content_length == body->n && !is_hidden (self, body->p, body->n);
}

static Asked
read_http (const TbTapHistories *self, const char *bytes, gsize n, Waiting *w)
{
  g_autofree TbHttpHead *head = g_new (TbHttpHead, 1);
  TbSlice body;
  if (tb_http_parse_request (bytes, n, head) != TB_PARSE_DONE)
    return ASKED_OTHER;
  g_autofree char *method = g_strndup (head->method.p, head->method.n);
  gboolean get = g_str_equal (method, "GET"), put = g_str_equal (method, "PUT");
  if (g_str_equal (method, "HEAD") || g_str_equal (method, "OPTIONS"))
    return ASKED_NOTHING;
  if ((!get && !put) || is_hidden (self, head->target.p, head->target.n) || (put && !body_of (self, head, bytes, n, &body)))
    return ASKED_OTHER;
  set_key (w, head->target.p, head->target.n);
  w->http = TRUE;
  w->op.kind = get ? TB_OP_READ : TB_OP_WRITE;
  if (put)
    w->op.value = tb_verdicts_ordinal (w->store, tb_op_value (body.p, body.n));
  return ASKED_REGISTER;
}

static Asked
read_request (const TbTapHistories *self, const char *bytes, gsize n, Waiting *w)
{
  return n > 0 && *bytes == '*' ? read_command (self, bytes, n, w) : read_http (self, bytes, n, w);
}

/* FALSE: what was found is not known. */
static gboolean
read_found (const TbTapHistories *self, Waiting *w, const TbEvent *reply, const char *bytes, gsize n)
{
  TbSlice text = { NULL, 0 };
  size_t used;
  bool error;
  if (w->http)
    {
      g_autofree TbHttpHead *head = g_new (TbHttpHead, 1);
      if (reply->status == 404)
        return TRUE;
      if (tb_http_parse_reply (bytes, n, head) != TB_PARSE_DONE || !body_of (self, head, bytes, n, &text))
        return FALSE;
    }
  else if (tb_resp_parse_reply (bytes, n, &used, &error, &text) != TB_PARSE_DONE || error
           || (text.p != NULL && is_hidden (self, text.p, text.n)))
    return FALSE;
  gboolean nil = !w->http && n >= 3 && (memcmp (bytes, "$-1", 3) == 0 || *bytes == '_');
  if (!nil && text.p != NULL)
    w->op.value = tb_verdicts_ordinal (w->store, tb_op_value (text.p, text.n));
  return TRUE;
}

/* ---- From request to operation ----------------------------------------------------------------------------- */

static void
miss (TbStore *store, guint64 n)
{
  store->told.missed += n;
  store->told.tapped = store->changed = TRUE;
}

static void
settle (TbTapHistories *self, Waiting *w)
{
  tb_history_add (w->store->history, &w->op);
  w->store->told.tapped = w->store->changed = TRUE;
}

/* One that does nothing now: requests may be sent before the one before is answered. */
static guint32
take_process (TbTapHistories *self, guint32 connection)
{
  GArray *idle = g_hash_table_lookup (self->idle, GUINT_TO_POINTER (connection));
  if (idle == NULL || idle->len == 0)
    return FIRST_PROCESS + self->n_processes++;
  guint32 process = g_array_index (idle, guint32, idle->len - 1);
  g_array_set_size (idle, idle->len - 1);
  return process;
}

static void
give_process_back (TbTapHistories *self, guint32 connection, guint32 process)
{
  GArray *idle = g_hash_table_lookup (self->idle, GUINT_TO_POINTER (connection));
  if (idle == NULL)
    {
      idle = g_array_new (FALSE, FALSE, sizeof process);
      g_hash_table_insert (self->idle, GUINT_TO_POINTER (connection), idle);
    }
  g_array_append_val (idle, process);
}

static gint64
key_of (const TbEvent *event)
{
  return (gint64) ((guint64) event->connection << 32 | event->number);
}

static void
take_request (TbTapHistories *self, guint64 position, const TbEvent *event, const char *component)
{
  const TbPastTap *tap = tb_past_tap (self->past, event->tap);
  g_autoptr (GBytes) payload = tb_past_payload (self->past, position);
  gsize n = 0;
  const char *bytes = payload != NULL ? g_bytes_get_data (payload, &n) : NULL;
  Waiting w = { .store = tb_verdicts_store (self->verdicts, component) };
  Asked asked = n == event->size && n > 0 ? read_request (self, bytes, n, &w) : ASKED_OTHER;
  gint64 key = key_of (event);
  if (asked == ASKED_OTHER)
    miss (w.store, 1);
  if (asked != ASKED_REGISTER)
    return;
  w.op.invoke_ns = event->time_ns;
  w.op.process = take_process (self, event->connection);
  w.op.client = tap->from < TB_OP_NOBODY ? (guint16) tap->from : TB_OP_NOBODY;
  w.op.replica = (guint16) MIN (tap->to, TB_OP_NOBODY);
  w.op.request = position + 1;
  g_hash_table_replace (self->waiting, g_memdup2 (&key, sizeof key), g_memdup2 (&w, sizeof w));
}

/* A server that says it failed within may have done it all the same; one that refuses has not. */
static void
take_reply (TbTapHistories *self, guint64 position, const TbEvent *event)
{
  gint64 key = key_of (event);
  Waiting *w = g_hash_table_lookup (self->waiting, &key);
  if (w == NULL)
    return;
  g_autoptr (GBytes) payload = tb_past_payload (self->past, position);
  gsize n = 0;
  const char *bytes = payload != NULL ? g_bytes_get_data (payload, &n) : NULL;
  gboolean nothing = w->http && w->op.kind == TB_OP_READ && event->status == 404;
  w->op.return_ns = MAX (event->time_ns, w->op.invoke_ns);
  if (event->error && !nothing)
    {
      w->op.outcome = event->status >= 500 ? TB_OP_UNKNOWN : TB_OP_FAIL;
      w->op.error = TB_OP_ERROR_ANSWER;
    }
  if (w->op.outcome == TB_OP_UNKNOWN)
    w->op.return_ns = G_MAXINT64;
  else
    give_process_back (self, event->connection, w->op.process);
  if (w->op.outcome == TB_OP_OK && w->op.kind == TB_OP_READ && !read_found (self, w, event, bytes, n))
    miss (w->store, 1);
  else
    settle (self, w);
  g_hash_table_remove (self->waiting, &key);
}

/* What a connection, or all of them, owe is never answered. */
static void
give_up (TbTapHistories *self, gboolean all, guint32 connection)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, self->waiting);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (all || (guint32) ((guint64) * (gint64 *) key >> 32) == connection)
      {
        Waiting *w = value;
        w->op.return_ns = G_MAXINT64;
        w->op.outcome = TB_OP_UNKNOWN;
        w->op.error = TB_OP_ERROR_RESET;
        settle (self, w);
        g_hash_table_iter_remove (&iter);
      }
}

/* ---- Events --------------------------------------------------------------------------------------------------- */

static gboolean
take_event (TbTapHistories *self, guint64 position, const TbEvent *event)
{
  const char *component = store_behind (self, event->tap);
  if (component == NULL)
    return FALSE;
  if (event->kind == TB_EVENT_REQUEST)
    take_request (self, position, event, component);
  else if (event->kind == TB_EVENT_REPLY)
    take_reply (self, position, event);
  else if (event->kind == TB_EVENT_CLOSE)
    {
      if (event->aux != 0)
        give_up (self, FALSE, event->connection);
      g_hash_table_remove (self->idle, GUINT_TO_POINTER (event->connection));
    }
  return TRUE;
}

/* What the recording has lost may have been of any store. */
static void
count_gaps (TbTapHistories *self)
{
  guint64 events = 0;
  for (guint i = 0; i < tb_past_n_gaps (self->past); i++)
    events += tb_past_gap (self->past, i)->events;
  guint64 more = events > self->gaps ? events - self->gaps : 0;
  for (guint i = 0; more > 0 && i < tb_verdicts_n (self->verdicts); i++)
    {
      const TbStoreVerdict *told = tb_verdicts_at (self->verdicts, i);
      if (told->tapped)
        miss (tb_verdicts_store (self->verdicts, told->component), more);
    }
  self->gaps = events;
}

gboolean
tb_tap_histories_read (TbTapHistories *self, gint64 moment_ns, gboolean over)
{
  TbEvent events[EVENTS];
  gboolean some = FALSE, later = FALSE;
  if (!are_there_any (self))
    {
      self->next = tb_past_n_events (self->past);
      return FALSE;
    }
  self->next = MAX (self->next, tb_past_first_event (self->past));
  for (gsize n = EVENTS; n > 0 && !later;)
    {
      n = tb_past_read_events (self->past, &self->next, events, EVENTS);
      for (gsize i = 0; i < n && !later; i++)
        {
          later = events[i].time_ns > moment_ns;
          if (later)
            break;
          some |= take_event (self, self->next, &events[i]);
          self->next++;
        }
    }
  count_gaps (self);
  if (over && !self->over)
    give_up (self, TRUE, 0);
  self->over = over;
  return some;
}

/* ---- Life ------------------------------------------------------------------------------------------------------- */

TbTapHistories *
tb_tap_histories_new (TbVerdicts *verdicts, TbPast *past)
{
  TbTapHistories *self = g_new0 (TbTapHistories, 1);
  self->verdicts = verdicts;
  self->past = past;
  self->stores = g_array_new (FALSE, TRUE, sizeof (char));
  self->waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->idle = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  return self;
}

void
tb_tap_histories_free (TbTapHistories *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->stores);
  g_hash_table_unref (self->waiting);
  g_hash_table_unref (self->idle);
  g_clear_pointer (&self->model, tb_model_unref);
  g_free (self);
}
