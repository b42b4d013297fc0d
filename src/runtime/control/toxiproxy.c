/* Toxiproxy's routes (its api.go, 2.x): a proxy is a link of the drawing, a toxic a fault on it. What
 * differs, since a run's links are those of its drawing: none can be made, “listen” and “upstream” say
 * where the link's address and its first target are and do not change, and a proxy that is deleted is
 * a link without toxics again. */
#include "control-private.h"

#include <string.h>

#define NAME_MAX_BYTES 200

static const TbPlanLink *
find_link (TbCall *call, const char *name)
{
  const TbPlan *plan = tb_session_plan (call->session);
  int index = name != NULL ? tb_plan_find_link (plan, name) : -1;
  return index >= 0 ? g_ptr_array_index (plan->links, index) : NULL;
}

/* Of the path's first part. NULL: answered. */
static const TbPlanLink *
proxy_of (TbCall *call)
{
  const TbPlanLink *link = find_link (call, call->parts[0]);
  if (link == NULL)
    tb_call_error (call, 404, "proxy not found");
  return link;
}

static char *
toxic_id (const char *link, const char *toxic)
{
  return g_strconcat ("toxic:", link, ":", toxic, NULL);
}

/* The toxic's name where that fault is one of that link; NULL. */
static const char *
toxic_name (const TbWireFault *fault, const char *link)
{
  g_autofree char *prefix = toxic_id (link, "");
  return g_str_has_prefix (fault->id, prefix) ? fault->id + strlen (prefix) : NULL;
}

/* ---- Enabled or not ------------------------------------------------------------------------------- */

/* A proxy that is not enabled refuses, and its connections have ended. */
static const TbFaultKind down_kinds[] = { TB_FAULT_REFUSE, TB_FAULT_RESET_PEER };

static char *
down_id (const char *link, TbFaultKind kind)
{
  return g_strconcat ("down:", tb_fault_name (kind), ":", link, NULL);
}

static gboolean
is_enabled (TbCall *call, const char *link)
{
  TbSessionFault fault;
  g_autofree char *id = down_id (link, TB_FAULT_REFUSE);
  return !tb_session_fault (call->session, id, &fault);
}

static void
set_enabled (TbCall *call, const char *link, gboolean enabled)
{
  if (enabled == is_enabled (call, link))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (down_kinds); i++)
    {
      g_autofree char *id = down_id (link, down_kinds[i]);
      TbWireFault fault;
      tb_fault_init (&fault, down_kinds[i]);
      fault.id = id;
      fault.link = (char *) link;
      if (enabled)
        tb_session_remove_fault (call->session, id);
      else
        tb_session_add_fault (call->session, &fault);
    }
}

/* ---- Toxics as JSON -------------------------------------------------------------------------------- */

static void
write_attributes (TbJson *json, const TbWireFault *fault)
{
  const TbFaultAttribute *a;
  tb_json_begin_object (json, "attributes");
  for (guint i = 0; (a = tb_fault_attribute (fault->kind, i)) != NULL; i++)
    if (a->kind != TB_FAULT_COUNT && a->unit != TB_UNIT_TEXT)
      tb_json_number (json, a->name, tb_fault_get_number (fault, a));
  tb_json_end_object (json);
}

static void
write_toxic (TbJson *json, const TbWireFault *fault, const char *name)
{
  tb_json_begin_object (json, NULL);
  write_attributes (json, fault);
  tb_json_string (json, "name", name);
  tb_json_string (json, "type", tb_fault_name (fault->kind));
  tb_json_string (json, "stream", fault->up && fault->down ? "both"
                                  : fault->up              ? "upstream"
                                                           : "downstream");
  tb_json_number (json, "toxicity", fault->toxicity);
  tb_json_end_object (json);
}

static void
write_toxics (TbCall *call, const char *name, const char *link)
{
  tb_json_begin_array (call->json, name);
  for (guint i = 0; i < tb_session_n_faults (call->session); i++)
    {
      TbSessionFault fault = tb_session_fault_at (call->session, i);
      const char *toxic = toxic_name (fault.fault, link);
      if (toxic != NULL)
        write_toxic (call->json, fault.fault, toxic);
    }
  tb_json_end_array (call->json);
}

static void
write_address (TbJson *json, const char *name, guint32 address, guint16 port)
{
  g_autofree char *host = address != 0 ? tb_plan_address_text (address) : NULL;
  g_autofree char *text = host != NULL ? g_strdup_printf ("%s:%u", host, port) : g_strdup ("");
  tb_json_string (json, name, text);
}

static void
write_proxy (TbCall *call, const char *name, const TbPlanLink *link)
{
  const TbPlan *plan = tb_session_plan (call->session);
  const TbPlanInstance *target
    = link->to->len > 0 ? g_ptr_array_index (plan->instances, g_array_index (link->to, guint, 0))
                        : NULL;
  tb_json_begin_object (call->json, name);
  tb_json_string (call->json, "name", link->id);
  write_address (call->json, "listen", link->address, link->port);
  write_address (call->json, "upstream", target != NULL ? target->address : 0, link->port);
  tb_json_boolean (call->json, "enabled", is_enabled (call, link->id));
  write_toxics (call, "toxics", link->id);
  tb_json_end_object (call->json);
}

/* ---- Proxies --------------------------------------------------------------------------------------- */

static void
get_proxies (TbCall *call)
{
  const TbPlan *plan = tb_session_plan (call->session);
  tb_json_begin_object (call->json, NULL);
  for (guint i = 0; i < plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (plan->links, i);
      if (!link->removed)
        write_proxy (call, link->id, link);
    }
  tb_json_end_object (call->json);
  tb_call_reply (call, 200);
}

static void
answer_proxy (TbCall *call)
{
  const TbPlanLink *link = proxy_of (call);
  if (link == NULL)
    return;
  write_proxy (call, NULL, link);
  tb_call_reply (call, call->status);
}

static void
get_proxy (TbCall *call)
{
  call->status = 200;
  answer_proxy (call);
}

static void
refuse_new (TbCall *call, const char *name)
{
  if (name == NULL)
    tb_call_error (call, 400, "missing required field: name");
  else if (find_link (call, name) != NULL)
    tb_call_error (call, 409, "proxy already exists");
  else
    tb_call_error (call, 400, "there is no link “%s”: a run's proxies are the links of its drawing",
                   name);
}

static void
post_proxies (TbCall *call)
{
  refuse_new (call, tb_json_member_text (call->body, "name"));
}

static void
apply_enabled (TbCall *call, const TbJsonValue *object, const char *link)
{
  const TbJsonValue *enabled = tb_json_member (object, "enabled");
  if (enabled != NULL && enabled->kind == TB_JSON_BOOLEAN)
    set_enabled (call, link, enabled->truth);
}

static void
update_proxy (TbCall *call)
{
  const TbPlanLink *link = proxy_of (call);
  if (link == NULL)
    return;
  apply_enabled (call, call->body, link->id);
  tb_call_wait (call, tb_call_fault_settled, answer_proxy, 200);
}

static void
remove_toxics (TbCall *call, const char *link)
{
  for (guint i = tb_session_n_faults (call->session); i-- > 0;)
    {
      TbSessionFault fault = tb_session_fault_at (call->session, i);
      if (toxic_name (fault.fault, link) != NULL)
        tb_session_remove_fault (call->session, fault.fault->id);
    }
}

static void
answer_empty (TbCall *call)
{
  tb_call_reply (call, 204);
}

static void
delete_proxy (TbCall *call)
{
  const TbPlanLink *link = proxy_of (call);
  if (link == NULL)
    return;
  remove_toxics (call, link->id);
  set_enabled (call, link->id, TRUE);
  tb_call_wait (call, tb_call_fault_settled, answer_empty, 204);
}

static void
post_reset (TbCall *call)
{
  const TbPlan *plan = tb_session_plan (call->session);
  for (guint i = 0; i < plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (plan->links, i);
      remove_toxics (call, link->id);
      set_enabled (call, link->id, TRUE);
    }
  tb_call_wait (call, tb_call_fault_settled, answer_empty, 204);
}

static void
answer_populated (TbCall *call)
{
  tb_json_begin_object (call->json, NULL);
  tb_json_begin_array (call->json, "proxies");
  for (guint i = 0; i < call->body->items->len; i++)
    write_proxy (call, NULL,
                 find_link (call, tb_json_member_text (g_ptr_array_index (call->body->items, i),
                                                       "name")));
  tb_json_end_array (call->json);
  tb_json_end_object (call->json);
  tb_call_reply (call, call->status);
}

static void
post_populate (TbCall *call)
{
  if (call->body == NULL || call->body->kind != TB_JSON_ARRAY)
    {
      tb_call_error (call, 400, "bad request body: expected a list of proxies");
      return;
    }
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < call->body->items->len; i++)
      {
        const TbJsonValue *item = g_ptr_array_index (call->body->items, i);
        const TbPlanLink *link = find_link (call, tb_json_member_text (item, "name"));
        if (link == NULL)
          {
            refuse_new (call, tb_json_member_text (item, "name"));
            return;
          }
        if (pass == 1)
          apply_enabled (call, item, link->id);
      }
  tb_call_wait (call, tb_call_fault_settled, answer_populated, 201);
}

/* ---- Toxics ---------------------------------------------------------------------------------------- */

static void
get_toxics (TbCall *call)
{
  const TbPlanLink *link = proxy_of (call);
  if (link == NULL)
    return;
  write_toxics (call, NULL, link->id);
  tb_call_reply (call, 200);
}

static void
answer_toxic (TbCall *call)
{
  TbSessionFault fault;
  if (!tb_session_fault (call->session, call->subject, &fault))
    {
      tb_call_error (call, 400, "the toxic could not be set");
      return;
    }
  write_toxic (call->json, fault.fault, toxic_name (fault.fault, call->parts[0]));
  tb_call_reply (call, call->status);
}

/* The fault of the path's toxic; FALSE: answered. */
static gboolean
toxic_of (TbCall *call, TbSessionFault *fault)
{
  const TbPlanLink *link = proxy_of (call);
  if (link == NULL)
    return FALSE;
  g_free (call->subject);
  call->subject = toxic_id (link->id, call->parts[1]);
  if (tb_session_fault (call->session, call->subject, fault))
    return TRUE;
  tb_call_error (call, 404, "toxic not found");
  return FALSE;
}

static void
get_toxic (TbCall *call)
{
  TbSessionFault fault;
  if (!toxic_of (call, &fault))
    return;
  call->status = 200;
  answer_toxic (call);
}

/* Stream, toxicity and the attributes of a body. FALSE: answered. */
static gboolean
read_toxic (TbCall *call, TbWireFault *fault)
{
  char why[200];
  const char *stream = tb_json_member_text (call->body, "stream");
  const char *toxicity = tb_json_member_text (call->body, "toxicity");
  if (stream != NULL && !tb_fault_set (fault, "stream", stream, why, sizeof why))
    tb_call_error (call, 400, "stream was invalid, can be either upstream or downstream");
  else if (toxicity != NULL && !tb_fault_set (fault, "toxicity", toxicity, why, sizeof why))
    tb_call_error (call, 400, "%s", why);
  else
    return tb_call_set_fault (call, fault, tb_json_member (call->body, "attributes"));
  return FALSE;
}

static void
apply_toxic (TbCall *call, TbWireFault *fault)
{
  if (read_toxic (call, fault))
    {
      fault->id = g_strdup (call->subject);
      tb_session_add_fault (call->session, fault);
      tb_call_wait (call, tb_call_fault_settled, answer_toxic, 200);
    }
  tb_wire_fault_clear (fault);
}

static void
post_toxics (TbCall *call)
{
  const TbPlanLink *link = proxy_of (call);
  const char *type = tb_json_member_text (call->body, "type");
  const char *stream = tb_json_member_text (call->body, "stream");
  const char *name = tb_json_member_text (call->body, "name");
  TbFaultKind kind;
  TbSessionFault known;
  TbWireFault fault;
  if (link == NULL)
    return;
  if (type == NULL || !tb_fault_from_name (type, &kind))
    {
      tb_call_error (call, 400, "invalid toxic type");
      return;
    }
  g_autofree char *usual
    = g_strdup_printf ("%s_%s", type, stream != NULL ? stream : "downstream");
  name = name != NULL && *name != '\0' ? name : usual;
  call->subject = toxic_id (link->id, name);
  if (strlen (call->subject) > NAME_MAX_BYTES)
    tb_call_error (call, 400, "the toxic's name is too long");
  else if (tb_session_fault (call->session, call->subject, &known))
    tb_call_error (call, 409, "toxic already exists");
  else
    {
      tb_fault_init (&fault, kind);
      fault.up = FALSE; /* downstream unless said */
      fault.link = g_strdup (link->id);
      apply_toxic (call, &fault);
    }
}

static void
update_toxic (TbCall *call)
{
  TbSessionFault known;
  TbWireFault fault;
  if (!toxic_of (call, &known))
    return;
  tb_wire_fault_copy (&fault, known.fault);
  g_clear_pointer (&fault.id, g_free);
  apply_toxic (call, &fault);
}

static void
delete_toxic (TbCall *call)
{
  TbSessionFault fault;
  if (!toxic_of (call, &fault))
    return;
  tb_session_remove_fault (call->session, call->subject);
  tb_call_wait (call, tb_call_fault_settled, answer_empty, 204);
}

const TbControlRoute tb_toxiproxy_routes[] = {
  { "GET", "/proxies", get_proxies },
  { "POST", "/proxies", post_proxies },
  { "POST", "/populate", post_populate },
  { "POST", "/reset", post_reset },
  { "GET", "/proxies/{}", get_proxy },
  { "POST", "/proxies/{}", update_proxy },
  { "PATCH", "/proxies/{}", update_proxy },
  { "DELETE", "/proxies/{}", delete_proxy },
  { "GET", "/proxies/{}/toxics", get_toxics },
  { "POST", "/proxies/{}/toxics", post_toxics },
  { "GET", "/proxies/{}/toxics/{}", get_toxic },
  { "POST", "/proxies/{}/toxics/{}", update_toxic },
  { "PATCH", "/proxies/{}/toxics/{}", update_toxic },
  { "DELETE", "/proxies/{}/toxics/{}", delete_toxic },
  { NULL, NULL, NULL },
};
