#include "rewire-private.h"

#include <math.h>
#include <string.h>

/* ---- What is asked before -------------------------------------------------------------------- */

static gboolean
is_kind (TbEditor *editor, TbUid uid, TbKind kind)
{
  const TbElement *e = tb_editor_element (editor, uid);
  return e != NULL && tb_element_kind (e) == kind;
}

const TbElement *
tb_link_end (TbEditor *editor, TbUid link, TbProp end)
{
  return tb_element_get_ref (tb_editor_model (editor), tb_editor_element (editor, link), end);
}

gboolean
tb_link_is_async (const TbElement *link)
{
  return g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
}

void
tb_pattern_links (TbEditor *editor, GArray *links)
{
  const TbModel *model = tb_editor_model (editor);
  TbUid one = tb_editor_selected_one (editor);
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbUid uid = g_array_index (editor->selection, TbUid, i);
      if (is_kind (editor, uid, TB_KIND_LINK) && tb_link_end (editor, uid, TB_PROP_FROM)
          && tb_link_end (editor, uid, TB_PROP_TO))
        g_array_append_val (links, uid);
    }
  if (!is_kind (editor, one, TB_KIND_COMPONENT))
    return;
  const TbElement *target = tb_editor_element (editor, one);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      TbUid uid = tb_element_uid (link);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      if (tb_element_get_ref (model, link, TB_PROP_TO) == target && from != NULL && from != target)
        g_array_append_val (links, uid);
    }
}

static const char *
protocol_of (const TbModel *model, const TbElement *link)
{
  const TbElement *service = tb_link_service (model, link);
  const char *own = tb_element_get (link, TB_PROP_PROTOCOL);
  return own ? own : service ? tb_element_get (service, TB_PROP_PROTOCOL) : NULL;
}

const char *
tb_pattern_unspeakable (TbEditor *editor, const GArray *links)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = 0; i < links->len; i++)
    {
      TbUid uid = g_array_index (links, TbUid, i);
      const char *protocol = protocol_of (model, tb_editor_element (editor, uid));
      const TbElement *from = tb_link_end (editor, uid, TB_PROP_FROM);
      gboolean http = protocol == NULL || strcmp (protocol, "http") == 0;
      gboolean own_program = tb_element_child_of (from, TB_KIND_TEMPLATE)
                             || tb_element_child_of (from, TB_KIND_COMMAND);
      if (!http && strcmp (protocol, "resp") != 0)
        return "A built-in part passes on HTTP and RESP only";
      if (!http && own_program)
        return "Its caller is a program that speaks RESP, and what would stand between speaks HTTP";
    }
  return NULL;
}

/* ---- Links ----------------------------------------------------------------------------------- */

void
tb_rewire_set (TbEditor *editor, TbUid uid, TbProp prop, const char *text)
{
  const TbElement *e = tb_editor_element (editor, uid);
  const char *now = tb_element_is_set (e, prop) ? tb_element_get (e, prop) : NULL;
  if (g_strcmp0 (now, text) != 0)
    tb_editor_set_checked (editor, uid, prop, text);
}

TbUid
tb_rewire_add_link (TbEditor *editor, TbUid from, TbUid to, TbUid like)
{
  static const TbProp same[] = { TB_PROP_SERVICE, TB_PROP_CALL,    TB_PROP_VIA,
                                 TB_PROP_PROTOCOL, TB_PROP_TIMEOUT, TB_PROP_BALANCE,
                                 TB_PROP_CARRIES, TB_PROP_FLOW };
  const TbModel *model = tb_editor_model (editor);
  const char *from_id = tb_element_id (tb_editor_element (editor, from));
  const char *to_id = tb_element_id (tb_editor_element (editor, to));
  g_autofree char *title = g_strdup_printf ("%s to %s", from_id, to_id);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_LINK, title);
  TbUid uid = tb_document_insert (editor->document, TB_KIND_LINK, id,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, TB_KIND_LINK));
  tb_editor_set_checked (editor, uid, TB_PROP_FROM, from_id);
  tb_editor_set_checked (editor, uid, TB_PROP_TO, to_id);
  const TbElement *other = tb_editor_element (editor, like);
  for (guint i = 0; other != NULL && i < G_N_ELEMENTS (same); i++)
    if (tb_element_is_set (other, same[i]))
      tb_editor_set_checked (editor, uid, same[i], tb_element_get (other, same[i]));
  return uid;
}

static void
drop_routes (TbEditor *editor, const char *link)
{
  const TbModel *model = tb_editor_model (editor);
  g_autoptr (GArray) routes = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < tb_model_count (model, TB_KIND_ROUTE); i++)
    {
      const TbElement *route = tb_model_nth (model, TB_KIND_ROUTE, i);
      TbUid uid = tb_element_uid (route);
      if (g_strcmp0 (tb_element_get (route, TB_PROP_OF), link) == 0)
        g_array_append_val (routes, uid);
    }
  for (guint i = 0; i < routes->len; i++)
    tb_document_remove (editor->document, g_array_index (routes, TbUid, i));
}

/* Calls f with every value in the document that names the link. */
static void
for_each_name (TbEditor *editor, const TbElement *top, const char *id,
               void (*f) (TbEditor *, TbUid, TbProp, TbName *, gpointer), gpointer data)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (top));
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *p = &spec->props[i];
      const char *text = tb_element_is_set (top, p->prop) ? tb_element_get (top, p->prop) : NULL;
      TbName name = { .form = TB_NAME_ELEMENT };
      gboolean ref = p->type == TB_TYPE_REF && g_strcmp0 (text, id) == 0;
      gboolean named = p->type == TB_TYPE_NAME && text && tb_name_parse (text, &name, NULL)
                       && strcmp (name.id, id) == 0;
      if (ref || named)
        f (editor, tb_element_uid (top), p->prop, &name, data);
    }
  for (guint i = 0; i < tb_element_n_children (top); i++)
    for_each_name (editor, tb_element_child (top, i), id, f, data);
}

/* What stands between has one replica: "save[2>3]" is "save[2>1]" now. */
static void
to_first_replica (TbEditor *editor, TbUid uid, TbProp prop, TbName *name, gpointer data)
{
  if (name->form != TB_NAME_INSTANCE_LINK || name->to <= 1)
    return;
  name->to = 1;
  g_autofree char *text = tb_name_format (name);
  tb_editor_set_checked (editor, uid, prop, text);
}

void
tb_rewire_retarget (TbEditor *editor, TbUid link, TbUid to)
{
  static const TbProp of_target[] = { TB_PROP_SERVICE, TB_PROP_PROTOCOL, TB_PROP_BALANCE };
  const TbElement *e = tb_editor_element (editor, link);
  tb_editor_set_checked (editor, link, TB_PROP_TO,
                         tb_element_id (tb_editor_element (editor, to)));
  for (guint i = 0; i < G_N_ELEMENTS (of_target); i++)
    tb_rewire_set (editor, link, of_target[i], NULL);
  drop_routes (editor, tb_element_id (e));
  for_each_name (editor, tb_model_root (tb_editor_model (editor)), tb_element_id (e),
                 to_first_replica, NULL);
}

static void
name_instead (TbEditor *editor, TbUid uid, TbProp prop, TbName *name, gpointer data)
{
  const TbElement *e = tb_editor_element (editor, uid);
  if (tb_element_kind (e) == TB_KIND_ROUTE || tb_element_kind (e) == TB_KIND_NOTE)
    return; /* bends of the old one; a note may be about one thing only */
  tb_editor_set_checked (editor, uid, prop, data);
}

void
tb_rewire_rename (TbEditor *editor, TbUid link, TbUid instead)
{
  g_autofree char *id = g_strdup (tb_element_id (tb_editor_element (editor, instead)));
  for_each_name (editor, tb_model_root (tb_editor_model (editor)),
                 tb_element_id (tb_editor_element (editor, link)), name_instead, id);
}

void
tb_rewire_add_hop (TbEditor *editor, TbUid link, TbUid next)
{
  const TbModel *model = tb_editor_model (editor);
  const char *id = tb_element_id (tb_editor_element (editor, link));
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < tb_model_count (model, TB_KIND_STEP); i++)
    {
      const TbElement *step = tb_model_nth (model, TB_KIND_STEP, i);
      TbUid uid = tb_element_uid (step);
      if (g_strcmp0 (tb_element_get (step, TB_PROP_LINK), id) == 0)
        g_array_append_val (steps, uid);
    }
  for (guint i = 0; i < steps->len; i++)
    {
      const TbElement *step = tb_editor_element (editor, g_array_index (steps, TbUid, i));
      TbUid hop = tb_document_insert (editor->document, TB_KIND_STEP, NULL,
                                      tb_element_uid (tb_element_parent (step)),
                                      tb_element_position (step) + 1);
      tb_editor_set_checked (editor, hop, TB_PROP_LINK,
                             tb_element_id (tb_editor_element (editor, next)));
      if (tb_element_is_set (step, TB_PROP_LABEL))
        tb_editor_set_checked (editor, hop, TB_PROP_LABEL, tb_element_get (step, TB_PROP_LABEL));
    }
}

/* ---- Bodies ---------------------------------------------------------------------------------- */

static void
call_clear (gpointer data)
{
  TbRewireCall *call = data;
  g_free (call->op);
  g_free (call->method);
  g_free (call->path);
  g_free (call->body);
}

GArray *
tb_rewire_calls_new (void)
{
  GArray *calls = g_array_new (FALSE, TRUE, sizeof (TbRewireCall));
  g_array_set_clear_func (calls, call_clear);
  return calls;
}

static char *
dup_prop (const TbElement *e, TbProp prop)
{
  return e && tb_element_is_set (e, prop) ? g_strdup (tb_element_get (e, prop)) : NULL;
}

static gboolean
same_call (const TbRewireCall *a, const TbRewireCall *b)
{
  return a->link == b->link && g_strcmp0 (a->op, b->op) == 0
         && g_strcmp0 (a->method, b->method) == 0 && g_strcmp0 (a->path, b->path) == 0
         && g_strcmp0 (a->body, b->body) == 0;
}

static void
add_call (GArray *calls, const TbElement *call, TbUid next)
{
  TbRewireCall c = { next, dup_prop (call, TB_PROP_OP), dup_prop (call, TB_PROP_METHOD),
                     dup_prop (call, TB_PROP_PATH), dup_prop (call, TB_PROP_BODY), 1 };
  if (call != NULL)
    c.weight = tb_element_get_number (call, TB_PROP_SHARE)
               * (double) tb_element_get_integer (call, TB_PROP_TIMES);
  for (guint i = 0; i < calls->len; i++)
    if (same_call (&g_array_index (calls, TbRewireCall, i), &c))
      {
        g_array_index (calls, TbRewireCall, i).weight += c.weight;
        call_clear (&c);
        return;
      }
  g_array_append_val (calls, c);
}

static const TbElement *
body_of (TbEditor *editor, const TbElement *component)
{
  return component ? tb_element_child_of (component, TB_KIND_BUILTIN) : NULL;
}

void
tb_rewire_gather_calls (TbEditor *editor, TbUid link, TbUid next, GArray *calls)
{
  const TbElement *body = body_of (editor, tb_link_end (editor, link, TB_PROP_FROM));
  const char *id = tb_element_id (tb_editor_element (editor, link));
  guint found = 0;
  for (guint i = 0; body != NULL && i < tb_element_n_children (body); i++)
    {
      const TbElement *call = tb_element_child (body, i);
      if (tb_element_kind (call) != TB_KIND_CALL
          || g_strcmp0 (tb_element_get (call, TB_PROP_LINK), id) != 0)
        continue;
      add_call (calls, call, next);
      found++;
    }
  if (found == 0)
    add_call (calls, NULL, next);
}

static void
set_optional (TbEditor *editor, TbUid uid, TbProp prop, const char *text)
{
  if (text != NULL)
    tb_editor_set_checked (editor, uid, prop, text);
}

/* Shares of a thousandth; the last takes what rounding left. */
void
tb_rewire_write_calls (TbEditor *editor, TbUid component, const GArray *calls)
{
  const TbElement *body = body_of (editor, tb_editor_element (editor, component));
  double total = 0;
  int left = 1000;
  if (body == NULL)
    return;
  TbUid parent = tb_element_uid (body);
  for (guint i = 0; i < calls->len; i++)
    total += g_array_index (calls, TbRewireCall, i).weight;
  for (guint i = 0; i < calls->len; i++)
    {
      const TbRewireCall *c = &g_array_index (calls, TbRewireCall, i);
      int part = total > 0 ? (int) round (1000 * c->weight / total) : 1000 / (int) calls->len;
      part = i + 1 == calls->len ? left : MIN (part, left);
      left -= part;
      TbUid uid = tb_document_insert (editor->document, TB_KIND_CALL, NULL, parent, G_MAXUINT);
      tb_editor_set_checked (editor, uid, TB_PROP_LINK,
                             tb_element_id (tb_editor_element (editor, c->link)));
      set_optional (editor, uid, TB_PROP_OP, c->op);
      if (calls->len > 1)
        {
          char text[G_ASCII_DTOSTR_BUF_SIZE];
          g_ascii_formatd (text, sizeof text, "%.3g", part / 1000.0);
          tb_editor_set_checked (editor, uid, TB_PROP_SHARE, text);
        }
      set_optional (editor, uid, TB_PROP_METHOD, c->method);
      set_optional (editor, uid, TB_PROP_PATH, c->path);
      set_optional (editor, uid, TB_PROP_BODY, c->body);
    }
}

static gboolean
is_http_method (const char *method)
{
  static const char *const methods[]
      = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", NULL };
  return method == NULL || g_strv_contains (methods, method);
}

void
tb_rewire_forget_methods (TbEditor *editor, TbUid link)
{
  const TbElement *body = body_of (editor, tb_link_end (editor, link, TB_PROP_FROM));
  const char *id = tb_element_id (tb_editor_element (editor, link));
  for (guint i = 0; body != NULL && i < tb_element_n_children (body); i++)
    {
      const TbElement *call = tb_element_child (body, i);
      if (tb_element_kind (call) == TB_KIND_CALL
          && g_strcmp0 (tb_element_get (call, TB_PROP_LINK), id) == 0
          && !is_http_method (tb_element_get (call, TB_PROP_METHOD)))
        tb_rewire_set (editor, tb_element_uid (call), TB_PROP_METHOD, NULL);
    }
}
