#include "recorded.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct
{
  const char *link;
  guint from, to;
  guint16 port;
} rows[N_ROWS] = {
  [BROWSE] = { "browse", CLIENT, SHOP, 8080 },
  [SAVE_1] = { "save", SHOP, ORDERS_1, 6379 },
  [SAVE_2] = { "save", SHOP, ORDERS_2, 6379 },
  [SEND] = { "send", ORDERS_1, MAIL, 25 },
};

static const guint link_of_row[N_ROWS] = { 0, 1, 1, 2 };

gint64
recorded_ns (const Recorded *r, double ms)
{
  return r->start_ns + (gint64) (ms * TB_NS_PER_MS);
}

static void
add (Recorded *r, TbRecordType type, double ms)
{
  g_assert_cmpint (tb_record_writer_add (r->writer, type, recorded_ns (r, ms), r->frame.bytes, r->frame.size),
                   ==, 0);
  tb_writer_consume (&r->frame, r->frame.size);
}

void
recorded_fact (Recorded *r, double ms)
{
  add (r, TB_RECORD_FACT, ms);
}

static void
write_plan (Recorded *r)
{
  static const char *const ids[N_INSTANCES]
    = { "client/1", "shop/1", "orders/1", "orders/2", "mail/1" };
  static const char *const components[N_INSTANCES] = { "client", "shop", "orders", "orders", "mail" };
  char none[] = "", program[] = "program";
  char *argv[] = { program, NULL };
  TbWireInstance instances[N_INSTANCES] = { 0 };
  guint32 ends[N_INSTANCES] = { 0, 1, 2, 3, 4 };
  for (guint32 i = 0; i < N_INSTANCES; i++)
    instances[i] = (TbWireInstance) { .id = (char *) ids[i], .component = (char *) components[i],
                                      .device = none, .address = 0x7f4d0101 + i, .outside = none,
                                      .argv = argv, .n_argv = 1 };
  TbWireLink links[] = {
    { .id = (char *) "browse", .from = &ends[0], .n_from = 1, .to = &ends[1], .n_to = 1, .port = 8080 },
    { .id = (char *) "save", .from = &ends[1], .n_from = 1, .to = &ends[2], .n_to = 2, .port = 6379 },
    { .id = (char *) "send", .from = &ends[2], .n_from = 2, .to = &ends[4], .n_to = 1, .port = 25 },
  };
  TbWirePlan plan = { .run_dir = none, .recording = none, .document = none, .block = 77,
                      .instances = instances, .n_instances = N_INSTANCES, .links = links, .n_links = 3 };
  tb_wire_plan_write (&r->frame, &plan);
  add (r, TB_RECORD_PLAN, 0);
}

static void
write_taps (Recorded *r)
{
  for (guint32 row = 0; row < N_ROWS; row++)
    {
      tb_writer_begin (&r->frame, TB_FACT_TAP_OPENED);
      tb_writer_u32 (&r->frame, row);
      tb_writer_u32 (&r->frame, link_of_row[row]);
      tb_writer_u32 (&r->frame, rows[row].from);
      tb_writer_u32 (&r->frame, rows[row].to);
      tb_writer_u16 (&r->frame, rows[row].port);
      tb_writer_end (&r->frame);
      recorded_fact (r, 0);
    }
}

Recorded *
recorded_new (void)
{
  return recorded_new_of ("<architecture/>", NULL);
}

Recorded *
recorded_new_of (const char *xml, const TbRecordLimits *limits)
{
  Recorded *r = g_new0 (Recorded, 1);
  int fd = g_file_open_tmp ("tb-past-XXXXXX", &r->path, NULL);
  close (fd);
  g_assert_cmpint (tb_record_writer_open (r->path, 7, 0, limits, &r->writer), ==, 0);
  r->start_ns = tb_now_ns ();
  tb_record_writer_add (r->writer, TB_RECORD_ARCHITECTURE, r->start_ns, xml, strlen (xml));
  write_plan (r);
  write_taps (r);
  for (guint i = 0; i < N_INSTANCES; i++)
    recorded_state (r, 0, i, TB_INSTANCE_READY);
  return r;
}

TbPast *
recorded_open (Recorded *r)
{
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (tb_record_writer_close (r->writer), ==, 0);
  r->writer = NULL;
  TbPast *past = tb_past_open (r->path, &error);
  g_assert_no_error (error);
  return past;
}

void
recorded_free (Recorded *r)
{
  if (r->writer != NULL)
    tb_record_writer_close (r->writer);
  tb_writer_clear (&r->frame);
  g_unlink (r->path);
  g_free (r->path);
  g_free (r);
}

void
recorded_state (Recorded *r, double ms, guint instance, TbInstanceState state)
{
  char sentence[] = "";
  const TbWireInstanceState s = { .instance = instance, .state = state, .pid = 100 + instance,
                                  .time_ns = recorded_ns (r, ms), .sentence = sentence };
  tb_wire_instance_state_write (&r->frame, &s);
  recorded_fact (r, ms);
}

void
recorded_fault (Recorded *r, double ms, const char *id, TbFaultState state)
{
  tb_writer_begin (&r->frame, TB_FACT_FAULT_STATE);
  tb_writer_string (&r->frame, id);
  tb_writer_u8 (&r->frame, (uint8_t) state);
  tb_writer_i64 (&r->frame, recorded_ns (r, ms));
  tb_writer_string (&r->frame, "");
  tb_writer_end (&r->frame);
  recorded_fact (r, ms);
}

void
recorded_command (Recorded *r, double ms, const TbWireFault *fault)
{
  tb_wire_fault_write (&r->frame, fault);
  add (r, TB_RECORD_COMMAND, ms);
}

void
recorded_say (Recorded *r, double ms, const char *of, const char *what, const char *value)
{
  tb_writer_begin (&r->frame, TB_COMMAND_SAY);
  tb_writer_string (&r->frame, of);
  tb_writer_string (&r->frame, what);
  tb_writer_string (&r->frame, value);
  tb_writer_end (&r->frame);
  add (r, TB_RECORD_COMMAND, ms);
}

void
recorded_ask (Recorded *r, double ms, TbCommandType what, const char *name)
{
  tb_writer_begin (&r->frame, what);
  tb_writer_string (&r->frame, name);
  tb_writer_end (&r->frame);
  add (r, TB_RECORD_COMMAND, ms);
}

void
recorded_kill (Recorded *r, double ms, const char *instance)
{
  recorded_ask (r, ms, TB_COMMAND_KILL, instance);
}

/* As a tap counts, without the cases that these tests have not. */
static void
count (TbTapCounters *row, const TbEvent *event)
{
  TbFlow *flow = event->direction == 0 ? &row->up : &row->down;
  row->last_ns = event->time_ns;
  row->proto = 2;
  if (event->kind != TB_EVENT_REQUEST && event->kind != TB_EVENT_REPLY)
    return;
  flow->seen++;
  flow->delivered++;
  flow->bytes_seen += event->size;
  flow->bytes_delivered += event->size;
  row->requests += event->kind == TB_EVENT_REQUEST;
  row->replies += event->kind == TB_EVENT_REPLY;
  if (event->kind == TB_EVENT_REPLY)
    row->latency.bucket[tb_histogram_index (event->aux)]++;
}

void
recorded_event (Recorded *r, const TbEvent *event)
{
  g_assert_cmpint (tb_record_writer_event (r->writer, event, "payload", r->payload ? 7 : 0), ==, 0);
  count (&r->rows[event->tap], event);
}

void
recorded_figures (Recorded *r, double ms)
{
  for (guint i = 0; i < N_ROWS; i++)
    {
      r->rows[i].link = link_of_row[i];
      r->rows[i].from = rows[i].from;
      r->rows[i].to = rows[i].to;
      r->rows[i].port = rows[i].port;
    }
  gint64 now_ns = recorded_ns (r, ms);
  size_t at = tb_record_figures_begin (&r->frame, r->figures_ns != 0 ? r->figures_ns : r->start_ns);
  gboolean changed = FALSE;
  for (guint32 i = 0; i < N_ROWS; i++)
    changed |= tb_record_figures_row (&r->frame, at, i, &r->rows[i], &r->before[i]);
  r->figures_ns = now_ns;
  if (changed)
    add (r, TB_RECORD_FIGURES, ms);
  else
    tb_writer_consume (&r->frame, r->frame.size);
}

void
recorded_message (Recorded *r, double ms, TbEventKind kind, guint row, guint connection, guint number,
                  guint64 trace, guint64 span)
{
  gboolean reply = kind == TB_EVENT_REPLY;
  TbEvent event = { .time_ns = recorded_ns (r, ms), .tap = row, .connection = connection,
                    .number = number, .size = 100, .kind = (uint8_t) kind, .direction = reply,
                    .aux = reply ? TB_NS_PER_MS : 0 };
  memcpy (event.trace_id, &trace, sizeof trace);
  memcpy (event.span_id, &span, sizeof span);
  g_snprintf (event.label, sizeof event.label, "m%u", number);
  recorded_event (r, &event);
}

void
recorded_operations (Recorded *r, double ms, const TbRecordBatch *batch, const TbRecordOperation *operations, guint n)
{
  TbRecordOperationsWriter w = { .out = &r->frame };
  tb_record_operations_begin (&w, batch);
  for (guint i = 0; i < n; i++)
    tb_record_operations_add (&w, &operations[i]);
  add (r, TB_RECORD_OPERATIONS, ms);
}

void
recorded_flush (Recorded *r)
{
  g_assert_cmpint (tb_record_writer_flush (r->writer, NULL), ==, 0);
}

TbPast *
recorded_growing (Recorded *r)
{
  recorded_flush (r);
  return tb_past_open (r->path, NULL);
}

void
recorded_bytes (Recorded *r, double ms, TbEventKind kind, guint row, guint connection, guint number, const char *bytes)
{
  TbEvent event = { .time_ns = recorded_ns (r, ms), .tap = row, .connection = connection, .number = number,
                    .size = (guint32) strlen (bytes), .kind = (uint8_t) kind, .direction = kind == TB_EVENT_REPLY,
                    .error = *bytes == '-', .aux = kind == TB_EVENT_CLOSE };
  if (g_str_has_prefix (bytes, "HTTP/1.1 "))
    event.status = (uint16_t) atoi (bytes + 9);
  event.error |= event.status >= 400;
  g_assert_cmpint (tb_record_writer_event (r->writer, &event, bytes, event.size), ==, 0);
}
