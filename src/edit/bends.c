/* A link's way by hand: its segments, bends, ends and label.
 *
 * Only what a person fixed is written: the corners of a dragged segment become bends, an end that is
 * slid along a card is glued there, a label keeps how far along the link and how far beside it is.
 * Everything else stays the router's. */
#include "editor-private.h"

#include <math.h>

#define SEGMENT_PX 26.0  /* shorter segments show no handle */
#define END_MARGIN 12.0  /* a card's corner is round: links keep away from it */
#define ON_LINE 1.0      /* a bend nearer than this is on the segment */

/* ---- Parts ----------------------------------------------------------------------------------- */

static void
append_part (GArray *parts, TbLinkPartKind kind, guint index, TbPoint at)
{
  TbLinkPart part = { kind, index, at };
  g_array_append_val (parts, part);
}

void
tb_editor_link_parts (TbEditor *editor, TbUid link, double scale, GArray *parts)
{
  guint n;
  const TbPoint *way = tb_scene_route (editor->scene, link, &n);
  if (way == NULL || n < 2)
    return;
  g_autoptr (GArray) bends = tb_editor_bends (editor, link);
  append_part (parts, TB_LINK_START, 0, way[0]);
  append_part (parts, TB_LINK_END, n - 1, way[n - 1]);
  for (guint i = 0; i < bends->len; i++)
    append_part (parts, TB_LINK_BEND, i, g_array_index (bends, TbPoint, i));
  for (guint i = 0; i + 1 < n; i++)
    if (hypot (way[i + 1].x - way[i].x, way[i + 1].y - way[i].y) * scale >= SEGMENT_PX)
      append_part (parts, TB_LINK_SEGMENT, i,
                   (TbPoint){ (way[i].x + way[i + 1].x) / 2, (way[i].y + way[i + 1].y) / 2 });
}

static double
distance_to_segment (TbPoint a, TbPoint b, double x, double y)
{
  double dx = MAX (0, MAX (MIN (a.x, b.x) - x, x - MAX (a.x, b.x)));
  double dy = MAX (0, MAX (MIN (a.y, b.y) - y, y - MAX (a.y, b.y)));
  return hypot (dx, dy);
}

static gboolean
segment_at (TbEditor *editor, TbUid link, double x, double y, double reach, TbLinkPart *part)
{
  guint n;
  const TbPoint *way = tb_scene_route (editor->scene, link, &n);
  for (guint i = 0; i + 1 < n; i++)
    if (distance_to_segment (way[i], way[i + 1], x, y) <= reach)
      {
        *part = (TbLinkPart){ TB_LINK_SEGMENT, i, { x, y } };
        return TRUE;
      }
  return FALSE;
}

static TbUid
selected_link (TbEditor *editor)
{
  TbItemKind kind;
  TbUid uid = tb_editor_selected_one (editor);
  return uid && tb_editor_bounds (editor, uid, &kind, NULL) && kind == TB_ITEM_LINK ? uid : 0;
}

/* Handles first; then the line itself, where nothing lies over it. */
gboolean
tb_editor_link_part_at (TbEditor *editor, double x, double y, double scale, TbLinkPart *part)
{
  TbUid link = selected_link (editor);
  if (link == 0)
    return FALSE;
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (TbLinkPart));
  tb_editor_link_parts (editor, link, scale, parts);
  for (guint i = 0; i < parts->len; i++)
    {
      *part = g_array_index (parts, TbLinkPart, i);
      if (hypot (part->at.x - x, part->at.y - y) * scale <= TB_HANDLE_PX)
        return TRUE;
    }
  return tb_editor_item_at (editor, x, y, scale) == link && tb_editor_label_at (editor, x, y) == 0
         && segment_at (editor, link, x, y, TB_LINK_TOLERANCE_PX / scale, part);
}

TbUid
tb_editor_label_at (TbEditor *editor, double x, double y)
{
  TbRect label;
  TbUid uid = tb_scene_hit (editor->scene, x, y, 0);
  return uid && tb_scene_link_label (editor->scene, uid, &label) && tb_rect_contains (&label, x, y)
             ? uid : 0;
}

/* ---- Sides ----------------------------------------------------------------------------------- */

typedef enum
{
  END_FROM,
  END_TO
} End;

static const struct
{
  TbProp id, side, at, port;
} end_props[] = {
  [END_FROM] = { TB_PROP_FROM, TB_PROP_FROM_SIDE, TB_PROP_FROM_AT, TB_PROP_FROM_PORT },
  [END_TO] = { TB_PROP_TO, TB_PROP_TO_SIDE, TB_PROP_TO_AT, TB_PROP_TO_PORT },
};

static TbUid
card_of (TbEditor *editor, TbUid link, End end)
{
  const TbElement *card = tb_element_get_ref (tb_editor_model (editor),
                                              tb_editor_element (editor, link), end_props[end].id);
  return card ? tb_element_uid (card) : 0;
}

/* The side of r that is nearest to p, and how far along it that is. */
static TbSide
nearest_side (const TbRect *r, TbPoint p, double *at)
{
  const double away[] = { G_MAXDOUBLE, fabs (p.y - r->y), fabs (p.x - r->x - r->width),
                          fabs (p.y - r->y - r->height), fabs (p.x - r->x) };
  TbSide best = TB_SIDE_TOP;
  for (TbSide s = TB_SIDE_TOP; s <= TB_SIDE_LEFT; s++)
    if (away[s] < away[best])
      best = s;
  *at = best == TB_SIDE_TOP || best == TB_SIDE_BOTTOM ? (p.x - r->x) / r->width
                                                      : (p.y - r->y) / r->height;
  *at = CLAMP (*at, 0, 1);
  return best;
}

static void
glue (TbEditor *editor, TbUid link, End end, TbPoint p)
{
  static const char *const names[] = { NULL, "top", "right", "bottom", "left" };
  TbRect r;
  double at;
  if (!tb_editor_bounds (editor, card_of (editor, link, end), NULL, &r))
    return;
  TbSide side = nearest_side (&r, p, &at);
  TbUid route = tb_editor_ensure_route (editor, link);
  tb_editor_set_checked (editor, route, end_props[end].side, names[side]);
  tb_editor_set_number (editor, route, end_props[end].at, at, 0.001);
  if (tb_element_is_set (tb_editor_element (editor, route), end_props[end].port))
    tb_editor_set_checked (editor, route, end_props[end].port, NULL);
}

static void
unset (TbEditor *editor, TbUid uid, TbProp prop)
{
  if (uid != 0 && tb_element_is_set (tb_editor_element (editor, uid), prop))
    tb_editor_set_checked (editor, uid, prop, NULL);
}

static void
unglue (TbEditor *editor, TbUid link, End end)
{
  TbUid route = tb_editor_find_route (editor, link);
  unset (editor, route, end_props[end].side);
  unset (editor, route, end_props[end].at);
  unset (editor, route, end_props[end].port);
}

/* ---- Segments and bends ---------------------------------------------------------------------- */

static TbPoint *
point_at (GArray *points, guint i)
{
  return &g_array_index (points, TbPoint, i);
}

static gboolean
is_level (TbPoint a, TbPoint b)
{
  return fabs (a.y - b.y) <= fabs (a.x - b.x);
}

void
tb_bend_begin (TbEditor *editor)
{
  editor->tool.points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
}

/* Where a segment comes to lie: in line with another of its link if near, else on half a grid step. */
static double
snap_segment (TbEditor *editor, const TbPoint *way, guint n, guint segment, double v)
{
  TbTool *tool = &editor->tool;
  gboolean level = is_level (way[segment], way[segment + 1]);
  double reach = TB_GUIDE_PX / tool->scale, best = G_MAXDOUBLE;
  if (tool->mods & (TB_MOD_ALT | TB_MOD_CTRL))
    return v;
  for (guint i = 0; i + 1 < n; i++)
    {
      double other = level ? way[i].y : way[i].x;
      if (i != segment && is_level (way[i], way[i + 1]) == level && fabs (other - v) <= reach
          && fabs (other - v) < fabs (best - v))
        best = other;
    }
  if (best != G_MAXDOUBLE)
    return best;
  return editor->no_grid ? v : round (v / (TB_GRID / 2)) * (TB_GRID / 2);
}

/* How far an end can slide along its card with a segment. */
static double
slide (TbEditor *editor, TbUid link, End end, gboolean level, double v)
{
  TbRect r;
  if (!tb_editor_bounds (editor, card_of (editor, link, end), NULL, &r))
    return v;
  return level ? CLAMP (v, r.y + END_MARGIN, r.y + r.height - END_MARGIN)
               : CLAMP (v, r.x + END_MARGIN, r.x + r.width - END_MARGIN);
}

/* A straight link that is drawn beyond what both cards offer gets a bay in its middle third. */
static void
make_bay (GArray *points, gboolean level, double v)
{
  TbPoint a = *point_at (points, 0), b = *point_at (points, 1);
  for (guint i = 0; i < 4; i++)
    {
      double part = i < 2 ? 1 / 3. : 2 / 3.;
      TbPoint p = { a.x + part * (b.x - a.x), a.y + part * (b.y - a.y) };
      if (i == 1 || i == 2)
        *(level ? &p.y : &p.x) = v;
      g_array_insert_val (points, 1 + i, p);
    }
}

static void
drag_segment (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  guint n, i = tool->part.index;
  const TbPoint *way = tb_scene_route (editor->scene, tool->link, &n);
  g_array_set_size (tool->points, 0);
  if (way == NULL || i + 1 >= n)
    return;
  gboolean level = is_level (way[i], way[i + 1]);
  double v = snap_segment (editor, way, n, i,
                           level ? way[i].y + y - tool->press.y : way[i].x + x - tool->press.x);
  double slid = i == 0 ? slide (editor, tool->link, END_FROM, level, v) : v;
  if (i + 2 == n)
    slid = slide (editor, tool->link, END_TO, level, slid);
  g_array_append_vals (tool->points, way, n);
  if (n == 2 && slid != v)
    {
      make_bay (tool->points, level, v);
      return;
    }
  for (guint k = i; k <= i + 1; k++)
    *(level ? &point_at (tool->points, k)->y : &point_at (tool->points, k)->x) = slid;
}

/* Through the bends with right angles, going on as one came: nearly what the router will make. */
static void
join_square (GArray *points, TbPoint to, gboolean level)
{
  TbPoint last = *point_at (points, points->len - 1);
  if (points->len > 1)
    level = is_level (*point_at (points, points->len - 2), last);
  TbPoint corner = level ? (TbPoint){ to.x, last.y } : (TbPoint){ last.x, to.y };
  if (fabs (last.x - to.x) > 0.01 && fabs (last.y - to.y) > 0.01)
    g_array_append_val (points, corner);
  g_array_append_val (points, to);
}

static GArray *
bends_as_dragged (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  GArray *bends = tb_editor_bends (editor, tool->link);
  gboolean free = editor->no_grid || (tool->mods & (TB_MOD_ALT | TB_MOD_CTRL));
  if (tool->part.index < bends->len)
    *point_at (bends, tool->part.index)
        = free ? (TbPoint){ x, y }
               : (TbPoint){ round (x / (TB_GRID / 2)) * (TB_GRID / 2),
                            round (y / (TB_GRID / 2)) * (TB_GRID / 2) };
  return bends;
}

static void
drag_bend (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  guint n;
  const TbPoint *way = tb_scene_route (editor->scene, tool->link, &n);
  g_autoptr (GArray) bends = bends_as_dragged (editor, x, y);
  g_array_set_size (tool->points, 0);
  if (way == NULL || n < 2)
    return;
  g_array_append_val (tool->points, way[0]);
  for (guint i = 0; i < bends->len; i++)
    join_square (tool->points, *point_at (bends, i), is_level (way[0], way[1]));
  join_square (tool->points, way[n - 1], is_level (way[0], way[1]));
}

void
tb_bend_update (TbEditor *editor, double x, double y)
{
  if (editor->tool.part.kind == TB_LINK_BEND)
    drag_bend (editor, x, y);
  else
    drag_segment (editor, x, y);
}

/* How far along the way a point is; *away: how far beside it. */
static double
along_way (const TbPoint *way, guint n, TbPoint p, double *away, TbPoint *foot, TbPoint *direction)
{
  double best = G_MAXDOUBLE, at = 0, before = 0;
  for (guint i = 0; i + 1 < n; i++)
    {
      double dx = way[i + 1].x - way[i].x, dy = way[i + 1].y - way[i].y, length = hypot (dx, dy);
      double t = length > 0 ? CLAMP (((p.x - way[i].x) * dx + (p.y - way[i].y) * dy)
                                         / (length * length), 0, 1) : 0;
      TbPoint f = { way[i].x + t * dx, way[i].y + t * dy };
      double far = hypot (p.x - f.x, p.y - f.y);
      if (far < best)
        {
          best = far;
          at = before + t * length;
          *foot = f;
          *direction = length > 0 ? (TbPoint){ dx / length, dy / length } : (TbPoint){ 1, 0 };
        }
      before += length;
    }
  *away = best;
  return at;
}

/* The bends there were, in their order along the way, but for those on the dragged segment: instead
 * of them its two corners. */
static GArray *
bends_with_segment (TbEditor *editor, TbUid link, const TbPoint *way, guint n, guint segment,
                    const TbPoint corners[2])
{
  g_autoptr (GArray) old = tb_editor_bends (editor, link);
  GArray *bends = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  double start = 0;
  gboolean put = FALSE;
  for (guint i = 0; i < segment; i++)
    start += hypot (way[i + 1].x - way[i].x, way[i + 1].y - way[i].y);
  for (guint i = 0; i < old->len; i++)
    {
      TbPoint p = *point_at (old, i), foot, direction;
      double away, at = along_way (way, n, p, &away, &foot, &direction);
      if (distance_to_segment (way[segment], way[segment + 1], p.x, p.y) <= ON_LINE)
        continue;
      if (!put && at > start)
        {
          g_array_append_vals (bends, corners, 2);
          put = TRUE;
        }
      g_array_append_val (bends, p);
    }
  if (!put)
    g_array_append_vals (bends, corners, 2);
  return bends;
}

static void
write_segment (TbEditor *editor, TbUid link, guint segment, GArray *points)
{
  guint n;
  const TbPoint *now = tb_scene_route (editor->scene, link, &n);
  g_autofree TbPoint *way = g_memdup2 (now, n * sizeof *now);
  gboolean bay = points->len > n;
  TbPoint corners[2] = { *point_at (points, bay ? 2 : segment),
                         *point_at (points, bay ? 3 : segment + 1) };
  if (bay || (segment > 0 && segment + 2 < n))
    {
      g_autoptr (GArray) bends = bends_with_segment (editor, link, way, n, segment, corners);
      tb_editor_set_bends (editor, link, point_at (bends, 0), bends->len);
      return;
    }
  if (segment == 0)
    glue (editor, link, END_FROM, *point_at (points, 0));
  if (segment + 2 == n)
    glue (editor, link, END_TO, *point_at (points, n - 1));
}

static char *
title_of (TbEditor *editor, TbUid uid)
{
  return g_strdup (tb_element_title (tb_editor_element (editor, uid)));
}

void
tb_bend_end (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbUid link = tool->link;
  TbLinkPart part = tool->part;
  g_autoptr (GArray) bends
      = part.kind == TB_LINK_BEND ? bends_as_dragged (editor, tool->pointer.x, tool->pointer.y)
                                  : NULL;
  g_autoptr (GArray) points = g_steal_pointer (&tool->points);
  tb_tool_clear (tool);
  if (points == NULL || points->len < 2)
    return;
  g_autofree char *title = title_of (editor, link);
  g_autofree char *label = g_strdup_printf ("Bend %s", title);
  tb_document_begin (editor->document, label, NULL);
  if (bends)
    tb_editor_set_bends (editor, link, point_at (bends, 0), bends->len);
  else
    write_segment (editor, link, part.index, points);
  tb_document_commit (editor->document);
}

gboolean
tb_editor_double_press (TbEditor *editor, double x, double y, double scale)
{
  TbLinkPart part;
  TbUid link = selected_link (editor);
  if (link == 0 || !tb_editor_link_part_at (editor, x, y, scale, &part)
      || part.kind != TB_LINK_BEND)
    return FALSE;
  tb_editor_cancel (editor);
  g_autoptr (GArray) bends = tb_editor_bends (editor, link);
  g_array_remove_index (bends, part.index);
  tb_document_begin (editor->document, "Remove a bend", NULL);
  tb_editor_set_bends (editor, link, point_at (bends, 0), bends->len);
  tb_document_commit (editor->document);
  return TRUE;
}

/* ---- The label ------------------------------------------------------------------------------- */

void
tb_label_begin (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  tool->link = tool->pressed;
  tb_editor_select_one (editor, tool->link);
  tb_scene_link_label (editor->scene, tool->link, &tool->rect0);
}

void
tb_label_update (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  tool->rect = tool->rect0;
  tool->rect.x += x - tool->press.x;
  tool->rect.y += y - tool->press.y;
}

void
tb_label_end (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbUid link = tool->link;
  TbPoint middle = { tool->rect.x + tool->rect.width / 2, tool->rect.y + tool->rect.height / 2 };
  TbPoint foot, d;
  guint n;
  double away, length = tb_scene_route_length (editor->scene, link);
  const TbPoint *way = tb_scene_route (editor->scene, link, &n);

  tb_tool_clear (tool);
  if (way == NULL || n < 2 || length <= 0)
    return;
  double at = along_way (way, n, middle, &away, &foot, &d) / length;
  /* y points down: the right hand of (x, y) is (-y, x). */
  double offset = (middle.x - foot.x) * -d.y + (middle.y - foot.y) * d.x;
  g_autofree char *title = title_of (editor, link);
  g_autofree char *label = g_strdup_printf ("Move the label of %s", title);
  tb_document_begin (editor->document, label, NULL);
  TbUid route = tb_editor_ensure_route (editor, link);
  tb_editor_set_number (editor, route, TB_PROP_LABEL_AT, CLAMP (at, 0, 1), 0.001);
  tb_editor_set_number (editor, route, TB_PROP_LABEL_OFFSET, offset, 0.5);
  tb_document_commit (editor->document);
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static End
dragged_end (const TbTool *tool)
{
  return tool->part.kind == TB_LINK_START ? END_FROM : END_TO;
}

void
tb_relink_begin (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  guint n;
  const TbPoint *way = tb_scene_route (editor->scene, tool->link, &n);
  /* The line is drawn from the end that stays. */
  if (way != NULL && n > 1)
    tool->press = dragged_end (tool) == END_FROM ? way[n - 1] : way[0];
}

void
tb_relink_update (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  TbItemKind kind;
  End end = dragged_end (tool);
  TbUid uid = tb_editor_item_at (editor, x, y, tool->scale);
  gboolean card = uid && tb_editor_bounds (editor, uid, &kind, NULL) && kind == TB_ITEM_COMPONENT;
  TbUid from = end == END_FROM ? uid : card_of (editor, tool->link, END_FROM);
  TbUid to = end == END_TO ? uid : card_of (editor, tool->link, END_TO);

  tool->target = card ? uid : 0;
  tool->reason = card && uid != card_of (editor, tool->link, end)
                     ? tb_editor_link_reason (editor, from, to) : NULL;
}

/* Calls of a caller that it is no more would be over another's link. */
static void
drop_calls (TbEditor *editor, TbUid link)
{
  const TbModel *model = tb_editor_model (editor);
  const char *id = tb_element_id (tb_editor_element (editor, link));
  for (guint i = tb_model_count (model, TB_KIND_CALL); i-- > 0;)
    {
      const TbElement *call = tb_model_nth (model, TB_KIND_CALL, i);
      if (g_strcmp0 (tb_element_get (call, TB_PROP_LINK), id) == 0)
        tb_document_remove (editor->document, tb_element_uid (call));
    }
}

static void
reconnect (TbEditor *editor, TbUid link, End end, TbUid card)
{
  const TbElement *other = tb_editor_element (editor, card);
  const TbElement *from
      = end == END_FROM ? other : tb_editor_element (editor, card_of (editor, link, END_FROM));
  const TbElement *to
      = end == END_TO ? other : tb_editor_element (editor, card_of (editor, link, END_TO));
  g_autofree char *id = g_strdup (tb_element_id (other));
  g_autofree char *service = g_strdup (tb_editor_free_service (editor, from, to));
  g_autofree char *title = title_of (editor, link);
  g_autofree char *label = g_strdup_printf ("Reconnect %s", title);

  tb_document_begin (editor->document, label, NULL);
  if (end == END_FROM)
    drop_calls (editor, link);
  tb_editor_set_checked (editor, link, end_props[end].id, id);
  if (service != NULL)
    tb_editor_set_checked (editor, link, TB_PROP_SERVICE, service);
  else
    unset (editor, link, TB_PROP_SERVICE);
  /* What was bent was bent for where it led. */
  unglue (editor, link, end);
  tb_editor_set_bends (editor, link, NULL, 0);
  tb_editor_prune_route (editor, link);
  tb_document_commit (editor->document);
}

void
tb_relink_end (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbUid link = tool->link, target = tool->target;
  End end = dragged_end (tool);
  TbPoint at = tool->pointer;
  const char *reason = tool->reason;

  tb_tool_clear (tool);
  if (target == 0)
    return;
  if (reason != NULL)
    tb_editor_message (editor, "%s.", reason);
  else if (target != card_of (editor, link, end))
    reconnect (editor, link, end, target);
  else
    {
      g_autofree char *title = title_of (editor, link);
      g_autofree char *label = g_strdup_printf ("Move an end of %s", title);
      tb_document_begin (editor->document, label, NULL);
      glue (editor, link, end, at);
      tb_document_commit (editor->document);
    }
}

/* ---- Commands -------------------------------------------------------------------------------- */

/* The selected links whose route says something that the command would take away. */
static GArray *
links_with (TbEditor *editor, gboolean only_bends)
{
  GArray *links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbUid uid = g_array_index (editor->selection, TbUid, i);
      const TbElement *element = tb_editor_element (editor, uid);
      const TbElement *route
          = tb_element_kind (element) == TB_KIND_LINK
                ? tb_editor_element (editor, tb_editor_find_route (editor, uid)) : NULL;
      if (route != NULL && (!only_bends || tb_element_n_children (route) > 0))
        g_array_append_val (links, uid);
    }
  return links;
}

static gboolean
has_bends (TbEditor *editor)
{
  g_autoptr (GArray) links = links_with (editor, TRUE);
  return links->len > 0;
}

static gboolean
has_route (TbEditor *editor)
{
  g_autoptr (GArray) links = links_with (editor, FALSE);
  return links->len > 0;
}

static void
run_straighten (TbEditor *editor)
{
  g_autoptr (GArray) links = links_with (editor, TRUE);
  tb_document_begin (editor->document, "Straighten", NULL);
  for (guint i = 0; i < links->len; i++)
    tb_editor_set_bends (editor, g_array_index (links, TbUid, i), NULL, 0);
  tb_document_commit (editor->document);
}

static void
run_reset (TbEditor *editor)
{
  g_autoptr (GArray) links = links_with (editor, FALSE);
  tb_document_begin (editor->document, "Reset links", NULL);
  for (guint i = 0; i < links->len; i++)
    tb_document_remove (editor->document,
                        tb_editor_find_route (editor, g_array_index (links, TbUid, i)));
  tb_document_commit (editor->document);
}

static const TbCommandRow rows[] = {
  { "straighten", "Straighten", "BackSpace",
    "Take the bends of the selected links away; a double click takes one away.", has_bends,
    run_straighten, "Arrange", TRUE, "a selected link with bends" },
  { "reset-link", "Reset Link", NULL,
    "Give the way, the ends and the label of the selected links back to the program.", has_route,
    run_reset, "Arrange", TRUE, "a selected link whose way was changed by hand" },
};

const TbCommandSet tb_commands_bends = { rows, G_N_ELEMENTS (rows) };
