/* The table of routes, and those of the run, its instances, links, faults and partitions. */
#include "control-private.h"

#include "tb-past.h"

#include <string.h>

#include "config.h"

/* ---- What several need ---------------------------------------------------------------------------- */

int
tb_call_instance (TbCall *call)
{
  g_autofree char *id = g_strdup_printf ("%s/%s", call->parts[0], call->parts[1]);
  const TbPlan *plan = tb_session_plan (call->session);
  int index = tb_plan_find_instance (plan, id);
  if (index >= 0 && ((TbPlanInstance *) g_ptr_array_index (plan->instances, (guint) index))->removed)
    index = -1;
  if (index < 0)
    tb_call_error (call, 404, "there is no instance “%s”", id);
  g_free (call->subject);
  call->subject = g_steal_pointer (&id);
  return index;
}

/* The frame, or NULL: answered. */
static TbLiveFrame *
look (TbCall *call)
{
  TbLiveFrame *frame = tb_session_look (call->session);
  if (frame == NULL)
    tb_call_error (call, 409, "the run has not begun yet");
  return frame;
}

static const char *
text_of (const TbCall *call, const char *name)
{
  return tb_json_member_text (call->body, name);
}

/* ---- Run ------------------------------------------------------------------------------------------ */

static void
get_version (TbCall *call)
{
  tb_json_begin_object (call->json, NULL);
  tb_json_string (call->json, "version", TB_VERSION);
  tb_json_string (call->json, "program", "tierboard");
  tb_json_end_object (call->json);
  tb_call_reply (call, 200);
}

static guint
count_instances (TbSession *session)
{
  const TbPlan *plan = tb_session_plan (session);
  guint n = 0;
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (plan->instances, i);
      n += !instance->removed && !instance->probe;
    }
  return n;
}

static void
get_run (TbCall *call)
{
  const TbControl *control = call->control;
  TbJson *json = call->json;
  TbPast *past = tb_session_past (call->session);
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "name", control->name != NULL ? control->name : "");
  tb_json_string (json, "state", tb_run_state_name (tb_session_state (call->session)));
  tb_json_integer (json, "instances", count_instances (call->session));
  tb_json_string (json, "directory", tb_session_run_dir (call->session));
  tb_json_string (json, "recording", past != NULL ? tb_past_path (past) : NULL);
  tb_json_string (json, "socket", control->socket_path);
  tb_json_string (json, "url", control->url);
  tb_json_end_object (json);
  tb_call_reply (call, 200);
}

static gboolean
run_is_over (TbCall *call)
{
  TbRunState state = tb_session_state (call->session);
  return state == TB_RUN_STOPPED || state == TB_RUN_FAILED;
}

static void
answer_run (TbCall *call)
{
  tb_json_begin_object (call->json, NULL);
  tb_json_string (call->json, "state", tb_run_state_name (tb_session_state (call->session)));
  tb_json_end_object (call->json);
  tb_call_reply (call, call->status);
}

static void
stop_run (TbCall *call)
{
  tb_session_stop (call->session);
  tb_call_wait (call, run_is_over, answer_run, 200);
}

/* ---- Instances ------------------------------------------------------------------------------------ */

static void
get_instances (TbCall *call)
{
  g_autoptr (TbLiveFrame) frame = look (call);
  if (frame == NULL)
    return;
  tb_json_begin_array (call->json, NULL);
  for (guint i = 0; i < frame->n_instances; i++)
    {
      if (frame->instances[i].gone)
        continue;
      tb_json_begin_object (call->json, NULL);
      tb_json_instance (call->json, &frame->instances[i]);
      tb_json_end_object (call->json);
    }
  tb_json_end_array (call->json);
  tb_call_reply (call, 200);
}

static void
answer_instance (TbCall *call)
{
  g_autoptr (TbLiveFrame) frame = look (call);
  if (frame == NULL)
    return;
  tb_json_begin_object (call->json, NULL);
  tb_json_instance (call->json, &frame->instances[call->number]);
  tb_json_end_object (call->json);
  tb_call_reply (call, call->status);
}

static void
get_instance (TbCall *call)
{
  int index = tb_call_instance (call);
  if (index < 0)
    return;
  call->number = (guint) index;
  call->status = 200;
  answer_instance (call);
}

static TbInstanceState
state_of (const TbCall *call, guint *restarts)
{
  return tb_session_instance_state (call->session, call->number, restarts);
}

static gboolean
is_gone (TbCall *call)
{
  TbInstanceState state = state_of (call, NULL);
  return state == TB_INSTANCE_KILLED || state == TB_INSTANCE_STOPPED || state == TB_INSTANCE_FAILED;
}

static gboolean
is_paused (TbCall *call)
{
  return state_of (call, NULL) == TB_INSTANCE_PAUSED;
}

static gboolean
is_ready (TbCall *call)
{
  return state_of (call, NULL) == TB_INSTANCE_READY;
}

static gboolean
goes_on (TbCall *call)
{
  TbInstanceState state = state_of (call, NULL);
  return state == TB_INSTANCE_READY || state == TB_INSTANCE_STARTING;
}

/* Ready again, and another process than before. */
static gboolean
is_restarted (TbCall *call)
{
  guint restarts;
  TbInstanceState state = state_of (call, &restarts);
  return state == TB_INSTANCE_READY && restarts != (guint) call->offset;
}

static const struct
{
  const char *verb;
  TbCommandType command;
  TbCallFunc done;
} instance_verbs[] = {
  { "kill", TB_COMMAND_KILL, is_gone },
  { "pause", TB_COMMAND_PAUSE, is_paused },
  { "resume", TB_COMMAND_RESUME, goes_on },
  { "restart", TB_COMMAND_RESTART, is_restarted },
  { "start", TB_COMMAND_START_ANYWAY, is_ready },
  { "start-needed", TB_COMMAND_START, is_ready },
  { "halt", TB_COMMAND_HALT, is_gone },
};

/* Whoever has ended is started by a restart; who waits, by not waiting any more. */
static TbCommandType
command_for (TbCall *call, guint verb)
{
  TbCommandType command = instance_verbs[verb].command;
  return command == TB_COMMAND_START_ANYWAY && is_gone (call) ? TB_COMMAND_RESTART : command;
}

/* "+10s", "-5m", "0". */
static gboolean
read_offset (const char *text, gint64 *offset_ns)
{
  gboolean back = *text == '-';
  *offset_ns = 0;
  if (*text == '-' || *text == '+')
    text++;
  if (!g_str_equal (text, "0") && !tb_duration_parse (text, offset_ns, NULL))
    return FALSE;
  if (back)
    *offset_ns = -*offset_ns;
  return TRUE;
}

static void
set_clock (TbCall *call)
{
  g_autoptr (GError) error = NULL;
  const char *offset = text_of (call, "offset"), *rate = text_of (call, "rate");
  gint64 offset_ns = 0;
  if (offset != NULL && !read_offset (offset, &offset_ns))
    tb_call_error (call, 400, "offset is “%s”, expected a duration like +10s or -5m", offset);
  else if (!tb_session_set_clock (call->session, call->number, offset_ns,
                                  rate != NULL ? g_ascii_strtod (rate, NULL) : 1, &error))
    tb_call_error (call, 400, "%s", error->message);
  else
    {
      call->status = 200;
      answer_instance (call);
    }
}

static void
post_instance (TbCall *call)
{
  int index = tb_call_instance (call);
  guint restarts = 0, verb = 0;
  if (index < 0)
    return;
  call->number = (guint) index;
  if (g_str_equal (call->parts[2], "clock"))
    {
      set_clock (call);
      return;
    }
  while (verb < G_N_ELEMENTS (instance_verbs)
         && !g_str_equal (instance_verbs[verb].verb, call->parts[2]))
    verb++;
  if (verb == G_N_ELEMENTS (instance_verbs))
    {
      tb_call_error (call, 404, "“%s” is nothing an instance can be told; it is one of kill, pause, "
                     "resume, restart, start, start-needed, halt and clock", call->parts[2]);
      return;
    }
  const TbPlan *plan = tb_session_plan (call->session);
  if (((const TbPlanInstance *) g_ptr_array_index (plan->instances, (guint) index))->external)
    {
      tb_call_error (call, 409, "%s lies outside the run, which neither starts nor stops it", call->subject);
      return;
    }
  state_of (call, &restarts);
  call->offset = restarts;
  if (instance_verbs[verb].command != TB_COMMAND_RESTART && instance_verbs[verb].done (call))
    {
      call->status = 200;
      answer_instance (call);
      return;
    }
  tb_session_instance_command (call->session, command_for (call, verb), call->subject);
  tb_call_wait (call, instance_verbs[verb].done, answer_instance, 200);
}

/* ---- Links ---------------------------------------------------------------------------------------- */

static void
get_links (TbCall *call)
{
  g_autoptr (TbLiveFrame) frame = look (call);
  if (frame == NULL)
    return;
  tb_json_begin_array (call->json, NULL);
  for (guint i = 0; i < frame->n_links; i++)
    {
      tb_json_begin_object (call->json, NULL);
      tb_json_link (call->json, &frame->links[i]);
      tb_json_end_object (call->json);
    }
  tb_json_end_array (call->json);
  tb_call_reply (call, 200);
}

static void
get_link (TbCall *call)
{
  g_autoptr (TbLiveFrame) frame = look (call);
  for (guint i = 0; frame != NULL && i < frame->n_links; i++)
    if (g_str_equal (frame->links[i].id, call->parts[0]))
      {
        tb_json_begin_object (call->json, NULL);
        tb_json_link (call->json, &frame->links[i]);
        tb_json_end_object (call->json);
        tb_call_reply (call, 200);
        return;
      }
  if (frame != NULL)
    tb_call_error (call, 404, "there is no link “%s”", call->parts[0]);
}

/* ---- Faults --------------------------------------------------------------------------------------- */

static void
write_attribute (TbJson *json, const TbWireFault *fault, const TbFaultAttribute *attribute)
{
  char value[128];
  tb_fault_get (fault, attribute, value, sizeof value);
  if (tb_fault_is_normal (fault, attribute) && attribute->kind == TB_FAULT_COUNT)
    return;
  tb_json_string (json, attribute->name, value);
}

void
tb_json_fault (TbJson *json, const TbSessionFault *f)
{
  const TbWireFault *fault = f->fault;
  const TbFaultAttribute *attribute;
  tb_json_string (json, "id", fault->id);
  tb_json_string (json, "kind", tb_fault_name (fault->kind));
  if (f->text != NULL)
    tb_json_string (json, "partition", f->text);
  else
    {
      tb_json_string (json, "link", fault->link);
      tb_json_string (json, "from", fault->from);
      tb_json_string (json, "to", fault->to);
    }
  for (guint i = 0; f->text == NULL && (attribute = tb_fault_attribute (fault->kind, i)) != NULL; i++)
    write_attribute (json, fault, attribute);
  tb_json_boolean (json, "active", f->active);
}

static void
get_faults (TbCall *call)
{
  tb_json_begin_array (call->json, NULL);
  for (guint i = 0; i < tb_session_n_faults (call->session); i++)
    {
      TbSessionFault fault = tb_session_fault_at (call->session, i);
      tb_json_begin_object (call->json, NULL);
      tb_json_fault (call->json, &fault);
      tb_json_end_object (call->json);
    }
  tb_json_end_array (call->json);
  tb_call_reply (call, 200);
}

gboolean
tb_call_fault_settled (TbCall *call)
{
  TbSessionFault fault;
  for (guint i = 0; call->subject == NULL && i < tb_session_n_faults (call->session); i++)
    if (tb_session_fault_at (call->session, i).pending)
      return FALSE;
  return call->subject == NULL || !tb_session_fault (call->session, call->subject, &fault)
         || !fault.pending;
}

static void
answer_fault (TbCall *call)
{
  TbSessionFault fault;
  if (!tb_session_fault (call->session, call->subject, &fault))
    {
      tb_call_error (call, 400, "the agent refused “%s”", call->subject);
      return;
    }
  tb_json_begin_object (call->json, NULL);
  tb_json_fault (call->json, &fault);
  tb_json_end_object (call->json);
  tb_call_reply (call, call->status);
}

static void
answer_empty (TbCall *call)
{
  tb_call_reply (call, 204);
}

gboolean
tb_call_set_fault (TbCall *call, TbWireFault *fault, const TbJsonValue *object)
{
  char why[200];
  for (guint i = 0; object != NULL && object->items != NULL && i < object->items->len; i++)
    {
      const TbJsonValue *member = g_ptr_array_index (object->items, i);
      if (g_str_equal (member->name, "kind") || member->kind == TB_JSON_NULL)
        continue;
      if (member->text == NULL
          || !tb_fault_set (fault, member->name, member->text, why, sizeof why))
        {
          tb_call_error (call, 400, "%s", member->text == NULL ? "a fault's attributes are no lists"
                                                               : why);
          return FALSE;
        }
    }
  if (tb_fault_check (fault, why, sizeof why))
    return TRUE;
  tb_call_error (call, 400, "%s", why);
  return FALSE;
}

/* A link that is not there would be refused by the agent; here it can be said with its status. */
static gboolean
names_are_known (TbCall *call, const TbWireFault *fault)
{
  const TbPlan *plan = tb_session_plan (call->session);
  if (fault->link == NULL || *fault->link == '\0' || tb_plan_find_link (plan, fault->link) >= 0)
    return TRUE;
  tb_call_error (call, 404, "there is no link “%s”", fault->link);
  return FALSE;
}

static void
add_fault (TbCall *call, TbWireFault *fault)
{
  char why[200];
  if (fault->id == NULL || *fault->id == '\0')
    {
      g_autofree char *id
        = g_strdup_printf ("%s:%s", tb_fault_name (fault->kind),
                           fault->link != NULL && *fault->link != '\0' ? fault->link : fault->from);
      tb_fault_set (fault, "id", id, why, sizeof why);
    }
  call->subject = g_strdup (fault->id);
  tb_session_add_fault (call->session, fault);
  tb_call_wait (call, tb_call_fault_settled, answer_fault, 201);
}

static void
post_fault (TbCall *call)
{
  const char *name = text_of (call, "kind");
  TbFaultKind kind;
  TbWireFault fault;
  if (name == NULL || !tb_fault_from_name (name, &kind))
    {
      tb_call_error (call, 400, "a fault needs a kind; “%s” is none", name != NULL ? name : "");
      return;
    }
  tb_fault_init (&fault, kind);
  if (tb_call_set_fault (call, &fault, call->body) && names_are_known (call, &fault))
    add_fault (call, &fault);
  tb_wire_fault_clear (&fault);
}

/* Of a fault that is there: only what is said changes. */
static void
patch_fault (TbCall *call)
{
  TbSessionFault known;
  TbWireFault fault;
  if (!tb_session_fault (call->session, call->parts[0], &known) || known.text != NULL)
    {
      tb_call_error (call, 404, "there is no fault “%s” that can be changed", call->parts[0]);
      return;
    }
  tb_wire_fault_copy (&fault, known.fault);
  if (tb_call_set_fault (call, &fault, call->body) && names_are_known (call, &fault))
    add_fault (call, &fault);
  tb_wire_fault_clear (&fault);
}

static void
delete_fault (TbCall *call)
{
  TbSessionFault fault;
  if (!tb_session_fault (call->session, call->parts[0], &fault))
    {
      tb_call_error (call, 404, "there is no fault “%s”", call->parts[0]);
      return;
    }
  call->subject = g_strdup (call->parts[0]);
  tb_session_remove_fault (call->session, call->subject);
  tb_call_wait (call, tb_call_fault_settled, answer_empty, 204);
}

static void
delete_faults (TbCall *call)
{
  tb_session_remove_fault (call->session, "");
  tb_call_wait (call, tb_call_fault_settled, answer_empty, 204);
}

/* ---- Partitions ----------------------------------------------------------------------------------- */

static void
post_partition (TbCall *call)
{
  g_autoptr (GError) error = NULL;
  const char *name = text_of (call, "kind"), *id = text_of (call, "id");
  const TbJsonValue *seed = tb_json_member (call->body, "seed");
  TbPartition p = { .of = text_of (call, "of"), .from = text_of (call, "from") };
  if (seed != NULL && seed->text != NULL)
    p.seed = g_ascii_strtoull (seed->text, NULL, 10);
  if (name == NULL || !tb_partition_from_name (name, &p.kind))
    {
      tb_call_error (call, 400, "a partition needs a kind; “%s” is none", name != NULL ? name : "");
      return;
    }
  call->subject = g_strdup (id != NULL && *id != '\0' ? id : "partition");
  if (!tb_session_partition (call->session, call->subject, &p, &error))
    tb_call_error (call, 400, "%s", error->message);
  else
    tb_call_wait (call, tb_call_fault_settled, answer_fault, 201);
}

static void
post_heal (TbCall *call)
{
  tb_session_heal_all (call->session);
  tb_call_wait (call, tb_call_fault_settled, answer_empty, 204);
}

const TbControlRoute tb_control_routes[] = {
  { "GET", "/version", get_version },
  { "GET", "/run", get_run },
  { "POST", "/run/stop", stop_run },
  { "POST", "/run/apply", tb_route_apply },
  { "POST", "/components/{}/scale", tb_route_scale },
  { "GET", "/state", tb_route_state },
  { "GET", "/metrics", tb_route_metrics },
  { "GET", "/instances", get_instances },
  { "GET", "/instances/{}/{}", get_instance },
  { "GET", "/instances/{}/{}/logs", tb_route_logs },
  { "POST", "/instances/{}/{}/{}", post_instance },
  { "GET", "/links", get_links },
  { "GET", "/links/{}", get_link },
  { "GET", "/faults", get_faults },
  { "POST", "/faults", post_fault },
  { "DELETE", "/faults", delete_faults },
  { "PATCH", "/faults/{}", patch_fault },
  { "DELETE", "/faults/{}", delete_fault },
  { "GET", "/held", tb_route_held },
  { "DELETE", "/held", tb_route_held_end },
  { "POST", "/held/next", tb_route_held_next },
  { "POST", "/held/all", tb_route_held_all },
  { "POST", "/held/{}/{}", tb_route_held_do },
  { "POST", "/partition", post_partition },
  { "POST", "/heal", post_heal },
  { NULL, NULL, NULL },
};
