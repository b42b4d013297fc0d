/* Where what is pasted comes to stand: shifted as one, until nothing of it covers a card. */
#include "paste-private.h"
#include "spot-private.h"

#include <math.h>
#include <string.h>

#define STEP (2 * TB_GRID)
#define STEPS 24 /* then it goes to the right of all there is */
#define CLEAR 8.0
#define NOTE_WIDTH 240.0
#define NOTE_HEIGHT 80.0

typedef struct
{
  TbUid uid;
  TbKind kind;
  TbRect rect;
  TbRect landing; /* where it lands: decides which containers it is in; width 0: it keeps its own */
  gboolean sized;
} Card;

static double
number_of (const TbElement *place, TbProp prop, double otherwise)
{
  return place && tb_element_is_set (place, prop) ? tb_element_get_number (place, prop) : otherwise;
}

/* FALSE: no place was copied along, and it needs none. */
static gboolean
read_card (const TbPaste *paste, const char *id, TbUid uid, TbKind kind, Card *card)
{
  const TbElement *place = paste->places ? g_hash_table_lookup (paste->places, id) : NULL;
  gboolean unit = kind == TB_KIND_COMPONENT || kind == TB_KIND_NOTE;
  if (kind == TB_KIND_LINK || place == NULL || !tb_element_is_set (place, TB_PROP_X)
      || !tb_element_is_set (place, TB_PROP_Y))
    return FALSE;
  *card = (Card){ uid, kind,
                  { number_of (place, TB_PROP_X, 0), number_of (place, TB_PROP_Y, 0),
                    number_of (place, TB_PROP_WIDTH, unit ? TB_CARD_WIDTH : 0),
                    number_of (place, TB_PROP_HEIGHT, unit ? TB_CARD_HEIGHT : 0) },
                  { 0, 0, 0, 0 },
                  tb_element_is_set (place, TB_PROP_WIDTH) };
  return TRUE;
}

static GArray *
read_cards (TbPaste *paste)
{
  GArray *cards = g_array_new (FALSE, FALSE, sizeof (Card));
  Card card;
  for (guint i = 0; i < paste->made->len; i++)
    {
      const TbPasted *p = &g_array_index (paste->made, TbPasted, i);
      if (read_card (paste, tb_element_id (p->from), p->uid, tb_element_kind (p->from), &card))
        g_array_append_val (cards, card);
    }
  for (guint i = 0; i < paste->shown->len; i++)
    {
      TbUid uid = g_array_index (paste->shown, TbUid, i);
      const TbElement *e = tb_editor_element (paste->editor, uid);
      if (read_card (paste, tb_element_id (e), uid, tb_element_kind (e), &card))
        g_array_append_val (cards, card);
    }
  return cards;
}

static TbRect
bounds_of (const GArray *cards)
{
  TbRect all = { 0, 0, 0, 0 };
  for (guint i = 0; i < cards->len; i++)
    {
      TbRect r = g_array_index (cards, Card, i).rect;
      r.width = MAX (r.width, 1);
      r.height = MAX (r.height, 1);
      if (i == 0)
        all = r;
      else
        tb_rect_union (&all, &r, &all);
    }
  return all;
}

/* ---- Nothing is covered ---------------------------------------------------------------------- */

/* What a card may not cover, and what a tier or a group may not. */
#define CARDS (1u << TB_ITEM_COMPONENT | 1u << TB_ITEM_NOTE)
#define BOXES (CARDS | 1u << TB_ITEM_TIER | 1u << TB_ITEM_GROUP)

static guint
kept_clear_of (TbKind kind)
{
  return kind == TB_KIND_COMPONENT || kind == TB_KIND_NOTE ? CARDS
         : kind == TB_KIND_TIER || kind == TB_KIND_GROUP   ? BOXES
                                                           : 0;
}

static gboolean
covers (TbEditor *editor, const TbRect *rect, guint kinds, GArray *uids)
{
  g_array_set_size (uids, 0);
  tb_scene_query (editor->scene, rect, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (tb_editor_bounds (editor, g_array_index (uids, TbUid, i), &kind, &r)
          && (kinds & (1u << kind)) && tb_rect_intersects (&r, rect))
        return TRUE;
    }
  return FALSE;
}

static gboolean
any_covers (TbEditor *editor, const GArray *cards, double dx, double dy)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbRect all = bounds_of (cards);
  TbRect there = { all.x + dx, all.y + dy, all.width, all.height };
  if (!covers (editor, &there, BOXES, uids))
    return FALSE;
  for (guint i = 0; i < cards->len; i++)
    {
      const Card *c = &g_array_index (cards, Card, i);
      TbRect r = { c->rect.x + dx - CLEAR, c->rect.y + dy - CLEAR, c->rect.width + 2 * CLEAR,
                   c->rect.height + 2 * CLEAR };
      if (covers (editor, &r, kept_clear_of (c->kind), uids))
        return TRUE;
    }
  return FALSE;
}

static TbPoint
shift_of (TbPaste *paste, const GArray *cards)
{
  TbEditor *editor = paste->editor;
  TbRect all = bounds_of (cards), scene = tb_scene_bounds (editor->scene);
  const TbPoint *at = paste->options->at;
  TbPoint shift = { 0, 0 };
  if (at != NULL)
    shift = (TbPoint){ tb_editor_snap (at->x - all.width / 2 - all.x),
                       tb_editor_snap (at->y - all.height / 2 - all.y) };
  for (guint i = 0; i < STEPS; i++, shift.x += STEP, shift.y += STEP)
    if (!any_covers (editor, cards, shift.x, shift.y))
      return shift;
  return (TbPoint){ tb_editor_snap (scene.x + scene.width + 3 * TB_GRID - all.x),
                    at ? shift.y - STEPS * STEP : 0 };
}

/* ---- Writing places -------------------------------------------------------------------------- */

/* One card alone finds its place in its own container, or in the one it is pasted into. */
static void
settle_alone (TbPaste *paste, Card *card)
{
  TbEditor *editor = paste->editor;
  const TbPoint *at = paste->options->at;
  TbPoint wish = { card->rect.x + STEP + TB_CARD_WIDTH / 2,
                   card->rect.y + STEP + TB_CARD_HEIGHT / 2 };
  TbHome home = tb_home_of (editor, card->uid);
  if (at != NULL)
    {
      wish = *at;
      home = tb_home_at (editor, wish);
      card->landing = (TbRect){ wish.x, wish.y, 1, 1 };
    }
  card->rect = tb_editor_spot (editor, wish, &home);
}

/* New containers move along with what is in them: their members stay theirs. */
static GHashTable *
moved_along (const TbPaste *paste)
{
  GHashTable *along = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < paste->made->len; i++)
    {
      const TbPasted *p = &g_array_index (paste->made, TbPasted, i);
      if (tb_element_kind (p->from) != TB_KIND_COMPONENT)
        g_hash_table_add (along, GUINT_TO_POINTER (p->uid));
    }
  return along;
}

static void
write_cards (TbPaste *paste, GArray *cards, GArray *frames)
{
  g_autoptr (GHashTable) along = moved_along (paste);
  TbPlaces places;
  tb_places_begin (&places, paste->editor);
  tb_places_pin (&places);
  for (guint i = 0; i < paste->shown->len; i++)
    tb_places_set_hidden (&places, g_array_index (paste->shown, TbUid, i), FALSE);
  for (guint i = 0; i < cards->len; i++)
    {
      const Card *c = &g_array_index (cards, Card, i);
      tb_places_set (&places, c->uid, &c->rect, c->sized);
      if (c->kind == TB_KIND_COMPONENT && c->landing.width > 0)
        tb_editor_land (paste->editor, c->uid, &c->landing, frames, along);
    }
  tb_places_end (&places);
}

/* ---- Bends ----------------------------------------------------------------------------------- */

static void
shift_bend (TbEditor *editor, TbUid bend, TbProp prop, double v)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  tb_editor_set_checked (editor, bend, prop, g_ascii_dtostr (text, sizeof text, v));
}

static void
copy_route (TbPaste *paste, const TbElement *route, const char *link, TbUid view, TbPoint shift)
{
  TbEditor *editor = paste->editor;
  const TbKindSpec *spec = tb_schema_kind (TB_KIND_ROUTE);
  TbUid to = tb_document_insert (editor->document, TB_KIND_ROUTE, NULL, view, G_MAXUINT);
  for (guint i = 0; i < spec->n_props; i++)
    if (tb_element_is_set (route, spec->props[i].prop))
      tb_editor_set_checked (editor, to, spec->props[i].prop,
                             spec->props[i].prop == TB_PROP_OF
                                 ? link : tb_element_get (route, spec->props[i].prop));
  for (guint i = 0; i < tb_element_n_children (route); i++)
    {
      const TbElement *bend = tb_element_child (route, i);
      TbUid uid = tb_document_insert (editor->document, TB_KIND_BEND, NULL, to, G_MAXUINT);
      shift_bend (editor, uid, TB_PROP_X, tb_element_get_number (bend, TB_PROP_X) + shift.x);
      shift_bend (editor, uid, TB_PROP_Y, tb_element_get_number (bend, TB_PROP_Y) + shift.y);
    }
}

static void
copy_routes (TbPaste *paste, TbPoint shift)
{
  if (paste->places == NULL)
    return;
  const TbElement *view = tb_model_nth (paste->model, TB_KIND_VIEW, 0);
  TbUid to = tb_editor_ensure_view (paste->editor);
  for (guint i = 0; i < tb_element_n_children (view); i++)
    {
      const TbElement *route = tb_element_child (view, i);
      const char *link = tb_element_kind (route) == TB_KIND_ROUTE
                             ? g_hash_table_lookup (paste->ids, tb_element_get (route, TB_PROP_OF))
                             : NULL;
      if (link != NULL && g_hash_table_contains (paste->new_ids, link))
        copy_route (paste, route, link, to, shift);
    }
}

void
tb_paste_place (TbPaste *paste)
{
  g_autoptr (GArray) cards = read_cards (paste);
  g_autoptr (GArray) frames = tb_editor_frames (paste->editor);
  TbPoint shift = { 0, 0 };
  if (cards->len == 1 && g_array_index (cards, Card, 0).kind == TB_KIND_COMPONENT)
    settle_alone (paste, &g_array_index (cards, Card, 0));
  else if (cards->len > 0)
    shift = shift_of (paste, cards);
  for (guint i = 0; i < cards->len; i++)
    {
      Card *card = &g_array_index (cards, Card, i);
      card->rect.x += shift.x;
      card->rect.y += shift.y;
      /* What is only shown stays in the containers it is in. */
      if (cards->len > 1 && i < cards->len - paste->shown->len)
        card->landing = card->rect;
    }
  write_cards (paste, cards, frames);
  copy_routes (paste, shift);
}

/* ---- Afterwards ------------------------------------------------------------------------------ */

void
tb_paste_select (TbPaste *paste)
{
  TbEditor *editor = paste->editor;
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < paste->made->len; i++)
    {
      const TbPasted *p = &g_array_index (paste->made, TbPasted, i);
      gboolean meant = paste->places == NULL
                       || g_hash_table_contains (paste->places, tb_element_id (p->from));
      if (meant && tb_element_kind (p->from) != TB_KIND_LINK
          && tb_editor_bounds (editor, p->uid, NULL, NULL))
        g_array_append_val (uids, p->uid);
    }
  g_array_append_vals (uids, paste->shown->data, paste->shown->len);
  tb_editor_select (editor, (const TbUid *) (gpointer) uids->data, uids->len);
  if (paste->shown->len == 1)
    tb_editor_message (editor, "%s is shown here too: the same element, not a copy.",
                       tb_element_title (tb_editor_element (
                           editor, g_array_index (paste->shown, TbUid, 0))));
  else if (paste->shown->len > 1)
    tb_editor_message (editor, "%u elements are shown here too: the same ones, not copies.",
                       paste->shown->len);
}

/* ---- Foreign text ---------------------------------------------------------------------------- */

/* What a file can hold: valid UTF-8 without control characters, of a bounded length. */
static char *
clean (const char *text, gsize size, gboolean *cut)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (size, 8u * TB_PASTE_MAX_TEXT));
  GString *out = g_string_new (NULL);
  guint n = 0;
  *cut = size > 8u * TB_PASTE_MAX_TEXT;
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff))
        {
          if (n++ == TB_PASTE_MAX_TEXT)
            {
              *cut = TRUE;
              break;
            }
          g_string_append_unichar (out, c);
        }
    }
  if (*cut)
    g_string_append (out, " …");
  return g_strstrip (g_string_free (out, FALSE));
}

static TbUid
insert_note (TbEditor *editor, const char *text, const TbRect *rect)
{
  const TbModel *model = tb_editor_model (editor);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_NOTE, "note");
  TbPlaces places;
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  TbUid uid = tb_document_insert (editor->document, TB_KIND_NOTE, id,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, TB_KIND_NOTE));
  tb_editor_set_checked (editor, uid, TB_PROP_TEXT, text);
  tb_places_set (&places, uid, rect, TRUE);
  tb_places_end (&places);
  return uid;
}

static TbRect
note_place (TbEditor *editor, const TbPoint *at)
{
  TbRect scene = tb_scene_bounds (editor->scene);
  TbRect r = { scene.x, scene.y + scene.height + 2 * TB_GRID, NOTE_WIDTH, NOTE_HEIGHT };
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (at != NULL)
    r = (TbRect){ at->x - NOTE_WIDTH / 2, at->y - NOTE_HEIGHT / 2, NOTE_WIDTH, NOTE_HEIGHT };
  r.x = tb_editor_snap (r.x);
  r.y = tb_editor_snap (r.y);
  for (guint i = 0; i < STEPS && covers (editor, &r, CARDS, uids); i++)
    {
      r.x += STEP;
      r.y += STEP;
    }
  return r;
}

gboolean
tb_paste_text (TbEditor *editor, const char *text, gsize size, const TbPasteOptions *options,
               GError **error)
{
  gboolean cut;
  g_autofree char *words = clean (text, size, &cut);
  if (*words == '\0')
    {
      g_set_error_literal (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE,
                           "There is nothing to paste in the clipboard");
      return FALSE;
    }
  TbRect rect = note_place (editor, options->at);
  tb_document_begin (editor->document, "Paste Note", NULL);
  TbUid uid = insert_note (editor, words, &rect);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, uid);
  if (cut)
    tb_editor_message (editor, "The text was long: the note holds its first %d characters.",
                       TB_PASTE_MAX_TEXT);
  return TRUE;
}
