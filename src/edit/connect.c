/* New components that are linked at birth: from a side of another, or dropped on the canvas. */
#include "copies-private.h"
#include "legal-private.h"
#include "spot-private.h"

#define GAP_X 104.0 /* between a card and the one put beside it: room for a label */
#define GAP_Y 92.0

static gboolean
is_component (TbEditor *editor, TbUid uid)
{
  TbItemKind kind;
  return tb_editor_bounds (editor, uid, &kind, NULL) && kind == TB_ITEM_COMPONENT;
}

static TbPoint
beside (TbEditor *editor, TbUid uid, TbSide side)
{
  static const struct
  {
    int dx, dy;
  } ways[] = { [TB_SIDE_ANY] = { 1, 0 },
               [TB_SIDE_TOP] = { 0, -1 },
               [TB_SIDE_RIGHT] = { 1, 0 },
               [TB_SIDE_BOTTOM] = { 0, 1 },
               [TB_SIDE_LEFT] = { -1, 0 } };
  TbRect r;
  tb_editor_bounds (editor, uid, NULL, &r);
  return (TbPoint){ r.x + r.width / 2 + ways[side].dx * (r.width / 2 + GAP_X + TB_CARD_WIDTH / 2),
                    r.y + r.height / 2
                        + ways[side].dy * (r.height / 2 + GAP_Y + TB_CARD_HEIGHT / 2) };
}

/* ---- A new one ------------------------------------------------------------------------------- */

static const TbPaletteRow *
likeliest (TbEditor *editor, TbUid from)
{
  g_autoptr (GPtrArray) kinds = g_ptr_array_new ();
  tb_editor_link_kinds (editor, from, kinds);
  return kinds->len > 0 ? g_ptr_array_index (kinds, 0) : NULL;
}

TbUid
tb_editor_connect_new_at (TbEditor *editor, TbUid from, const TbPaletteRow *row, double x, double y)
{
  g_return_val_if_fail (row == NULL || row->kind == TB_KIND_COMPONENT, 0);
  if (row == NULL)
    row = is_component (editor, from) ? likeliest (editor, from) : NULL;
  if (row == NULL || !is_component (editor, from))
    return 0;
  TbPoint wish = { x, y };
  TbHome home = tb_home_at (editor, wish);
  TbRect rect = tb_editor_spot (editor, wish, &home);
  g_autofree char *label = g_strdup_printf ("Add %s to %s", row->label,
                                            tb_element_title (tb_editor_element (editor, from)));
  tb_document_begin (editor->document, label, NULL);
  TbUid uid = tb_editor_create_at (editor, row, &rect, &home);
  tb_editor_link (editor, from, uid, NULL);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, uid);
  return uid;
}

TbUid
tb_editor_connect_new (TbEditor *editor, TbUid from, const TbPaletteRow *row, TbSide side)
{
  if (!is_component (editor, from))
    return 0;
  TbPoint at = beside (editor, from, side);
  return tb_editor_connect_new_at (editor, from, row, at.x, at.y);
}

/* ---- A clone --------------------------------------------------------------------------------- */

/* Links of the clone to all that the original calls; calls in its body follow. */
static guint
share_links (TbCopies *copies, TbUid original)
{
  TbEditor *editor = copies->editor;
  const TbModel *model = tb_editor_model (editor);
  const TbElement *from = tb_editor_element (editor, original);
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      TbUid uid = tb_element_uid (link);
      if (tb_element_get_ref (model, link, TB_PROP_FROM) == from)
        g_array_append_val (links, uid);
    }
  for (guint i = 0; i < links->len; i++)
    tb_copies_top (copies, g_array_index (links, TbUid, i));
  return links->len;
}

static TbUid
clone_in (TbEditor *editor, TbUid uid, const TbRect *rect)
{
  TbCopies copies;
  TbPlaces places;
  tb_copies_begin (&copies, editor);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  TbUid clone = tb_copies_top (&copies, uid);
  tb_places_set (&places, clone, rect, FALSE);
  tb_places_end (&places);
  if (tb_editor_link_reason (editor, uid, clone) != NULL)
    share_links (&copies, uid);
  tb_copies_children (&copies, tb_editor_element (editor, uid), clone);
  if (tb_editor_link_reason (editor, uid, clone) == NULL)
    tb_editor_link (editor, uid, clone, NULL);
  tb_copies_end (&copies);
  return clone;
}

TbUid
tb_editor_clone_connect (TbEditor *editor, TbUid uid, TbSide side)
{
  if (!is_component (editor, uid))
    return 0;
  TbHome home = tb_home_of (editor, uid);
  TbRect rect = tb_editor_spot (editor, beside (editor, uid, side), &home);
  g_autofree char *label
      = g_strdup_printf ("Clone %s", tb_element_title (tb_editor_element (editor, uid)));
  tb_document_begin (editor->document, label, NULL);
  TbUid clone = clone_in (editor, uid, &rect);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, clone);
  return clone;
}

/* ---- Commands -------------------------------------------------------------------------------- */

static gboolean
one_component (TbEditor *editor)
{
  return is_component (editor, tb_editor_selected_one (editor));
}

#define CLONE(name, side)                                                                          \
  static void run_clone_##name (TbEditor *editor)                                                  \
  {                                                                                                \
    tb_editor_clone_connect (editor, tb_editor_selected_one (editor), TB_SIDE_##side);             \
  }
CLONE (left, LEFT)
CLONE (right, RIGHT)
CLONE (up, TOP)
CLONE (down, BOTTOM)
#undef CLONE

static void
run_add_linked (TbEditor *editor)
{
  tb_editor_connect_new (editor, tb_editor_selected_one (editor), NULL, TB_SIDE_RIGHT);
}

static const TbCommandRow rows[] = {
  { "add-linked", "Add What It Calls", NULL,
    "Put a component of the likeliest kind beside it, with a link to it.", one_component,
    run_add_linked, "Connect", TRUE },
  { "clone-right", "Clone to the Right", "<Alt><Shift>Right",
    "Put a copy on its right, with a link to it.", one_component, run_clone_right, "Connect",
    TRUE },
  { "clone-left", "Clone to the Left", "<Alt><Shift>Left",
    "Put a copy on its left, with a link to it.", one_component, run_clone_left, "Connect", FALSE },
  { "clone-up", "Clone Above", "<Alt><Shift>Up", "Put a copy above it, with a link to it.",
    one_component, run_clone_up, "Connect", FALSE },
  { "clone-down", "Clone Below", "<Alt><Shift>Down", "Put a copy below it, with a link to it.",
    one_component, run_clone_down, "Connect", FALSE },
};

const TbCommandSet tb_commands_connect = { rows, G_N_ELEMENTS (rows) };
