/* A schedule as a scenario that does the same to real processes. They keep their own chance: which operations meet which
 * message is theirs, so it goes on for longer than the schedule did, round after round of it. */
#include "virtual-private.h"

#define ROUNDS_NS (8 * TB_NS_PER_S)
#define AFTER_NS (2 * TB_NS_PER_S)

static void
add_time (GString *out, const char *name, gint64 ns)
{
  char text[40];
  tb_duration_format (ns, text, sizeof text);
  g_string_append_printf (out, " %s=\"%s\"", name, text);
}

/* Tenths of a millisecond are enough. */
static gint64
rounded (gint64 ns)
{
  return (ns + 50000) / 100000 * 100000;
}

/* ---- The network -------------------------------------------------------------------------------------------------- */

static void
add_share (GString *out, const char *id, const char *fault, double share)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf (out, "    <do fault=\"%s\" of=\"%s.replicas\" probability=\"%s\"/>\n", fault, id,
                          g_ascii_formatd (number, sizeof number, "%.4f", share));
}

/* What lies between the replicas all the time. */
static void
add_network (const TbVirtual *v, const TbSchedule *s, GString *out)
{
  for (guint i = 0; i < v->stores->len; i++)
    {
      const char *id = STORE_AT (v, i)->component;
      char most[40];
      tb_duration_format (MAX (rounded (2 * s->delay_ns), 200000), most, sizeof most);
      g_string_append_printf (out, "    <do fault=\"latency\" of=\"%s.replicas\" latency=\"uniform 0ms %s\"/>\n", id, most);
      if (s->loss > 0)
        add_share (out, id, "drop", s->loss);
      if (s->duplicate > 0)
        add_share (out, id, "duplicate", s->duplicate);
      if (s->reorders)
        add_share (out, id, "reorder", 0.2);
    }
}

/* Timers of a schedule are drawn; those of the store program are what they are, mostly longer, and so must faults be. */
static gint64
stretched (const TbVirtual *v, const TbSchedule *s, gint64 ns)
{
  double times = (double) STORE_AT (v, 0)->config.election_ns / (double) s->election_ns;
  return (gint64) ((double) ns * MAX (times, 1)) / TB_NS_PER_MS * TB_NS_PER_MS;
}

/* ---- Faults ------------------------------------------------------------------------------------------------------- */

static void
add_acts (const TbVirtual *v, const TbSchedule *s, gint64 from_ns, GString *out)
{
  for (guint i = 0; i < s->acts->len; i++)
    {
      const Act *act = ACT_AT (s, i);
      g_autofree char *what = virtual_act_xml (v, act);
      g_string_append_printf (out, "    <do %s", what);
      add_time (out, "at", from_ns + stretched (v, s, act->at_ns));
      add_time (out, "for", MAX (stretched (v, s, act->for_ns), TB_NS_PER_MS));
      g_string_append (out, "/>\n");
    }
}

/* How long one round takes, with time to get over it. */
static gint64
round_length (const TbVirtual *v, const TbSchedule *s)
{
  gint64 end_ns = s->load_ns;
  for (guint i = 0; i < s->acts->len; i++)
    end_ns = MAX (end_ns, ACT_AT (s, i)->at_ns + ACT_AT (s, i)->for_ns);
  return stretched (v, s, end_ns) + TB_NS_PER_S / 2;
}

static void
add_phase (const TbVirtual *v, const TbSchedule *s, GString *out)
{
  gint64 round_ns = round_length (v, s), lasts_ns = MAX (round_ns, ROUNDS_NS);
  g_string_append (out, "  <phase id=\"schedule\"");
  add_time (out, "lasts", lasts_ns);
  g_string_append (out, ">\n");
  add_network (v, s, out);
  for (gint64 from_ns = 0; s->acts->len > 0 && from_ns + round_ns <= lasts_ns; from_ns += round_ns)
    add_acts (v, s, from_ns, out);
  g_string_append (out, "  </phase>\n  <phase id=\"after\"");
  add_time (out, "lasts", AFTER_NS);
  g_string_append (out, "><do heal=\"all\"/></phase>\n");
}

/* ---- Expectations ---------------------------------------------------------------------------------------------------- */

static void
add_bound (GString *out, const Want *want)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE], duration[40];
  if (want->row->unit == TB_UNIT_TIME && want->most < 1e9)
    {
      tb_duration_format ((gint64) (want->most * 1e9), duration, sizeof duration);
      g_string_append_printf (out, " at-most=\"%s\"", duration);
    }
  else if (want->row->unit == TB_UNIT_NONE || want->row->unit == TB_UNIT_SHARE_OF)
    g_string_append_printf (out, " at-most=\"%s\"", g_ascii_formatd (number, sizeof number, "%.6g", want->most));
}

static void
add_expects (const TbVirtual *v, const TbVirtualResult *r, GString *out)
{
  for (guint i = 0; i < v->wants->len; i++)
    {
      const Want *want = &g_array_index (v->wants, Want, i);
      if (g_strcmp0 (want->row->that, r->expected) != 0 || g_strcmp0 (STORE_AT (v, want->store)->component, r->store) != 0)
        continue;
      g_string_append_printf (out, "  <expect that=\"%s\" of=\"%s\"", want->row->that, STORE_AT (v, want->store)->component);
      if (g_str_equal (want->row->that, "converged"))
        g_string_append (out, " during=\"after\"");
      add_bound (out, want);
      g_string_append (out, "/>\n");
    }
}

char *
tb_virtual_write (const TbVirtual *v, const TbSchedule *s, const TbVirtualResult *r)
{
  GString *out = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<architecture xmlns=\"urn:tierboard:1\" name=\"A schedule\">\n");
  g_autofree char *why = g_markup_escape_text (r->sentence != NULL ? r->sentence : "", -1);
  g_string_append_printf (out, "<scenario id=\"schedule-%" G_GUINT64_FORMAT "\" name=\"Schedule %" G_GUINT64_FORMAT
                          "\" description=\"In virtual time: %s\">\n", s->seed, s->seed, why);
  g_string_append (out, "  <wait until=\"ready\"/>\n");
  add_phase (v, s, out);
  add_expects (v, r, out);
  g_string_append (out, "</scenario>\n</architecture>\n");
  return g_string_free (out, FALSE);
}
