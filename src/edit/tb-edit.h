/* Editing without a window: selection, tools as state machines, commands. The canvas feeds it
 * pointer and keys in world coordinates and draws what it says; tests do the same without GTK. */
#pragma once

#include <glib-object.h>

#include "tb-diagram.h"
#include "tb-model.h"

G_BEGIN_DECLS

#define TB_TYPE_EDITOR (tb_editor_get_type ())
G_DECLARE_FINAL_TYPE (TbEditor, tb_editor, TB, EDITOR, GObject)

/* One open view of a document: keeps the scene in step with it. */
TbEditor *tb_editor_new (TbDocument *document, const char *view_id);
TbDocument *tb_editor_document (TbEditor *editor);
const TbScene *tb_editor_scene (TbEditor *editor);

/* ---- Views ----------------------------------------------------------------------------------- */

/* Shows another view; NULL: the first. The selection stays where the new view has it too. Forgets
 * the way back, unless it is a view on that way. */
void tb_editor_set_view (TbEditor *editor, const char *view_id);
/* The view shown; 0 before the document has one. */
TbUid tb_editor_view (TbEditor *editor);
/* Looks into a group, tier, layer, middleware or component: its drill-down is shown, and made first
 * where there is none (one undo step). FALSE where it is nothing of the kind. */
gboolean tb_editor_drill_down (TbEditor *editor, TbUid uid);
/* Back to where the drill-down was opened; from one opened otherwise, to the first view that is
 * none. FALSE where there is nothing to go back to. */
gboolean tb_editor_drill_up (TbEditor *editor);
/* The way to the present view: views from the outermost to it, by where drill-downs were opened.
 * Appends TbUid; nothing before the document has a view. */
void tb_editor_trail (TbEditor *editor, GArray *views);
/* New views are shown at once; each is one undo step. name NULL: after its kind. */
TbUid tb_editor_add_view (TbEditor *editor, TbViewKind kind, const char *name);
TbUid tb_editor_duplicate_view (TbEditor *editor, TbUid view);
/* FALSE where it is the last one. */
gboolean tb_editor_delete_view (TbEditor *editor, TbUid view);

/* ---- Selection ------------------------------------------------------------------------------- */

const TbUid *tb_editor_selection (TbEditor *editor, guint *n);
gboolean tb_editor_is_selected (TbEditor *editor, TbUid uid);
TbUid tb_editor_selected_one (TbEditor *editor); /* 0 unless exactly one */
void tb_editor_select (TbEditor *editor, const TbUid *uids, guint n);
void tb_editor_select_one (TbEditor *editor, TbUid uid); /* 0: nothing */
void tb_editor_toggle (TbEditor *editor, TbUid uid);

/* ---- Pointer and keys ------------------------------------------------------------------------ */

typedef enum
{
  TB_MOD_SHIFT = 1 << 0,
  TB_MOD_CTRL = 1 << 1,
  TB_MOD_ALT = 1 << 2
} TbModifiers;

/* scale: screen pixels per world unit, for tolerances that are the same to the eye at any zoom. */
void tb_editor_press (TbEditor *editor, double x, double y, TbModifiers mods, double scale);
void tb_editor_motion (TbEditor *editor, double x, double y, TbModifiers mods, double scale);
void tb_editor_release (TbEditor *editor, double x, double y, TbModifiers mods, double scale);
void tb_editor_cancel (TbEditor *editor); /* Escape: the gesture leaves no trace */
void tb_editor_leave (TbEditor *editor);  /* the pointer left the canvas */

typedef enum
{
  TB_CURSOR_DEFAULT,
  TB_CURSOR_MOVE,
  TB_CURSOR_LINK,
  TB_CURSOR_RESIZE_H,
  TB_CURSOR_RESIZE_V,
  TB_CURSOR_RESIZE_NWSE,
  TB_CURSOR_RESIZE_NESW,
  TB_CURSOR_FORBIDDEN
} TbCursor;

TbCursor tb_editor_cursor (TbEditor *editor);

/* What the live layer draws for the gesture in progress. */
typedef enum
{
  TB_GESTURE_NONE,
  TB_GESTURE_MOVE,
  TB_GESTURE_RESIZE,
  TB_GESTURE_LINK,   /* from a handle to the pointer */
  TB_GESTURE_BAND,   /* rubber band */
  TB_GESTURE_CREATE  /* a palette kind follows the pointer */
} TbGesture;

typedef struct
{
  TbGesture gesture;
  TbRect rect;        /* RESIZE, BAND, CREATE */
  TbPoint from, to;   /* LINK */
  TbUid target;       /* LINK: what it would connect to; MOVE, CREATE: container it would enter */
  const char *reason; /* LINK: why not there; NULL where it may */
  double dx, dy;      /* MOVE */
} TbGestureState;

TbGestureState tb_editor_gesture (TbEditor *editor);
/* What a MOVE moves: the selection, with the members of containers. NULL, 0 at other times. */
const TbUid *tb_editor_moving (TbEditor *editor, guint *n);
/* Whose link handles show (the component under the pointer), 0: none. */
TbUid tb_editor_hover (TbEditor *editor);
/* Link handles of a component: one in the middle of each side. Resize handles of a selected
 * container or note: eight. Returns the count. */
guint tb_editor_link_handles (TbEditor *editor, TbUid uid, TbPoint out[4]);
guint tb_editor_resize_handles (TbEditor *editor, TbUid uid, TbPoint out[8]);

/* ---- Creating -------------------------------------------------------------------------------- */

/* What the palette offers: one row each. */
typedef struct
{
  const char *name;  /* "client", "tier", "note", "redis" … */
  const char *label; /* "Client" */
  const char *section; /* "Components", "Structure", "Real programs" */
  TbKind kind;
  TbRole role;       /* COMPONENT */
  const char *template_name; /* a real program; NULL */
  const char *shape;         /* NOTE: "text", "frame"; NULL: paper */
} TbPaletteRow;

const TbPaletteRow *tb_palette (guint *n);
/* NULL where no row has that name. */
const TbPaletteRow *tb_palette_find (const char *name);
/* The row follows the pointer until the next press puts it down or tb_editor_cancel() drops it. */
void tb_editor_begin_create (TbEditor *editor, const TbPaletteRow *row);
/* A new element near (x, y), or where there is room; selected, one undo step. A link to it where
 * link_from ≠ 0 and that is legal. Returns its uid. */
TbUid tb_editor_create (TbEditor *editor, const TbPaletteRow *row, double x, double y,
                        TbUid link_from);
/* One undo step; 0 with error (why not, in words) where the relation is not legal. */
TbUid tb_editor_link (TbEditor *editor, TbUid from, TbUid to, GError **error);
gboolean tb_editor_set (TbEditor *editor, TbUid uid, TbProp prop, const char *text,
                        GError **error);

/* One undo step: containers drawn as boxes, or with what is in them. What is hidden by it leaves the
 * selection to its box. */
void tb_editor_set_folded (TbEditor *editor, const TbUid *containers, guint n, gboolean folded);

/* ---- Commands -------------------------------------------------------------------------------- */

/* One row each: menu, key, palette and help read it. */
typedef struct
{
  const char *name;  /* "delete": action "edit.delete" */
  const char *label; /* "Delete" */
  const char *accel; /* "<Control>z", NULL */
  const char *help;
  gboolean (*enabled) (TbEditor *editor);
  void (*run) (TbEditor *editor);
  const char *section; /* heading in help and the submenu it stands in; never NULL */
  gboolean in_menu;    /* stands in the context menu while it is enabled */
  const char *needs;   /* what it waits for while it is not enabled: "two components"; NULL: a
                        * selection */
} TbCommandRow;

const TbCommandRow *tb_commands (guint *n);
/* Why a command is not enabled now, as a sentence without a full stop; NULL where it is.
 * (transfer full) */
char *tb_command_reason (TbEditor *editor, const TbCommandRow *row);
/* False where there is none or it is not enabled now. */
gboolean tb_editor_run (TbEditor *editor, const char *command);

/* The next item from the selected one in a direction (dx, dy of -1, 0, 1), geometrically; 0, 0 goes
 * on in reading order. 0 where there is none. */
TbUid tb_editor_neighbour (TbEditor *editor, TbUid from, int dx, int dy);
/* The same, forwards (1) or backwards (-1), through every item: containers, cards, notes, and each
 * link after its caller; from nothing, the first or last. 0 at the end. */
TbUid tb_editor_reading_step (TbEditor *editor, TbUid from, int step);
/* "Shop, server, 3 replicas, 2 links out, 1 in": what a screen reader says. (transfer full) */
char *tb_editor_describe (TbEditor *editor, TbUid uid);
/* The same without the name that stands before it. (transfer full) */
char *tb_editor_details (TbEditor *editor, TbUid uid);

/* Signals: "selection-changed" (); "scene-changed" (const TbRect *dirty, guint n), after document
 * changes and previews; "gesture-changed" (); "rename" (guint uid): edit its name in place;
 * "message" (const char *sentence): for a toast; "ask" (const char *what): "create" for a new
 * element by typing, "connect" for what the selected component is to be linked to; "view-changed" ():
 * another view is shown, or the present one is called otherwise or of another kind. */

G_END_DECLS
