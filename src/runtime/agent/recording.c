/* The recording: the one complete stream of a run. A recording that cannot be written ends with a
 * sentence, never the run. */
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
give_up (Agent *a, int error)
{
  char text[TB_SENTENCE], why[64];
  bool begun = a->record != NULL;
  tb_record_writer_close (a->record);
  a->record = NULL;
  snprintf (text, sizeof text, "the run is not recorded%s: %.160s: %s", begun ? " any further" : "",
            a->plan->recording,
            error == -EFBIG ? "what must be kept fills it"
                            : tb_words_for_errno (-error, why, sizeof why));
  tb_tell_problem (a, 1, UINT32_MAX, text);
}

/* free() it. */
static const char **
masks_of (const TbWirePlan *plan)
{
  const char **masks = calloc (plan->n_record_masks + 1, sizeof *masks);
  TB_CHECK (masks != NULL);
  for (uint32_t i = 0; i < plan->n_record_masks; i++)
    masks[i] = plan->record_masks[i];
  return masks;
}

void
tb_recording_open (Agent *a)
{
  const TbWirePlan *plan = a->plan;
  if (plan->recording == NULL || plan->recording[0] == '\0')
    return;
  const char **masks = masks_of (plan);
  TbRecordLimits limits = { .limit_bytes = plan->record_limit_bytes,
                            .limit_ns = plan->record_limit_ns,
                            .payload_max = plan->record_payload,
                            .masks = masks };
  int error = tb_record_writer_open (plan->recording, plan->seed, a->start_ns, &limits, &a->record);
  free (masks);
  if (error != 0)
    {
      a->record = NULL;
      give_up (a, error);
    }
}

/* ---- The plan ---------------------------------------------------------------------------------- */

/* "NAME=value" as one, since a mask may say which variable it means. */
static void
mask_variable (const TbMasks *masks, const TbWireEnv *env)
{
  size_t name = strlen (env->name), value = strlen (env->value);
  char *both = malloc (name + 1 + value + 1);
  TB_CHECK (both != NULL);
  memcpy (both, env->name, name);
  both[name] = '=';
  memcpy (both + name + 1, env->value, value);
  tb_masks_apply (masks, both, name + 1 + value);
  memcpy (env->value, both + name + 1, value);
  free (both);
}

static void
mask_instance (const TbMasks *masks, const TbWireInstance *instance)
{
  char *const others[] = { instance->work_dir, instance->probe_argument, instance->alive_argument,
                           instance->env_file, instance->probe_tries.header, instance->alive_tries.header };
  tb_masks_apply_to_all (masks, instance->argv, instance->n_argv);
  for (uint32_t i = 0; i < instance->n_env; i++)
    mask_variable (masks, &instance->env[i]);
  for (uint32_t i = 0; i < instance->n_files; i++)
    tb_masks_apply (masks, instance->files[i].content, strlen (instance->files[i].content));
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    tb_masks_apply (masks, others[i], strlen (others[i]));
}

/* What programs are started with may hold secrets, and a mask may be one itself. The drawing has a record of
 * its own. */
static void
mask_plan (const TbMasks *masks, TbWirePlan *plan)
{
  for (uint32_t i = 0; i < plan->n_instances; i++)
    mask_instance (masks, &plan->instances[i]);
  for (uint32_t i = 0; i < plan->n_record_masks; i++)
    plan->record_masks[i][0] = '\0';
  plan->document[0] = '\0';
}

static void
add_masked_plan (Agent *a, const TbMasks *masks, const uint8_t *frame, size_t n)
{
  TbReader r;
  TbWirePlan plan;
  TbWriter out = { 0 };
  size_t used;
  if (tb_reader_begin (&r, frame, n, &used) != TB_FRAME_WHOLE || !tb_wire_plan_read (&r, &plan))
    return;
  mask_plan (masks, &plan);
  (r.type == TB_COMMAND_CHANGE ? tb_wire_change_write : tb_wire_plan_write) (&out, &plan);
  tb_recording_add (a, TB_RECORD_PLAN, tb_now_ns (), out.bytes, out.size);
  tb_writer_clear (&out);
  tb_wire_plan_clear (&plan);
}

void
tb_recording_plan (Agent *a, const uint8_t *plan_frame, size_t n)
{
  TbMasks *masks = NULL;
  const char *document = a->plan->document;
  const char **expressions = masks_of (a->plan);
  if (a->record != NULL && tb_masks_new (expressions, &masks) != 0)
    give_up (a, -EINVAL); /* rather nothing than a secret */
  free (expressions);
  if (document != NULL && document[0] != '\0')
    tb_recording_add (a, TB_RECORD_ARCHITECTURE, tb_now_ns (), document, strlen (document));
  if (masks != NULL)
    add_masked_plan (a, masks, plan_frame, n);
  else
    tb_recording_add (a, TB_RECORD_PLAN, tb_now_ns (), plan_frame, n);
  tb_masks_free (masks);
}

/* ---- Records ----------------------------------------------------------------------------------- */

void
tb_recording_add (Agent *a, TbRecordType type, int64_t time_ns, const void *body, size_t n)
{
  if (a->record == NULL)
    return;
  int error = tb_record_writer_add (a->record, type, time_ns, body, n);
  a->record_dirty = true;
  if (error != 0)
    give_up (a, error);
}

void
tb_recording_event (Agent *a, const TbEvent *event, const void *payload, size_t n)
{
  if (a->record == NULL)
    return;
  int error = tb_record_writer_event (a->record, event, payload, n);
  a->record_dirty = true;
  if (error != 0)
    give_up (a, error);
}

void
tb_recording_gap (Agent *a, uint64_t events, uint64_t payload_bytes, int64_t time_ns)
{
  if (a->record == NULL)
    return;
  tb_record_writer_gap (a->record, events, payload_bytes, time_ns);
  a->record_dirty = true;
}

/* ---- Figures ----------------------------------------------------------------------------------- */

static void
have_rows (Agent *a, uint32_t n)
{
  if (n <= a->n_figures)
    return;
  a->figures = realloc (a->figures, n * sizeof *a->figures);
  TB_CHECK (a->figures != NULL);
  memset (a->figures + a->n_figures, 0, (n - a->n_figures) * sizeof *a->figures);
  a->n_figures = n;
}

void
tb_recording_figures (Agent *a, int64_t now_ns)
{
  TbWriter out = { 0 };
  TbTapCounters now;
  bool changed = false;
  if (a->record == NULL || a->counters == NULL)
    return;
  uint32_t n = atomic_load_explicit (&a->counters->n_rows, memory_order_acquire);
  have_rows (a, n);
  size_t at = tb_record_figures_begin (&out, a->figures_ns);
  for (uint32_t i = 0; i < n; i++)
    if (tb_row_read (&a->counters->rows[i], &now))
      changed |= tb_record_figures_row (&out, at, i, &now, &a->figures[i]);
  if (changed)
    tb_recording_add (a, TB_RECORD_FIGURES, now_ns, out.bytes, out.size);
  a->figures_ns = now_ns;
  tb_writer_clear (&out);
}

/* ---- Its end ----------------------------------------------------------------------------------- */

static void
tell_size (Agent *a, uint64_t size)
{
  size_t at = tb_fact_begin (a, TB_FACT_RECORD_AT);
  tb_writer_string (&a->out, a->plan->recording);
  tb_writer_u64 (&a->out, size);
  tb_fact_end (a, at);
}

void
tb_recording_flush (Agent *a)
{
  uint64_t size = 0;
  if (a->record == NULL || !a->record_dirty)
    return;
  a->record_dirty = false;
  int error = tb_record_writer_flush (a->record, &size);
  if (error != 0)
    give_up (a, error);
  else
    tell_size (a, size);
}

void
tb_recording_close (Agent *a)
{
  tb_recording_figures (a, tb_now_ns ());
  tb_recording_flush (a);
  free (a->figures);
  a->figures = NULL;
  a->n_figures = 0;
  int error = tb_record_writer_close (a->record);
  a->record = NULL;
  if (error != 0)
    give_up (a, error);
}
