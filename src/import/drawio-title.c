/* What things are called: by their own words, else by words that stand in or beside them, else by their shape. */
#include "drawio-private.h"

#include <math.h>
#include <string.h>

#define BESIDE 24.0  /* words under a picture are this near */
#define LONGEST_NAME 40u
#define MARGIN 44.0  /* words at the edge of a container are its title */

#define SHORT_NAME 28u /* of a box, with its first line */
#define SHORT_LINE 16u

/* A name that was only broken to fit, as under pictures: short, and nothing in it says that it is more than a name. */
static gboolean
is_broken_name (const TbDrawioCell *cell, const char *words)
{
  static const char *const marks[] = { "<b>", "<b ", "<hr", "<font", "<h1", "<h2", "<h3", "<i>" };
  gboolean marked = FALSE, picture = tb_drawio_pictured (cell);
  for (guint i = 0; cell->label != NULL && i < G_N_ELEMENTS (marks); i++)
    marked |= strstr (cell->label, marks[i]) != NULL;
  if (!picture && strcspn (words, "\n") > SHORT_LINE)
    return FALSE;
  return strlen (words) <= (picture ? LONGEST_NAME : SHORT_NAME) && strpbrk (words, "[](){}:+*•") == NULL && !marked
         && (cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_CONTAINER);
}

/* How much of the words is a heading in bold at their beginning, however many lines that has; 0: there is none. */
static gsize
heading (const TbDrawioCell *cell, const char *words)
{
  const char *bold = cell->label != NULL ? strstr (cell->label, "<b>") : NULL, *end = bold != NULL ? strstr (bold, "</b>") : NULL;
  if (end == NULL)
    return 0;
  g_autofree char *label = g_strndup (bold, (gsize) (end - bold)), *plain = tb_drawio_plain (label, TRUE);
  gsize n = strlen (plain);
  return n <= LONGEST_NAME && g_str_has_prefix (words, plain) && words[n] == '\n' ? n : 0;
}

static void
take_words (TbDrawioCell *cell, const char *words)
{
  gsize bold = heading (cell, words);
  const char *line = bold > 0 ? words + bold : is_broken_name (cell, words) ? NULL : strchr (words, '\n');
  if (*words == '\0' || cell->title != NULL)
    return;
  cell->title = line != NULL ? g_strndup (words, (gsize) (line - words)) : g_strdup (words);
  cell->rest = line != NULL ? g_strdup (line + 1) : NULL;
  g_strdelimit (cell->title, "\n", ' ');
}

static void
add_rest (TbDrawioCell *cell, const char *words)
{
  g_autofree char *old = cell->rest;
  if (*words != '\0')
    cell->rest = old != NULL ? g_strconcat (old, "\n", words, NULL) : g_strdup (words);
  else
    cell->rest = g_steal_pointer (&old);
}

/* The words of its parts: its title where it has none, else more about it. */
static void
take_parts (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *part = page->cells->pdata[i], *of = part->stands_for;
      if (part->what != TB_CELL_PART || of == NULL)
        continue;
      g_autofree char *words = tb_drawio_words (part);
      if (of->title == NULL)
        take_words (of, words);
      else if (strcmp (of->title, words) != 0)
        add_rest (of, words);
      if (!of->kind.known)
        of->kind = part->kind;
    }
}

/* How well words at r would be the title of a frame: at its upper edge, inside or out; at its lower one where not many words
 * stand in it. Less is better; below 0: not. */
static double
from_frame (const TbDrawioCell *frame, const TbRect *r, gboolean in, gboolean crowded)
{
  const TbRect *c = &frame->rect;
  double middle = r->x + r->width / 2, top = r->y - c->y, bottom = c->y + c->height - r->y - r->height;
  double above = c->y - r->y - r->height, under = r->y - c->y - c->height;
  if (middle <= c->x || middle >= c->x + c->width)
    return -1;
  if (in)
    return top > -MARGIN && top < MARGIN            ? fabs (top)
           : bottom > -MARGIN && bottom < MARGIN && !crowded ? MARGIN + fabs (bottom)
                                                    : -1;
  return above > -BESIDE / 2 && above < BESIDE ? 1 + fabs (above)
         : under > -BESIDE / 2 && under < BESIDE ? MARGIN + fabs (under) : -1;
}

/* The same of a thing: in it, under it, over it, right of it. */
static double
from_thing (const TbDrawioCell *cell, const TbRect *r)
{
  const TbRect *c = &cell->rect;
  double middle = r->x + r->width / 2, level = r->y + r->height / 2;
  double under = r->y - c->y - c->height, above = c->y - r->y - r->height, right = r->x - c->x - c->width;
  gboolean in_column = middle > c->x - BESIDE && middle < c->x + c->width + BESIDE;
  if (tb_drawio_inside (r, c))
    return 0;
  if (in_column && under > -c->height / 2 && under < BESIDE)
    return 1 + fabs (under);
  if (in_column && above > -c->height / 2 && above < BESIDE)
    return 1 + BESIDE + fabs (above);
  return right > -BESIDE / 2 && right < BESIDE && level > c->y && level < c->y + c->height ? 1 + 2 * BESIDE + fabs (right) : -1;
}

typedef struct
{
  TbDrawioCell *cell, *text;
  double distance;
} Pair;

static int
by_distance (gconstpointer a, gconstpointer b)
{
  const Pair *x = a, *y = b;
  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  return x->cell->index != y->cell->index ? (x->cell->index < y->cell->index ? -1 : 1)
                                          : (x->text->index > y->text->index) - (x->text->index < y->text->index);
}

/* A picture with a name on a frame's edge, as Azure's, says what the frame is. Less is better; below 0: not. */
static double
from_edge (const TbDrawioCell *frame, const TbDrawioCell *picture)
{
  const TbRect *f = &frame->rect, *p = &picture->rect;
  double x = p->x + p->width / 2, y = p->y + p->height / 2;
  double dx = MIN (fabs (x - f->x), fabs (x - f->x - f->width)), dy = MIN (fabs (y - f->y), fabs (y - f->y - f->height));
  gboolean beside = x > f->x - p->width && x < f->x + f->width + p->width && y > f->y - 2 * p->height && y < f->y + f->height + p->height;
  double distance = x > f->x && x < f->x + f->width ? dy : y > f->y && y < f->y + f->height ? dx : MAX (dx, dy);
  return beside && distance < p->height + BESIDE ? 2 * MARGIN + distance : -1;
}

/* Words that an edge ends at are a thing themselves, unless they stand at a picture that has no other. */
static gboolean
can_title (const TbDrawioCell *cell, const TbDrawioCell *text)
{
  if (text == cell || tb_drawio_is_step (text) || (cell->what == TB_CELL_CONTAINER && text->container != cell && text->container != cell->container))
    return FALSE;
  if (cell->what == TB_CELL_CONTAINER && text->what == TB_CELL_COMPONENT)
    return !text->linked && text->title != NULL && text->container == cell->container && tb_drawio_pictured (text);
  return text->what == TB_CELL_TEXT
         || (text->what == TB_CELL_COMPONENT && text->linked && tb_drawio_pictured (cell) && tb_drawio_is_text (text));
}

static void
pair_words (TbDrawioPage *page, TbDrawioCell *cell, GArray *pairs)
{
  guint n_words = 0;
  for (guint i = 0; i < page->cells->len && cell->what == TB_CELL_CONTAINER; i++)
    n_words += ((TbDrawioCell *) page->cells->pdata[i])->what == TB_CELL_TEXT
               && ((TbDrawioCell *) page->cells->pdata[i])->container == cell;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *text = page->cells->pdata[i];
      if ((text->what != TB_CELL_TEXT && text->what != TB_CELL_COMPONENT) || text->rect.width <= 0)
        continue;
      double d = cell->what == TB_CELL_CONTAINER && text->what == TB_CELL_COMPONENT ? from_edge (cell, text)
                 : cell->what == TB_CELL_CONTAINER ? from_frame (cell, &text->rect, text->container == cell, n_words > 2)
                                                   : from_thing (cell, &text->rect);
      Pair pair = { cell, text, d };
      if (d >= 0 && can_title (cell, text))
        g_array_append_val (pairs, pair);
    }
}

/* Each thing its nearest words, and words one thing: the nearest pairs first. */
static void
find_words (GArray *pairs)
{
  g_array_sort (pairs, by_distance);
  for (guint i = 0; i < pairs->len; i++)
    {
      Pair *pair = &g_array_index (pairs, Pair, i);
      if (pair->cell->title != NULL || pair->text->what == TB_CELL_PART || pair->cell->what == TB_CELL_PART)
        continue;
      g_autofree char *words = tb_drawio_words (pair->text);
      g_clear_pointer (&pair->text->title, g_free);
      take_words (pair->cell, words);
      pair->text->what = TB_CELL_PART;
      pair->text->stands_for = pair->cell;
    }
}

/* "monitor tower 128x128" → "monitor tower". */
static void
cut_size (char *name)
{
  char *last = strrchr (name, ' ');
  if (last != NULL && g_ascii_isdigit (last[1]) && strspn (last + 1, "0123456789x") == strlen (last + 1))
    *last = '\0';
}

/* "mxgraph.aws4.lambda_function" → "Lambda function"; "img/lib/Amazon-S3.svg" → "Amazon S3". (transfer full), NULL. */
static char *
name_of_shape (const TbDrawioCell *cell)
{
  static const char *const keys[] = { "resIcon", "prIcon", "grIcon", "image", "" };
  g_autofree char *value = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (keys) && value == NULL; i++)
    value = tb_drawio_style_get (cell, keys[i]);
  if (value == NULL || *value == '\0' || g_str_has_prefix (value, "data:") || g_str_has_prefix (value, "stencil("))
    return NULL;
  if (strpbrk (value, "./") == NULL)
    return NULL;
  g_autofree char *base = g_path_get_basename (value);
  char *dot = strrchr (base, '.');
  gboolean file = strchr (value, '/') != NULL;
  if (dot != NULL && file)
    *dot = '\0';
  char *name = g_strdup (dot != NULL && !file ? dot + 1 : base);
  g_strdelimit (name, "_-", ' ');
  cut_size (name);
  g_strstrip (name);
  if (*name != '\0')
    *name = g_ascii_toupper (*name);
  return name;
}

/* Its own shape's name, or that of the picture in it. (transfer full), NULL. */
static char *
name_of_picture (const TbDrawioPage *page, const TbDrawioCell *cell)
{
  char *name = name_of_shape (cell);
  for (guint i = 0; i < page->cells->len && name == NULL && cell->what == TB_CELL_COMPONENT; i++)
    {
      const TbDrawioCell *part = page->cells->pdata[i];
      if (part->what == TB_CELL_PART && part->stands_for == cell)
        name = name_of_shape (part);
    }
  return name;
}

static void
name_by_shape (const TbDrawioPage *page, TbDrawioCell *cell)
{
  gboolean frame = cell->what == TB_CELL_CONTAINER && !tb_drawio_is_group (cell);
  g_autofree char *name = frame ? NULL : name_of_picture (page, cell);
  if (name != NULL && *name != '\0' && (cell->kind.known || cell->linked || strchr (name, ' ') != NULL))
    take_words (cell, name);
  else if (cell->what == TB_CELL_CONTAINER)
    {
      cell->nameless = TRUE;
      take_words (cell, "Group");
    }
  else if (cell->linked || cell->kind.known)
    {
      g_autofree char *role = g_strdup (tb_role_name (cell->kind.role));
      *role = g_ascii_toupper (*role);
      take_words (cell, role);
    }
  else
    cell->what = TB_CELL_NOTHING;
}

static gboolean
is_nameless (const TbDrawioCell *cell)
{
  return (cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_CONTAINER) && cell->title == NULL;
}

void
tb_drawio_page_titles (TbDrawioPage *page)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  guint searches = 0;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      g_autofree char *words = cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_CONTAINER ? tb_drawio_words (cell) : NULL;
      if (words != NULL)
        take_words (cell, words);
    }
  take_parts (page);
  for (guint i = 0; i < page->cells->len && (guint64) searches * page->cells->len < 40000000u; i++)
    if (is_nameless (page->cells->pdata[i]))
      {
        pair_words (page, page->cells->pdata[i], pairs);
        searches++;
      }
  find_words (pairs);
  for (guint i = 0; i < page->cells->len; i++)
    if (is_nameless (page->cells->pdata[i]))
      name_by_shape (page, page->cells->pdata[i]);
}
