/* What the agent and who looks on tell each other: frames of any bytes. The first byte chooses what they are read as;
 * what was read is written again and read the same. */
#include <glib.h>
#include <string.h>

#include "tb-wire.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Of frames of which no more is to be seen than that they were read. */
#define READER(name, Type, stem)                                                                   \
  static gboolean name (TbReader *r, TbWriter *w)                                                  \
  {                                                                                                \
    Type what;                                                                                     \
    gboolean good = stem##_read (r, &what);                                                        \
    if (good)                                                                                      \
      stem##_write (w, &what);                                                                     \
    stem##_clear (&what);                                                                          \
    return good;                                                                                   \
  }

READER (read_plan, TbWirePlan, tb_wire_plan)
READER (read_state, TbWireInstanceState, tb_wire_instance_state)
READER (read_bypass, TbWireBypass, tb_wire_bypass)

static gboolean
read_fault (TbReader *r, TbWriter *w)
{
  TbWireFault fault;
  if (!tb_wire_fault_read (r, &fault))
    return FALSE;
  g_assert_true (tb_fault_is_sound (&fault));
  tb_wire_fault_write (w, &fault);
  tb_wire_fault_clear (&fault);
  return TRUE;
}

static gboolean
read_held_do (TbReader *r, TbWriter *w)
{
  TbWireHeldDo what;
  if (!tb_wire_held_do_read (r, &what))
    return FALSE;
  g_assert_cmpint (what.verb, <, TB_HELD_VERB_COUNT);
  tb_wire_held_do_write (w, &what);
  return TRUE;
}

static gboolean
read_held (TbReader *r, TbWriter *w)
{
  TbWireHeld held[TB_HELD_LIST_MAX];
  uint32_t n, total;
  if (!tb_wire_held_read (r, held, &n, &total))
    return FALSE;
  g_assert_cmpuint (n, <=, TB_HELD_LIST_MAX);
  for (uint32_t i = 0; i < n; i++)
    g_assert_nonnull (memchr (held[i].label, 0, sizeof held[i].label));
  tb_wire_held_write (w, held, n, total);
  return TRUE;
}

static const struct
{
  uint16_t type;
  gboolean (*read) (TbReader *r, TbWriter *w);
} frames[] = {
  { TB_COMMAND_PLAN, read_plan },  { TB_COMMAND_FAULT_ADD, read_fault },       { TB_COMMAND_HELD_DO, read_held_do },
  { TB_FACT_HELD, read_held },     { TB_FACT_INSTANCE_STATE, read_state }, { TB_FACT_BYPASS, read_bypass },
};

/* Reads a whole frame as the i-th and writes it to w again. */
static gboolean
go_round (guint i, const void *bytes, gsize n, TbWriter *w)
{
  TbReader r;
  gsize used;
  return tb_reader_begin (&r, bytes, n, &used) == TB_FRAME_WHOLE && frames[i].read (&r, w);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  TbWriter frame = { 0 }, first = { 0 }, second = { 0 };
  TbReader r;
  gsize used;
  if (size == 0)
    return 0;
  guint i = data[0] % G_N_ELEMENTS (frames);
  tb_reader_begin (&r, data, size, &used);
  tb_writer_begin (&frame, frames[i].type);
  tb_writer_bytes (&frame, data + 1, size - 1);
  tb_writer_end (&frame);
  if (go_round (i, frame.bytes, frame.size, &first))
    {
      g_assert_true (go_round (i, first.bytes, first.size, &second));
      g_assert_cmpmem (first.bytes, first.size, second.bytes, second.size);
    }
  tb_writer_clear (&frame);
  tb_writer_clear (&first);
  tb_writer_clear (&second);
  return 0;
}
