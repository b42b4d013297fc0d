/* Routes that make another run of it: a drawing applied, a component scaled. What is done is its owner's,
 * who may have a drawing of its own to change with it. */
#include "control-private.h"

#include <string.h>

/* ---- Without an owner --------------------------------------------------------------------------- */

static TbSessionChange *
refuse_untrusted (TbSessionChange *change, GError **error)
{
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_UNTRUSTED,
               "it would execute commands that were not allowed yet; look at them and give --trust:\n%s",
               tb_session_change_of (change)->commands);
  tb_session_change_free (change);
  return NULL;
}

/* Takes the change, and gives it back once it was made. */
TbSessionChange *
tb_control_carry_out (TbSession *session, TbSessionChange *change, gboolean trust, GError **error)
{
  if (change == NULL)
    return NULL;
  if (!trust && !tb_session_change_is_trusted (change))
    return refuse_untrusted (change, error);
  if (tb_session_apply (session, change, error))
    return change;
  tb_session_change_free (change);
  return NULL;
}

static TbSessionChange *
scale (TbCall *call, const char *component, guint n, gboolean trust, GError **error)
{
  const TbControl *control = call->control;
  if (control->owner != NULL && control->owner->scale != NULL)
    return control->owner->scale (component, n, trust, error, control->owner_data);
  return tb_control_carry_out (call->session, tb_session_plan_scale (call->session, component, n, error),
                               trust, error);
}

/* ---- Answering ---------------------------------------------------------------------------------- */

static gboolean
is_at_rest (const TbCall *call, const GPtrArray *ids)
{
  const TbPlan *plan = tb_session_plan (call->session);
  for (guint i = 0; i < ids->len; i++)
    {
      int index = tb_plan_find_instance (plan, g_ptr_array_index (ids, i));
      TbInstanceState state = index >= 0
                                ? tb_session_instance_state (call->session, (guint) index, NULL)
                                : TB_INSTANCE_STOPPED;
      if (state == TB_INSTANCE_WAITING || state == TB_INSTANCE_STARTING || state == TB_INSTANCE_STOPPING)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_settled (TbCall *call)
{
  const TbPlanChange *what = tb_session_change_of (call->change);
  return !tb_session_is_changing (call->session) && is_at_rest (call, what->started)
         && is_at_rest (call, what->restarted) && is_at_rest (call, what->stopped);
}

static void
write_ids (TbJson *json, const char *name, const GPtrArray *ids)
{
  tb_json_begin_array (json, name);
  for (guint i = 0; i < ids->len; i++)
    tb_json_string (json, NULL, g_ptr_array_index (ids, i));
  tb_json_end_array (json);
}

static void
answer_change (TbCall *call)
{
  const TbPlanChange *what = tb_session_change_of (call->change);
  g_autofree char *text = tb_plan_change_text (what);
  tb_json_begin_object (call->json, NULL);
  write_ids (call->json, "started", what->started);
  write_ids (call->json, "restarted", what->restarted);
  write_ids (call->json, "stopped", what->stopped);
  tb_json_integer (call->json, "untouched", what->n_untouched);
  tb_json_string (call->json, "change", text);
  tb_json_end_object (call->json);
  tb_call_reply (call, call->status);
}

static int
status_of (const GError *error)
{
  if (g_error_matches (error, TB_SESSION_ERROR, TB_SESSION_ERROR_UNTRUSTED))
    return 403;
  if (g_error_matches (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME))
    return 404;
  if (g_error_matches (error, TB_SESSION_ERROR, TB_SESSION_ERROR_OVER))
    return 409;
  return 400;
}

/* Takes the change. */
static void
answer (TbCall *call, TbSessionChange *change, const GError *error)
{
  if (change == NULL)
    {
      tb_call_error (call, status_of (error), "%s", error->message);
      return;
    }
  call->change = change;
  tb_call_wait (call, is_settled, answer_change, 200);
}

/* ---- Routes ------------------------------------------------------------------------------------- */

static gboolean
is_allowed (const TbCall *call)
{
  return g_strcmp0 (tb_json_member_text (call->body, "trust"), "true") == 0;
}

void
tb_route_apply (TbCall *call)
{
  g_autoptr (GError) error = NULL;
  const TbControlOwner *owner = call->control->owner;
  const char *file = tb_json_member_text (call->body, "file");
  if (owner == NULL || owner->apply == NULL)
    tb_call_error (call, 501, "this run has no drawing to be changed by");
  else if (file != NULL && *file != '/')
    tb_call_error (call, 400, "“%s” is no path from the root on", file);
  else
    {
      TbSessionChange *change
        = owner->apply (file, is_allowed (call), &error, call->control->owner_data);
      answer (call, change, error);
    }
}

/* "3", or "+1" and "-2" from what there are. */
static gboolean
read_count (const TbCall *call, const char *component, const char *text, guint *n)
{
  gboolean relative = *text == '+' || *text == '-';
  char *end;
  gint64 number = g_ascii_strtoll (text, &end, 10);
  if (*text == '\0' || *end != '\0')
    return FALSE;
  if (relative)
    number += tb_session_replicas (call->session, component);
  *n = (guint) CLAMP (number, 0, 1 << 20);
  return TRUE;
}

void
tb_route_scale (TbCall *call)
{
  g_autoptr (GError) error = NULL;
  const char *component = call->parts[0], *text = tb_json_member_text (call->body, "replicas");
  guint n;
  if (text == NULL || !read_count (call, component, text, &n))
    {
      tb_call_error (call, 400, "replicas is “%s”, expected a number like 3, +1 or -1",
                     text != NULL ? text : "");
      return;
    }
  TbSessionChange *change = scale (call, component, n, is_allowed (call), &error);
  answer (call, change, error);
}
