#include "hub-private.h"

#include <math.h>
#include <string.h>

#define FAR_OFF 240.0 /* as tb_editor_spot_on_way() counts */
#define ROOM_X 104.0  /* between cards, where room is made: a label fits */
#define ROOM_Y 72.0

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

/* The middle of their middles, and all of them. */
static TbPoint
middle_of_ends (TbEditor *editor, const GArray *links, TbProp end, TbRect *all)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  TbPoint sum = { 0, 0 };
  guint n = 0;
  *all = (TbRect){ 0, 0, 0, 0 };
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
      tb_rect_union (all, &r, all);
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
} kinds[TB_N_ROLES] = {
  [TB_ROLE_SERVER] = { 0.5, TB_PROP_TO },    [TB_ROLE_BROKER] = { 0.5, TB_PROP_TO },
  [TB_ROLE_BALANCER] = { 0.6, TB_PROP_TO },  [TB_ROLE_PROXY] = { 0.4, TB_PROP_FROM },
  [TB_ROLE_MEDIATOR] = { 0.5, TB_PROP_TO },
};

typedef struct
{
  TbWay way;
  TbRect callers, called; /* all of each */
  TbHome home;
} Between;

/* A row or column of its own: before what it calls, or after who calls it. */
static gboolean
open_room (TbPlaces *places, const TbHub *hub, const Between *b, TbRect *rect)
{
  double dx = b->way.to.x - b->way.from.x, dy = b->way.to.y - b->way.from.y;
  gboolean vertical = fabs (dy) >= fabs (dx), forward = vertical ? dy >= 0 : dx >= 0;
  gboolean with_called = kinds[hub->role].with == TB_PROP_TO;
  const TbRect *near = with_called ? &b->called : &b->callers;
  TbPoint middle = with_called ? b->way.to : b->way.from;
  double start = vertical ? near->y : near->x;
  double size = vertical ? TB_CARD_HEIGHT : TB_CARD_WIDTH;
  double gap = vertical ? ROOM_Y : ROOM_X;
  gboolean before = with_called == forward;
  double line = before ? start : start + (vertical ? near->height : near->width);
  double at = before ? line : line + gap;
  *rect = (TbRect){ tb_editor_snap (vertical ? middle.x - TB_CARD_WIDTH / 2 : at),
                    tb_editor_snap (vertical ? at : middle.y - TB_CARD_HEIGHT / 2), TB_CARD_WIDTH,
                    TB_CARD_HEIGHT };
  if (!tb_room_is_clear (places->editor, vertical, line, rect))
    return FALSE;
  tb_room_open (places, vertical, line, ceil ((size + gap) / TB_GRID) * TB_GRID);
  return TRUE;
}

/* Callers and called that stand among each other have no middle: a row through the middle of all. */
static gboolean
open_row (TbPlaces *places, TbPoint wish, TbRect *rect)
{
  double y = wish.y + TB_CARD_HEIGHT / 2 + ROOM_Y / 2;
  *rect = (TbRect){ tb_editor_snap (wish.x - TB_CARD_WIDTH / 2), tb_editor_snap (y), TB_CARD_WIDTH,
                    TB_CARD_HEIGHT };
  if (!tb_room_is_clear (places->editor, TRUE, wish.y, rect))
    return FALSE;
  tb_room_open (places, TRUE, wish.y, ceil ((2 * TB_CARD_HEIGHT + ROOM_Y) / TB_GRID) * TB_GRID);
  return TRUE;
}

static gboolean
are_apart (const Between *b)
{
  return !tb_rect_intersects (&b->callers, &b->called);
}

static Between
look_between (TbEditor *editor, const TbHub *hub)
{
  TbProp with = kinds[hub->role].with, other = with == TB_PROP_TO ? TB_PROP_FROM : TB_PROP_TO;
  Between b = { .home = common_home (editor, hub->links, with) };
  b.way.from = middle_of_ends (editor, hub->links, TB_PROP_FROM, &b.callers);
  b.way.to = middle_of_ends (editor, hub->links, TB_PROP_TO, &b.called);
  if (b.home.tier == NULL && b.home.layer == NULL)
    b.home = common_home (editor, hub->links, other);
  return b;
}

/* Where there is room between the two; where that is far off the way, room is made. */
static TbRect
choose_place (TbEditor *editor, const TbHub *hub, TbHome *home)
{
  Between b = look_between (editor, hub);
  double part = kinds[hub->role].way;
  TbPoint wish = { b.way.from.x + (b.way.to.x - b.way.from.x) * part,
                   b.way.from.y + (b.way.to.y - b.way.from.y) * part };
  TbRect rect, own;
  TbPlaces places;
  *home = b.home;
  if (tb_editor_spot_on_way (editor, wish, home, &b.way, &rect) <= FAR_OFF)
    return rect;
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  gboolean opened = are_apart (&b) ? open_room (&places, hub, &b, &own)
                                   : open_row (&places, wish, &own);
  tb_places_end (&places);
  return opened ? own : rect;
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
