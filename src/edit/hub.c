#include "hub-private.h"

#include <string.h>

typedef struct
{
  TbEditor *editor;
  const TbHub *hub;
  TbUid uid;
  GHashTable *kept; /* caller's uid → its one link to the hub */
  GHashTable *out;  /* "called id/service" → the hub's link to it */
  GArray *calls;
} Making;

/* ---- Where ----------------------------------------------------------------------------------- */

static TbPoint
middle_of_ends (TbEditor *editor, const GArray *links, TbProp end)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  TbPoint sum = { 0, 0 };
  guint n = 0;
  for (guint i = 0; i < links->len; i++)
    {
      const TbElement *e = tb_link_end (editor, g_array_index (links, TbUid, i), end);
      TbUid uid = tb_element_uid (e);
      TbRect r;
      if (!g_hash_table_add (seen, GUINT_TO_POINTER (uid))
          || !tb_editor_bounds (editor, uid, NULL, &r))
        continue;
      sum.x += r.x + r.width / 2;
      sum.y += r.y + r.height / 2;
      n++;
    }
  return n > 0 ? (TbPoint){ sum.x / n, sum.y / n } : sum;
}

/* The containers that all of these ends share. */
static TbHome
common_home (TbEditor *editor, const GArray *links, TbProp end)
{
  TbHome home = { NULL, NULL, NULL };
  for (guint i = 0; i < links->len; i++)
    {
      const TbElement *e = tb_link_end (editor, g_array_index (links, TbUid, i), end);
      TbHome own = tb_home_of (editor, tb_element_uid (e));
      if (i == 0)
        home = own;
      home.tier = g_strcmp0 (home.tier, own.tier) == 0 ? home.tier : NULL;
      home.layer = g_strcmp0 (home.layer, own.layer) == 0 ? home.layer : NULL;
      home.group = g_strcmp0 (home.group, own.group) == 0 ? home.group : NULL;
    }
  return home;
}

/* How far from the callers towards the called, and with whom it lives: a proxy is the callers' own,
 * a balancer belongs to what it balances. */
static const struct
{
  double way;
  TbProp with;
} places[TB_N_ROLES] = {
  [TB_ROLE_SERVER] = { 0.5, TB_PROP_TO },    [TB_ROLE_BROKER] = { 0.5, TB_PROP_TO },
  [TB_ROLE_BALANCER] = { 0.6, TB_PROP_TO },  [TB_ROLE_PROXY] = { 0.4, TB_PROP_FROM },
  [TB_ROLE_MEDIATOR] = { 0.5, TB_PROP_TO },
};

static TbRect
choose_place (TbEditor *editor, const TbHub *hub, TbHome *home)
{
  TbPoint from = middle_of_ends (editor, hub->links, TB_PROP_FROM);
  TbPoint to = middle_of_ends (editor, hub->links, TB_PROP_TO);
  double way = places[hub->role].way;
  TbProp other = places[hub->role].with == TB_PROP_TO ? TB_PROP_FROM : TB_PROP_TO;
  TbPoint wish = { from.x + (to.x - from.x) * way, from.y + (to.y - from.y) * way };
  *home = common_home (editor, hub->links, places[hub->role].with);
  if (home->tier == NULL && home->layer == NULL)
    *home = common_home (editor, hub->links, other);
  return tb_editor_spot (editor, wish, home, NULL);
}

/* ---- The hub --------------------------------------------------------------------------------- */

static TbUid
insert_hub (Making *m)
{
  const TbHub *hub = m->hub;
  TbEditor *editor = m->editor;
  TbHome home = { NULL, NULL, NULL };
  TbRect rect;
  if (hub->rect != NULL)
    {
      rect = *hub->rect;
      home = *hub->home;
    }
  else
    rect = choose_place (editor, hub, &home);
  TbUid uid = tb_editor_create_at (editor, tb_palette_find (tb_role_name (hub->role)), &rect, &home);
  if (hub->name != NULL)
    tb_editor_set_checked (editor, uid, TB_PROP_NAME, hub->name);
  /* What passes things on waits for them: one thread would be a bottleneck that was not drawn. */
  if (hub->role != TB_ROLE_BROKER)
    tb_editor_set_checked (editor, uid, TB_PROP_THREADS, "pool 16");
  return uid;
}

static void
set_async (TbEditor *editor, TbUid link)
{
  tb_rewire_set (editor, link, TB_PROP_CALL, "async");
  if (tb_element_is_set (tb_editor_element (editor, link), TB_PROP_FLOW))
    tb_rewire_set (editor, link, TB_PROP_FLOW, "request");
}

/* A balancer takes turns among the replicas of what it calls. */
static TbUid
link_out (Making *m, TbUid link)
{
  TbEditor *editor = m->editor;
  const TbElement *e = tb_editor_element (editor, link);
  g_autofree char *key = g_strdup_printf ("%s/%s", tb_element_get (e, TB_PROP_TO),
                                          tb_element_get (e, TB_PROP_SERVICE) ?: "");
  TbUid out = GPOINTER_TO_UINT (g_hash_table_lookup (m->out, key));
  if (out != 0)
    return out;
  out = tb_rewire_add_link (editor, m->uid,
                            tb_element_uid (tb_link_end (editor, link, TB_PROP_TO)), link);
  if (m->hub->role == TB_ROLE_BALANCER
      && !tb_element_is_set (tb_editor_element (editor, out), TB_PROP_BALANCE))
    tb_editor_set_checked (editor, out, TB_PROP_BALANCE, "round-robin");
  if (m->hub->async)
    set_async (editor, out);
  g_hash_table_insert (m->out, g_steal_pointer (&key), GUINT_TO_POINTER (out));
  return out;
}

static void
lead_through (Making *m, TbUid link)
{
  TbEditor *editor = m->editor;
  TbUid from = tb_element_uid (tb_link_end (editor, link, TB_PROP_FROM));
  TbUid out = link_out (m, link);
  TbUid kept = GPOINTER_TO_UINT (g_hash_table_lookup (m->kept, GUINT_TO_POINTER (from)));
  tb_rewire_gather_calls (editor, link, out, m->calls);
  tb_rewire_add_hop (editor, link, out);
  if (kept == 0)
    {
      tb_rewire_retarget (editor, link, m->uid);
      tb_rewire_forget_methods (editor, link);
      if (m->hub->async)
        set_async (editor, link);
      g_hash_table_insert (m->kept, GUINT_TO_POINTER (from), GUINT_TO_POINTER (link));
      return;
    }
  if (!tb_link_is_async (tb_editor_element (editor, link)) && !m->hub->async)
    tb_rewire_set (editor, kept, TB_PROP_CALL, NULL);
  tb_rewire_forget_methods (editor, link);
  tb_rewire_rename (editor, link, kept);
  tb_document_delete (editor->document, link);
}

static void
copy_keys (Making *m)
{
  TbEditor *editor = m->editor;
  const TbElement *own
      = tb_element_child_of (tb_editor_element (editor, m->uid), TB_KIND_BUILTIN);
  for (guint i = 0; own != NULL && i < m->hub->links->len; i++)
    {
      const TbElement *link
          = tb_editor_element (editor, g_array_index (m->hub->links, TbUid, i));
      const TbElement *from = link ? tb_link_end (editor, tb_element_uid (link), TB_PROP_FROM) : NULL;
      const TbElement *body = from ? tb_element_child_of (from, TB_KIND_BUILTIN) : NULL;
      if (body != NULL && tb_element_is_set (body, TB_PROP_KEYS))
        {
          tb_rewire_set (editor, tb_element_uid (own), TB_PROP_KEYS,
                         tb_element_get (body, TB_PROP_KEYS));
          return;
        }
    }
}

TbUid
tb_hub_make (TbEditor *editor, const TbHub *hub)
{
  Making m = { .editor = editor,
               .hub = hub,
               .kept = g_hash_table_new (NULL, NULL),
               .out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
               .calls = tb_rewire_calls_new () };
  m.uid = insert_hub (&m);
  copy_keys (&m);
  for (guint i = 0; i < hub->links->len; i++)
    lead_through (&m, g_array_index (hub->links, TbUid, i));
  tb_rewire_write_calls (editor, m.uid, m.calls);
  g_hash_table_unref (m.kept);
  g_hash_table_unref (m.out);
  g_array_unref (m.calls);
  return m.uid;
}
