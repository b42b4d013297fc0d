/* What happens by the clock: four times a second log sizes and the recording, once a second loads. */
#include "agent.h"

#include <stdio.h>
#include <stdlib.h>

/* The recording is flushed each time (promised: 200 ms), logs every second time (promised: at most
 * four facts a second). */
#define UPKEEP_NS (125 * TB_NS_PER_MS)
/* Output of more bytes in a second is worth a word. */
#define LOUD_BYTES (16u << 20)

void
tb_tell_log (Agent *a, Instance *in)
{
  if (!in->log.dirty)
    return;
  tb_instance_flush_log (in);
  size_t at = tb_fact_begin (a, TB_FACT_LOG_AT);
  tb_writer_string (&a->out, in->plan->id);
  tb_writer_string (&a->out, in->log.path);
  tb_writer_u64 (&a->out, in->log.size);
  tb_writer_u64 (&a->out, in->log.lost);
  in->log.dirty = !tb_fact_end (a, at);
}

static void
tell_logs (Agent *a)
{
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    if (a->instances[i]->log.path != NULL)
      tb_tell_log (a, a->instances[i]);
}

static void
on_upkeep (void *data, int64_t now_ns)
{
  Agent *a = data;
  if (++a->upkeep_round % 2 == 0)
    tell_logs (a);
  tb_recording_flush (a);
  tb_viewer_flush (a);
  tb_loop_arm (&a->loop, &a->upkeep_timer, now_ns + UPKEEP_NS);
}

static void
tell_own_load (Agent *a, int64_t now_ns)
{
  uint64_t rss, cpu, worst, p99;
  tb_load_self (&rss, &cpu);
  tb_taps_take_lag (a->taps, &worst, &p99);
  size_t at = tb_fact_begin (a, TB_FACT_AGENT_LOAD);
  tb_writer_i64 (&a->out, now_ns);
  tb_writer_u64 (&a->out, cpu);
  tb_writer_u64 (&a->out, worst);
  tb_writer_u64 (&a->out, rss);
  tb_writer_u64 (&a->out, p99);
  tb_fact_end (a, at);
}

static void
tell_load (Agent *a, uint32_t instance, const TbLoad *load, int64_t now_ns)
{
  size_t at = tb_fact_begin (a, TB_FACT_INSTANCE_LOAD);
  tb_writer_u32 (&a->out, instance);
  tb_writer_i64 (&a->out, now_ns);
  tb_writer_u64 (&a->out, load->cpu_ns);
  tb_writer_u64 (&a->out, load->rss_bytes);
  tb_writer_u32 (&a->out, load->n);
  tb_writer_u32 (&a->out, load->threads);
  tb_writer_u32 (&a->out, load->files);
  tb_fact_end (a, at);
}

/* One that writes without end is named; and a log that had no room is tried again. */
static void
look_at_logs (Agent *a)
{
  char text[TB_SENTENCE];
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    {
      Instance *in = a->instances[i];
      uint64_t more = in->log.taken - TB_MIN (in->log_before, in->log.taken);
      in->log_before = in->log.taken;
      tb_log_try_again (&in->log);
      if (more <= LOUD_BYTES || in->loud)
        continue;
      in->loud = true;
      snprintf (text, sizeof text,
                "writes %llu MB a second to its output: the last %d to %d MB of it are kept",
                (unsigned long long) more / 1000000, TB_LOG_MAX / 1000000, 2 * TB_LOG_MAX / 1000000);
      tb_tell_problem (a, 1, i, text);
    }
}

static void
on_load (void *data, int64_t now_ns)
{
  Agent *a = data;
  TbLoad *loads = calloc (a->plan->n_instances + 1, sizeof *loads);
  TB_CHECK (loads != NULL);
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    {
      const Instance *in = a->instances[i];
      loads[i].leash = in->leash;
      loads[i].before_ns = in->measured == in->leash ? in->cpu_ns : 0;
    }
  tb_load_measure (loads, a->plan->n_instances);
  tb_census_start (a);
  tb_census_take (a, loads);
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    {
      a->instances[i]->measured = loads[i].leash;
      a->instances[i]->cpu_ns = loads[i].cpu_ns;
      if (loads[i].leash > 0)
        tell_load (a, i, &loads[i], now_ns);
    }
  free (loads);
  look_at_logs (a);
  tell_own_load (a, now_ns);
  tb_recording_figures (a, tb_now_ns ()); /* measuring took its time */
  tb_loop_arm (&a->loop, &a->load_timer, now_ns + TB_NS_PER_S);
  tb_agent_act (a);
  tb_viewer_flush (a);
}

void
tb_upkeep_start (Agent *a)
{
  int64_t now = tb_now_ns ();
  a->upkeep_timer = (TbTimer) { .fire = on_upkeep, .data = a };
  a->load_timer = (TbTimer) { .fire = on_load, .data = a };
  tb_loop_arm (&a->loop, &a->upkeep_timer, now + UPKEEP_NS);
  tb_loop_arm (&a->loop, &a->load_timer, now + TB_NS_PER_S);
  tb_census_start (a);
}

void
tb_upkeep_stop (Agent *a)
{
  tb_loop_disarm (&a->loop, &a->upkeep_timer);
  tb_loop_disarm (&a->loop, &a->load_timer);
  tb_loop_disarm (&a->loop, &a->operations_timer);
  tb_census_stop (a);
  tell_logs (a);
}
