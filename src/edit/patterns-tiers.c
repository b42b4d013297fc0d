/* Patterns on tiers: one into two, one more between two, two into one. Devices come and go with
 * them; what lies beyond makes room, everything else stays where it is. */
#include "patterns-private.h"
#include "tb-deployment.h"

#include <math.h>
#include <string.h>

#define GAP 20.0 /* between two tiers */

/* What a tier adds around its members (scene-arrange.c). */
#define PAD_SIDE 20.0
#define PAD_TOP 48.0
#define PAD_BOTTOM 24.0

static gboolean
is_kind (const TbElement *e, TbKind kind)
{
  return e != NULL && tb_element_kind (e) == kind;
}

static const TbElement *
tier_of (TbEditor *editor, const TbElement *component)
{
  return tb_element_get_ref (tb_editor_model (editor), component, TB_PROP_TIER);
}

static void
collect_members (TbEditor *editor, const TbElement *tier, GArray *uids)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *c = tb_model_nth (model, TB_KIND_COMPONENT, i);
      TbUid uid = tb_element_uid (c);
      if (tier_of (editor, c) == tier)
        g_array_append_val (uids, uid);
    }
}

static gboolean
holds (const GArray *uids, TbUid uid)
{
  for (guint i = 0; i < uids->len; i++)
    if (g_array_index (uids, TbUid, i) == uid)
      return TRUE;
  return FALSE;
}

/* ---- A tier of one's own --------------------------------------------------------------------- */

static guint
device_number (const TbElement *device)
{
  guint nth = 0;
  while (tb_tier_device (tb_element_parent (device), nth) != device)
    nth++;
  return nth;
}

/* Beside another in the file, with as many devices like its. */
static TbUid
insert_tier (TbEditor *editor, const TbElement *like, guint position, const char *title)
{
  const TbModel *model = tb_editor_model (editor);
  g_autofree char *name = tb_editor_fresh_name (model, TB_KIND_TIER, title);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_TIER, name);
  TbUid uid = tb_document_insert (editor->document, TB_KIND_TIER, id,
                                  tb_element_uid (tb_model_root (model)), position);
  tb_editor_set_checked (editor, uid, TB_PROP_NAME, name);
  const TbElement *from = tb_tier_device (like, 0);
  for (guint i = 0; i == 0 || from != NULL; from = tb_tier_device (like, ++i))
    {
      static const TbProp same[] = { TB_PROP_CORES, TB_PROP_MEMORY };
      g_autofree char *device_title = g_strdup_printf ("%s-%u", id, i + 1);
      g_autofree char *device_id = tb_model_make_id (model, TB_KIND_DEVICE, device_title);
      TbUid device = tb_document_insert (editor->document, TB_KIND_DEVICE, device_id, uid,
                                         G_MAXUINT);
      for (guint k = 0; from != NULL && k < G_N_ELEMENTS (same); k++)
        if (tb_element_is_set (from, same[k]))
          tb_editor_set_checked (editor, device, same[k], tb_element_get (from, same[k]));
    }
  return uid;
}

/* What ran on the old tier's third device runs on the new one's third. */
static void
move_devices (TbEditor *editor, const TbElement *component, const TbElement *from, TbUid to)
{
  const TbElement *tier = tb_editor_element (editor, to);
  for (guint i = 0; i < tb_element_n_children (component); i++)
    {
      const TbElement *on = tb_element_child (component, i);
      const TbElement *device
          = is_kind (on, TB_KIND_ON)
                ? tb_element_get_ref (tb_editor_model (editor), on, TB_PROP_DEVICE) : NULL;
      if (device == NULL || tb_element_parent (device) != from)
        continue;
      const TbElement *other = tb_tier_device (tier, device_number (device));
      tb_editor_set_checked (editor, tb_element_uid (on), TB_PROP_DEVICE, tb_element_id (other));
    }
}

static void
change_tier (TbEditor *editor, const GArray *uids, const TbElement *from, TbUid to)
{
  const char *id = tb_element_id (tb_editor_element (editor, to));
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      tb_editor_set_checked (editor, uid, TB_PROP_TIER, id);
      move_devices (editor, tb_editor_element (editor, uid), from, to);
    }
}

/* ---- Splitting ------------------------------------------------------------------------------- */

typedef struct
{
  const TbElement *tier;
  GArray *moved, *rest;
} Split;

/* What others of the same tier call stands behind them. */
static gboolean
is_called_within (TbEditor *editor, const TbElement *component)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      if (from != NULL && from != component
          && tb_element_get_ref (model, link, TB_PROP_TO) == component
          && tier_of (editor, from) == tier_of (editor, component))
        return TRUE;
    }
  return FALSE;
}

static gboolean
goes (TbEditor *editor, const TbElement *component, gboolean whole_tier)
{
  return whole_tier ? is_called_within (editor, component)
                    : tb_editor_is_selected (editor, tb_element_uid (component));
}

static const char *
read_split (TbEditor *editor, Split *s)
{
  const TbElement *first
      = editor->selection->len > 0
            ? tb_editor_element (editor, g_array_index (editor->selection, TbUid, 0)) : NULL;
  gboolean whole = editor->selection->len == 1 && is_kind (first, TB_KIND_TIER);
  s->tier = whole ? first : is_kind (first, TB_KIND_COMPONENT) ? tier_of (editor, first) : NULL;
  for (guint i = 0; i < editor->selection->len && !whole; i++)
    {
      const TbElement *e = tb_editor_element (editor, g_array_index (editor->selection, TbUid, i));
      if (!is_kind (e, TB_KIND_COMPONENT) || tier_of (editor, e) != s->tier)
        return "It needs a tier, or components of one tier";
    }
  if (s->tier == NULL)
    return "It needs a tier, or components of one tier";
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (TbUid));
  collect_members (editor, s->tier, members);
  for (guint i = 0; i < members->len; i++)
    {
      TbUid uid = g_array_index (members, TbUid, i);
      g_array_append_val (goes (editor, tb_editor_element (editor, uid), whole) ? s->moved : s->rest,
                          uid);
    }
  if (s->moved->len == 0)
    return "Nothing in it calls another part of it: select what is to move";
  return s->rest->len == 0 ? "All of it would move: nothing would be split" : NULL;
}

static void
split_begin (Split *s)
{
  *s = (Split){ NULL, g_array_new (FALSE, FALSE, sizeof (TbUid)),
                g_array_new (FALSE, FALSE, sizeof (TbUid)) };
}

static void
split_end (Split *s)
{
  g_array_unref (s->moved);
  g_array_unref (s->rest);
}

static const char *
refuse_split (TbEditor *editor)
{
  Split s;
  split_begin (&s);
  const char *reason = read_split (editor, &s);
  split_end (&s);
  return reason;
}

static gboolean
bounds_of (TbEditor *editor, const GArray *uids, TbRect *all)
{
  *all = (TbRect){ 0, 0, 0, 0 };
  for (guint i = 0; i < uids->len; i++)
    {
      TbRect r;
      if (!tb_editor_bounds (editor, g_array_index (uids, TbUid, i), NULL, &r))
        return FALSE;
      tb_rect_union (all, &r, all);
    }
  return all->width > 0;
}

static void
shift_all (TbPlaces *places, const GArray *uids, double dy)
{
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbRect r;
      if (!tb_editor_bounds (places->editor, uid, NULL, &r))
        continue;
      r.y += dy;
      tb_places_set (places, uid, &r, FALSE);
    }
}

static double
snap_up (double v)
{
  return ceil (v / TB_GRID - 1e-6) * TB_GRID;
}

static gboolean
shows_layers (TbEditor *editor)
{
  g_autoptr (GArray) frames = tb_editor_frames (editor);
  for (guint i = 0; i < frames->len; i++)
    if (g_array_index (frames, TbFrameRect, i).kind == TB_ITEM_LAYER)
      return TRUE;
  return FALSE;
}

/* What goes down lies below what stays, or what stays below what stood above it. All below the old
 * tier makes as much room as that takes. */
static void
place_split (TbPlaces *places, const Split *s, gboolean above)
{
  TbEditor *editor = places->editor;
  TbUid tier_uid = tb_element_uid (s->tier);
  const GArray *upper = above ? s->moved : s->rest, *lower = above ? s->rest : s->moved;
  TbRect tier, top, low;
  if (!tb_editor_bounds (editor, tier_uid, NULL, &tier) || !bounds_of (editor, upper, &top)
      || !bounds_of (editor, lower, &low))
    return;
  double dy = snap_up (top.y + top.height + PAD_BOTTOM + GAP + PAD_TOP - low.y);
  double bottom = low.y + MAX (dy, 0) + low.height + PAD_BOTTOM;
  double by = snap_up (bottom - (tier.y + tier.height)), line = tier.y + tier.height;
  /* Bands go through all tiers: what is beside the lower part goes down with it. */
  if (shows_layers (editor) && dy > 0)
    {
      by = dy;
      line = low.y;
    }
  if (by > 0)
    tb_room_open (places, TRUE, line, by);
  shift_all (places, upper, 0);
  if (dy > 0)
    shift_all (places, lower, dy);
  if (tb_places_has (places, tier_uid))
    tb_places_forget (places, tier_uid);
}

static void
run_split (TbEditor *editor)
{
  Split s;
  TbRect moved, rest;
  TbPlaces places;
  split_begin (&s);
  read_split (editor, &s);
  gboolean above = bounds_of (editor, s.moved, &moved) && bounds_of (editor, s.rest, &rest)
                   && moved.y + moved.height / 2 < rest.y + rest.height / 2;
  g_autofree char *label = g_strdup_printf ("Split %s", tb_element_title (s.tier));
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  place_split (&places, &s, above);
  TbUid tier = insert_tier (editor, s.tier, tb_element_position (s.tier) + (above ? 0 : 1),
                            tb_element_title (s.tier));
  change_tier (editor, s.moved, s.tier, tier);
  tb_places_end (&places);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, tier);
  split_end (&s);
}

/* ---- One between two ------------------------------------------------------------------------- */

typedef struct
{
  const TbElement *from, *to; /* the callers' tier and the called one's */
  GArray *links;
} Crossing;

static void
collect_crossing (TbEditor *editor, Crossing *c)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
      TbUid uid = tb_element_uid (link);
      if (from != NULL && to != NULL && tier_of (editor, from) == c->from
          && tier_of (editor, to) == c->to)
        g_array_append_val (c->links, uid);
    }
}

/* Two tiers, or a link from one to another. */
static const char *
read_crossing (TbEditor *editor, Crossing *c)
{
  const TbElement *ends[2] = { NULL, NULL };
  guint n = editor->selection->len;
  for (guint i = 0; i < MIN (n, 2); i++)
    ends[i] = tb_editor_element (editor, g_array_index (editor->selection, TbUid, i));
  if (n == 1 && is_kind (ends[0], TB_KIND_LINK))
    {
      TbUid link = tb_element_uid (ends[0]);
      const TbElement *from = tb_link_end (editor, link, TB_PROP_FROM);
      const TbElement *to = tb_link_end (editor, link, TB_PROP_TO);
      ends[0] = from ? tier_of (editor, from) : NULL;
      ends[1] = to ? tier_of (editor, to) : NULL;
    }
  if (n > 2 || !is_kind (ends[0], TB_KIND_TIER) || !is_kind (ends[1], TB_KIND_TIER)
      || ends[0] == ends[1])
    return "It needs two tiers, or a link from one tier to another";
  c->from = ends[0];
  c->to = ends[1];
  collect_crossing (editor, c);
  if (c->links->len == 0)
    {
      c->from = ends[1];
      c->to = ends[0];
      collect_crossing (editor, c);
    }
  return c->links->len == 0 ? "No link leads from one of them to the other"
                            : tb_pattern_unspeakable (editor, c->links);
}

static const char *
refuse_between (TbEditor *editor)
{
  Crossing c = { .links = g_array_new (FALSE, FALSE, sizeof (TbUid)) };
  const char *reason = read_crossing (editor, &c);
  g_array_unref (c.links);
  return reason;
}

/* How much is free before the second tier, in the direction from the first. */
static double
free_before (TbEditor *editor, const TbRect *second, gboolean vertical)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbRect all = tb_scene_bounds (editor->scene);
  double edge = vertical ? all.y : all.x, line = vertical ? second->y : second->x;
  tb_scene_query (editor->scene, &all, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (!tb_editor_bounds (editor, g_array_index (uids, TbUid, i), &kind, &r)
          || kind == TB_ITEM_LINK || kind == TB_ITEM_LAYER)
        continue;
      double end = vertical ? r.y + r.height : r.x + r.width;
      if (end <= line + 0.5)
        edge = MAX (edge, end);
    }
  return line - edge;
}

/* The layer between the two, where there is one; else the callers'. */
static const char *
layer_between (TbEditor *editor, const Crossing *c)
{
  const TbModel *model = tb_editor_model (editor);
  TbUid link = g_array_index (c->links, TbUid, 0);
  const TbElement *from = tb_element_get_ref (
      model, tb_link_end (editor, link, TB_PROP_FROM), TB_PROP_LAYER);
  const TbElement *to
      = tb_element_get_ref (model, tb_link_end (editor, link, TB_PROP_TO), TB_PROP_LAYER);
  for (guint i = 0; from != NULL && to != NULL && i + 2 < tb_model_count (model, TB_KIND_LAYER); i++)
    if (tb_model_nth (model, TB_KIND_LAYER, i) == from
        && tb_model_nth (model, TB_KIND_LAYER, i + 1) != to)
      return tb_element_id (tb_model_nth (model, TB_KIND_LAYER, i + 1));
  return from ? tb_element_id (from) : NULL;
}

/* Opens the room the new tier takes; where its one card stands in it. */
static gboolean
open_between (TbPlaces *places, const Crossing *c, TbRect *card)
{
  TbEditor *editor = places->editor;
  TbRect a, b;
  if (!tb_editor_bounds (editor, tb_element_uid (c->from), NULL, &a)
      || !tb_editor_bounds (editor, tb_element_uid (c->to), NULL, &b))
    return FALSE;
  gboolean vertical = a.y + a.height <= b.y || b.y + b.height <= a.y;
  const TbRect *second = (vertical ? a.y < b.y : a.x < b.x) ? &b : &a;
  double size = vertical ? PAD_TOP + TB_CARD_HEIGHT + PAD_BOTTOM : TB_CARD_WIDTH + 2 * PAD_SIDE;
  double line = vertical ? second->y : second->x;
  double by = snap_up (size + 2 * GAP - free_before (editor, second, vertical));
  if (by > 0)
    tb_room_open (places, vertical, line, by);
  double end = line + MAX (by, 0) - GAP;
  TbPoint middle = { (a.x + a.width / 2 + b.x + b.width / 2) / 2,
                     (a.y + a.height / 2 + b.y + b.height / 2) / 2 };
  *card = (TbRect){ middle.x - TB_CARD_WIDTH / 2, middle.y - TB_CARD_HEIGHT / 2, TB_CARD_WIDTH,
                    TB_CARD_HEIGHT };
  if (vertical)
    card->y = end - PAD_BOTTOM - TB_CARD_HEIGHT;
  else
    card->x = end - PAD_SIDE - TB_CARD_WIDTH;
  /* Beside its callers, in their band. */
  TbRect caller;
  TbUid first = g_array_index (c->links, TbUid, 0);
  if (!vertical
      && tb_editor_bounds (editor, tb_element_uid (tb_link_end (editor, first, TB_PROP_FROM)), NULL,
                           &caller))
    card->y = caller.y;
  card->x = tb_editor_snap (card->x);
  card->y = tb_editor_snap (card->y);
  return TRUE;
}

static void
run_between (TbEditor *editor)
{
  Crossing c = { .links = g_array_new (FALSE, FALSE, sizeof (TbUid)) };
  TbPlaces places;
  TbRect card;
  read_crossing (editor, &c);
  guint a = tb_element_position (c.from), b = tb_element_position (c.to);
  tb_document_begin (editor->document, "Put a Tier Between", NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  gboolean placed = open_between (&places, &c, &card);
  tb_places_end (&places);
  TbUid tier = insert_tier (editor, NULL, a < b ? a + 1 : a, "Middle tier");
  TbHome home = { tb_element_id (tb_editor_element (editor, tier)), layer_between (editor, &c),
                  NULL };
  if (!placed)
    card = tb_editor_spot (editor, (TbPoint){ 0, 0 }, &home);
  TbHub hub = { .role = TB_ROLE_SERVER, .links = c.links, .rect = &card, .home = &home };
  TbUid server = tb_hub_make (editor, &hub);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, server);
  g_array_unref (c.links);
}

/* ---- Joining --------------------------------------------------------------------------------- */

static const char *
refuse_join (TbEditor *editor)
{
  g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbRect all = { 0, 0, 0, 0 };
  if (editor->selection->len != 2)
    return "It needs two tiers";
  for (guint i = 0; i < 2; i++)
    {
      TbUid uid = g_array_index (editor->selection, TbUid, i);
      const TbElement *tier = tb_editor_element (editor, uid);
      TbRect r = { 0, 0, 0, 0 };
      if (!is_kind (tier, TB_KIND_TIER))
        return "It needs two tiers";
      if (tb_editor_bounds (editor, uid, NULL, &r))
        tb_rect_union (&all, &r, &all);
      g_array_append_val (own, uid);
      collect_members (editor, tier, own);
    }
  tb_scene_query (editor->scene, &all, FALSE, uids);
  for (guint i = 0; all.width > 0 && i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbItemKind kind;
      TbRect r;
      if (tb_editor_bounds (editor, uid, &kind, &r) && !holds (own, uid)
          && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_TIER) && tb_rect_intersects (&r, &all))
        return "Something else lies between them: move it away first";
    }
  return NULL;
}

/* What names the one that goes: rules of style, notes, views into it. */
static void
name_other_tier (TbEditor *editor, const TbElement *from, const char *to)
{
  static const struct
  {
    TbKind kind;
    TbProp prop;
  } rows[] = { { TB_KIND_STYLE, TB_PROP_TIER },
               { TB_KIND_NOTE, TB_PROP_OF },
               { TB_KIND_VIEW, TB_PROP_OF } };
  const TbModel *model = tb_editor_model (editor);
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    for (guint i = 0; i < tb_model_count (model, rows[k].kind); i++)
      {
        const TbElement *e = tb_model_nth (model, rows[k].kind, i);
        if (g_strcmp0 (tb_element_get (e, rows[k].prop), tb_element_id (from)) == 0)
          tb_editor_set_checked (editor, tb_element_uid (e), rows[k].prop, to);
      }
}

static void
run_join (TbEditor *editor)
{
  const TbElement *a = tb_editor_element (editor, g_array_index (editor->selection, TbUid, 0));
  const TbElement *b = tb_editor_element (editor, g_array_index (editor->selection, TbUid, 1));
  const TbElement *stays = tb_element_position (a) < tb_element_position (b) ? a : b;
  const TbElement *away = stays == a ? b : a;
  TbUid kept = tb_element_uid (stays);
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autofree char *label
      = g_strdup_printf ("Join %s and %s", tb_element_title (stays), tb_element_title (away));
  TbPlaces places;
  collect_members (editor, away, members);
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_end (&places);
  while (tb_tier_device (away, 0) != NULL)
    tb_document_move (editor->document, tb_element_uid (tb_tier_device (away, 0)), kept, G_MAXUINT);
  for (guint i = 0; i < members->len; i++)
    tb_editor_set_checked (editor, g_array_index (members, TbUid, i), TB_PROP_TIER,
                           tb_element_id (stays));
  name_other_tier (editor, away, tb_element_id (stays));
  tb_document_delete (editor->document, tb_element_uid (away));
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, kept);
}

TB_PATTERN (split)
TB_PATTERN (between)
TB_PATTERN (join)

static const TbCommandRow rows[] = {
  TB_PATTERN_ROW ("split-tier", "Split the Tier",
                  "What is called within it, or what is selected of it, gets a tier of its own.",
                  split),
  TB_PATTERN_ROW ("tier-between", "Put a Tier Between",
                  "A server on a tier of its own takes the calls from one tier to the other.",
                  between),
  TB_PATTERN_ROW ("join-tiers", "Join Tiers",
                  "The components and devices of both become one tier.", join),
};

const TbCommandSet tb_commands_pattern_tiers = { rows, G_N_ELEMENTS (rows) };
