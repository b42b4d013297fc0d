/* What the files of this module share: the editor's fields, and the steps that several of its
 * gestures and commands are made of. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

#define TB_GRID 20.0
#define TB_CARD_WIDTH 176.0
#define TB_CARD_HEIGHT 68.0
#define TB_CARD_MIN_WIDTH 120.0
#define TB_CARD_MIN_HEIGHT 56.0

/* Bits of containers that a component can be dropped into. */
#define TB_CONTAINER_BITS ((1u << TB_ITEM_LAYER) | (1u << TB_ITEM_TIER) | (1u << TB_ITEM_GROUP))

typedef enum
{
  TB_TOOL_IDLE,
  TB_TOOL_PRESSED, /* the button is down, the pointer has not gone far enough for a drag */
  TB_TOOL_MOVING,
  TB_TOOL_RESIZING,
  TB_TOOL_LINKING,
  TB_TOOL_BANDING,
  TB_TOOL_CREATING,  /* a palette row follows the pointer; the next press puts it down */
  TB_TOOL_ROOM_NEXT, /* the next drag makes room */
  TB_TOOL_ROOM,
  TB_TOOL_BENDING,
  TB_TOOL_LABELLING,
  TB_TOOL_RELINKING, /* an end of a link follows the pointer */
  TB_TOOL_TIDYING,   /* places are offered, no button is down */
  TB_N_TOOL_STATES
} TbToolState;

typedef struct
{
  TbUid uid;
  TbItemKind kind;
  TbRect rect;
} TbFrameRect;

/* One gesture. What each state may trust stands at the machine in tools.c. */
typedef struct
{
  TbToolState state;
  TbPoint press, pointer;
  TbModifiers mods;
  double scale;
  TbUid pressed;         /* item under the press, 0: none */
  gboolean was_selected; /* before the press */
  gboolean moves;        /* a drag from here moves, else it draws a band */
  TbUid folds;           /* the container whose fold button was pressed, 0: none */
  int handle;            /* resize handle, -1: none */
  TbRect rect0, rect;
  TbUid link_from, target;
  const char *caution; /* LINKING: what a reviewer would ask of it */
  TbSide link_side;    /* of link_from: whose handle was pressed */
  GHashTable *refused; /* LINKING: uids that cannot be its end */
  const char *reason;
  double dx, dy;
  GArray *moving; /* TbFrameRect: what moves, with its place before */
  GArray *moving_uids; /* TbUid: the same, without places */
  GArray *frames; /* TbFrameRect: the containers before the move */
  GArray *band_base; /* TbUid: selected before the band */
  const TbPaletteRow *create;
  GArray *guides;        /* TbGuide */
  gboolean makes_room;   /* a drag from here makes room */
  gboolean labels;       /* a drag from here moves the label of pressed, a link */
  gboolean vertical;     /* ROOM: it pushes down, not right */
  TbUid link;            /* whose part is dragged */
  TbUid box;             /* MOVE, in a deployment: the one box that moves, 0: what is in moving */
  guint replica;         /* and whose it is */
  TbLinkPart part;
  GArray *points;        /* TbPoint: the way as it would be */
  GArray *tidy;          /* TbPlacement */
  GArray *hugging;       /* TbUid: containers that give up their places with it */
} TbTool;

typedef struct _TbRouting TbRouting;

struct _TbEditor
{
  GObject parent_instance;

  TbDocument *document;
  TbScene *scene;
  char *view_id;
  GArray *selection;    /* TbUid, in the order of selecting */
  GHashTable *selected; /* the same as a set */
  TbUid reference;      /* selected last by itself, 0: by a band or a command */
  gboolean no_grid;
  TbTool tool;
  TbUid hover;
  TbCursor cursor;
  gulong changed_id, folder_id;
  TbRouting *routing; /* NULL: at once */
  gulong state_id;
  GHashTable *links_of; /* describe.c: component id → its links; NULL: not known now */
  GArray *trail; /* TbUid of views that drill-downs were opened from, the latest last */
};

const TbModel *tb_editor_model (TbEditor *editor);
const TbElement *tb_editor_element (TbEditor *editor, TbUid uid);
gboolean tb_editor_bounds (TbEditor *editor, TbUid uid, TbItemKind *kind, TbRect *rect);
void tb_editor_emit_dirty (TbEditor *editor, GArray *dirty);
void tb_editor_emit_gesture (TbEditor *editor);
void tb_editor_message (TbEditor *editor, const char *format, ...) G_GNUC_PRINTF (2, 3);
void tb_editor_emit_view (TbEditor *editor);
/* After edits of views: views on the way back may be gone. */
void tb_editor_views_changed (TbEditor *editor);
void tb_editor_emit_rename (TbEditor *editor, TbUid uid);
void tb_editor_emit_ask (TbEditor *editor, const char *what);

/* describe.c */
typedef struct
{
  GArray *out, *in; /* TbUid, in file order */
} TbLinksOf;
/* The links of a component, found in one pass for all and kept until the document changes; NULL
 * where it has none. */
const TbLinksOf *tb_editor_links_of (TbEditor *editor, const TbElement *component);
void tb_editor_emit_link_dropped (TbEditor *editor, TbUid from, TbPoint at);

/* places.c: inside a transaction. */
TbUid tb_editor_ensure_view (TbEditor *editor);
typedef struct
{
  TbEditor *editor;
  TbUid view;
  GHashTable *by_id; /* char * → TbUid of the place */
} TbPlaces;

void tb_places_begin (TbPlaces *places, TbEditor *editor);
void tb_places_end (TbPlaces *places);
gboolean tb_places_has (TbPlaces *places, TbUid uid);
void tb_places_set (TbPlaces *places, TbUid uid, const TbRect *rect, gboolean with_size);
/* A place that then says nothing is taken away. */
void tb_places_set_folded (TbPlaces *places, TbUid container, gboolean folded);
void tb_places_set_hidden (TbPlaces *places, TbUid uid, gboolean hidden);
/* Gives every card without a place the one it is seen at, so that writing one place moves no other. */
void tb_places_pin (TbPlaces *places);
/* Takes away where it stands and its size: a container then follows its members. */
void tb_places_forget (TbPlaces *places, TbUid uid);
/* Moves what has a place of its own; what follows its members gets one only where alone says so.
 * rect: where it is seen now. */
void tb_places_shift (TbPlaces *places, const TbFrameRect *at, double dx, double dy,
                      gboolean alone);
/* Position among the root's children where an element of a kind belongs. */
guint tb_editor_insert_position (TbEditor *editor, TbKind kind);
double tb_editor_snap (double v);
/* Containers with their bounds now. (transfer full) of TbFrameRect */
GArray *tb_editor_frames (TbEditor *editor);
/* Selected things that can move, with the members of containers. (transfer full) */
GArray *tb_editor_moving_set (TbEditor *editor);
/* The same of some elements: themselves first, in their order. */
GArray *tb_editor_moving_of (TbEditor *editor, const TbUid *uids, guint n);
/* One undo step: moves them and gives components the attributes of the frame they land in. */
void tb_editor_apply_move (TbEditor *editor, GArray *moving, GArray *frames, double dx, double dy,
                           const char *merge_key);
/* Sets tier=, layer=, group= of a component, or parent= of a group, that stands at rect: of the
 * kinds of frame that the view shows, nothing else. */
void tb_editor_land (TbEditor *editor, TbUid uid, const TbRect *rect, GArray *frames,
                     GHashTable *moved_along);
/* The container that a component at rect would land in, for highlighting: the innermost. groups:
 * only those, as for a group. */
TbUid tb_editor_landing (GArray *frames, const TbRect *rect, GHashTable *moved_along,
                         gboolean groups);
gboolean tb_editor_is_container (TbItemKind kind);
/* The containers in moving, as a set. (transfer full) */
GHashTable *tb_editor_moved_along (GArray *moving);

/* legal.c: NULL where a link is legal; otherwise why not. */
const char *tb_editor_link_reason (TbEditor *editor, TbUid from, TbUid to);

/* views.c: whether the present view lays itself out: a drag sets attributes, never places. */
gboolean tb_editor_arranges_itself (TbEditor *editor);
/* What a new component gets from where it is made: a drill-down's container. In a transaction. */
void tb_editor_land_inside (TbEditor *editor, TbUid component);

/* create.c */
char *tb_editor_fresh_name (const TbModel *model, TbKind kind, const char *label);
/* The first service of `to` that `from` does not call yet; NULL for the default one. */
const char *tb_editor_free_service (TbEditor *editor, const TbElement *from, const TbElement *to);
void tb_editor_set_checked (TbEditor *editor, TbUid uid, TbProp prop, const char *text);
/* What a new component is born with: its kind, and what it offers and does, or its template. */
void tb_editor_fill_component (TbEditor *editor, TbUid uid, const TbPaletteRow *row);
/* As tb_editor_link() does, with an id of its own; NULL: from its ends. */
TbUid tb_editor_link_as (TbEditor *editor, TbUid from, TbUid to, const char *id, GError **error);
/* duplicate.c */
void tb_editor_duplicate (TbEditor *editor);

/* A file's commands; command-sets.c joins them. */
typedef struct
{
  const TbCommandRow *rows;
  guint n;
} TbCommandSet;

extern const TbCommandSet tb_commands_ask;   /* ask.c */
extern const TbCommandSet tb_commands_connect; /* connect.c */
extern const TbCommandSet tb_commands_fold;  /* commands-fold.c */
extern const TbCommandSet tb_commands_views; /* views.c */
extern const TbCommandSet tb_commands_style; /* style.c */
extern const TbCommandSet tb_commands_clip;    /* clip.c */
extern const TbCommandSet tb_commands_remove;  /* remove.c */
extern const TbCommandSet tb_commands_group;   /* group.c */
extern const TbCommandSet tb_commands_select;  /* select.c */
extern const TbCommandSet tb_commands_settle;  /* commands-settle.c */
extern const TbCommandSet tb_commands_replicas; /* replicas.c */
extern const TbCommandSet tb_commands_patterns;      /* patterns.c */
extern const TbCommandSet tb_commands_pattern_links; /* patterns-links.c */
extern const TbCommandSet tb_commands_pattern_tiers; /* patterns-tiers.c */
extern const TbCommandSet tb_commands_basic;   /* commands.c */
extern const TbCommandSet tb_commands_arrange; /* arrange.c */
extern const TbCommandSet tb_commands_bends;   /* bends.c */
extern const TbCommandSet tb_commands_layout;  /* layout-commands.c */

/* tools.c */
/* routing.c: NULL for an editor that routes at once. */
TbRouting *tb_routing_new (TbEditor *editor);
void tb_routing_free (TbRouting *routing);
void tb_routing_set_seen (TbRouting *routing, const TbRect *seen);
/* From and to the folder of routes. */
void tb_routing_load (TbRouting *routing);
void tb_routing_store (TbRouting *routing);
/* Lends the router to the thread if there is something left to do. */
void tb_routing_begin (TbRouting *routing);
/* Has the scene's router back, and what came of it drawn. */
void tb_routing_recall (TbRouting *routing);
/* Round everything that changes the scene. */
void tb_editor_begin_scene (TbEditor *editor);
void tb_editor_end_scene (TbEditor *editor);

void tb_tool_clear (TbTool *tool);
void tb_editor_preview_moving (TbEditor *editor, double dx, double dy, gboolean on);

/* handles.c */
#define TB_HANDLE_PX 8.0         /* as near is on it */
#define TB_LINK_TOLERANCE_PX 5.0
#define TB_OUTLINE_PX 5.0        /* between a card and the frame of its selection, where handles are */

TbUid tb_editor_item_at (TbEditor *editor, double x, double y, double scale);
/* Where on the rectangle a resize handle is (0, 0.5 or 1 each way). */
void tb_editor_resize_point (int handle, double *fx, double *fy);
int tb_editor_resize_handle_at (TbEditor *editor, double x, double y, double scale);
/* The component one of whose link handles is at that point; 0: none. side may be NULL. */
TbUid tb_editor_link_handle_at (TbEditor *editor, double x, double y, double scale, TbSide *side);
TbUid tb_editor_fold_button_at (TbEditor *editor, double x, double y, double scale);
/* Whether the point is on a card or its handles. */
gboolean tb_editor_near_card (TbEditor *editor, TbUid uid, double x, double y, double scale);
/* Whether a drag from there moves the item, or draws a band. */
gboolean tb_editor_drag_moves (TbEditor *editor, TbUid uid, double x, double y, double scale);
TbCursor tb_editor_cursor_at (TbEditor *editor, double x, double y, double scale);
void tb_editor_update_hover (TbEditor *editor, double x, double y, double scale);

/* A gesture's steps: begin once, update at every motion, end at the release. move.c, resize.c,
 * room.c, bends.c. */
void tb_move_begin (TbEditor *editor);
void tb_move_update (TbEditor *editor, double x, double y);
void tb_move_end (TbEditor *editor);
void tb_resize_update (TbEditor *editor, double x, double y);
void tb_resize_end (TbEditor *editor);
void tb_room_begin (TbEditor *editor, double x, double y);
void tb_room_update (TbEditor *editor, double x, double y);
void tb_room_end (TbEditor *editor);
/* deploy.c: what a drag in a deployment would be dropped in, 0: nothing; and the drop, one undo step
 * where it changes anything. */
TbUid tb_deploy_target (TbEditor *editor, TbPoint at);
void tb_deploy_drop (TbEditor *editor, TbUid component, guint replica, TbPoint at);
/* Making room by key: what is beyond the far edge of the selection moves right or down by so much, or
 * back (below 0) as far as there is room. */
void tb_room_step (TbEditor *editor, gboolean vertical, double by);
/* Whether something is selected that has such an edge. */
gboolean tb_room_has_edge (TbEditor *editor);
/* Inside a transaction: all beyond a line moves away from it. */
void tb_room_open (TbPlaces *places, gboolean vertical, double line, double by);
/* Whether nothing that would stay covers rect. */
gboolean tb_room_is_clear (TbEditor *editor, gboolean vertical, double line, const TbRect *rect);
void tb_bend_begin (TbEditor *editor);
void tb_bend_update (TbEditor *editor, double x, double y);
void tb_bend_end (TbEditor *editor);
void tb_label_begin (TbEditor *editor);
void tb_label_update (TbEditor *editor, double x, double y);
void tb_label_end (TbEditor *editor);
void tb_relink_begin (TbEditor *editor);
void tb_relink_update (TbEditor *editor, double x, double y);
void tb_relink_end (TbEditor *editor);
/* The part of the selected link at that point; FALSE: none. */
gboolean tb_editor_link_part_at (TbEditor *editor, double x, double y, double scale,
                                 TbLinkPart *part);
/* The link whose label is at that point; 0: none. */
TbUid tb_editor_label_at (TbEditor *editor, double x, double y);

/* guides.c: pure. */
typedef struct
{
  TbRect rect;
  gboolean spaced; /* gaps to it count */
} TbGuideTarget;

#define TB_GUIDE_PX 6.0

enum
{
  TB_SNAPPED_X = 1 << 0,
  TB_SNAPPED_Y = 1 << 1
};

/* Moves rect by at most reach each way to where it is aligned with others, and appends the guides
 * that hold there. Returns the ways in which it found one. */
guint tb_guides_move (const TbGuideTarget *others, guint n, double reach, TbRect *rect,
                      GArray *guides);
/* The same for the edges that are dragged (fx, fy: 0 the first, 1 the second, else none). */
guint tb_guides_resize (const TbGuideTarget *others, guint n, double reach, double fx, double fy,
                        TbRect *rect, GArray *guides);
/* What is near enough to rect to be aligned with it. (transfer full) of TbGuideTarget */
GArray *tb_editor_guide_targets (TbEditor *editor, const TbRect *rect);

/* routes.c: inside a transaction. */
TbUid tb_editor_find_route (TbEditor *editor, TbUid link); /* 0: none */
TbUid tb_editor_ensure_route (TbEditor *editor, TbUid link);
void tb_editor_set_bends (TbEditor *editor, TbUid link, const TbPoint *points, guint n);
/* Drops the route where it says nothing any more. */
void tb_editor_prune_route (TbEditor *editor, TbUid link);
/* The bends a person made. (transfer full) of TbPoint */
GArray *tb_editor_bends (TbEditor *editor, TbUid link);
void tb_editor_set_number (TbEditor *editor, TbUid uid, TbProp prop, double v, double step);

G_END_DECLS
