/* How a phrase may go on. */
#include "phrase-private.h"

#include <string.h>

#define BIT(kind) (G_GUINT64_CONSTANT (1) << (kind))
#define HOMES (BIT (TB_KIND_TIER) | BIT (TB_KIND_LAYER) | BIT (TB_KIND_GROUP))
#define ROWS_MAX 40

static void
free_completion (gpointer data)
{
  TbCompletion *c = data;
  g_free (c->text);
  g_free (c->label);
  g_free (c->detail);
  g_free (c);
}

typedef struct
{
  GPtrArray *rows;
  const char *before; /* what stays of the line */
  gsize n_before;
  char *begun; /* what was typed of the word, folded */
} Fill;

static void
add (Fill *fill, const char *word, const char *shown, const char *detail, const char *after)
{
  g_autofree char *folded = tb_phrase_fold (shown);
  g_autofree char *plain = tb_phrase_fold (word);
  if ((!g_str_has_prefix (folded, fill->begun) && !g_str_has_prefix (plain, fill->begun))
      || fill->rows->len >= ROWS_MAX)
    return;
  TbCompletion *c = g_new (TbCompletion, 1);
  c->text = g_strdup_printf ("%.*s%s%s", (int) fill->n_before, fill->before, word, after);
  c->label = g_strdup (shown);
  c->detail = g_strdup (detail);
  g_ptr_array_add (fill->rows, c);
}

/* ---- What can come --------------------------------------------------------------------------- */

static void
add_kinds (TbEditor *editor, Fill *fill)
{
  guint n;
  const TbPaletteRow *rows = tb_palette (&n);
  for (guint i = 0; i < n; i++)
    add (fill, rows[i].name, rows[i].label, tb_schema_kind (rows[i].kind)->help, " ");
  for (TbKind kind = 1; kind < TB_N_KINDS; kind++)
    {
      g_autofree char *problem = NULL;
      const TbKindSpec *spec = tb_schema_kind (kind);
      gboolean part = spec->parents && !(spec->parents & BIT (TB_KIND_ARCHITECTURE))
                      && kind != TB_KIND_PLACE && kind != TB_KIND_ROUTE && kind != TB_KIND_BEND;
      if (part && tb_editor_selected_one (editor) && tb_phrase_parent (editor, kind, &problem))
        add (fill, spec->name, spec->label, spec->help, " ");
    }
  static const TbKind more[] = { TB_KIND_LINK, TB_KIND_INTERACTION, TB_KIND_SCENARIO, TB_KIND_VIEW };
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    {
      const TbKindSpec *spec = tb_schema_kind (more[i]);
      add (fill, spec->name, spec->label, spec->help, " ");
    }
}

static void
add_elements (const TbModel *model, guint64 kinds, Fill *fill, gboolean by_id, const char *after)
{
  for (TbKind kind = 1; kind < TB_N_KINDS; kind++)
    for (guint i = 0; kinds & BIT (kind) && i < tb_model_count (model, kind); i++)
      {
        const TbElement *element = tb_model_nth (model, kind, i);
        const char *title = tb_element_title (element);
        add (fill, by_id ? tb_element_id (element) : title, title, tb_schema_kind (kind)->label,
             after);
      }
}

static void
add_props (TbKind kind, const char *line, Fill *fill)
{
  static const TbKind born[] = { TB_KIND_BUILTIN, TB_KIND_SERVICE };
  for (guint k = 0; k < (kind == TB_KIND_COMPONENT ? 3 : 1); k++)
    {
      const TbKindSpec *spec = tb_schema_kind (k ? born[k - 1] : kind);
      for (guint i = 0; i < spec->n_props; i++)
        {
          TbKind of;
          g_autofree char *word = g_strconcat (spec->props[i].name, "=", NULL);
          g_autofree char *there = g_strconcat (" ", word, NULL);
          if (tb_phrase_prop (kind, spec->props[i].name, &of) == &spec->props[i]
              && strstr (line, there) == NULL && spec->props[i].type != TB_TYPE_TEXT)
            add (fill, word, word, spec->props[i].help, "");
        }
    }
}

static void
add_values (TbEditor *editor, const TbPropSpec *spec, Fill *fill)
{
  g_auto (GStrv) words = g_strsplit (spec->type == TB_TYPE_BOOLEAN ? "yes no"
                                     : spec->choices              ? spec->choices : "",
                                     " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i])
      add (fill, words[i], words[i], spec->label, " ");
  if (spec->type == TB_TYPE_REF || spec->type == TB_TYPE_REFS)
    add_elements (tb_editor_model (editor), spec->ref_kinds, fill, TRUE, " ");
}

/* ---- Where the line ends --------------------------------------------------------------------- */

static void
begin (Fill *fill, const char *line, const char *word)
{
  fill->before = line;
  fill->n_before = (gsize) (word - line);
  g_free (fill->begun);
  fill->begun = tb_phrase_fold (word);
}

/* The value of the last setting that the line ends with; NULL where it ends with none. */
static const char *
open_value (TbKind kind, const char *rest, const TbPropSpec **spec)
{
  const char *equals = strrchr (rest, '='), *name = equals;
  if (equals == NULL)
    return NULL;
  while (name > rest && name[-1] != ' ')
    name--;
  g_autofree char *word = g_strndup (name, (gsize) (equals - name));
  TbKind of;
  *spec = tb_phrase_prop (kind, word, &of);
  return *spec && strchr (equals, ' ') == NULL ? equals + 1 : NULL;
}

static const char *
open_home (const char *rest)
{
  const char *in = g_str_has_prefix (rest, "in ") ? rest : g_strrstr (rest, " in ");
  if (in == NULL || strchr (in, '=') != NULL)
    return NULL;
  const char *comma = strrchr (in, ',');
  in = comma ? comma + 1 : in + (in == rest ? 3 : 4);
  while (*in == ' ')
    in++;
  return in;
}

static void
complete_rest (TbEditor *editor, TbKind kind, const char *line, const char *rest, Fill *fill)
{
  const TbPropSpec *spec;
  const char *value = open_value (kind, rest, &spec);
  const char *home = kind == TB_KIND_COMPONENT ? open_home (rest) : NULL;
  const char *word = strrchr (line, ' ') + 1;
  if (value != NULL)
    {
      begin (fill, line, value);
      add_values (editor, spec, fill);
      return;
    }
  if (home != NULL)
    {
      begin (fill, line, home);
      add_elements (tb_editor_model (editor), HOMES, fill, FALSE, " ");
      word = home == word ? NULL : word; /* it may be a home's name still */
    }
  if (word == NULL)
    return;
  begin (fill, line, word);
  if (kind == TB_KIND_CALL || kind == TB_KIND_STEP)
    add_elements (tb_editor_model (editor), strchr (rest, ' ') ? 0 : BIT (TB_KIND_LINK), fill, TRUE,
                  " ");
  if (kind == TB_KIND_COMPONENT && home == NULL && *rest)
    add (fill, "in ", "in …", "Its tier, layers and group", "");
  add_props (kind, line, fill);
}

GPtrArray *
tb_phrase_complete (TbEditor *editor, const char *text)
{
  Fill fill = { .rows = g_ptr_array_new_with_free_func (free_completion) };
  const TbPaletteRow *row;
  TbKind kind = TB_KIND_NONE;
  const char *begin_of_kind = text;
  while (*begin_of_kind == ' ' || g_ascii_isdigit (*begin_of_kind))
    begin_of_kind++;
  gsize n = tb_phrase_kind (begin_of_kind, &row, &kind);
  if (n == 0 || begin_of_kind[n] == '\0')
    {
      begin (&fill, text, begin_of_kind);
      add_kinds (editor, &fill);
    }
  else
    {
      const char *rest = begin_of_kind + n;
      while (*rest == ' ')
        rest++;
      complete_rest (editor, kind, text, rest, &fill);
    }
  g_free (fill.begun);
  return fill.rows;
}

/* ---- Fuzzy ----------------------------------------------------------------------------------- */

static gboolean
begins_word (const char *folded, const char *p)
{
  return p == folded || !g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (p)));
}

/* Each letter at its first place from p on: 8 at the beginning of a word, 4 beside the last one. */
static int
score_from (const char *folded, const char *p, const char *wanted)
{
  int score = 1;
  const char *last = NULL;
  for (; *wanted; wanted = g_utf8_next_char (wanted))
    {
      gunichar c = g_utf8_get_char (wanted);
      if (g_unichar_isspace (c))
        continue;
      while (*p && g_utf8_get_char (p) != c)
        p = g_utf8_next_char (p);
      if (!*p)
        return 0;
      score += 1 + (begins_word (folded, p) ? 8 : 0) + (last && p == g_utf8_next_char (last) ? 4 : 0);
      last = p;
      p = g_utf8_next_char (p);
    }
  return score;
}

int
tb_fuzzy_score_folded (const char *folded, const char *wanted)
{
  if (!*wanted)
    return 1;
  const char *whole = strstr (folded, wanted);
  int best = 0;
  for (const char *p = folded; *p; p = g_utf8_next_char (p))
    if (g_utf8_get_char (p) == g_utf8_get_char (wanted))
      best = MAX (best, score_from (folded, p, wanted));
  if (whole != NULL)
    best += 8 + (begins_word (folded, whole) ? 24 : 0) + (strcmp (folded, wanted) == 0 ? 40 : 0);
  /* The shorter of two that match alike says less else. */
  return best ? MAX (best * 4 - (int) MIN (g_utf8_strlen (folded, -1), 60) / 8, 1) : 0;
}

int
tb_fuzzy_score (const char *text, const char *words)
{
  g_autofree char *folded = tb_phrase_fold (text), *wanted = g_strstrip (tb_phrase_fold (words));
  return tb_fuzzy_score_folded (folded, wanted);
}
