/* The store: RESP commands on one dict. Threads share it under one lock; work is done outside it,
 * so that a pool works on several requests at once while each command is whole.
 *
 * Durable: a change is in the journal before it is in the dict, and no answer leaves before all it
 * has seen is on disk (before_send), so that what a client was told outlives a crash. */
#include "store-private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

Store store = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- Answers ---- */

void
reply_simple (Command *c, const char *text)
{
  worker_printf (c->w, "+%s\r\n", text);
}

void
reply_ok (Command *c)
{
  worker_write (c->w, "+OK\r\n", 5);
}

void
reply_error (Command *c, const char *format, ...)
{
  char text[256];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  for (char *p = text; *p; p++)
    if (*p == '\r' || *p == '\n')
      *p = ' ';
  worker_printf (c->w, "-%s\r\n", text);
  atomic_fetch_add (&engine_counts (c->w->engine)->errors, 1);
}

void
reply_integer (Command *c, int64_t value)
{
  worker_printf (c->w, ":%" PRId64 "\r\n", value);
}

void
reply_bulk (Command *c, const char *bytes, size_t n)
{
  char head[24];
  worker_write (c->w, head, (size_t) snprintf (head, sizeof head, "$%zu\r\n", n));
  worker_write (c->w, bytes, n);
  worker_write (c->w, "\r\n", 2);
}

void
reply_text (Command *c, const char *text)
{
  reply_bulk (c, text, strlen (text));
}

void
reply_null (Command *c)
{
  if (c->conn->resp == 3)
    worker_write (c->w, "_\r\n", 3);
  else
    worker_write (c->w, "$-1\r\n", 5);
}

void
reply_array (Command *c, size_t n)
{
  worker_printf (c->w, "*%zu\r\n", n);
}

void
reply_map (Command *c, size_t n)
{
  if (c->conn->resp == 3)
    worker_printf (c->w, "%%%zu\r\n", n);
  else
    reply_array (c, 2 * n);
}

void
reply_syntax (Command *c)
{
  reply_error (c, "ERR syntax error");
}

void
reply_wrong_type (Command *c)
{
  reply_error (c, "WRONGTYPE Operation against a key holding the wrong kind of value");
}

/* ---- Arguments ---- */

bool
arg_is (const Command *c, unsigned i, const char *word)
{
  return i < c->n_args && c->args[i].n == strlen (word)
         && strncasecmp (c->args[i].p, word, c->args[i].n) == 0;
}

/* As Redis: all of 64 bits, nothing around it, no leading zeros or plus. */
bool
arg_integer (const Command *c, unsigned i, int64_t *value)
{
  char text[24], again[24], *end;
  if (c->args[i].n == 0 || c->args[i].n >= sizeof text)
    return false;
  memcpy (text, c->args[i].p, c->args[i].n);
  text[c->args[i].n] = '\0';
  long long v = strtoll (text, &end, 10);
  snprintf (again, sizeof again, "%lld", v);
  *value = v;
  return strcmp (text, again) == 0;
}

/* ---- Commands ---- */

static const CommandRow *
find_in (const CommandRow *rows, size_t n, TbSlice name)
{
  for (size_t i = 0; i < n; i++)
    if (strlen (rows[i].name) == name.n && strncasecmp (rows[i].name, name.p, name.n) == 0)
      return &rows[i];
  return NULL;
}

static void
unknown (Command *c)
{
  char begin[96] = "";
  size_t at = 0;
  for (unsigned i = 1; i < c->n_args && at < 64; i++)
    at += (size_t) snprintf (begin + at, sizeof begin - at, "'%.*s' ",
                             (int) TB_MIN (c->args[i].n, 20), c->args[i].p);
  reply_error (c, "ERR unknown command '%.*s', with args beginning with: %s",
               (int) TB_MIN (c->args[0].n, 64), c->args[0].p, begin);
}

static void
lower_name (const CommandRow *row, char *out)
{
  for (const char *p = row->name; *p; p++)
    *out++ = (char) (*p | 0x20);
  *out = '\0';
}

static bool
too_long (const Command *c)
{
  for (unsigned i = 0; i < c->n_args; i++)
    if (c->args[i].n > VALUE_MAX)
      return true;
  return false;
}

static const CommandRow *
find_row (const Command *c)
{
  const CommandRow *row = find_in (data_commands, n_data_commands, c->args[0]);
  return row ? row : find_in (server_commands, n_server_commands, c->args[0]);
}

bool
store_is_data (TbSlice name)
{
  return find_in (data_commands, n_data_commands, name) != NULL;
}

bool
store_fits (Command *c)
{
  char name[24];
  const CommandRow *row = find_row (c);
  if (row == NULL)
    unknown (c);
  else if (c->n_args < row->min || (row->max > 0 && c->n_args > row->max))
    {
      lower_name (row, name);
      reply_error (c, "ERR wrong number of arguments for '%s' command", name);
    }
  else if (too_long (c))
    reply_error (c, "ERR string exceeds maximum allowed size (16 MiB)");
  else
    return true;
  return false;
}

void
store_run (Command *c)
{
  if (!store_fits (c))
    return;
  const CommandRow *row = find_row (c);
  if (row->data)
    {
      pthread_mutex_lock (&store.lock);
      row->run (c);
      if (store.journal != NULL)
        c->w->journal_at = journal_size (store.journal);
      pthread_mutex_unlock (&store.lock);
    }
  else
    row->run (c);
}

static int64_t
wall_ms (void)
{
  struct timespec t;
  clock_gettime (CLOCK_REALTIME_COARSE, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static Served
serve (Worker *w, Conn *conn, const char *bytes, size_t n, size_t *used)
{
  TbSlice args[TB_RESP_ARGS_MAX];
  Command c = { .w = w, .conn = conn, .args = args };
  TbParse parsed = tb_resp_parse_command (bytes, n, args, &c.n_args, used);
  if (parsed == TB_PARSE_MORE)
    return SERVE_MORE;
  if (parsed == TB_PARSE_BAD)
    {
      reply_error (&c, "ERR Protocol error: this is no command, or it has more than %d arguments",
                   TB_RESP_ARGS_MAX);
      return SERVE_REJECT;
    }
  if (c.n_args == 0)
    return SERVE_DONE;
  atomic_fetch_add_explicit (&engine_counts (w->engine)->requests, 1, memory_order_relaxed);
  if (w->options->has_work)
    {
      worker_may_block (w);
      work_do (w->options, &w->rng);
    }
  c.now_ms = wall_ms ();
  store_run (&c);
  return arg_is (&c, 0, "quit") ? SERVE_CLOSE : SERVE_DONE;
}

/* Nobody is told of what may not outlive a crash. */
static void
before_send (Worker *w)
{
  if (store.journal == NULL || w->journal_at == 0)
    return;
  if (!journal_sync (store.journal, w->journal_at))
    w->broken = true;
  w->journal_at = 0;
}

static const Service service = {
  .serve = serve,
  .before_send = before_send,
  .busy = "-ERR max number of clients reached\r\n",
};

/* ---- The program ---- */

static size_t
count_keys (void)
{
  pthread_mutex_lock (&store.lock);
  size_t n = dict_count (store.dict, wall_ms ());
  pthread_mutex_unlock (&store.lock);
  return n;
}

static bool
open_journal (Options *o, char **error)
{
  size_t torn;
  if (o->durable == NULL)
    return true;
  store.journal = journal_open (o->durable, store.dict, &torn, error);
  if (store.journal == NULL)
    return false;
  if (torn > 0)
    report_line ("%zu bytes of an unfinished record were dropped from the end of the file", torn);
  return true;
}

int
store_main (Options *o)
{
  char *error = NULL;
  store.options = o;
  store.dict = dict_new ();
  dict_limit (store.dict, o->capacity);
  store.start_ns = tb_now_ns ();
  if (o->n_peers > 0)
    return copies_main (o);
  Engine *e = open_journal (o, &error) ? engine_listen (o, &service, &error) : NULL;
  if (e == NULL)
    return report_failure (error);
  report_ready ("%s %s by RESP at %s, %zu keys%s", o->name,
                o->kind == NODE_CACHE ? "caches" : "stores", o->listen, count_keys (), store.journal ? ", durable" : "");
  error = engine_run (e);
  if (error != NULL)
    return report_failure (error);
  report_wait (0);
  engine_stop (e);
  EngineCounts *c = engine_counts (e);
  report_line ("{\"requests\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"connections\":%" PRIu64
               ",\"keys\":%zu}",
               c->requests, c->errors, c->connections, count_keys ());
  return 0;
}
