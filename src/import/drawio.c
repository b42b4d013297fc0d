/* draw.io in: a stranger's pages become views, boxes components, frames groups, lines links. What a page means is found out
 * by drawio-page.c; here it is built. A drawing of ours that was there comes back by drawio-own.c. */
#include "drawio-private.h"
#include "import-private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  TbImportBuild *build;
  TbDrawioFile *file;
  GHashTable *by_title; /* kind, title → uid: things of earlier pages */
  GArray *views;        /* of TbUid */
  guint n_same, n_dashed;
} Reader;

typedef struct
{
  Reader *reader;
  TbImportBuild *build;
  TbDrawioPage *page;
  TbUid view;
  TbDrawioMap *map;
  GHashTable *shown; /* uids */
} PageReader;

/* ---- Recognising -------------------------------------------------------------------------------------- */

static gboolean
has (const char *bytes, gsize size, const char *word)
{
  return g_strstr_len (bytes, (gssize) size, word) != NULL;
}

int
tb_sniff_drawio (const char *bytes, gsize size)
{
  static const char png[] = "\x89PNG";
  if (size > 4 && memcmp (bytes, png, 4) == 0)
    {
      GBytes *held = g_bytes_new_static (bytes, MIN (size, 65536u));
      gsize n;
      const char *data = g_bytes_get_data (held, &n), *end = data + n;
      gboolean is = FALSE;
      for (const char *p = data; !is && (p = memchr (p, 'm', (gsize) (end - p))) != NULL; p++)
        is = (end - p > 13 && (memcmp (p, "mxGraphModel", 13) == 0 || memcmp (p, "mxfile", 7) == 0));
      g_bytes_unref (held);
      return is ? 95 : 0;
    }
  size = MIN (size, 65536u);
  if (size > 15 && (g_ascii_strncasecmp (bytes, "%3Cmxfile", 9) == 0 || g_ascii_strncasecmp (bytes, "%3CmxGraphModel", 15) == 0))
    return 95;
  if (has (bytes, MIN (size, 4096u), "<mxfile") || has (bytes, MIN (size, 4096u), "<mxGraphModel"))
    return 95;
  if (has (bytes, size, "content=\"&lt;mxfile") || has (bytes, size, "content=\"&lt;mxGraphModel")
      || has (bytes, size, "content=\"%3Cmxfile") || has (bytes, size, "content=\"%3CmxGraphModel") || has (bytes, size, "data-mxgraph=\""))
    return 95;
  return has (bytes, MIN (size, 4096u), "<mxlibrary") ? 60 : 0;
}

/* ---- Things ------------------------------------------------------------------------------------------- */

static char *
foreign_name (const PageReader *r, const TbDrawioCell *cell)
{
  return g_strdup_printf ("%s/%s", r->page->id, cell->id != NULL ? cell->id : "");
}

/* A name that an earlier page has too, of the same kind of thing, is the same thing. */
static TbUid
find_same (PageReader *r, const char *kind, const TbDrawioCell *cell)
{
  g_autofree char *key = g_strconcat (kind, "\n", cell->title, NULL);
  TbUid uid = GPOINTER_TO_UINT (g_hash_table_lookup (r->reader->by_title, key));
  return uid != 0 && !g_hash_table_contains (r->shown, GUINT_TO_POINTER (uid)) ? uid : 0;
}

static void
keep_same (PageReader *r, const char *kind, const TbDrawioCell *cell)
{
  g_autofree char *key = g_strconcat (kind, "\n", cell->title, NULL);
  if (!g_hash_table_contains (r->reader->by_title, key))
    g_hash_table_insert (r->reader->by_title, g_steal_pointer (&key), GUINT_TO_POINTER (cell->uid));
}

/* #rrggbb that is no paper and no ink, so that a card's edge in it says something. */
static char *
colour_of (const TbDrawioCell *cell, const char *key)
{
  g_autofree char *value = tb_drawio_style_get (cell, key);
  if (value == NULL || strlen (value) != 7 || *value != '#' || strspn (value + 1, "0123456789abcdefABCDEF") != 6)
    return NULL;
  guint64 rgb = g_ascii_strtoull (value + 1, NULL, 16);
  double light = 0.3 * (double) (rgb >> 16) + 0.59 * (double) (rgb >> 8 & 255) + 0.11 * (double) (rgb & 255);
  return rgb == 0 || light > 225 ? NULL : g_ascii_strdown (value, -1);
}

/* Its outline's, else what it is filled with. */
static void
set_colour (PageReader *r, const TbDrawioCell *cell)
{
  g_autofree char *stroke = colour_of (cell, "strokeColor");
  g_autofree char *fill = stroke == NULL ? colour_of (cell, "fillColor") : NULL;
  tb_build_set (r->build, cell->uid, TB_PROP_COLOUR, stroke != NULL ? stroke : fill, cell->line);
}

/* Data with a meaning of draw.io's own, or of its C4 shapes, which are in the words already. */
static gboolean
is_known_data (const char *name)
{
  static const char *const known[] = { "id", "label", "placeholders", "tooltip", "link", "tags", "c4Name", "c4Type", "c4Description",
                                       "c4Technology", "c4Application", "linkTarget" };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (name, known[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
drop_data (PageReader *r, const TbDrawioCell *cell)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (char **p = cell->data; p != NULL && *p != NULL; p += 2)
    if (!is_known_data (p[0]) && *p[1] != '\0')
      g_string_append_printf (names, "%s“%s”", names->len ? ", " : "", p[0]);
  if (names->len > 0)
    tb_build_drop (r->build, cell->line, "the data %s of “%s” have no place here", names->str,
                   cell->title != NULL ? cell->title : "a line");
}

static void
describe (PageReader *r, const TbDrawioCell *cell)
{
  const char *link = tb_drawio_data (cell, "link"), *tooltip = tb_drawio_data (cell, "tooltip");
  const char *tags = tb_drawio_data (cell, "tags");
  g_autofree char *description = cell->rest != NULL && tooltip != NULL ? g_strconcat (cell->rest, "\n", tooltip, NULL)
                                                                      : g_strdup (tooltip != NULL ? tooltip : cell->rest);
  if (description != NULL)
    g_strdelimit (description, "\n", ' ');
  tb_build_set (r->build, cell->uid, TB_PROP_DESCRIPTION, description, cell->line);
  if (link != NULL && !g_str_has_prefix (link, "data:"))
    tb_build_set (r->build, cell->uid, TB_PROP_HREF, link, cell->line);
  g_auto (GStrv) words = g_strsplit_set (tags != NULL ? tags : "", " ,\n", -1);
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      tb_build_tag (r->build, cell->uid, *word);
  drop_data (r, cell);
}

static void
show (PageReader *r, const TbDrawioCell *cell, const TbRect *rect)
{
  g_hash_table_add (r->shown, GUINT_TO_POINTER (cell->uid));
  if (cell->hidden)
    tb_build_hide (r->build, r->view, cell->uid);
  else
    tb_build_place (r->build, r->view, cell->uid, rect);
}

static void
read_component (PageReader *r, TbDrawioCell *cell)
{
  g_autofree char *foreign = foreign_name (r, cell);
  TbRect card = tb_drawio_map_cell (r->map, cell);
  const char *role = tb_role_name (cell->kind.role);
  cell->uid = find_same (r, role, cell);
  if (cell->uid != 0)
    r->reader->n_same++;
  else
    {
      cell->uid = tb_build_component (r->build, foreign, cell->title, cell->kind.role, cell->line);
      if (cell->kind.template != NULL)
        tb_build_set_template (r->build, cell->uid, cell->kind.template, cell->line);
      if (cell->container != NULL)
        tb_build_refer (r->build, cell->uid, TB_PROP_GROUP, cell->container->uid);
      set_colour (r, cell);
      describe (r, cell);
      tb_build_set_origin (r->build, cell->uid, foreign);
      keep_same (r, role, cell);
    }
  if (cell->uid != 0)
    show (r, cell, &card);
}

static void
read_group (PageReader *r, TbDrawioCell *cell)
{
  g_autofree char *foreign = foreign_name (r, cell);
  TbRect rect = tb_drawio_map_cell (r->map, cell);
  cell->uid = find_same (r, "group", cell);
  if (cell->uid == 0)
    {
      cell->uid = tb_build_group (r->build, foreign, cell->title, cell->container != NULL ? cell->container->uid : 0, cell->line);
      set_colour (r, cell);
      describe (r, cell);
      tb_build_set_origin (r->build, cell->uid, foreign);
      keep_same (r, "group", cell);
    }
  if (cell->uid != 0)
    show (r, cell, &rect);
}

static void
read_note (PageReader *r, TbDrawioCell *cell)
{
  g_autofree char *words = tb_drawio_words (cell), *foreign = foreign_name (r, cell);
  TbRect rect = tb_drawio_map_cell (r->map, cell);
  if (*words == '\0')
    return;
  cell->uid = tb_build_element (r->build, TB_KIND_NOTE, 0, foreign, NULL, cell->line);
  tb_build_set (r->build, cell->uid, TB_PROP_TEXT, words, cell->line);
  if (cell->what == TB_CELL_TEXT)
    tb_build_set (r->build, cell->uid, TB_PROP_SHAPE, "text", cell->line);
  if (cell->uid != 0)
    show (r, cell, &rect);
}

/* Outer groups first: a group says what it is in. */
static void
read_groups (PageReader *r)
{
  gboolean again = TRUE;
  while (again)
    {
      again = FALSE;
      for (guint i = 0; i < r->page->cells->len; i++)
        {
          TbDrawioCell *cell = r->page->cells->pdata[i];
          if (cell->what != TB_CELL_CONTAINER || cell->uid != 0 || (cell->container != NULL && cell->container->uid == 0))
            continue;
          read_group (r, cell);
          again = cell->uid != 0;
        }
    }
}

/* Many of them, as a rule: said once, with the first. */
static void
drop_decoration (PageReader *r, const TbDrawioCell *first, guint n)
{
  const char *id = first->id != NULL ? first->id : "without an id";
  if (n == 1)
    tb_build_drop (r->build, first->line, "a shape without words or lines (%s) is decoration", id);
  else
    tb_build_drop (r->build, first->line, "%u shapes without words or lines (%s and so on) are decoration", n, id);
}

static void
read_things (PageReader *r)
{
  const TbDrawioCell *first = NULL;
  guint n = 0;
  read_groups (r);
  for (guint i = 0; i < r->page->cells->len; i++)
    {
      TbDrawioCell *cell = r->page->cells->pdata[i];
      if (cell->what == TB_CELL_COMPONENT)
        read_component (r, cell);
      else if (cell->what == TB_CELL_NOTE || cell->what == TB_CELL_TEXT)
        read_note (r, cell);
      else if (cell->what == TB_CELL_NOTHING && cell->vertex && cell->has_geometry)
        {
          first = first != NULL ? first : cell;
          n++;
        }
    }
  if (n > 0)
    drop_decoration (r, first, n);
}

/* ---- Links -------------------------------------------------------------------------------------------- */

/* The component that a link to or from a cell goes to: of a group, one that stands at its entrance. */
static TbUid
end_of (PageReader *r, const TbDrawioCell *edge, guint end)
{
  TbDrawioCell *cell = edge->reached[end];
  if (cell == NULL || cell->what != TB_CELL_CONTAINER)
    return cell != NULL ? cell->uid : 0;
  if (cell->gate == 0)
    {
      g_autofree char *foreign = g_strdup_printf ("%s/%s/gate", r->page->id, cell->id);
      cell->gate = tb_build_component (r->build, foreign, cell->title, cell->kind.role, cell->line);
      tb_build_refer (r->build, cell->gate, TB_PROP_GROUP, cell->uid);
      g_hash_table_add (r->shown, GUINT_TO_POINTER (cell->gate));
      TbRect rect = tb_drawio_map_gate (r->map, r->page, cell, tb_drawio_end_point (edge, end));
      tb_build_place (r->build, r->view, cell->gate, &rect);
      tb_build_assume (r->build, cell->gate, cell->line,
                       "lines end at the frame “%s”: a component of that name in it takes them", cell->title);
    }
  return cell->gate;
}

static void
set_side (PageReader *r, TbUid route, const TbDrawioCell *edge, const char *which, TbProp side, TbProp at)
{
  static const char *const sides[] = { "left", "right", "top", "bottom" };
  g_autofree char *kx = g_strconcat (which, "X", NULL), *ky = g_strconcat (which, "Y", NULL);
  g_autofree char *xs = tb_drawio_style_get (edge, kx), *ys = tb_drawio_style_get (edge, ky);
  double x = xs != NULL ? g_ascii_strtod (xs, NULL) : -1, y = ys != NULL ? g_ascii_strtod (ys, NULL) : -1;
  int n = x == 0 ? 0 : x == 1 ? 1 : y == 0 ? 2 : y == 1 ? 3 : -1;
  double along = n < 2 ? y : x;
  if (xs == NULL || ys == NULL || n < 0)
    return;
  tb_build_set (r->build, route, side, sides[n], edge->line);
  if (along >= 0 && along <= 1 && along != 0.5)
    tb_build_set_number (r->build, route, at, along, edge->line);
}

static void
read_way (PageReader *r, const TbDrawioCell *edge, TbUid link, gboolean turned)
{
  guint n = edge->points != NULL ? edge->points->len : 0;
  gboolean fixed = tb_drawio_style_has (edge, "exitX") || tb_drawio_style_has (edge, "entryX");
  if (n == 0 && !fixed)
    return;
  g_autofree TbPoint *bends = g_new (TbPoint, n + 1);
  for (guint i = 0; i < n; i++)
    {
      TbPoint p = g_array_index (edge->points, TbPoint, turned ? n - 1 - i : i);
      bends[i] = tb_drawio_map_point (r->map, p);
    }
  TbUid route = tb_build_route (r->build, r->view, link, bends, n);
  set_side (r, route, edge, "exit", turned ? TB_PROP_TO_SIDE : TB_PROP_FROM_SIDE, turned ? TB_PROP_TO_AT : TB_PROP_FROM_AT);
  set_side (r, route, edge, "entry", turned ? TB_PROP_FROM_SIDE : TB_PROP_TO_SIDE, turned ? TB_PROP_FROM_AT : TB_PROP_TO_AT);
}

/* A line to a note says what that is about. */
static gboolean
read_note_line (PageReader *r, const TbDrawioCell *a, const TbDrawioCell *b)
{
  const TbDrawioCell *note = a->what == TB_CELL_NOTE ? a : b->what == TB_CELL_NOTE ? b : NULL;
  const TbDrawioCell *about = note == a ? b : a;
  if (note == NULL)
    return FALSE;
  if (note->uid != 0 && about->uid != 0 && about->what != TB_CELL_NOTE)
    tb_build_refer (r->build, note->uid, TB_PROP_OF, about->uid);
  return TRUE;
}

/* A line between two things that an earlier page has as well, with the same words, is the same link. */
static gboolean
find_same_link (PageReader *r, TbDrawioCell *edge, TbUid from, TbUid to, const char *words)
{
  g_autofree char *key = g_strdup_printf ("link\n%u>%u\n%s", from, to, words);
  TbUid uid = GPOINTER_TO_UINT (g_hash_table_lookup (r->reader->by_title, key));
  gboolean same = uid != 0 && !g_hash_table_contains (r->shown, GUINT_TO_POINTER (uid));
  if (same)
    {
      edge->uid = uid;
      g_hash_table_add (r->shown, GUINT_TO_POINTER (uid));
    }
  return same;
}

static void
keep_same_link (PageReader *r, const TbDrawioCell *edge, TbUid from, TbUid to, const char *words)
{
  g_hash_table_insert (r->reader->by_title, g_strdup_printf ("link\n%u>%u\n%s", from, to, words),
                       GUINT_TO_POINTER (edge->uid));
  g_hash_table_add (r->shown, GUINT_TO_POINTER (edge->uid));
}

/* What is asked, not what asks: of a line that does not say who begins, the end that is called. */
static gboolean
is_kept_by (const TbDrawioCell *cell)
{
  return cell->kind.role == TB_ROLE_STORE || cell->kind.role == TB_ROLE_CACHE;
}

static void
make_link (PageReader *r, TbDrawioCell *edge, TbUid from, TbUid to, const char *words)
{
  g_autofree char *foreign = foreign_name (r, edge);
  gboolean start, end;
  tb_drawio_heads (edge, &start, &end);
  gboolean turned = start == end ? is_kept_by (edge->reached[0]) && !is_kept_by (edge->reached[1]) : start;
  if (find_same_link (r, edge, turned ? to : from, turned ? from : to, words))
    {
      read_way (r, edge, edge->uid, turned);
      return;
    }
  /* Without words it is called after its ends: draw.io's ids say nothing to anybody. */
  edge->uid = tb_build_link (r->build, turned ? to : from, turned ? from : to, *words != '\0' ? foreign : NULL, words, edge->line);
  if (edge->uid == 0)
    return;
  keep_same_link (r, edge, turned ? to : from, turned ? from : to, words);
  if (tb_drawio_style_is (edge, "dashed", "1") && tb_drawio_data (edge, "c4Type") == NULL) /* C4 dashes all of them */
    {
      tb_build_set (r->build, edge->uid, TB_PROP_CALL, "async", edge->line);
      r->reader->n_dashed++;
    }
  if (start && end)
    tb_build_set (r->build, edge->uid, TB_PROP_FLOW, "both", edge->line);
  tb_build_set_origin (r->build, edge->uid, foreign);
  describe (r, edge);
  if (!edge->hidden)
    read_way (r, edge, edge->uid, turned);
}

static void
read_link (PageReader *r, TbDrawioCell *edge)
{
  TbDrawioCell *a = edge->reached[0], *b = edge->reached[1];
  if (edge->joined)
    return;
  g_autofree char *words = tb_drawio_edge_words (edge);
  if (a != NULL && b != NULL && read_note_line (r, a, b))
    return;
  if (a != NULL && a == b && edge->source != edge->target)
    {
      tb_build_drop (r->build, edge->line, "a line leads from “%s” to what it stands for", a->title);
      return;
    }
  TbUid from = end_of (r, edge, 0), to = end_of (r, edge, 1);
  if (from == 0 || to == 0)
    tb_build_drop (r->build, edge->line, "a line%s%s%s leads %s nothing", *words ? " “" : "", words, *words ? "”" : "",
                   from == 0 && to == 0 ? "from and to" : from == 0 ? "from" : "to");
  else
    make_link (r, edge, from, to, words);
}

/* ---- Lines that meet ---------------------------------------------------------------------------------- */

static const char *
title_of (const TbDrawioBusEnd *end)
{
  const TbDrawioCell *cell = end->edge->reached[end->end];
  return cell->title != NULL ? cell->title : "a note";
}

static gboolean
can_call (const TbDrawioBusEnd *from, const TbDrawioBusEnd *to)
{
  const TbDrawioCell *a = from->edge->reached[from->end], *b = to->edge->reached[to->end];
  return a != b && a->what != TB_CELL_NOTE && b->what != TB_CELL_NOTE && !(tb_drawio_is_whole (from) && tb_drawio_is_whole (to));
}

/* A call by way of lines that meet: its words are on the caller's line or on that of the called. */
static void
read_bus_link (PageReader *r, const TbDrawioBusEnd *a, const TbDrawioBusEnd *b, GHashTable *linked)
{
  g_autofree char *own = tb_drawio_edge_words (a->edge), *other = *own == '\0' ? tb_drawio_edge_words (b->edge) : NULL;
  TbUid from = end_of (r, a->edge, a->end), to = end_of (r, b->edge, b->end);
  g_autofree char *pair = g_strdup_printf ("%u>%u", from, to);
  if (from == 0 || to == 0 || from == to || g_hash_table_contains (linked, pair))
    return;
  TbUid link = tb_build_link (r->build, from, to, NULL, other != NULL ? other : own, a->edge->line);
  if (link != 0 && (tb_drawio_style_is (a->edge, "dashed", "1") || tb_drawio_style_is (b->edge, "dashed", "1")))
    tb_build_set (r->build, link, TB_PROP_CALL, "async", a->edge->line);
  g_hash_table_add (linked, g_steal_pointer (&pair));
}

static void
append_titles (GString *out, const GArray *ends)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = 0;
  for (guint i = 0; i < ends->len; i++)
    {
      const char *title = title_of (&g_array_index (ends, TbDrawioBusEnd, i));
      if (g_hash_table_add (seen, (gpointer) title))
        g_string_append_printf (out, "%s%s", n++ ? ", " : "", title);
    }
}

static void
read_bus (PageReader *r, const TbDrawioBus *bus)
{
  g_autoptr (GHashTable) linked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) words = g_string_new (NULL);
  for (guint i = 0; i < bus->from->len; i++)
    for (guint k = 0; k < bus->to->len; k++)
      {
        const TbDrawioBusEnd *from = &g_array_index (bus->from, TbDrawioBusEnd, i);
        const TbDrawioBusEnd *to = &g_array_index (bus->to, TbDrawioBusEnd, k);
        if (can_call (from, to))
          read_bus_link (r, from, to, linked);
      }
  append_titles (words, bus->from);
  g_string_append (words, bus->from->len > 1 ? " call " : " calls ");
  append_titles (words, bus->to);
  tb_build_assume (r->build, 0, bus->line, "%u lines that meet: %s", bus->n_lines, words->str);
}

/* ---- Pages -------------------------------------------------------------------------------------------- */

static void
read_page (Reader *reader, TbDrawioPage *page, guint n)
{
  g_autofree char *name = *page->name ? g_strdup (page->name) : g_strdup_printf ("Page %u", n + 1);
  PageReader r = { .reader = reader, .build = reader->build, .page = page, .shown = g_hash_table_new (NULL, NULL) };
  tb_drawio_page_judge (page, reader->build);
  r.map = tb_drawio_map_new (page);
  r.view = tb_build_view (reader->build, NULL, name, "groups", page->line);
  g_array_append_val (reader->views, r.view);
  read_things (&r);
  for (guint i = 0; i < page->cells->len; i++)
    if (((TbDrawioCell *) page->cells->pdata[i])->what == TB_CELL_EDGE)
      read_link (&r, page->cells->pdata[i]);
  for (guint i = 0; i < page->buses->len; i++)
    read_bus (&r, page->buses->pdata[i]);
  tb_drawio_map_free (r.map);
  g_hash_table_unref (r.shown);
}

/* A view shows what its page showed, and nothing of the others. */
static void
part_views (Reader *reader)
{
  for (guint v = 0; v < reader->views->len && reader->views->len > 1; v++)
    tb_build_show_placed (reader->build, g_array_index (reader->views, TbUid, v));
}

static TbDocument *
read_foreign (TbDrawioFile *file, TbProblems *dropped, GError **error)
{
  Reader reader = { .build = tb_build_new (file->source, "drawio", dropped), .file = file,
                    .by_title = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                    .views = g_array_new (FALSE, FALSE, sizeof (TbUid)) };
  for (guint i = 0; i < file->pages->len; i++)
    read_page (&reader, file->pages->pdata[i], i);
  part_views (&reader);
  if (reader.n_same > 0)
    tb_build_assume (reader.build, 0, 0, reader.n_same == 1
                       ? "%u box of a later page has the name of one of an earlier page and was taken for it"
                       : "%u boxes of later pages have the name of one of an earlier page and were taken for it",
                     reader.n_same);
  if (reader.n_dashed > 0)
    tb_build_assume (reader.build, 0, 0, reader.n_dashed == 1 ? "%u dashed line is a call that nobody waits for (async)"
                                                              : "%u dashed lines are calls that nobody waits for (async)",
                     reader.n_dashed);
  g_hash_table_unref (reader.by_title);
  g_array_unref (reader.views);
  return tb_build_finish (reader.build, error);
}

TbDocument *
tb_read_drawio (const TbImportSource *source, TbProblems *dropped, GError **error)
{
  g_autoptr (TbDrawioFile) file = tb_drawio_file_read (source, error);
  if (file == NULL)
    return NULL;
  TbDocument *own = tb_drawio_read_own (file, dropped);
  return own != NULL ? own : read_foreign (file, dropped, error);
}
