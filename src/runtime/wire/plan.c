/* The plan on the wire. Each struct is walked by one function that reads or writes, so that the two
 * cannot differ. */
#include "walk-private.h"

#include <stdlib.h>
#include <string.h>

static void
walk_env (TbWalk *k, TbWireEnv *e)
{
  walk_string (k, &e->name);
  walk_string (k, &e->value);
  walk_bool (k, &e->drawn);
}

static void
walk_file (TbWalk *k, TbWireFile *f)
{
  walk_string (k, &f->path);
  walk_string (k, &f->content);
  walk_u32 (k, &f->mode);
}

static void
walk_numbers (TbWalk *k, uint32_t **items, uint32_t *n)
{
  walk_list (k, (void **) items, n, sizeof **items, 4);
  for (uint32_t i = 0; i < *n; i++)
    walk_u32 (k, &(*items)[i]);
}

/* argv ends with a NULL that is not on the wire. */
static void
walk_argv (TbWalk *k, TbWireInstance *in)
{
  uint32_t n = in->n_argv + 1;
  if (k->reader)
    n = 0;
  uint32_t count = in->n_argv;
  walk_u32 (k, &count);
  if (k->reader)
    {
      if (count > (k->reader->size - k->reader->at) / 4)
        {
          k->reader->bad = true;
          count = 0;
        }
      n = count + 1;
      in->argv = calloc (n, sizeof *in->argv);
      TB_CHECK (in->argv != NULL);
      in->n_argv = count;
    }
  for (uint32_t i = 0; i < count; i++)
    walk_string (k, &in->argv[i]);
}

static void
walk_tries (TbWalk *k, TbWireTries *t)
{
  walk_i64 (k, &t->delay_ns);
  walk_i64 (k, &t->interval_ns);
  walk_i64 (k, &t->within_ns);
  walk_u32 (k, &t->successes);
  walk_u32 (k, &t->failures);
  walk_u16 (k, &t->status);
  walk_string (k, &t->header);
}

/* Whether it still works, and what becomes of it when it does not. */
static void
walk_life (TbWalk *k, TbWireInstance *in)
{
  uint32_t alive = (uint32_t) in->alive, restart = (uint32_t) in->restart;
  walk_numbers (k, &in->until, &in->n_until);
  walk_tries (k, &in->probe_tries);
  walk_u32 (k, &alive);
  walk_string (k, &in->alive_argument);
  walk_tries (k, &in->alive_tries);
  walk_u32 (k, &restart);
  walk_i64 (k, &in->restart_delay_ns);
  walk_i64 (k, &in->restart_longest_ns);
  walk_u32 (k, &in->restart_times);
  walk_i64 (k, &in->restart_within_ns);
  walk_string (k, &in->env_file);
  walk_bool (k, &in->terminal);
  walk_bool (k, &in->removed);
  walk_bool (k, &in->changed);
  walk_string (k, &in->outside);
  walk_u32 (k, &in->reach);
  walk_u32 (k, &in->processes_max);
  in->alive = (TbProbeKind) alive;
  in->restart = (TbRestart) restart;
}

static void
walk_instance (TbWalk *k, TbWireInstance *in)
{
  walk_string (k, &in->id);
  walk_string (k, &in->component);
  walk_string (k, &in->device);
  walk_u32 (k, &in->address);
  walk_argv (k, in);
  walk_string (k, &in->work_dir);
  walk_list (k, (void **) &in->env, &in->n_env, sizeof *in->env, 9);
  for (uint32_t i = 0; i < in->n_env; i++)
    walk_env (k, &in->env[i]);
  walk_list (k, (void **) &in->files, &in->n_files, sizeof *in->files, 12);
  for (uint32_t i = 0; i < in->n_files; i++)
    walk_file (k, &in->files[i]);
  walk_numbers (k, &in->depends, &in->n_depends);
  uint32_t probe = (uint32_t) in->probe;
  walk_u32 (k, &probe);
  in->probe = (TbProbeKind) probe;
  walk_string (k, &in->probe_argument);
  walk_i64 (k, &in->ready_timeout_ns);
  uint32_t signal = (uint32_t) in->stop_signal;
  walk_u32 (k, &signal);
  in->stop_signal = (int32_t) signal;
  walk_i64 (k, &in->stop_grace_ns);
  walk_numbers (k, &in->clean_exits, &in->n_clean_exits);
  walk_string (k, &in->user);
  walk_bool (k, &in->allow_io_uring);
  walk_bool (k, &in->builtin);
  walk_string (k, &in->package);
  walk_life (k, in);
}

static void
walk_link (TbWalk *k, TbWireLink *l)
{
  walk_string (k, &l->id);
  walk_numbers (k, &l->from, &l->n_from);
  walk_numbers (k, &l->to, &l->n_to);
  walk_u16 (k, &l->port);
  walk_u32 (k, &l->address);
  walk_u8 (k, &l->proto);
  uint8_t balance = (uint8_t) l->balance;
  walk_u8 (k, &balance);
  l->balance = (TbBalance) balance;
  walk_bool (k, &l->replicas);
}

static void
walk_plan (TbWalk *k, TbWirePlan *p)
{
  walk_string (k, &p->run_dir);
  walk_string (k, &p->recording);
  walk_string (k, &p->document);
  walk_u32 (k, &p->block);
  walk_u64 (k, &p->seed);
  walk_i64 (k, &p->record_limit_bytes);
  walk_bool (k, &p->contain);
  walk_bool (k, &p->no_seccomp);
  walk_list (k, (void **) &p->instances, &p->n_instances, sizeof *p->instances, 32);
  for (uint32_t i = 0; i < p->n_instances; i++)
    walk_instance (k, &p->instances[i]);
  walk_list (k, (void **) &p->links, &p->n_links, sizeof *p->links, 16);
  for (uint32_t i = 0; i < p->n_links; i++)
    walk_link (k, &p->links[i]);
  walk_i64 (k, &p->record_limit_ns);
  walk_u32 (k, &p->record_payload);
  walk_list (k, (void **) &p->record_masks, &p->n_record_masks, sizeof *p->record_masks, 4);
  for (uint32_t i = 0; i < p->n_record_masks; i++)
    walk_string (k, &p->record_masks[i]);
}

static void
write_plan (TbWriter *w, TbCommandType type, const TbWirePlan *plan)
{
  TbWalk k = { .writer = w };
  tb_writer_begin (w, type);
  walk_plan (&k, (TbWirePlan *) plan);
  tb_writer_end (w);
}

void
tb_wire_plan_write (TbWriter *w, const TbWirePlan *plan)
{
  write_plan (w, TB_COMMAND_PLAN, plan);
}

void
tb_wire_change_write (TbWriter *w, const TbWirePlan *plan)
{
  write_plan (w, TB_COMMAND_CHANGE, plan);
}

bool
tb_wire_is_outside (const TbWireInstance *instance)
{
  return instance->outside != NULL && instance->outside[0] != '\0';
}

static bool
indices_below (const uint32_t *items, uint32_t n, uint32_t limit)
{
  for (uint32_t i = 0; i < n; i++)
    if (items[i] >= limit)
      return false;
  return true;
}

/* What the agent then relies on without looking again. */
static bool
plan_is_sound (const TbWirePlan *p)
{
  for (uint32_t i = 0; i < p->n_instances; i++)
    {
      const TbWireInstance *in = &p->instances[i];
      if ((in->n_argv == 0 && !tb_wire_is_outside (in)) || in->probe > TB_PROBE_MQTT || in->alive > TB_PROBE_MQTT
          || in->restart > TB_RESTART_UNLESS_STOPPED
          || (in->n_until != 0 && in->n_until != in->n_depends)
          || !indices_below (in->depends, in->n_depends, p->n_instances))
        return false;
      for (uint32_t f = 0; f < in->n_files; f++)
        if (in->files[f].path[0] == '/' || in->files[f].path[0] == '\0'
            || strstr (in->files[f].path, "..") != NULL)
          return false;
    }
  for (uint32_t i = 0; i < p->n_links; i++)
    if (!indices_below (p->links[i].from, p->links[i].n_from, p->n_instances)
        || !indices_below (p->links[i].to, p->links[i].n_to, p->n_instances))
      return false;
  return true;
}

bool
tb_wire_plan_read (TbReader *r, TbWirePlan *plan)
{
  TbWalk k = { .reader = r };
  *plan = (TbWirePlan){ 0 };
  walk_plan (&k, plan);
  if (!r->bad && plan_is_sound (plan))
    return true;
  tb_wire_plan_clear (plan);
  return false;
}

static void
clear_instance (TbWireInstance *in)
{
  for (uint32_t i = 0; i < in->n_argv; i++)
    free (in->argv[i]);
  for (uint32_t i = 0; i < in->n_env; i++)
    {
      free (in->env[i].name);
      free (in->env[i].value);
    }
  for (uint32_t i = 0; i < in->n_files; i++)
    {
      free (in->files[i].path);
      free (in->files[i].content);
    }
  free (in->id);
  free (in->component);
  free (in->device);
  free (in->argv);
  free (in->work_dir);
  free (in->env);
  free (in->files);
  free (in->depends);
  free (in->clean_exits);
  free (in->probe_argument);
  free (in->probe_tries.header);
  free (in->alive_argument);
  free (in->alive_tries.header);
  free (in->until);
  free (in->env_file);
  free (in->outside);
  free (in->user);
  free (in->package);
}

void
tb_wire_plan_clear (TbWirePlan *plan)
{
  for (uint32_t i = 0; i < plan->n_instances; i++)
    clear_instance (&plan->instances[i]);
  for (uint32_t i = 0; i < plan->n_links; i++)
    {
      free (plan->links[i].id);
      free (plan->links[i].from);
      free (plan->links[i].to);
    }
  free (plan->run_dir);
  free (plan->recording);
  free (plan->document);
  free (plan->instances);
  free (plan->links);
  for (uint32_t i = 0; i < plan->n_record_masks; i++)
    free (plan->record_masks[i]);
  free (plan->record_masks);
  *plan = (TbWirePlan){ 0 };
}
