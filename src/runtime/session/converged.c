/* Whether replicas hold the same, as they say. */
#include "session-private.h"

typedef struct
{
  guint n;          /* that are ready */
  gboolean differ, silent;
  guint64 digest;   /* of the first */
} Agreement;

static void
take (Agreement *a, TbInstanceState state, gboolean has_digest, guint64 digest)
{
  if (state == TB_INSTANCE_PAUSED) /* it holds something, and cannot say what */
    a->silent = TRUE;
  if (state != TB_INSTANCE_READY)
    return;
  if (a->n++ == 0)
    a->digest = digest;
  a->silent |= !has_digest;
  a->differ |= has_digest && digest != a->digest;
}

static int
result (const Agreement *a)
{
  return a->n == 0 || a->silent ? -1 : !a->differ;
}

int
tb_session_converged (TbSession *session, const char *component)
{
  Agreement a = { 0 };
  const GPtrArray *instances = session->plan->plan->instances;
  for (guint i = 0; i < instances->len; i++)
    {
      const TbPlanInstance *planned = g_ptr_array_index (instances, i);
      const TbKnownInstance *known = &session->instances[i];
      if (!planned->removed && g_str_equal (planned->component_id, component))
        take (&a, known->state, known->has_digest, known->digest);
    }
  return result (&a);
}

int
tb_live_converged (const TbLiveFrame *frame, const char *component)
{
  Agreement a = { 0 };
  for (guint i = 0; i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (!instance->removed && g_str_equal (instance->component, component))
        take (&a, instance->state, instance->has_digest, instance->digest);
    }
  return result (&a);
}
