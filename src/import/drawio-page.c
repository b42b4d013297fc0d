/* What a stranger's cells are: components, containers, words, decoration.
 *
 * draw.io knows boxes and lines; whether a box is a server, the frame around five of them or a picture beside a name is
 * seen by people and said nowhere. So: a first look at each cell alone; then from the innermost outwards what its children
 * make of it; then what lies on what, as many draw a rectangle behind things instead of putting them into it; then words
 * to what they stand at (drawio-title.c). */
#include "drawio-private.h"

#include <math.h>
#include <string.h>

#define MOST_PAIRS 20000000u /* of things and rectangles that are compared */

/* ---- One cell ----------------------------------------------------------------------------------------- */

static gboolean
is_none (const TbDrawioCell *cell, const char *key)
{
  return tb_drawio_style_is (cell, key, "none");
}

static gboolean
has_words (const TbDrawioCell *cell)
{
  g_autofree char *words = tb_drawio_words (cell);
  return *words != '\0';
}

gboolean
tb_drawio_pictured (const TbDrawioCell *cell)
{
  static const char *const plain[] = { "", "text", "rounded", "rect", "rectangle", "label", "swimlane", "group", "ellipse", "line",
                                       "rhombus", "triangle", "hexagon", "ext", "step", "process", "partialRectangle", "table",
                                       "tableRow", "mxgraph.c4.person2" };
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  if (tb_drawio_style_has (cell, "image") || tb_drawio_style_has (cell, "resIcon") || tb_drawio_style_has (cell, "prIcon"))
    return TRUE;
  for (guint i = 0; shape != NULL && i < G_N_ELEMENTS (plain); i++)
    if (strcmp (shape, plain[i]) == 0)
      return FALSE;
  return shape != NULL && strchr (shape, '.') != NULL && strstr (shape, "group") == NULL
         && !tb_drawio_style_has (cell, "grIcon");
}

gboolean
tb_drawio_is_group (const TbDrawioCell *cell)
{
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  return tb_drawio_style_has (cell, "grIcon") || (shape != NULL && g_str_has_prefix (shape, "mxgraph.aws") && strstr (shape, "group") != NULL);
}

gboolean
tb_drawio_is_text (const TbDrawioCell *cell)
{
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  gboolean bare = is_none (cell, "strokeColor") && (is_none (cell, "fillColor") || !tb_drawio_style_has (cell, "fillColor"));
  return has_words (cell) && (g_strcmp0 (shape, "text") == 0 || (bare && shape == NULL));
}

gboolean
tb_drawio_is_step (const TbDrawioCell *cell)
{
  g_autofree char *words = tb_drawio_words (cell);
  gsize n = strlen (words);
  return !cell->linked && n > 0 && n <= 3 && strspn (words, "0123456789.") == n && cell->rect.width <= 60 && cell->rect.height <= 60;
}

static gboolean
is_list (const TbDrawioCell *cell)
{
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  return tb_drawio_style_is (cell, "childLayout", "stackLayout") || tb_drawio_style_is (cell, "childLayout", "tableLayout")
         || g_strcmp0 (shape, "table") == 0 || g_strcmp0 (shape, "tableRow") == 0;
}

static TbDrawioWhat
look_at (const TbDrawioCell *cell)
{
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  if (cell->edge)
    return TB_CELL_EDGE;
  if (!cell->vertex || !cell->has_geometry)
    return TB_CELL_NOTHING;
  if ((cell->parent != NULL && cell->parent->edge) || g_strcmp0 (shape, "edgeLabel") == 0)
    return TB_CELL_LABEL;
  if (shape != NULL && (strcmp (shape, "note") == 0 || strcmp (shape, "note2") == 0))
    return TB_CELL_NOTE;
  if (tb_drawio_is_step (cell) || (!cell->linked && tb_drawio_is_text (cell)))
    return TB_CELL_TEXT;
  if (tb_drawio_is_group (cell))
    return TB_CELL_CONTAINER;
  return has_words (cell) || cell->linked || tb_drawio_pictured (cell) ? TB_CELL_COMPONENT : TB_CELL_NOTHING;
}

/* The first of more words, where they name a program that a thing can be made of: “Redis 7.0”. NULL: they do not. */
static char *
technology_of (const TbDrawioCell *cell)
{
  const char *rest = cell->rest;
  gsize n = rest != NULL ? strcspn (rest, "\n") : 0;
  g_autofree char *first = n > 0 && n <= 40 ? g_strndup (rest, n) : NULL;
  return first != NULL && tb_foreign_kind (NULL, first, NULL).from_program ? g_steal_pointer (&first) : NULL;
}

TbForeignKind
tb_drawio_kind (const TbDrawioCell *cell)
{
  static const char *const keys[] = { "resIcon", "prIcon", "image", "grIcon" };
  g_autofree char *shape = tb_drawio_style_get (cell, ""), *image = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (keys) && image == NULL; i++)
    image = tb_drawio_style_get (cell, keys[i]);
  if (image != NULL && g_str_has_prefix (image, "data:"))
    g_clear_pointer (&image, g_free);
  if (image == NULL)
    image = technology_of (cell);
  const char *technology = tb_drawio_data (cell, "c4Technology");
  const char *type = tb_drawio_data (cell, "c4Type");
  return tb_foreign_kind (type != NULL ? type : shape, technology != NULL ? technology : image, cell->title);
}

/* ---- Children ----------------------------------------------------------------------------------------- */

static gboolean
is_thing (const TbDrawioCell *cell)
{
  return cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_CONTAINER;
}

static TbDrawioCell *
nth_child (const TbDrawioCell *cell, guint n)
{
  return cell->children != NULL && n < cell->children->len ? cell->children->pdata[n] : NULL;
}

/* All below it that was something is a part of it. */
static void
absorb (TbDrawioCell *cell, TbDrawioCell *into)
{
  TbDrawioCell *child;
  for (guint i = 0; (child = nth_child (cell, i)) != NULL; i++)
    {
      if (child->what == TB_CELL_PART) /* what is below it leads here already */
        continue;
      if (child->what != TB_CELL_NOTHING && child->what != TB_CELL_LABEL)
        {
          child->what = TB_CELL_PART;
          child->stands_for = into;
        }
      absorb (child, into);
    }
}

/* A box with nothing in it but words and pictures without names, which no edge ends at. */
static gboolean
only_decorated (const TbDrawioCell *cell)
{
  TbDrawioCell *child;
  for (guint i = 0; (child = nth_child (cell, i)) != NULL; i++)
    if (child->linked || child->what == TB_CELL_CONTAINER || child->what == TB_CELL_NOTE
        || (child->what == TB_CELL_COMPONENT && has_words (child)))
      return FALSE;
  return cell->what == TB_CELL_COMPONENT;
}

static TbDrawioCell *
main_thing (const TbDrawioCell *cell)
{
  TbDrawioCell *child, *best = NULL;
  for (guint i = 0; (child = nth_child (cell, i)) != NULL; i++)
    {
      TbDrawioCell *thing = child->what == TB_CELL_DISSOLVED ? child->stands_for : is_thing (child) ? child : NULL;
      if (thing != NULL
          && (best == NULL || thing->rect.width * thing->rect.height > best->rect.width * best->rect.height))
        best = thing;
    }
  return best;
}

static void
judge_parent (TbDrawioCell *cell)
{
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  TbDrawioCell *thing = main_thing (cell);
  gboolean nameless = !has_words (cell);
  if (!cell->vertex || cell->children == NULL || cell->what == TB_CELL_LABEL)
    return;
  if (is_list (cell) || (only_decorated (cell) && (cell->linked || !nameless || thing == NULL)))
    {
      cell->what = TB_CELL_COMPONENT;
      absorb (cell, cell);
    }
  else if (thing != NULL && nameless && !tb_drawio_is_group (cell) && (g_strcmp0 (shape, "group") == 0 || is_none (cell, "strokeColor")))
    {
      cell->what = TB_CELL_DISSOLVED;
      cell->stands_for = thing;
    }
  else if (thing != NULL)
    cell->what = TB_CELL_CONTAINER;
}

/* ---- What lies on what -------------------------------------------------------------------------------- */

gboolean
tb_drawio_inside (const TbRect *a, const TbRect *b)
{
  return a->x >= b->x && a->y >= b->y && a->x + a->width <= b->x + b->width && a->y + a->height <= b->y + b->height
         && a->width * a->height < b->width * b->height;
}

static gboolean
can_frame (const TbDrawioCell *cell)
{
  return cell->vertex && cell->has_geometry && !cell->bar && (cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_NOTHING)
         && cell->rect.width > 0 && cell->rect.height > 0 && !tb_drawio_pictured (cell) && !is_list (cell);
}

/* The first of things, sorted by their left edges, that does not begin left of x. */
static guint
first_from (const GPtrArray *things, double x)
{
  guint low = 0, high = things->len;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (((const TbDrawioCell *) things->pdata[middle])->rect.x < x)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* A rectangle with things drawn over it is a frame; with a single nameless picture over it, it is that thing. Returns how
 * many it looked at. */
static guint
judge_frame (TbDrawioCell *frame, const GPtrArray *things)
{
  TbDrawioCell *last = NULL;
  guint n = 0, first = first_from (things, frame->rect.x), i;
  double right = frame->rect.x + frame->rect.width;
  for (i = first; i < things->len && ((const TbDrawioCell *) things->pdata[i])->rect.x <= right; i++)
    {
      TbDrawioCell *thing = things->pdata[i];
      if (thing == frame || !is_thing (thing) || (thing->index < frame->index && !frame->clear)
          || !tb_drawio_inside (&thing->rect, &frame->rect))
        continue;
      last = thing;
      n++;
    }
  if (n == 1 && frame->what == TB_CELL_COMPONENT && !last->linked && !has_words (last))
    {
      last->what = TB_CELL_PART;
      last->stands_for = frame;
    }
  else if (n > 0)
    frame->what = TB_CELL_CONTAINER;
  return i - first;
}

static int
by_left_edge (gconstpointer a, gconstpointer b)
{
  const TbDrawioCell *x = *(TbDrawioCell *const *) a, *y = *(TbDrawioCell *const *) b;
  return x->rect.x != y->rect.x ? (x->rect.x < y->rect.x ? -1 : 1) : x->index < y->index ? -1 : x->index > y->index;
}

static void
judge_frames (TbDrawioPage *page, TbImportBuild *build)
{
  g_autoptr (GPtrArray) things = g_ptr_array_new (), frames = g_ptr_array_new ();
  guint64 looked = 0;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (is_thing (cell))
        g_ptr_array_add (things, cell);
      if (can_frame (cell))
        g_ptr_array_add (frames, cell);
    }
  g_ptr_array_sort (things, by_left_edge);
  for (guint i = 0; i < frames->len && looked <= MOST_PAIRS; i++)
    looked += judge_frame (frames->pdata[i], things);
  if (looked > MOST_PAIRS)
    tb_build_assume (build, 0, page->line, "the page “%s” has too many boxes to find out of each which lie on it: some groups "
                     "that are only drawn as such are missing", page->name);
}

/* ---- Containers --------------------------------------------------------------------------------------- */

static gboolean
is_ancestor (const TbDrawioCell *up, const TbDrawioCell *of)
{
  for (; of != NULL; of = of->parent)
    if (of->parent == up)
      return TRUE;
  return FALSE;
}

/* The smallest container that it is in, by parenthood or by place. */
static void
find_container (TbDrawioCell *cell, const GPtrArray *containers)
{
  double least = G_MAXDOUBLE;
  for (guint i = 0; i < containers->len; i++)
    {
      TbDrawioCell *c = containers->pdata[i];
      double area = c->rect.width * c->rect.height;
      gboolean in = c != cell && area < least
                    && (((c->index < cell->index || c->clear) && tb_drawio_inside (&cell->rect, &c->rect)) || is_ancestor (c, cell))
                    && !is_ancestor (cell, c);
      if (in)
        {
          cell->container = c;
          least = area;
        }
    }
}

static void
cut_ring (TbDrawioCell *cell)
{
  guint steps = 0;
  TbDrawioCell *up = cell->container;
  for (; up != NULL && up != cell && steps < 1000; up = up->container)
    steps++;
  if (up != NULL)
    cell->container = NULL;
}

static void
find_containers (TbDrawioPage *page, TbImportBuild *build)
{
  g_autoptr (GPtrArray) containers = g_ptr_array_new ();
  for (guint i = 0; i < page->cells->len; i++)
    if (((TbDrawioCell *) page->cells->pdata[i])->what == TB_CELL_CONTAINER)
      g_ptr_array_add (containers, page->cells->pdata[i]);
  if ((guint64) containers->len * page->cells->len > MOST_PAIRS / 2)
    {
      tb_build_assume (build, 0, page->line, "the page “%s” has too many boxes in boxes to find out what is in which group",
                       page->name);
      return;
    }
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (is_thing (cell) || cell->what == TB_CELL_TEXT || cell->what == TB_CELL_NOTE)
        find_container (cell, containers);
    }
  for (guint i = 0; i < containers->len; i++)
    cut_ring (containers->pdata[i]);
}

/* ---- Ends --------------------------------------------------------------------------------------------- */

#define REACH 12.0 /* of an end that leads nowhere, to what it was meant for */

static TbDrawioCell *
climb (TbDrawioCell *cell)
{
  for (guint steps = 0; cell != NULL && cell->stands_for != NULL && steps < 1000; steps++)
    cell = cell->stands_for;
  return cell != NULL && (is_thing (cell) || cell->what == TB_CELL_NOTE) ? cell : NULL;
}

static gboolean
is_near (const TbRect *r, TbPoint p)
{
  return p.x >= r->x - REACH && p.y >= r->y - REACH && p.x <= r->x + r->width + REACH && p.y <= r->y + r->height + REACH;
}

static TbDrawioCell *
find_end (TbDrawioPage *page, const TbDrawioCell *edge, guint end)
{
  TbDrawioCell *cell = end == 0 ? edge->source : edge->target, *best = NULL;
  if (cell != NULL || !edge->has_end[end] || page->looked > MOST_PAIRS)
    return climb (cell);
  page->looked += page->cells->len;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *thing = page->cells->pdata[i];
      if (thing->what == TB_CELL_COMPONENT && is_near (&thing->rect, edge->ends[end])
          && (best == NULL || thing->rect.width * thing->rect.height <= best->rect.width * best->rect.height))
        best = thing;
    }
  return best;
}

static double
way_to (const TbRect *r, TbPoint p)
{
  return fabs (r->x + r->width / 2 - p.x) + fabs (r->y + r->height / 2 - p.y);
}

static gboolean
lies_in (const TbDrawioCell *cell, const TbDrawioCell *frame)
{
  guint steps = 0;
  for (cell = cell->container; cell != NULL && cell != frame && steps < 1000; cell = cell->container)
    steps++;
  return cell == frame;
}

/* A line to a frame is one to what is in it: the only thing, or, where the frame has no name that a line could mean, what is
 * nearest to the line's end. Else to the frame. */
static TbDrawioCell *
into_frame (TbDrawioPage *page, TbDrawioCell *frame, TbPoint p)
{
  TbDrawioCell *best = NULL;
  if (frame->n_things == 1)
    return frame->thing;
  if (!frame->nameless || frame->n_things == 0 || page->looked > MOST_PAIRS)
    return frame;
  page->looked += page->cells->len;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (cell->what == TB_CELL_COMPONENT && lies_in (cell, frame)
          && (best == NULL || way_to (&cell->rect, p) < way_to (&best->rect, p)))
        best = cell;
    }
  return best != NULL ? best : frame;
}

static void
find_ends (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *edge = page->cells->pdata[i];
      for (guint end = 0; end < 2 && edge->what == TB_CELL_EDGE; end++)
        {
          TbDrawioCell *cell = find_end (page, edge, end);
          if (cell != NULL && cell->what == TB_CELL_CONTAINER)
            cell = into_frame (page, cell, tb_drawio_end_point (edge, end));
          if (cell != NULL && cell->what == TB_CELL_CONTAINER)
            cell->gated = TRUE;
          edge->reached[end] = cell;
        }
    }
}

/* ---- Remarks ------------------------------------------------------------------------------------------ */

#define SENTENCE 40u       /* characters and words of a first line that is no name any more */
#define SENTENCE_WORDS 6u

static gboolean
is_sentence (const TbDrawioCell *cell)
{
  g_autofree char *words = tb_drawio_words (cell);
  guint n = 0;
  words[strcspn (words, "\n")] = '\0';
  for (const char *p = words; *p != '\0'; p++)
    n += *p != ' ' && (p == words || p[-1] == ' ');
  return n >= SENTENCE_WORDS && g_utf8_strlen (words, -1) >= (glong) SENTENCE && !tb_foreign_kind (NULL, NULL, words).known;
}

/* “Architecture: Retail” in a bar over all the rest. */
static gboolean
is_heading (const TbDrawioPage *page, const TbDrawioCell *bar)
{
  static const char *const signs[] = { "architecture", "architektur", "diagram", "overview" };
  g_autofree char *words = tb_drawio_words (bar), *lower = g_utf8_strdown (words, -1);
  gboolean said = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    said = said || strstr (lower, signs[i]) != NULL;
  if (!said || bar->linked || bar->rect.width < 5 * bar->rect.height)
    return FALSE;
  for (guint i = 0; i < page->cells->len; i++)
    {
      const TbDrawioCell *cell = page->cells->pdata[i];
      if (cell->what == TB_CELL_COMPONENT && cell != bar && cell->rect.y < bar->rect.y + bar->rect.height)
        return FALSE;
    }
  return TRUE;
}

/* A box with a sentence in it that nothing calls is a note, whatever it looks like. */
static void
judge_remarks (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (cell->what == TB_CELL_COMPONENT && !cell->called && !cell->kind.known && cell->children == NULL
          && !tb_drawio_pictured (cell))
        cell->what = is_heading (page, cell) ? TB_CELL_TEXT : is_sentence (cell) ? TB_CELL_NOTE : TB_CELL_COMPONENT;
    }
}

/* ---- A page ------------------------------------------------------------------------------------------- */

/* A dashed line without arrow heads is no call: it leads from a remark to what that is about. */
static gboolean
is_bare_dashes (const TbDrawioCell *edge)
{
  return tb_drawio_style_is (edge, "dashed", "1") && is_none (edge, "endArrow")
         && (is_none (edge, "startArrow") || !tb_drawio_style_has (edge, "startArrow"));
}

static gboolean
is_clear (const TbDrawioCell *cell)
{
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  return has_words (cell) && (is_none (cell, "fillColor") || g_strcmp0 (shape, "umlFrame") == 0);
}

static void
note_line (TbDrawioCell *end, const TbDrawioCell *edge)
{
  if (end == NULL)
    return;
  end->linked = TRUE;
  end->called = end->called || !is_bare_dashes (edge);
}

static void
look_at_all (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (cell->edge)
        {
          note_line (cell->source, cell);
          note_line (cell->target, cell);
        }
    }
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      cell->what = look_at (cell);
      cell->clear = cell->vertex && is_clear (cell);
      if (cell->vertex)
        cell->kind = tb_drawio_kind (cell);
    }
}

/* A picture in a frame that has the name of the frame and no line is its badge. */
static void
leave_badges (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i], *frame = cell->container;
      if (cell->what != TB_CELL_COMPONENT || cell->linked || frame == NULL || cell->title == NULL || frame->title == NULL
          || !tb_drawio_pictured (cell))
        continue;
      g_autofree char *own = g_utf8_casefold (cell->title, -1), *frames = g_utf8_casefold (frame->title, -1);
      if (*own == '\0' || strcmp (own, frames) != 0)
        continue;
      cell->what = TB_CELL_PART;
      cell->stands_for = frame;
    }
}

/* An empty frame that lines end at is a thing. */
static void
count_things (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i], *up = cell->container;
      for (guint steps = 0; cell->what == TB_CELL_COMPONENT && up != NULL && steps < 1000; steps++, up = up->container)
        {
          up->n_things++;
          up->thing = cell;
        }
    }
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (cell->what == TB_CELL_CONTAINER && cell->linked && cell->n_things == 0)
        cell->what = TB_CELL_COMPONENT;
    }
}

static void
take_out (TbDrawioPage *page, TbDrawioCell *frame, TbDrawioCell *stands_for)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (cell->container == frame)
        cell->container = frame->container;
    }
  frame->what = TB_CELL_PART;
  frame->stands_for = stands_for;
}

/* A frame without a name around one thing is its box, one around all of them the page's edge. */
static void
leave_frames (TbDrawioPage *page)
{
  guint things = 0;
  for (guint i = 0; i < page->cells->len; i++)
    things += ((TbDrawioCell *) page->cells->pdata[i])->what == TB_CELL_COMPONENT;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *frame = page->cells->pdata[i];
      if (frame->what != TB_CELL_CONTAINER || !frame->nameless)
        continue;
      if (frame->n_things == 1)
        take_out (page, frame, frame->thing);
      else if (frame->n_things == things && frame->container == NULL && !frame->linked)
        take_out (page, frame, NULL);
    }
}

static gboolean
is_plain_box (const TbDrawioCell *cell)
{
  g_autofree char *shape = tb_drawio_style_get (cell, "");
  return !tb_drawio_pictured (cell) && (shape == NULL || !tb_foreign_kind (shape, NULL, NULL).known);
}

/* What its title says of a thing, where its picture said nothing or says it with it. */
static void
judge_kinds (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      TbForeignKind kind = cell->what == TB_CELL_COMPONENT ? tb_drawio_kind (cell) : cell->kind;
      if (kind.known)
        cell->kind = kind;
    }
}

/* “Clients” that two others and more call is a service with that name and nobody who sits before a screen. */
static void
leave_people (TbDrawioPage *page)
{
  g_autoptr (GHashTable) first = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < page->cells->len; i++)
    {
      const TbDrawioCell *edge = page->cells->pdata[i];
      gboolean heads[2];
      tb_drawio_heads (edge, &heads[0], &heads[1]);
      for (guint end = 0; edge->what == TB_CELL_EDGE && heads[0] != heads[1] && end < 2; end++)
        {
          TbDrawioCell *called = edge->reached[end], *caller = edge->reached[!end];
          if (!heads[end] || called == NULL || caller == NULL || called == caller || called->kind.role != TB_ROLE_CLIENT
              || called->what != TB_CELL_COMPONENT || !is_plain_box (called))
            continue;
          TbDrawioCell *other = g_hash_table_lookup (first, called);
          if (other != NULL && other != caller)
            called->kind = (TbForeignKind){ TB_ROLE_SERVER, TRUE, NULL, FALSE };
          g_hash_table_insert (first, called, caller);
        }
    }
}

/* “Legend” and what is in it explain signs. */
static void
leave_legends (TbDrawioPage *page, TbImportBuild *build)
{
  static const char *const words[] = { "legend", "legende", "légende", "leyenda", "key", "notation", NULL };
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *frame = page->cells->pdata[i];
      g_autofree char *title = frame->what == TB_CELL_CONTAINER ? g_utf8_strdown (frame->title, -1) : NULL;
      if (title == NULL || !g_strv_contains (words, g_strdelimit (g_strstrip (title), ":", '\0')))
        continue;
      for (guint k = 0; k < page->cells->len; k++)
        if (!((TbDrawioCell *) page->cells->pdata[k])->edge && lies_in (page->cells->pdata[k], frame))
          ((TbDrawioCell *) page->cells->pdata[k])->what = TB_CELL_LABEL;
      frame->what = TB_CELL_LABEL;
      tb_build_drop (build, frame->line, "“%s” explains signs and is not part of the drawing", frame->title);
    }
}

void
tb_drawio_page_judge (TbDrawioPage *page, TbImportBuild *build)
{
  look_at_all (page);
  tb_drawio_page_bars (page, MOST_PAIRS / 4);
  for (guint i = page->by_depth->len; i-- > 0;)
    judge_parent (page->by_depth->pdata[i]);
  judge_frames (page, build);
  judge_remarks (page);
  find_containers (page, build);
  tb_drawio_page_titles (page);
  leave_legends (page, build);
  leave_badges (page);
  count_things (page);
  leave_frames (page);
  judge_kinds (page);
  find_ends (page);
  tb_drawio_page_buses (page);
  leave_people (page);
  tb_drawio_label_edges (page);
}
