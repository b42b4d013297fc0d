/* The scene's inside: items in painting order, their index, and the steps that make them.
 *
 *   filter   what of the model this view shows (view-filter.c)
 *   read     the model's elements as items: texts, relations (scene-read.c), places (scene-view.c)
 *   fold     what folded containers hide, links that end at them instead (scene-fold.c)
 *   arrange  containers from their members, middleware below all (scene-arrange.c); views that lay
 *            themselves out first say where cards stand (view-grid.c, view-deployment.c), a
 *            drill-down where its stubs do (view-drill.c)
 *   route    the router is told what changed, and its answers taken (scene-route.c)
 *   index    a uniform grid over it all (scene-index.c)
 *
 * An update reads what the edits touched and no more where it can (scene-patch.c), else everything;
 * what comes of it is compared with what was there, and what looks as before is not dirty
 * (scene-follow.c). An updated scene equals a new one; a test of random edits says so. */
#pragma once

#include "look-private.h"
#include "tb-diagram.h"

#define TB_CARD_WIDTH 176.0
#define TB_CARD_HEIGHT 68.0
#define TB_CARD_RADIUS 11.0
#define TB_CARD_MIN_WIDTH 120.0 /* its icon and some of its name */
#define TB_CARD_MIN_HEIGHT 56.0
#define TB_STACK_STEP 5.0
#define TB_TILE 40.0
#define TB_GRID 20.0
#define TB_BAND_LEFT 46.0
#define TB_BAND_RIGHT 26.0
#define TB_CHIP_WIDTH 76.0 /* of its text: the middle of the side stays free for links, nearly */
#define TB_STUB_WIDTH 152.0
#define TB_STUB_HEIGHT 44.0
#define TB_FRAME_WIDTH 320.0
#define TB_FRAME_HEIGHT 200.0
#define TB_BADGE 16.0 /* of an element that has a drill-down */
#define TB_NO_ITEM G_MAXUINT
#define TB_LINK_CORNER 9.0
#define TB_PORT_ROOM 110.0 /* round a link for the name of its port; longer names are cut */

typedef enum
{
  TB_SHOWN_NO,
  TB_SHOWN_STUB, /* a neighbour */
  TB_SHOWN_FULL
} TbShown;

/* What of a model one view shows. */
typedef struct
{
  TbViewKind kind;
  const TbElement *of;
  GHashTable *hidden; /* uids; NULL: none */
  GHashTable *absent; /* uids of what stands in other views only; NULL: none */
  GHashTable *shown;  /* uids to TbShown; NULL: all but hidden */
} TbViewFilter;

void tb_view_filter_init (TbViewFilter *filter, const TbModel *model, const TbElement *view);
void tb_view_filter_clear (TbViewFilter *filter);
/* Whether it is of this view at all, hidden or not. */
gboolean tb_view_filter_takes (const TbViewFilter *filter, const TbElement *element);
TbShown tb_view_filter_get (const TbViewFilter *filter, const TbElement *element);

typedef struct
{
  TbUid uid;     /* of the item: the element's, or its own where an element is drawn several times */
  guint key;     /* what the router knows it by */
  TbUid element; /* what it shows: what pointing at it finds */
  guint next;    /* next item of that element, TB_NO_ITEM */
  guint replica; /* instance: from 1; else 0 */
  guint device;  /* instance: item it runs on, TB_NO_ITEM */
  guint n_pairs; /* link of a deployment: pairs of instances it stands for; else 0 */
  gboolean stub;
  gboolean badge;  /* a drill-down into it exists */
  TbRect badge_at;
  guint heads;     /* link: bits below */
  gboolean faint;  /* link of a data flow that carries nothing */
  TbItemKind kind;
  char *id, *title;
  char *name; /* what is written: title or what fits of it */
  char *line; /* component: second line; middleware: what it is */
  char *chip; /* what the frame does not show, NULL */
  char **lines; /* note */
  gboolean bare; /* note: text without paper */
  TbRole role;
  guint replicas;
  gboolean async;
  gboolean multi_layer;
  guint tint; /* component: band that tints it, G_MAXUINT none; layer: its number */
  const TbLook *style; /* by its own colours and by rules; NULL: as its kind */

  guint hidden;    /* bits why it is neither drawn nor found, 0: it is there */
  gboolean folded; /* container: drawn as a box, without what is in it */
  guint inside;    /* the folded container that it is drawn as, or TB_NO_ITEM */
  guint n_members; /* container: components in it, at any depth */
  guint about;     /* note: the item it is of, or TB_NO_ITEM */

  TbUid place, route; /* the view's elements that say where and how; 0: none */
  guint n_places;     /* how many of them there are: the last counts */
  gboolean placed; /* the file says where */
  TbRect stored;   /* where the file or the placing puts it; containers: minimum, width 0: none */
  TbRect rect;     /* card, container, paper */
  TbRect shape;    /* what links keep clear of: the card with its stack */
  TbRect bounds;   /* all that is painted */
  TbRect title_at; /* container: where its title stands */
  TbRect chip_at;
  guint64 look;    /* changes whenever what is painted changes */
  guint64 texts;   /* the part of it that reading fixes, 0: not made yet */

  guint tier, layer, last_layer, group; /* items it is in, or TB_NO_ITEM; group: of a group too */
  guint n_users, *users; /* middleware: components above it */

  guint from, to;         /* link: items that it is drawn between */
  guint own_from, own_to; /* the same as the model has it: components */
  guint merged;           /* link: the one that is drawn in its place, or TB_NO_ITEM */
  guint n_merged;         /* link: how many it is drawn for, itself too */
  TbSide from_side, to_side;
  TbPoint *bends;
  guint n_bends;
  double from_at, to_at; /* a person's, below 0: none */
  char *from_port, *to_port;
  double label_part, label_offset; /* a person's, part below 0: none */
  TbPoint *points;
  guint n_points;
  TbJump *jumps;
  guint n_jumps;
  TbRect label_at;  /* width 0: no label */
  gboolean pending; /* no way yet: points is a straight line */
  gboolean cached;  /* its way is known, though not from the router */

  gboolean previewed; /* shown moved */
  gboolean touched;   /* to be looked at again in this layout */
} TbItem;

enum
{
  TB_HIDDEN_FOLDED = 1 << 0, /* in a folded container */
  TB_HIDDEN_MERGED = 1 << 1, /* a link for which another one is drawn */
  TB_HIDDEN_ENDLESS = 1 << 2, /* a link one end of which is hidden */
  TB_HIDDEN_IN_VIEW = 1 << 3 /* the view says so */
};

/* Of a key, what is written on or over an item. */
#define TB_KEY_TEXT (1u << 31)
#define TB_KEY_MASK (TB_KEY_TEXT - 1)
/* Items of which an element has several have an uid of their own with this bit. */
#define TB_ITEM_BIT (1u << 30)

/* Which ends of a link have a head. */
enum
{
  TB_HEAD_TO = 1 << 0,
  TB_HEAD_FROM = 1 << 1
};

typedef struct
{
  TbUid uid;
  guint64 look;
  TbRect bounds;
} TbPrint;

typedef struct
{
  guint *items, n, size;
} TbCell;

typedef struct _TbKeyTable TbKeyTable;

struct _TbScene
{
  char *view_id;   /* as asked for; NULL: the first */
  char *view_name; /* as found; NULL: the default view */
  TbUid view;
  TbViewKind kind;
  TbUid of;
  guint frame; /* bits below */
  char *folder;  /* the drawing's, NULL */
  TbLooks looks; /* kept for the scene's life: items point into it */
  GArray *items; /* of TbItem, in painting order */
  guint first[TB_ITEM_NOTE + 2]; /* items of kind k: first[k] … first[k + 1] */
  guint *by_uid, n_uids;  /* to index + 1 */
  GHashTable *by_own_uid; /* of items with TB_ITEM_BIT: to index + 1 */
  TbKeyTable *keys;
  gboolean keys_met; /* two keys were the same: their order counted */
  guint n_unplaced, n_folded;
  TbRect bounds;
  gboolean jumps;
  gboolean filtered; /* the view does not show everything */
  gboolean only_placed;

  GArray *preview; /* of guint: items shown moved; NULL: none */
  double preview_dx, preview_dy;
  GArray *touched; /* of guint: items to be looked at again in this layout */
  GArray *prints;  /* of TbPrint, one an item: what is on show */
  gboolean preview_stretches; /* containers stretch with what moves in them */
  gboolean preview_alone;     /* one box moves, not all of its element */

  TbRouter *router; /* NULL while it is lent */
  TbRouterStop stop; /* NULL: never */
  gpointer stop_data;
  TbRect first_seen;
  gboolean has_first;
  gboolean unrouted; /* the router is not done */
  gboolean untold;   /* it has not been told anything yet: nobody needs its answers so far */

  double cell; /* index */
  TbRect area;
  guint columns, rows;
  TbCell *cells;
};

enum
{
  TB_FRAME_TIERS = 1 << 0,
  TB_FRAME_LAYERS = 1 << 1,
  TB_FRAME_GROUPS = 1 << 2
};

#define TB_ITEM(scene, i) (&g_array_index ((scene)->items, TbItem, i))

guint tb_frame_from_name (const char *name);

/* Takes the size that a place says for something of that kind: a card has it or the usual one, all
 * else at least what it has already. */
void tb_place_size (const TbElement *place, TbKind kind, TbRect *rect);
/* The item of the element that it refers to; TB_NO_ITEM. */
guint tb_scene_find_ref (const TbScene *scene, const TbModel *model, const TbElement *element, TbProp prop);
/* The view's kind and frame; then, of items that are there, places and routes; then the places of those that
 * have none. */
void tb_scene_read_view (TbScene *scene, const TbModel *model);
void tb_scene_read_places (TbScene *scene, const TbModel *model);
void tb_scene_read_place (TbScene *scene, const TbModel *model, const TbElement *place);
void tb_scene_read_route (TbScene *scene, const TbModel *model, const TbElement *route);
void tb_scene_place_the_rest (TbScene *scene, const TbModel *model);
void tb_scene_read (TbScene *scene, const TbModel *model);
/* A component, link or note anew, where it stands and which items there are unchanged. */
void tb_scene_reread (TbScene *scene, const TbModel *model, guint i);
/* From what reading found alone. */
void tb_scene_fold (TbScene *scene);
/* How many components are in each container. */
void tb_scene_count_members (TbScene *scene);
/* Views that lay themselves out: where every card and container stands; TRUE where that was all. */
void tb_scene_arrange_grid (TbScene *scene);
void tb_scene_arrange_deployment (TbScene *scene);
/* All items of a deployment. */
void tb_scene_add_deployment (TbScene *scene, const TbModel *model, const TbViewFilter *filter);
/* An item at the end; uid: the element's, or one with TB_ITEM_BIT that no item has. */
TbItem *tb_scene_add_item (TbScene *scene, TbItemKind kind, const TbElement *element, TbUid uid);
/* One of each element of that kind that the filter lets through. */
void tb_scene_add_items_of (TbScene *scene, const TbModel *model, const TbViewFilter *filter,
                            TbItemKind kind);
/* Stubs without a place: callers above, called below. */
void tb_scene_place_stubs (TbScene *scene);
void tb_scene_arrange (TbScene *scene);
/* Folded containers become boxes where their upper left corner is; all else stays where it was. */
void tb_scene_arrange_folded (TbScene *scene);
/* Whether it is in the picture: in the frame, and not hidden. */
gboolean tb_item_is_shown (const TbScene *scene, const TbItem *item);
/* Whether a link may end at it as it is drawn: cards and folded containers. */
gboolean tb_item_takes_links (const TbItem *item);
/* Where the button stands that folds and unfolds it; FALSE: it has none. */
gboolean tb_item_fold_button (const TbScene *scene, const TbItem *item, TbRect *at);
/* One item changed: shapes and link. */
void tb_scene_tell_router (TbScene *scene, guint i);
/* Every item. */
void tb_scene_tell_all (TbScene *scene);
void tb_scene_forget_in_router (TbScene *scene, const TbItem *item);
void tb_scene_run_router (TbScene *scene);
/* What the router is told: of an item its shape and its text; of a link, FALSE where it has none. */
void tb_scene_shapes_of (const TbScene *scene, const TbItem *item, TbRouterShape shapes[2],
                         gboolean there[2]);
gboolean tb_scene_link_of (const TbScene *scene, const TbItem *link, TbRouterLink *l);
/* A way that is known though the router does not know it yet; all of them at once. */
void tb_scene_set_cached (TbScene *scene, guint i, const TbRouterRoute *route);
void tb_scene_settle_cached (TbScene *scene, GArray *dirty);
/* A link's points, jumps and label as the router has them now. */
void tb_scene_take_route (TbScene *scene, guint i);
void tb_scene_set_route (TbItem *link, const TbRouterRoute *route);

void tb_scene_make_index (TbScene *scene);
void tb_scene_clear_index (TbScene *scene);
/* By the geometry that the item has now: remove it before that changes. */
void tb_scene_index_add (TbScene *scene, guint item);
void tb_scene_index_remove (TbScene *scene, guint item);
/* Items have other places in the array: map is from the old one, TB_NO_ITEM where it is gone. */
void tb_scene_index_map (TbScene *scene, const guint *map);

/* ---- Following (scene-follow.c) ---------------------------------------------------------------- */

/* To be looked at again in the next layout. */
void tb_scene_touch (TbScene *scene, guint item);
/* Everything anew from the model; before: prints of what was on show, NULL: nothing. */
void tb_scene_rebuild (TbScene *scene, const TbModel *model, GArray *dirty);
/* Takes the edits in where that is known to be enough, touching what they concern (scene-patch.c);
 * FALSE: read everything anew. */
gboolean tb_scene_patch (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n,
                         GArray *dirty);
/* Takes out and puts in the items of components and links that went and came; FALSE: cannot. */
gboolean tb_scene_restructure (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n,
                               GArray *dirty);
/* More edits at once are read anew. */
#define TB_PATCH_MANY 2000
guint64 tb_item_look (const TbScene *scene, TbItem *item);
void tb_scene_finish_item (TbScene *scene, TbItem *item); /* bounds */

TbItem tb_item_make (TbItemKind kind, const TbElement *element, TbUid uid);
void tb_item_clear (TbItem *item);
guint tb_scene_find (const TbScene *scene, TbUid uid); /* TB_NO_ITEM */
guint tb_scene_find_key (const TbScene *scene, guint key);
/* Gives the item its key and lets it be found. */
void tb_scene_register (TbScene *scene, guint i);
void tb_scene_make_keys (TbScene *scene); /* of all items that have one */
void tb_scene_clear_find (TbScene *scene, gboolean all);

/* A bit per item; collect marks all whose cells touch rect. */
typedef struct
{
  guint64 *words;
  guint n;
} TbItemSet;
TbItemSet tb_scene_collect (const TbScene *scene, const TbRect *rect);
/* The next marked item from i on, TB_NO_ITEM at the end. */
guint tb_item_set_next (const TbItemSet *set, guint i);

/* Its line goes through rect. */
gboolean tb_link_touches (const TbItem *link, const TbRect *rect);
/* Where a box of that size may stand beside a link: covering nothing, nor what is taken, else as little as can be. */
TbRect tb_scene_free_beside (const TbScene *scene, guint link, double width, double height,
                             const TbRect *taken, guint n_taken);

/* The second line of a component: what matters of it. balance: of the first link that goes out of
 * it and has one, or NULL. (transfer full) */
char *tb_component_line (const TbElement *component, const char *balance);
/* Size of a note's paper for its text. lines: wrapped (transfer full). */
void tb_note_size (const char *text, double width, char ***lines, double *height);
