/* Components and links that come and go, without reading the others anew: the array of items is
 * closed up and opened, and what counts by place in it follows.
 *
 * Only where a component or link is an item of its own and nothing else: no filter, no folding, no
 * middleware (tb_scene_patch() asks). Containers keep their places: they come before. */
#include "scene-private.h"

#include <string.h>

#define AT_MOST 400

typedef struct
{
  guint at; /* in the array as it will be */
  TbItemKind kind;
  const TbElement *element;
} Fresh;

typedef struct
{
  TbScene *scene;
  const TbModel *model;
  GArray *gone;  /* of guint: items */
  GArray *fresh; /* of Fresh, by at */
  guint *map;    /* from the old place to the new, TB_NO_ITEM: gone */
  guint n_before;
} Change;

/* ---- What comes and goes --------------------------------------------------------------------- */

static guint
place_in_model (const TbModel *model, TbKind kind, const TbElement *element)
{
  guint i = tb_model_count (model, kind) - 1; /* what is new is mostly last */
  while (tb_model_nth (model, kind, i) != element)
    i--;
  return i;
}

static gboolean
is_in (const GArray *words, guint word)
{
  for (guint i = 0; i < words->len; i++)
    if (g_array_index (words, guint, i) == word)
      return TRUE;
  return FALSE;
}

/* FALSE: taken out and put in again, perhaps elsewhere. */
static gboolean
sort_out (Change *change, const TbEdit *edit, GArray *seen)
{
  const TbElement *element = tb_model_get (change->model, edit->uid);
  guint item = tb_scene_find (change->scene, edit->uid);
  if (is_in (seen, edit->uid))
    return TRUE;
  g_array_append_val (seen, edit->uid);
  if (element != NULL && item != TB_NO_ITEM)
    return FALSE;
  if (element == NULL && item != TB_NO_ITEM)
    g_array_append_val (change->gone, item);
  else if (element != NULL)
    {
      Fresh f = { place_in_model (change->model, edit->kind, element),
                  edit->kind == TB_KIND_LINK ? TB_ITEM_LINK : TB_ITEM_COMPONENT, element };
      g_array_append_val (change->fresh, f);
    }
  return TRUE;
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;
  return x < y ? -1 : x > y;
}

static gboolean
find_changes (Change *change, const TbEdit *edits, guint n)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < n; i++)
    if ((edits[i].kind == TB_KIND_COMPONENT || edits[i].kind == TB_KIND_LINK)
        && (edits[i].op == TB_EDIT_INSERT || edits[i].op == TB_EDIT_REMOVE)
        && (seen->len > AT_MOST || !sort_out (change, &edits[i], seen)))
      return FALSE;
  g_array_sort (change->gone, by_number);
  return TRUE;
}

/* ---- The array ------------------------------------------------------------------------------- */

/* What hangs on a link that is gone or new: the line of its caller says how it balances. */
static void
touch_caller (TbScene *scene, guint caller)
{
  if (caller != TB_NO_ITEM)
    tb_scene_touch (scene, caller);
}

static void
take_out (Change *change, GArray *dirty)
{
  TbScene *scene = change->scene;
  for (guint k = 0; k < change->gone->len; k++)
    {
      guint i = g_array_index (change->gone, guint, k);
      TbItem *item = TB_ITEM (scene, i);
      change->map[i] = TB_NO_ITEM;
      if (item->kind == TB_ITEM_LINK)
        touch_caller (scene, item->own_from);
      tb_scene_forget_in_router (scene, item);
      scene->by_uid[item->uid] = 0;
      if (dirty != NULL)
        g_array_append_val (dirty, g_array_index (scene->prints, TbPrint, i).bounds);
    }
  for (guint kind = 0; kind <= TB_ITEM_NOTE + 1; kind++)
    {
      guint before = 0;
      for (guint k = 0; k < change->gone->len; k++)
        before += g_array_index (change->gone, guint, k) < scene->first[kind];
      scene->first[kind] -= before;
    }
}

/* From the left: every item moves once at most. */
static void
close_up (Change *change)
{
  TbScene *scene = change->scene;
  guint to = 0;
  for (guint i = 0; i < change->n_before; i++)
    {
      if (change->map[i] == TB_NO_ITEM)
        {
          tb_item_clear (TB_ITEM (scene, i));
          continue;
        }
      if (to != i)
        {
          memcpy (TB_ITEM (scene, to), TB_ITEM (scene, i), sizeof (TbItem));
          g_array_index (scene->prints, TbPrint, to) = g_array_index (scene->prints, TbPrint, i);
        }
      change->map[i] = to++;
    }
  /* What is cut off has been moved or cleared. */
  memset (TB_ITEM (scene, to), 0, (change->n_before - to) * sizeof (TbItem));
  g_array_set_size (scene->items, to);
  g_array_set_size (scene->prints, to);
}

static int
by_at (gconstpointer a, gconstpointer b)
{
  const Fresh *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

static void
find_places (Change *change)
{
  TbScene *scene = change->scene;
  guint links = 0, n = change->fresh->len;
  for (guint k = 0; k < n; k++)
    links += g_array_index (change->fresh, Fresh, k).kind == TB_ITEM_LINK;
  scene->first[TB_ITEM_COMPONENT] += links;
  for (guint kind = TB_ITEM_COMPONENT + 1; kind <= TB_ITEM_NOTE + 1; kind++)
    scene->first[kind] += n;
  for (guint k = 0; k < n; k++)
    {
      Fresh *f = &g_array_index (change->fresh, Fresh, k);
      f->at += scene->first[f->kind];
    }
  g_array_sort (change->fresh, by_at);
}

/* From the right; back: from where an item now is to where it was in the closed array. */
static void
open_up (Change *change)
{
  TbScene *scene = change->scene;
  guint n = scene->items->len, left = change->fresh->len;
  g_autofree guint *to = g_new (guint, n + 1);
  g_array_set_size (scene->items, n + left);
  g_array_set_size (scene->prints, n + left);
  for (guint i = n + left; i-- > 0;)
    {
      const Fresh *f = left ? &g_array_index (change->fresh, Fresh, left - 1) : NULL;
      if (f != NULL && f->at == i)
        {
          *TB_ITEM (scene, i) = tb_item_make (f->kind, f->element, tb_element_uid (f->element));
          g_array_index (scene->prints, TbPrint, i)
              = (TbPrint){ .uid = tb_element_uid (f->element) };
          left--;
          continue;
        }
      to[--n] = i;
      if (i == n)
        continue;
      memcpy (TB_ITEM (scene, i), TB_ITEM (scene, n), sizeof (TbItem));
      g_array_index (scene->prints, TbPrint, i) = g_array_index (scene->prints, TbPrint, n);
    }
  for (guint i = 0; i < change->n_before; i++)
    if (change->map[i] != TB_NO_ITEM)
      change->map[i] = to[change->map[i]];
}

/* ---- What counts by place -------------------------------------------------------------------- */

static guint
mapped (const Change *change, guint i)
{
  return i == TB_NO_ITEM ? i : change->map[i];
}

static void
follow_touched (Change *change)
{
  GArray *touched = change->scene->touched;
  guint kept = 0;
  for (guint k = 0; k < touched->len; k++)
    {
      guint i = change->map[g_array_index (touched, guint, k)];
      if (i != TB_NO_ITEM)
        g_array_index (touched, guint, kept++) = i;
    }
  g_array_set_size (touched, kept);
}

static void
follow_ends (Change *change)
{
  TbScene *scene = change->scene;
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      TbItem *link = TB_ITEM (scene, i);
      if (link->key == 0)
        continue;
      link->from = link->own_from = mapped (change, link->from);
      link->to = link->own_to = mapped (change, link->to);
      /* An end has gone, or has perhaps come. */
      if (link->from == TB_NO_ITEM || link->to == TB_NO_ITEM)
        tb_scene_touch (scene, i);
    }
  for (guint i = scene->first[TB_ITEM_NOTE]; i < scene->items->len; i++)
    TB_ITEM (scene, i)->about = mapped (change, TB_ITEM (scene, i)->about);
}

static void
follow_uids (Change *change)
{
  TbScene *scene = change->scene;
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->items->len; i++)
    if (TB_ITEM (scene, i)->key != 0)
      scene->by_uid[TB_ITEM (scene, i)->uid] = i + 1;
  tb_scene_make_keys (scene);
  for (guint k = 0; k < change->fresh->len; k++)
    tb_scene_register (scene, g_array_index (change->fresh, Fresh, k).at);
}

gboolean
tb_scene_restructure (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n,
                      GArray *dirty)
{
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) fresh = g_array_new (FALSE, FALSE, sizeof (Fresh));
  Change change = { scene, model, gone, fresh, NULL, scene->items->len };
  if (!find_changes (&change, edits, n))
    return FALSE;
  if (gone->len + fresh->len == 0)
    return TRUE;
  if (scene->filtered || scene->keys_met
      || scene->first[TB_ITEM_MIDDLEWARE] != scene->first[TB_ITEM_LINK])
    return FALSE;
  change.map = g_new (guint, change.n_before + 1);
  for (guint i = 0; i < change.n_before; i++)
    change.map[i] = i;
  take_out (&change, dirty);
  close_up (&change);
  find_places (&change);
  open_up (&change);
  follow_touched (&change);
  follow_ends (&change);
  follow_uids (&change);
  tb_scene_index_map (scene, change.map);
  for (guint k = 0; k < fresh->len; k++)
    tb_scene_touch (scene, g_array_index (fresh, Fresh, k).at);
  g_free (change.map);
  return !scene->keys_met;
}
