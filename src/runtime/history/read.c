/* Histories from files, line by line: our own (an operation a line, JSON), and Jepsen's two (an event a line: maps of EDN, and log
 * lines). docs/histories.md says what they are.
 *
 *   process of an event form:   idle ── :invoke ──> open ── :ok, :fail, :info ──> idle
 *                               everything else is an error with its line; what is open at the end has no answer */
#include "notation.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t) 64 << 20)
#define STRANGE UINT8_MAX

typedef enum
{
  FORM_NONE,
  FORM_OWN,
  FORM_EDN,
  FORM_LOG
} Form;

typedef struct
{
  TbOp op;
  uint32_t line; /* of its beginning; 0: idle */
  bool tuple;    /* its value is [key value] */
} Open;

struct TbHistoryReader
{
  TbHistory *h;
  TbNotation tree;
  char *line;
  size_t n_line, line_capacity;
  uint32_t number; /* of the line */
  Form form;
  char error[256];
  Open *open;
  size_t n_open, open_capacity;
  TbIndex by_process;
  int64_t last_ns;
  bool timed, untimed;
};

TbHistoryReader *
tb_history_reader_new (TbHistory *h)
{
  TbHistoryReader *r = calloc (1, sizeof *r);
  TB_CHECK (r != NULL);
  r->h = h;
  r->last_ns = INT64_MIN;
  return r;
}

void
tb_history_reader_free (TbHistoryReader *r)
{
  if (r == NULL)
    return;
  tb_notation_clear (&r->tree);
  tb_index_clear (&r->by_process);
  free (r->line);
  free (r->open);
  free (r);
}

const char *
tb_history_reader_error (const TbHistoryReader *r)
{
  return r->error[0] != '\0' ? r->error : NULL;
}

static bool fail (TbHistoryReader *r, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static bool
fail (TbHistoryReader *r, const char *format, ...)
{
  va_list args;
  int n = snprintf (r->error, sizeof r->error, "line %" PRIu32 ": ", r->number);
  va_start (args, format);
  vsnprintf (r->error + n, sizeof r->error - (size_t) n, format, args);
  va_end (args);
  return false;
}

/* ---- Values ------------------------------------------------------------------------------------------- */

static const char *
text_of (const TbHistoryReader *r, const TbNode *node, size_t *n)
{
  *n = node->n_text;
  return node->n_text > 0 ? r->tree.text + node->text : "";
}

static bool value_of (TbHistoryReader *r, const TbNode *node, uint64_t *value);

static bool
elements_of (TbHistoryReader *r, const TbNode *node, uint64_t *value)
{
  uint64_t *elements = malloc ((node->n + 1) * sizeof *elements);
  size_t n = 0;
  bool good = true;
  TB_CHECK (elements != NULL);
  for (const TbNode *e = tb_notation_node (&r->tree, node->first); e != NULL && good; e = tb_notation_node (&r->tree, e->next))
    good = value_of (r, e, &elements[n++]);
  *value = node->kind == TB_NODE_SET ? tb_history_set (r->h, elements, n) : tb_history_list (r->h, elements, n);
  free (elements);
  return good;
}

static bool
value_of (TbHistoryReader *r, const TbNode *node, uint64_t *value)
{
  size_t n;
  *value = TB_VALUE_NIL;
  if (node == NULL || node->kind == TB_NODE_NIL)
    return true;
  if (node->kind == TB_NODE_MAP)
    return fail (r, "a value that is a map");
  if (node->kind == TB_NODE_LIST || node->kind == TB_NODE_SET)
    return elements_of (r, node, value);
  const char *text = text_of (r, node, &n);
  *value = tb_history_value (r->h, text, n);
  return true;
}

static uint32_t
key_of (TbHistoryReader *r, const TbNode *node)
{
  size_t n;
  if (node == NULL || node->first != NONE)
    return tb_history_key (r->h, "", 0);
  const char *text = text_of (r, node, &n);
  return tb_history_key (r->h, text, n);
}

/* ---- What is done ----------------------------------------------------------------------------------------- */

static const struct
{
  const char *name;
  uint8_t kind;
} verbs[] = {
  { "read", TB_OP_READ },     { "get", TB_OP_READ },    { "write", TB_OP_WRITE }, { "put", TB_OP_WRITE },
  { "cas", TB_OP_CAS },       { "append", TB_OP_APPEND }, { "add", TB_OP_ADD },   { "insert", TB_OP_INSERT },
};

static uint8_t
verb_of (const TbHistoryReader *r, const TbNode *f)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (verbs); i++)
    if (tb_notation_is (&r->tree, f, verbs[i].name))
      return verbs[i].kind;
  return STRANGE;
}

static bool
is_one_of (const TbHistoryReader *r, const TbNode *f, const char *const *names)
{
  while (*names != NULL && !tb_notation_is (&r->tree, f, *names))
    names++;
  return *names != NULL;
}

/* What is not known here may do anything to its key; without one, or of Redis where there may be several, to all. */
static void
note_strange (TbHistoryReader *r, const TbNode *f, const TbNode *key)
{
  static const char *const harmless[] = { "ping", "echo", "hello", "auth", "client", "info", "config", "command", "cluster", "role",
                                          "exists", "ttl", "strlen", "type", "time", "dbsize", "wait", "readonly", "quit", NULL };
  static const char *const wide[] = { "mset", "msetnx", "del", "unlink", "rename", "copy", "flushall", "flushdb", "swapdb", "select",
                                      "multi", "exec", "eval", "evalsha", "fcall", "txn", NULL };
  TbStrange *s = &r->h->strange;
  size_t n;
  if (is_one_of (r, f, harmless))
    return;
  s->n++;
  if (key != NULL && key->kind != TB_NODE_NIL && key->first == NONE && !is_one_of (r, f, wide))
    tb_index_put (&r->h->strange_keys, key_of (r, key), r->number);
  else
    s->all = true;
  if (s->line > 0)
    return;
  const char *text = text_of (r, f, &n);
  snprintf (s->verb, sizeof s->verb, "%.*s", (int) TB_MIN (n, sizeof s->verb - 1), text);
  s->line = r->number;
}

/* The two values of a swap. */
static bool
take_swap (TbHistoryReader *r, const TbNode *pair, TbOp *op)
{
  const TbNode *from = pair != NULL && pair->kind == TB_NODE_LIST ? tb_notation_node (&r->tree, pair->first) : NULL;
  if (from == NULL || pair->n != 2)
    return fail (r, "a cas needs [expected new] as its value");
  return value_of (r, from, &op->expected) && value_of (r, tb_notation_node (&r->tree, from->next), &op->value);
}

/* [key value], as Jepsen has it for independent keys; a swap's own pair is of no lists. */
static bool
is_tuple (const TbHistoryReader *r, const TbNode *value, uint8_t kind)
{
  if (value == NULL || value->kind != TB_NODE_LIST || value->n != 2)
    return false;
  const TbNode *second = tb_notation_node (&r->tree, tb_notation_node (&r->tree, value->first)->next);
  return kind != TB_OP_CAS || second->kind == TB_NODE_LIST;
}

/* ---- Events -------------------------------------------------------------------------------------------------- */

typedef struct
{
  int64_t process, time_ns;
  const TbNode *type, *f, *key, *value, *error;
} Event;

static Open *
open_of (TbHistoryReader *r, int64_t process)
{
  uint32_t place = tb_index_put (&r->by_process, (uint64_t) process, (uint32_t) r->n_open);
  if (place == r->n_open)
    {
      r->open = tb_grow (r->open, &r->open_capacity, r->n_open + 1, sizeof *r->open);
      r->open[r->n_open++] = (Open) { .line = 0 };
    }
  return &r->open[place];
}

static bool
begin (TbHistoryReader *r, const Event *e)
{
  Open *o = open_of (r, e->process);
  if (o->line != 0)
    return fail (r, "process %" PRId64 " begins an operation while that of line %" PRIu32 " goes on", e->process, o->line);
  uint8_t kind = verb_of (r, e->f);
  const TbNode *key = e->key, *value = e->value;
  bool tuple = key == NULL && is_tuple (r, value, kind);
  if (tuple)
    {
      key = tb_notation_node (&r->tree, value->first);
      value = tb_notation_node (&r->tree, key->next);
    }
  o->line = r->number;
  o->tuple = tuple;
  o->op = (TbOp) { .invoke_ns = e->time_ns, .return_ns = INT64_MAX, .key = key_of (r, key), .process = (uint32_t) e->process,
                   .client = TB_OP_NOBODY, .replica = TB_OP_NOBODY, .kind = kind, .outcome = TB_OP_UNKNOWN, .line = r->number };
  if (kind == STRANGE)
    {
      note_strange (r, e->f, key);
      return true;
    }
  if (kind == TB_OP_CAS)
    return take_swap (r, value, &o->op);
  return kind == TB_OP_READ || value_of (r, value, &o->op.value);
}

static uint32_t
error_of (const TbHistoryReader *r, const TbNode *error)
{
  static const struct
  {
    const char *word;
    TbOpError error;
  } words[] = { { "timeout", TB_OP_ERROR_TIMEOUT },    { "timed-out", TB_OP_ERROR_TIMEOUT },
                { "refused", TB_OP_ERROR_REFUSED },    { "connection-refused", TB_OP_ERROR_REFUSED },
                { "reset", TB_OP_ERROR_RESET },        { "crashed", TB_OP_ERROR_CRASHED } };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (words); i++)
    if (tb_notation_is (&r->tree, error, words[i].word))
      return words[i].error;
  return TB_OP_ERROR_ANSWER;
}

static bool
end (TbHistoryReader *r, const Event *e, TbOpOutcome outcome)
{
  Open *o = open_of (r, e->process);
  if (o->line == 0)
    return fail (r, "process %" PRId64 " ends an operation that it never began", e->process);
  if (o->op.kind != verb_of (r, e->f))
    return fail (r, "process %" PRId64 " ends another operation than it began on line %" PRIu32, e->process, o->line);
  o->line = 0;
  TbOp *op = &o->op;
  const TbNode *value = e->value;
  if (op->kind == STRANGE)
    return true;
  if (o->tuple && value != NULL && value->kind == TB_NODE_LIST && value->n == 2)
    value = tb_notation_node (&r->tree, tb_notation_node (&r->tree, value->first)->next);
  op->outcome = (uint8_t) outcome;
  op->return_ns = outcome == TB_OP_UNKNOWN ? INT64_MAX : e->time_ns;
  op->swapped = op->kind == TB_OP_CAS && outcome == TB_OP_OK;
  if (outcome != TB_OP_OK)
    op->error = error_of (r, e->error != NULL ? e->error : value);
  if (op->kind == TB_OP_READ && outcome == TB_OP_OK && !value_of (r, value, &op->value))
    return false;
  tb_history_add (r->h, op);
  return true;
}

static bool
take_event (TbHistoryReader *r, const Event *e)
{
  if (e->time_ns < r->last_ns)
    return fail (r, "its time goes back, from %" PRId64 " to %" PRId64, r->last_ns, e->time_ns);
  r->last_ns = e->time_ns;
  if (e->f == NULL || (e->f->kind != TB_NODE_WORD && e->f->kind != TB_NODE_STRING))
    return fail (r, "it does not say what is done (:f)");
  if (tb_notation_is (&r->tree, e->type, "invoke"))
    return begin (r, e);
  if (tb_notation_is (&r->tree, e->type, "ok"))
    return end (r, e, TB_OP_OK);
  if (tb_notation_is (&r->tree, e->type, "fail"))
    return end (r, e, TB_OP_FAIL);
  if (tb_notation_is (&r->tree, e->type, "info"))
    return end (r, e, TB_OP_UNKNOWN);
  return fail (r, "its type is none of :invoke, :ok, :fail and :info");
}

/* Without times the lines are their order. */
static bool
take_time (TbHistoryReader *r, const TbNode *time, int64_t *ns)
{
  *ns = r->number;
  if (time != NULL && !tb_notation_integer (&r->tree, time, ns))
    return fail (r, "its :time is no whole number");
  *(time != NULL ? &r->timed : &r->untimed) = true;
  r->h->by_lines = r->untimed;
  return !(r->timed && r->untimed) || fail (r, "some lines have a :time and some have none");
}

static bool
take_process (TbHistoryReader *r, const TbNode *node, int64_t *process)
{
  if (!tb_notation_integer (&r->tree, node, process) || *process < 0 || *process > UINT32_MAX)
    return fail (r, "its process is no whole number");
  return true;
}

static bool
take_edn (TbHistoryReader *r, const TbNode *map)
{
  Event e = { .type = tb_notation_member (&r->tree, map, "type"), .f = tb_notation_member (&r->tree, map, "f"),
              .key = tb_notation_member (&r->tree, map, "key"), .value = tb_notation_member (&r->tree, map, "value"),
              .error = tb_notation_member (&r->tree, map, "error") };
  const TbNode *process = tb_notation_member (&r->tree, map, "process");
  if (process != NULL && process->kind == TB_NODE_WORD)
    return true; /* the nemesis */
  return take_process (r, process, &e.process) && take_time (r, tb_notation_member (&r->tree, map, "time"), &e.time_ns)
         && take_event (r, &e);
}

/* process type f value, perhaps an error. */
static bool
take_log (TbHistoryReader *r)
{
  const TbNode *process = tb_notation_node (&r->tree, 0);
  Event e = { .time_ns = r->number };
  if (process == NULL || process->kind != TB_NODE_NUMBER)
    return true; /* what else a log says */
  if (!take_process (r, process, &e.process))
    return false;
  e.type = tb_notation_node (&r->tree, process->next);
  e.f = e.type != NULL ? tb_notation_node (&r->tree, e.type->next) : NULL;
  e.value = e.f != NULL ? tb_notation_node (&r->tree, e.f->next) : NULL;
  e.error = e.value != NULL ? tb_notation_node (&r->tree, e.value->next) : NULL;
  r->h->by_lines = true;
  return take_event (r, &e);
}

/* ---- Our own -------------------------------------------------------------------------------------------------------- */

static bool
take_outcome (TbHistoryReader *r, const TbNode *map, TbOp *op)
{
  static const char *const names[] = { "ok", "fail", "unknown" };
  const TbNode *outcome = tb_notation_member (&r->tree, map, "outcome");
  for (uint8_t i = 0; i < 3; i++)
    if (tb_notation_is (&r->tree, outcome, names[i]))
      {
        op->outcome = i;
        op->error = i != TB_OP_OK ? error_of (r, tb_notation_member (&r->tree, map, "error")) : TB_OP_ERROR_NONE;
        return true;
      }
  return fail (r, "its outcome is none of \"ok\", \"fail\" and \"unknown\"");
}

static bool
take_times (TbHistoryReader *r, const TbNode *map, TbOp *op)
{
  const TbNode *to = tb_notation_member (&r->tree, map, "end_ns");
  op->return_ns = INT64_MAX;
  if (!tb_notation_integer (&r->tree, tb_notation_member (&r->tree, map, "start_ns"), &op->invoke_ns))
    return fail (r, "it has no start_ns that is a whole number");
  if (op->outcome != TB_OP_UNKNOWN && !tb_notation_integer (&r->tree, to, &op->return_ns))
    return fail (r, "it has no end_ns that is a whole number");
  if (op->return_ns < op->invoke_ns)
    return fail (r, "its time goes back: it ends at %" PRId64 " and begins at %" PRId64, op->return_ns, op->invoke_ns);
  return true;
}

static uint16_t
instance_of (TbHistoryReader *r, const TbNode *node)
{
  size_t n;
  if (node == NULL || node->kind != TB_NODE_STRING)
    return TB_OP_NOBODY;
  const char *text = text_of (r, node, &n);
  uint32_t number = tb_names_put (&r->h->clients, text, n);
  return number < TB_OP_NOBODY ? (uint16_t) number : TB_OP_NOBODY;
}

static bool
take_own (TbHistoryReader *r, const TbNode *map)
{
  const TbNode *f = tb_notation_member (&r->tree, map, "f"), *key = tb_notation_member (&r->tree, map, "key");
  TbOp op = { .kind = verb_of (r, f), .line = r->number };
  int64_t process;
  if (f == NULL || f->kind != TB_NODE_STRING)
    return fail (r, "it does not say what is done (\"f\")");
  if (!take_process (r, tb_notation_member (&r->tree, map, "process"), &process) || !take_outcome (r, map, &op)
      || !take_times (r, map, &op) || !value_of (r, tb_notation_member (&r->tree, map, "value"), &op.value)
      || !value_of (r, tb_notation_member (&r->tree, map, "expected"), &op.expected))
    return false;
  if (op.kind == STRANGE)
    {
      note_strange (r, f, key);
      return true;
    }
  op.process = (uint32_t) process;
  op.key = key_of (r, key);
  op.client = instance_of (r, tb_notation_member (&r->tree, map, "client"));
  op.replica = instance_of (r, tb_notation_member (&r->tree, map, "replica"));
  op.swapped = op.kind == TB_OP_CAS && op.outcome == TB_OP_OK
               && !tb_notation_is (&r->tree, tb_notation_member (&r->tree, map, "swapped"), "false");
  tb_history_add (r->h, &op);
  return true;
}

/* ---- Lines ------------------------------------------------------------------------------------------------------------ */

/* Where the operation of a log line begins. */
static const char *
after_util (const char *line, size_t n)
{
  static const char mark[] = "jepsen.util - ";
  size_t length = sizeof mark - 1;
  for (size_t i = 0; i + length <= n; i++)
    if (memcmp (line + i, mark, length) == 0)
      return line + i + length;
  return NULL;
}

static Form
form_of (const char *p, const char *end)
{
  if (*p != '{')
    return FORM_LOG;
  for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
    ;
  return p < end && *p == '"' ? FORM_OWN : FORM_EDN;
}

static bool
take_map (TbHistoryReader *r, const char *p, const char *end)
{
  const char *why = tb_notation_read (&r->tree, p, (size_t) (end - p));
  const TbNode *map = tb_notation_node (&r->tree, 0);
  if (why != NULL)
    return fail (r, "%s", why);
  if (map == NULL || map->kind != TB_NODE_MAP)
    return fail (r, "a map is expected here, {…}");
  return r->form == FORM_OWN ? take_own (r, map) : take_edn (r, map);
}

static bool
take_line (TbHistoryReader *r)
{
  const char *p = r->line, *end = p + r->n_line;
  r->number++;
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
    p++;
  if (p == end || *p == ';' || (r->form == FORM_EDN && (*p == '[' || *p == ']')))
    return true;
  Form form = form_of (p, end);
  const char *rest = form == FORM_LOG ? after_util (p, (size_t) (end - p)) : NULL;
  if (r->form == FORM_NONE && form == FORM_LOG && rest == NULL && memcmp (p, "INFO", TB_MIN (4, (size_t) (end - p))) != 0)
    return fail (r, "this is no history: neither {\"process\": …}, {:process …} nor INFO jepsen.util");
  if (r->form == FORM_NONE)
    r->form = form;
  if (form != r->form)
    return fail (r, "another form than that of the lines before");
  if (form != FORM_LOG)
    return take_map (r, p, end);
  if (rest == NULL)
    return true;
  const char *why = tb_notation_read (&r->tree, rest, (size_t) (end - rest));
  /* A log says other things too. */
  bool operation = r->tree.n > 0 && r->tree.nodes[0].kind == TB_NODE_NUMBER;
  return why != NULL && operation ? fail (r, "%s", why) : take_log (r);
}

bool
tb_history_reader_feed (TbHistoryReader *r, const char *bytes, size_t n)
{
  while (n > 0 && r->error[0] == '\0')
    {
      const char *newline = memchr (bytes, '\n', n);
      size_t take = newline != NULL ? (size_t) (newline - bytes) : n;
      if (r->n_line + take > LINE_MAX_BYTES)
        {
          r->number++;
          return fail (r, "it is longer than 64 MiB");
        }
      r->line = tb_grow (r->line, &r->line_capacity, r->n_line + take + 1, 1);
      memcpy (r->line + r->n_line, bytes, take);
      r->n_line += take;
      if (newline == NULL)
        break;
      take_line (r);
      r->n_line = 0;
      bytes += take + 1;
      n -= take + 1;
    }
  return r->error[0] == '\0';
}

/* ---- The end ------------------------------------------------------------------------------------------------------------- */

static int
by_process (const void *a, const void *b)
{
  const TbOp *x = a, *y = b;
  if (x->process != y->process)
    return x->process < y->process ? -1 : 1;
  return x->invoke_ns < y->invoke_ns ? -1 : x->invoke_ns > y->invoke_ns;
}

/* In our own form operations come whole: whether a process had two at once shows at the end. */
static bool
check_processes (TbHistoryReader *r)
{
  size_t n = 0;
  TbOp *all = malloc ((tb_history_n (r->h) + 1) * sizeof *all);
  TB_CHECK (all != NULL);
  for (size_t k = 0; k < r->h->n_keys; k++)
    for (size_t i = 0; i < r->h->keys[k].n; i++)
      all[n++] = r->h->keys[k].ops[i];
  qsort (all, n, sizeof *all, by_process);
  for (size_t i = 1; i < n && r->error[0] == '\0'; i++)
    if (all[i].process == all[i - 1].process && all[i - 1].return_ns != INT64_MAX && all[i].invoke_ns < all[i - 1].return_ns)
      {
        r->number = all[i].line;
        fail (r, "process %" PRIu32 " begins an operation while that of line %" PRIu32 " goes on", all[i].process, all[i - 1].line);
      }
  free (all);
  return r->error[0] == '\0';
}

/* What a value's text says as a number. */
static bool
amount_of (TbHistoryReader *r, TbOp *op)
{
  const char *text = op->value != TB_VALUE_NIL ? tb_names_text (&r->h->values, op->value - 1) : "0";
  char *rest = NULL;
  long long amount = text != NULL ? strtoll (text, &rest, 10) : 0;
  if (text == NULL || *text == '\0' || *rest != '\0')
    {
      r->number = op->line;
      return fail (r, "a counter is added to and stands at whole numbers");
    }
  op->value = (uint64_t) amount;
  return true;
}

/* What is added to is a set where lists were read of it, else a counter. */
static bool
settle_kind (TbHistoryReader *r, TbKey *key)
{
  bool adds = false, lists = false;
  size_t n;
  for (size_t i = 0; i < key->n; i++)
    {
      adds |= key->ops[i].kind == TB_OP_ADD;
      lists |= key->ops[i].kind == TB_OP_READ && tb_history_elements (r->h, key->ops[i].value, &n) != NULL;
    }
  for (size_t i = 0; adds && i < key->n; i++)
    {
      TbOp *op = &key->ops[i];
      if (lists && op->kind == TB_OP_ADD)
        op->kind = TB_OP_INSERT;
      else if (!lists && (op->kind == TB_OP_ADD || op->kind == TB_OP_READ) && !amount_of (r, op))
        return false;
    }
  return true;
}

bool
tb_history_reader_end (TbHistoryReader *r)
{
  if (r->error[0] == '\0' && r->n_line > 0)
    take_line (r);
  r->n_line = 0;
  for (size_t i = 0; i < r->n_open && r->error[0] == '\0'; i++)
    if (r->open[i].line != 0 && r->open[i].op.kind != STRANGE)
      tb_history_add (r->h, &r->open[i].op);
  if (r->error[0] == '\0' && r->form == FORM_OWN)
    check_processes (r);
  for (size_t i = 0; i < r->h->n_keys && r->error[0] == '\0'; i++)
    settle_kind (r, &r->h->keys[i]);
  if (r->error[0] == '\0' && tb_history_n (r->h) == 0)
    snprintf (r->error, sizeof r->error, "there is no operation in it");
  return r->error[0] == '\0';
}
