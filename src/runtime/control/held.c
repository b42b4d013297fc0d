/* Routes of step mode: what is held, and what is done with it. */
#include "control-private.h"

#include <string.h>

static void
write_held (TbJson *json, const TbPlan *plan, const TbHeld *h)
{
  static const char *const kinds[] = { [TB_EVENT_REQUEST] = "request", [TB_EVENT_REPLY] = "reply",
                                       [TB_EVENT_ONE_WAY] = "one-way" };
  const TbPlanLink *link = h->link < plan->links->len ? g_ptr_array_index (plan->links, h->link) : NULL;
  g_autofree char *way = tb_held_way (plan, h);
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, h->id);
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "id", id);
  tb_json_string (json, "link", link != NULL ? link->id : NULL);
  tb_json_string (json, "way", way);
  tb_json_string (json, "kind", kinds[h->kind]);
  tb_json_string (json, "label", h->label);
  tb_json_integer (json, "connection", h->connection);
  tb_json_integer (json, "number", h->number);
  tb_json_integer (json, "bytes", h->size);
  tb_json_integer (json, "behind", h->behind);
  tb_json_boolean (json, "next", h->next);
  tb_json_boolean (json, "in_line", h->in_line);
  tb_json_number (json, "waits", (double) (tb_now_ns () - h->since_ns) / TB_NS_PER_S);
  tb_json_end_object (json);
}

static void
answer_held (TbCall *call)
{
  TbHeldList *list = tb_session_held (call->session);
  tb_json_begin_object (call->json, NULL);
  tb_json_integer (call->json, "total", tb_held_list_total (list));
  tb_json_integer (call->json, "holds", tb_session_n_holds (call->session));
  tb_json_begin_array (call->json, "held");
  for (guint i = 0; i < tb_held_list_n (list); i++)
    write_held (call->json, tb_session_plan (call->session), tb_held_list_at (list, i));
  tb_json_end_array (call->json);
  tb_json_end_object (call->json);
  tb_call_reply (call, 200);
}

void
tb_route_held (TbCall *call)
{
  answer_held (call);
}

static gboolean
is_answered (TbCall *call)
{
  return tb_held_list_is_answered (tb_session_held (call->session), call->number, NULL);
}

/* Somebody else may have asked for more since; then all that is known is what is held now. */
static void
answer_step (TbCall *call)
{
  const char *why_not;
  tb_held_list_is_answered (tb_session_held (call->session), call->number, &why_not);
  if (why_not != NULL && *why_not != '\0')
    tb_call_error (call, 409, "%s", why_not);
  else
    answer_held (call);
}

static void
ask (TbCall *call, TbHeldVerb verb, guint64 id, guint64 other)
{
  call->number = tb_session_held_do (call->session, verb, id, other);
  tb_call_wait (call, is_answered, answer_step, 200);
}

/* 0: answered with 400. */
static guint64
number_of (TbCall *call, const char *text)
{
  guint64 id = 0;
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT64, &id, NULL))
    tb_call_error (call, 400, "“%s” is no held message: GET /held has their ids", text != NULL ? text : "");
  return id;
}

void
tb_route_held_next (TbCall *call)
{
  ask (call, TB_HELD_RELEASE, 0, 0);
}

void
tb_route_held_all (TbCall *call)
{
  ask (call, TB_HELD_RELEASE_ALL, 0, 0);
}

void
tb_route_held_do (TbCall *call)
{
  TbHeldVerb verb;
  if (!tb_held_verb_from_name (call->parts[1], &verb) || verb == TB_HELD_RELEASE_ALL)
    {
      tb_call_error (call, 404, "“%s” is nothing that is done with a held message; it is one of release, "
                     "drop, duplicate and swap", call->parts[1]);
      return;
    }
  guint64 id = number_of (call, call->parts[0]), other = 0;
  if (id != 0 && verb == TB_HELD_SWAP)
    other = number_of (call, tb_json_member_text (call->body, "with"));
  if (id != 0 && (other != 0 || verb != TB_HELD_SWAP))
    ask (call, verb, id, other);
}

static gboolean
is_ended (TbCall *call)
{
  return tb_session_n_holds (call->session) == 0;
}

void
tb_route_held_end (TbCall *call)
{
  tb_session_end_holds (call->session);
  tb_call_wait (call, is_ended, answer_held, 200);
}
