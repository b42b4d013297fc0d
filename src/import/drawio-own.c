/* The way back: a drawing of ours that was in draw.io. What it is stands in the file as a whole; what was changed there is
 * what differs from how each cell was written (src/export/drawio.c): its label, its place or corners, its data, its ends,
 * and what is new or gone. Everything else is as it was, also what draw.io never showed. */
#include "drawio-private.h"

#include "tb-journal.h"

#include <math.h>
#include <string.h>

typedef struct
{
  TbDrawioFile *file;
  TbDocument *document;
  TbModel *base;       /* as it went out */
  TbProblems *dropped;
  GHashTable *seen;    /* ids of base that any page still has */
  GHashTable *gone;    /* ids that a page had and has no more; to the view's uid */
  GHashTable *views;   /* ids of views that have a page */
} Own;

typedef struct
{
  Own *own;
  TbDrawioPage *page;
  TbUid view;          /* 0: the drawing had none */
  gboolean arranged;   /* the view places things by itself */
  char **drawn;        /* ids that it showed */
  GHashTable *was_drawn; /* the same */
  GHashTable *seen;    /* ids on this page */
} OwnPage;

static void
tell (Own *own, guint line, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
tell (Own *own, guint line, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *words = g_strdup_vprintf (format, args);
  va_end (args);
  tb_problems_add (own->dropped, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, 0, line, 0, "%s", words);
}

static const TbModel *
model_of (const Own *own)
{
  return tb_document_model (own->document);
}

/* text NULL: unset. What is no value stays as it was. */
static void
set (Own *own, TbUid uid, TbProp prop, const char *text, guint line)
{
  g_autoptr (GError) error = NULL;
  if (!tb_document_set (own->document, uid, prop, text, &error))
    tell (own, line, "a change of “%s” was not taken: %s", tb_element_title (tb_model_get (model_of (own), uid)), error->message);
}

static void
set_coordinate (Own *own, TbUid uid, TbProp prop, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  set (own, uid, prop, g_ascii_formatd (digits, sizeof digits, "%.10g", round (value)), 0);
}

/* The element that a cell is of, as it went out; NULL. */
static const TbElement *
element_of (const Own *own, const TbDrawioCell *cell)
{
  const char *id = cell != NULL ? tb_drawio_data (cell, "tierboard") : NULL;
  const char *kind = cell != NULL ? tb_drawio_data (cell, "tierboard-element") : NULL;
  const TbElement *element = id != NULL ? tb_model_lookup (own->base, id) : NULL;
  return element != NULL && g_strcmp0 (kind, tb_schema_kind (tb_element_kind (element))->name) == 0 ? element : NULL;
}

static gboolean
is_drawn (const OwnPage *p, const char *id)
{
  return id != NULL && g_hash_table_contains (p->was_drawn, id);
}

/* ---- Words and data ----------------------------------------------------------------------------------- */

/* The title in a label of which old is the former: what follows the title there is not of it. (transfer full) */
static char *
title_in (const char *words, const char *old, const char *title)
{
  g_autofree char *was = tb_drawio_plain (title, FALSE);
  const char *after = g_str_has_prefix (old, was) ? old + strlen (was) : "";
  if (*after != '\0' && g_str_has_suffix (words, after))
    return g_strstrip (g_strndup (words, strlen (words) - strlen (after)));
  return g_strndup (words, strcspn (words, "\n"));
}

static void
compare_words (Own *own, const TbDrawioCell *cell, const TbElement *element)
{
  const char *label = tb_drawio_data (cell, "tierboard-label");
  g_autofree char *old = tb_drawio_plain (label, TRUE), *now = tb_drawio_words (cell);
  gboolean note = tb_element_kind (element) == TB_KIND_NOTE && tb_element_is_set (element, TB_PROP_TEXT);
  if (label == NULL || strcmp (old, now) == 0)
    return;
  g_autofree char *title = title_in (now, old, tb_element_title (element));
  if (note)
    set (own, tb_element_uid (element), TB_PROP_TEXT, now, cell->line);
  else if (tb_schema_prop (tb_element_kind (element), TB_PROP_NAME) != NULL)
    set (own, tb_element_uid (element), TB_PROP_NAME, *title ? title : NULL, cell->line);
}

static const char *
datum (const TbDrawioCell *cell, const TbPropSpec *spec)
{
  const char *name = spec->prop == TB_PROP_DESCRIPTION ? "tooltip" : spec->prop == TB_PROP_HREF ? "link" : spec->name;
  const char *value = tb_drawio_data (cell, name);
  return spec->prop == TB_PROP_HREF && value != NULL && g_str_has_prefix (value, "data:") ? NULL : value;
}

static gboolean
is_data (const TbPropSpec *spec)
{
  return spec->prop != TB_PROP_ID && spec->prop != TB_PROP_NAME && spec->prop != TB_PROP_FROM && spec->prop != TB_PROP_TO
         && spec->type != TB_TYPE_TEXT;
}

/* base: what the data were when they went out. */
static void
compare_data (Own *own, const TbDrawioCell *cell, const TbElement *base, TbUid uid)
{
  const TbKindSpec *kind = tb_schema_kind (tb_element_kind (base));
  for (guint i = 0; i < kind->n_props; i++)
    {
      const TbPropSpec *spec = &kind->props[i];
      const char *now = is_data (spec) ? datum (cell, spec) : NULL;
      const char *was = is_data (spec) && tb_element_is_set (base, spec->prop) ? tb_element_get (base, spec->prop) : NULL;
      if (g_strcmp0 (now, was) != 0 && (now == NULL || *now != '\0' || was != NULL))
        set (own, uid, spec->prop, now != NULL && *now ? now : NULL, cell->line);
    }
}

/* ---- Places ------------------------------------------------------------------------------------------- */

static TbUid
view_of (OwnPage *p)
{
  if (p->view == 0)
    p->view = tb_document_insert (p->own->document, TB_KIND_VIEW, "main", tb_element_uid (tb_model_root (model_of (p->own))),
                                  G_MAXUINT);
  return p->view;
}

/* The view's element of that kind about an element, made where there is none; 0 where make is FALSE. */
static TbUid
view_child (OwnPage *p, TbKind kind, const char *id, gboolean make)
{
  const TbElement *view = p->view != 0 ? tb_model_get (model_of (p->own), p->view) : NULL;
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    {
      const TbElement *child = tb_element_child (view, i);
      if (tb_element_kind (child) == kind && g_strcmp0 (tb_element_get (child, TB_PROP_OF), id) == 0)
        return tb_element_uid (child);
    }
  if (!make)
    return 0;
  TbUid uid = tb_document_insert (p->own->document, kind, NULL, view_of (p), G_MAXUINT);
  set (p->own, uid, TB_PROP_OF, id, 0);
  return uid;
}

static gboolean
differs (double a, double b)
{
  return fabs (a - b) > 0.75;
}

/* How it was written, in hundredths. */
static gboolean
read_at (const TbDrawioCell *cell, TbRect *was)
{
  const char *at = tb_drawio_data (cell, "tierboard-at");
  char *end = (char *) at;
  double v[4];
  for (guint i = 0; at != NULL && i < 4; i++)
    {
      const char *begin = end;
      v[i] = g_ascii_strtod (begin, &end) / 100;
      if (end == begin)
        return FALSE;
    }
  if (at != NULL)
    *was = (TbRect){ v[0], v[1], v[2], v[3] };
  return at != NULL;
}

static void
compare_place (OwnPage *p, const TbDrawioCell *cell, const TbElement *element)
{
  TbRect was, now = cell->rect;
  TbKind kind = tb_element_kind (element);
  gboolean container = kind != TB_KIND_COMPONENT && kind != TB_KIND_NOTE;
  if (!read_at (cell, &was) || p->arranged)
    return;
  gboolean moved = differs (now.x, was.x) || differs (now.y, was.y);
  gboolean sized = differs (now.width, was.width) || differs (now.height, was.height);
  /* A container follows what is in it, which has moved as well. */
  if (!sized && (!moved || (container && view_child (p, TB_KIND_PLACE, tb_element_id (element), FALSE) == 0)))
    return;
  TbUid place = view_child (p, TB_KIND_PLACE, tb_element_id (element), TRUE);
  set_coordinate (p->own, place, TB_PROP_X, now.x);
  set_coordinate (p->own, place, TB_PROP_Y, now.y);
  if (!sized)
    return;
  set_coordinate (p->own, place, TB_PROP_WIDTH, MAX (1, now.width));
  set_coordinate (p->own, place, TB_PROP_HEIGHT, MAX (1, now.height));
}

/* Which property says that an element is in one of that kind. */
static TbProp
member_prop (TbKind kind, TbKind container)
{
  if (kind == TB_KIND_GROUP)
    return container == TB_KIND_GROUP ? TB_PROP_PARENT : TB_PROP_NONE;
  return kind != TB_KIND_COMPONENT          ? TB_PROP_NONE
         : container == TB_KIND_GROUP ? TB_PROP_GROUP
         : container == TB_KIND_TIER  ? TB_PROP_TIER
         : container == TB_KIND_LAYER ? TB_PROP_LAYER
                                      : TB_PROP_NONE;
}

/* The container that it was drawn in, as the export chose it. */
static TbProp
drawn_in (const OwnPage *p, const TbElement *element)
{
  static const TbProp props[] = { TB_PROP_GROUP, TB_PROP_PARENT, TB_PROP_TIER, TB_PROP_LAYER };
  for (guint i = 0; i < G_N_ELEMENTS (props); i++)
    if (tb_schema_prop (tb_element_kind (element), props[i]) != NULL && is_drawn (p, tb_element_get (element, props[i])))
      return props[i];
  return TB_PROP_NONE;
}

static void
compare_parent (OwnPage *p, const TbDrawioCell *cell, const TbElement *element)
{
  const TbElement *in = element_of (p->own, cell->parent);
  TbProp was = drawn_in (p, element);
  TbProp now = in != NULL ? member_prop (tb_element_kind (element), tb_element_kind (in)) : TB_PROP_NONE;
  gboolean same = was == now && (in == NULL || now == TB_PROP_NONE
                                 || g_strcmp0 (tb_element_get (element, now), tb_element_id (in)) == 0);
  gboolean counts = tb_element_kind (element) == TB_KIND_COMPONENT || tb_element_kind (element) == TB_KIND_GROUP;
  if (same || p->arranged || !counts || (in != NULL && now == TB_PROP_NONE))
    return;
  if (was != TB_PROP_NONE)
    set (p->own, tb_element_uid (element), was, NULL, cell->line);
  if (now != TB_PROP_NONE)
    set (p->own, tb_element_uid (element), now, tb_element_id (in), cell->line);
}

/* ---- Links -------------------------------------------------------------------------------------------- */

static gboolean
same_way (const TbDrawioCell *edge)
{
  const char *at = tb_drawio_data (edge, "tierboard-at");
  guint n = edge->points != NULL ? edge->points->len : 0;
  char *end = (char *) (at != NULL ? at : "");
  for (guint i = 0; i < n; i++)
    {
      const TbPoint *point = &g_array_index (edge->points, TbPoint, i);
      const char *begin = end;
      double x = g_ascii_strtod (end, &end) / 100, y = g_ascii_strtod (end, &end) / 100;
      if (begin == end || differs (x, point->x) || differs (y, point->y))
        return FALSE;
    }
  return *g_strchug (end) == '\0';
}

static void
compare_way (OwnPage *p, const TbDrawioCell *edge, const TbElement *link)
{
  if (p->arranged || same_way (edge))
    return;
  TbUid old = view_child (p, TB_KIND_ROUTE, tb_element_id (link), FALSE);
  if (old != 0)
    tb_document_remove (p->own->document, old);
  if (edge->points == NULL || edge->points->len == 0)
    return;
  TbUid route = view_child (p, TB_KIND_ROUTE, tb_element_id (link), TRUE);
  for (guint i = 0; i < edge->points->len; i++)
    {
      const TbPoint *point = &g_array_index (edge->points, TbPoint, i);
      TbUid bend = tb_document_insert (p->own->document, TB_KIND_BEND, NULL, route, G_MAXUINT);
      set_coordinate (p->own, bend, TB_PROP_X, point->x);
      set_coordinate (p->own, bend, TB_PROP_Y, point->y);
    }
}

/* The id of the component at an end, of base or new; NULL. */
static const char *
id_at (const Own *own, const TbDrawioCell *cell)
{
  const TbElement *element = cell == NULL ? NULL
                             : cell->uid != 0 ? tb_model_get (model_of (own), cell->uid) : element_of (own, cell);
  return element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT ? tb_element_id (element) : NULL;
}

static void
compare_ends (Own *own, const TbDrawioCell *edge, const TbElement *link)
{
  const char *from = id_at (own, edge->source), *to = id_at (own, edge->target);
  if (from != NULL && g_strcmp0 (from, tb_element_get (link, TB_PROP_FROM)) != 0)
    set (own, tb_element_uid (link), TB_PROP_FROM, from, edge->line);
  if (to != NULL && g_strcmp0 (to, tb_element_get (link, TB_PROP_TO)) != 0)
    {
      set (own, tb_element_uid (link), TB_PROP_TO, to, edge->line);
      set (own, tb_element_uid (link), TB_PROP_SERVICE, NULL, edge->line);
    }
}

/* ---- What is new -------------------------------------------------------------------------------------- */

/* The icon, badge or sheet of a card of ours. */
static gboolean
is_decoration (const TbDrawioCell *cell)
{
  return cell->parent != NULL && tb_drawio_data (cell->parent, "tierboard") != NULL
         && tb_drawio_style_is (cell, "movable", "0") && tb_drawio_style_is (cell, "editable", "0");
}

static TbUid
insert (Own *own, TbKind kind, const char *title)
{
  g_autofree char *id = tb_model_make_id (model_of (own), kind, title);
  TbUid uid = tb_document_insert (own->document, kind, id, tb_element_uid (tb_model_root (model_of (own))), G_MAXUINT);
  if (tb_schema_prop (kind, TB_PROP_NAME) != NULL && *title != '\0')
    set (own, uid, TB_PROP_NAME, title, 0);
  return uid;
}

static void
place_new (OwnPage *p, const TbDrawioCell *cell)
{
  const TbElement *made = tb_model_get (model_of (p->own), cell->uid), *in = element_of (p->own, cell->parent);
  TbProp member = in != NULL ? member_prop (tb_element_kind (made), tb_element_kind (in)) : TB_PROP_NONE;
  g_autofree char *id = g_strdup (tb_element_id (made));
  if (member != TB_PROP_NONE)
    set (p->own, cell->uid, member, tb_element_id (in), cell->line);
  if (p->arranged)
    return;
  TbUid place = view_child (p, TB_KIND_PLACE, id, TRUE);
  set_coordinate (p->own, place, TB_PROP_X, cell->rect.x);
  set_coordinate (p->own, place, TB_PROP_Y, cell->rect.y);
}

/* A shape that was added, or copied from one of ours. */
static void
add_thing (OwnPage *p, TbDrawioCell *cell)
{
  g_autofree char *words = tb_drawio_words (cell), *shape = tb_drawio_style_get (cell, "");
  const TbElement *like = element_of (p->own, cell);
  gboolean note = g_strcmp0 (shape, "note") == 0 || g_strcmp0 (shape, "text") == 0;
  g_autofree char *title = g_strndup (words, strcspn (words, "\n"));
  if (cell->title == NULL)
    cell->title = g_strdup (title);
  if (*words == '\0' || (like != NULL && tb_element_kind (like) != TB_KIND_COMPONENT))
    {
      tell (p->own, cell->line, "a shape that was added in draw.io (%s) has no words", cell->id != NULL ? cell->id : "");
      return;
    }
  cell->uid = insert (p->own, note && like == NULL ? TB_KIND_NOTE : TB_KIND_COMPONENT, title);
  if (note && like == NULL)
    set (p->own, cell->uid, TB_PROP_TEXT, words, cell->line);
  else
    set (p->own, cell->uid, TB_PROP_KIND,
         like != NULL ? tb_element_get (like, TB_PROP_KIND) : tb_role_name (tb_drawio_kind (cell).role), cell->line);
  if (like != NULL)
    compare_data (p->own, cell, tb_model_get (model_of (p->own), cell->uid), cell->uid);
  place_new (p, cell);
}

static gboolean
are_linked (const TbModel *model, const char *from, const char *to)
{
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      if (g_strcmp0 (tb_element_get (link, TB_PROP_FROM), from) == 0 && g_strcmp0 (tb_element_get (link, TB_PROP_TO), to) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
add_link (OwnPage *p, TbDrawioCell *edge)
{
  const char *source = id_at (p->own, edge->source), *target = id_at (p->own, edge->target);
  if (source == NULL || target == NULL || are_linked (model_of (p->own), source, target))
    {
      tell (p->own, edge->line, "a line that was added in draw.io %s",
            source != NULL && target != NULL ? "says what another link says already" : "does not lead from a component to one");
      return;
    }
  g_autofree char *words = tb_drawio_words (edge), *from = g_strdup (source), *to = g_strdup (target);
  g_strdelimit (words, "\n", ' ');
  edge->uid = insert (p->own, TB_KIND_LINK, words);
  set (p->own, edge->uid, TB_PROP_FROM, from, edge->line);
  set (p->own, edge->uid, TB_PROP_TO, to, edge->line);
  if (tb_drawio_style_is (edge, "dashed", "1"))
    set (p->own, edge->uid, TB_PROP_CALL, "async", edge->line);
}

/* ---- Pages -------------------------------------------------------------------------------------------- */

static void
compare (OwnPage *p, TbDrawioCell *cell, const TbElement *element)
{
  compare_words (p->own, cell, element);
  compare_data (p->own, cell, element, tb_element_uid (element));
  if (tb_element_kind (element) == TB_KIND_LINK)
    {
      compare_ends (p->own, cell, element);
      compare_way (p, cell, element);
      return;
    }
  compare_place (p, cell, element);
  compare_parent (p, cell, element);
}

/* Boxes before lines: a line may end at a new box. */
static void
read_cells (OwnPage *p, gboolean edges)
{
  for (guint i = 0; i < p->page->cells->len; i++)
    {
      TbDrawioCell *cell = p->page->cells->pdata[i];
      const TbElement *element = element_of (p->own, cell);
      const char *id = element != NULL ? tb_element_id (element) : NULL;
      gboolean edge_label = cell->parent != NULL && cell->parent->edge;
      if (cell->edge != edges || (!cell->edge && !cell->vertex) || is_decoration (cell) || edge_label)
        continue;
      if (id != NULL && (p->arranged || !g_hash_table_contains (p->seen, id)))
        {
          compare (p, cell, element);
          g_hash_table_add (p->seen, (gpointer) id);
          g_hash_table_add (p->own->seen, (gpointer) id);
        }
      else if (cell->edge)
        add_link (p, cell);
      else if (cell->has_geometry)
        add_thing (p, cell);
    }
}

static void
note_gone (OwnPage *p)
{
  for (char **id = p->drawn; *id != NULL; id++)
    {
      const TbElement *element = **id != '\0' ? tb_model_lookup (p->own->base, *id) : NULL;
      if (element != NULL && !g_hash_table_contains (p->seen, *id))
        g_hash_table_insert (p->own->gone, (gpointer) tb_element_id (element), GUINT_TO_POINTER (p->view));
    }
}

static const TbDrawioCell *
find_datum (const TbDrawioPage *page, const char *name)
{
  for (guint i = 0; i < page->cells->len; i++)
    if (tb_drawio_data (page->cells->pdata[i], name) != NULL)
      return page->cells->pdata[i];
  return NULL;
}

static void
read_page (Own *own, TbDrawioPage *page)
{
  const TbDrawioCell *root = find_datum (page, "tierboard-view");
  const char *view_id = root != NULL ? tb_drawio_data (root, "tierboard-view") : NULL;
  const TbElement *view = view_id != NULL && *view_id ? tb_model_lookup (own->base, view_id) : NULL;
  const char *drawn = root != NULL ? tb_drawio_data (root, "tierboard-drawn") : NULL;
  if (view_id == NULL || (*view_id && (view == NULL || g_hash_table_contains (own->views, view_id))))
    {
      tell (own, page->line, "the page “%s” was added in draw.io", page->name);
      return;
    }
  g_auto (GStrv) ids = g_strsplit (drawn != NULL ? drawn : "", " ", -1);
  OwnPage p = { .own = own, .page = page, .view = view != NULL ? tb_element_uid (view) : 0,
                .arranged = tb_view_arranges_itself (tb_view_kind (view)), .drawn = ids,
                .was_drawn = g_hash_table_new (g_str_hash, g_str_equal), .seen = g_hash_table_new (g_str_hash, g_str_equal) };
  for (char **id = ids; *id != NULL; id++)
    g_hash_table_add (p.was_drawn, *id);
  g_hash_table_add (own->views, (gpointer) view_id);
  if (view != NULL && *page->name && strcmp (page->name, tb_element_title (view)) != 0)
    set (own, p.view, TB_PROP_NAME, page->name, page->line);
  read_cells (&p, FALSE);
  read_cells (&p, TRUE);
  note_gone (&p);
  g_hash_table_unref (p.was_drawn);
  g_hash_table_unref (p.seen);
}

/* ---- What is gone ------------------------------------------------------------------------------------- */

static void
remove_gone (Own *own)
{
  GHashTableIter iter;
  gpointer id, view;
  g_hash_table_iter_init (&iter, own->gone);
  while (g_hash_table_iter_next (&iter, &id, &view))
    {
      const TbElement *element = tb_model_lookup (model_of (own), id);
      if (element == NULL)
        continue;
      TbKind kind = tb_element_kind (element);
      if (!g_hash_table_contains (own->seen, id))
        tb_document_delete (own->document, tb_element_uid (element));
      else if (kind != TB_KIND_LINK && kind != TB_KIND_DEVICE && view != NULL)
        {
          OwnPage p = { .own = own, .view = GPOINTER_TO_UINT (view) };
          set (own, view_child (&p, TB_KIND_PLACE, id, TRUE), TB_PROP_HIDDEN, "yes", 0);
        }
    }
}

static void
remove_pages (Own *own, const char *pages)
{
  g_auto (GStrv) ids = g_strsplit (pages != NULL ? pages : "", " ", -1);
  for (char **id = ids; *id != NULL; id++)
    {
      const TbElement *view = **id && !g_hash_table_contains (own->views, *id) ? tb_model_lookup (model_of (own), *id) : NULL;
      if (view != NULL && tb_element_kind (view) == TB_KIND_VIEW)
        tb_document_delete (own->document, tb_element_uid (view));
    }
}

/* What was wrong before is no reason. */
static gboolean
is_sound (Own *own)
{
  g_autoptr (GPtrArray) problems = tb_problems_new (), before = tb_problems_new ();
  tb_model_validate (model_of (own), problems);
  tb_model_validate (own->base, before);
  if (!tb_problems_have_error (problems) || tb_problems_have_error (before))
    return TRUE;
  const TbProblem *first = problems->pdata[0];
  for (guint i = 0; i < problems->len && first->severity != TB_SEVERITY_ERROR; i++)
    first = problems->pdata[i];
  tell (own, 0, "nothing of what was changed in draw.io was taken, since it contradicts itself: %s", first->message);
  return FALSE;
}

static void
take_changes (Own *own, const char *pages)
{
  tb_document_begin (own->document, "Import", NULL);
  for (guint i = 0; i < own->file->pages->len; i++)
    read_page (own, own->file->pages->pdata[i]);
  remove_gone (own);
  remove_pages (own, pages);
  if (is_sound (own))
    tb_document_commit (own->document);
  else
    tb_document_rollback (own->document);
}

TbDocument *
tb_drawio_read_own (TbDrawioFile *file, TbProblems *dropped)
{
  const TbDrawioCell *root = NULL;
  Own own = { .file = file, .dropped = dropped };
  for (guint i = 0; i < file->pages->len && root == NULL; i++)
    root = find_datum (file->pages->pdata[i], "tierboard-document");
  const char *xml = root != NULL ? tb_drawio_data (root, "tierboard-document") : NULL;
  if (xml == NULL)
    return NULL;
  own.document = tb_document_load_bytes (file->source->name, xml, strlen (xml), NULL, NULL);
  if (own.document == NULL)
    {
      tell (&own, root->line, "the drawing that is kept in it is damaged: it is read as if it were another program's");
      return NULL;
    }
  own.base = tb_document_snapshot (own.document);
  own.seen = g_hash_table_new (g_str_hash, g_str_equal);
  own.gone = g_hash_table_new (g_str_hash, g_str_equal);
  own.views = g_hash_table_new (g_str_hash, g_str_equal);
  take_changes (&own, tb_drawio_data (root, "tierboard-pages"));
  tb_document_mark_imported (own.document);
  tb_model_unref (own.base);
  g_hash_table_unref (own.seen);
  g_hash_table_unref (own.gone);
  g_hash_table_unref (own.views);
  return own.document;
}
