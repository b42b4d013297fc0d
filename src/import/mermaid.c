/* Mermaid: finds a diagram, alone or in Markdown, and its statements. Flowcharts: mermaid-flow.c (nodes and arrows) and
 * mermaid-groups.c (the rest); architecture-beta: mermaid-architecture.c. */
#include "mermaid-private.h"

#include <string.h>

#include "html-text.h"
#include "import-private.h"

/* Of one statement. */
#define MOST_LINES 30

int
tb_sniff_mermaid (const char *bytes, gsize size)
{
  static const struct
  {
    const char *word;
    int looks;
  } starts[] = { { "flowchart", 95 }, { "architecture-beta", 95 }, { "graph TD", 92 }, { "graph TB", 92 }, { "graph LR", 92 },
                 { "graph RL", 92 },  { "graph BT", 92 },          { "```mermaid", 90 } };
  g_autofree char *text = g_strndup (bytes, size);
  for (char *line = text, *end; line != NULL; line = end != NULL ? end + 1 : NULL)
    {
      end = strchr (line, '\n');
      const char *start = tb_mermaid_skip_blank (line);
      for (guint k = 0; k < G_N_ELEMENTS (starts); k++)
        if (g_str_has_prefix (start, starts[k].word))
          return starts[k].looks;
    }
  return 0;
}

/* ---- Words ----------------------------------------------------------------------------------- */

const char *
tb_mermaid_skip_blank (const char *p)
{
  while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
    p++;
  return p;
}

/* The character of “#35;” or “#quot;” at p, 0: that is none. n: its length. */
static gunichar
hash_entity (const char *p, gsize *n)
{
  g_autofree char *html = g_strdup_printf ("&%s%.12s", g_ascii_isdigit (p[1]) ? "#" : "", p + 1);
  gunichar c = tb_html_entity (html, n);
  *n -= g_ascii_isdigit (p[1]) ? 1 : 0;
  return c;
}

/* "fa:fa-user": a picture of Font Awesome in a label. Its length, 0: there is none. */
static gsize
icon_length (const char *p)
{
  gsize n = p[0] == 'f' && p[1] == 'a' ? 2 + (g_ascii_islower (p[2]) ? 1 : 0) : 0;
  return n > 0 && g_str_has_prefix (p + n, ":fa-") ? n + strspn (p + n, ":-abcdefghijklmnopqrstuvwxyz0123456789") : 0;
}

/* One character of a label, or what stands for one. Returns behind it. */
static const char *
decode_one (const char *p, gboolean markdown, GString *out)
{
  gsize n = 0, icon = icon_length (p);
  gunichar c = *p == '#' ? hash_entity (p, &n) : *p == '&' ? tb_html_entity (p, &n) : 0;
  if (c != 0)
    g_string_append_unichar (out, c);
  if (c != 0 || icon > 0)
    return p + n + icon;
  if (tb_html_begins_tag (p))
    return tb_html_skip_tag (p, out);
  if (p[0] == '\\' && p[1] != '\0' && strchr ("n.", p[1]) != NULL)
    g_string_append_c (out, p[1] == 'n' ? '\n' : '.');
  else if (!markdown || *p != '*')
    g_string_append_c (out, *p);
  return p + (p[0] == '\\' && p[1] != '\0' && strchr ("n.", p[1]) != NULL ? 2 : 1);
}

char *
tb_mermaid_decode (const char *label, gsize n)
{
  g_autofree char *raw = g_strstrip (g_strndup (label, n));
  gsize length = strlen (raw);
  gboolean quoted = length >= 2 && raw[0] == '"' && raw[length - 1] == '"';
  g_autofree char *text = g_strndup (raw + quoted, length - 2 * (gsize) quoted);
  length = strlen (text);
  gboolean markdown = length >= 2 && text[0] == '`' && text[length - 1] == '`';
  text[length - (gsize) markdown] = '\0';
  GString *out = g_string_new (NULL);
  for (const char *p = text + markdown; *p != '\0';)
    p = decode_one (p, markdown, out);
  if (out->len == 0 && icon_length (text) > 0) /* a picture is all it has: its name */
    g_string_append (out, strstr (text, "fa-") + strlen ("fa-"));
  return g_strstrip (g_string_free (out, FALSE));
}

char *
tb_mermaid_id (const char *word)
{
  char *id = g_strdelimit (g_strdup (word), "_", '-');
  gsize n = strlen (id);
  if (n > 1 && id[n - 1] == '-')
    id[n - 1] = '\0';
  return id;
}

gboolean
tb_mermaid_begins (const char *p, const char *word)
{
  gsize n = strlen (word);
  return strncmp (p, word, n) == 0 && (p[n] == '\0' || p[n] == ' ' || p[n] == '\t');
}

void
tb_mermaid_unread (TbMermaid *r, const char *statement)
{
  g_autofree char *line = g_strdelimit (g_strdup (statement), "\n", ' ');
  g_autofree char *excerpt = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), 60));
  tb_build_drop (r->build, r->line, "“%s” is no statement that is read here", excerpt);
}

/* ---- The file -------------------------------------------------------------------------------- */

/* Statements of a line: ; parts them outside of quotes and brackets. */
static void
read_line (TbMermaid *r, char *line)
{
  gboolean quoted = FALSE;
  guint depth = 0;
  char *start = line;
  for (char *p = line;; p++)
    {
      quoted ^= *p == '"';
      depth += !quoted && *p != '\0' && strchr ("[({", *p) != NULL;
      depth -= !quoted && *p != '\0' && strchr ("])}", *p) != NULL && depth > 0;
      if (*p != '\0' && (*p != ';' || quoted || depth > 0))
        continue;
      gboolean last = *p == '\0';
      *p = '\0';
      g_strstrip (start);
      if (*start != '\0' && r->edges != NULL)
        tb_mermaid_architecture_line (r, start);
      else if (*start != '\0')
        tb_mermaid_flow_line (r, start);
      if (last)
        return;
      start = p + 1;
    }
}

/* ---- Statements in several lines ------------------------------------------------------------- */

static gboolean
is_open (const char *text)
{
  guint quotes = 0;
  const char *braces = strstr (text, "@{");
  if (tb_mermaid_begins (text, "accDescr"))
    braces = strchr (text, '{');
  for (const char *p = text; *p != '\0'; p++)
    quotes += *p == '"';
  return quotes % 2 == 1 || (braces != NULL && strchr (braces, '}') == NULL);
}

static gboolean
ends_in_arrow (const char *text)
{
  const char *p = text + strlen (text);
  if (p > text && p[-1] == '&')
    return TRUE;
  p -= p > text && p[-1] == '>';
  return p - text >= 2 && strchr ("-=.", p[-1]) != NULL && strchr ("-=.", p[-2]) != NULL
         && !tb_mermaid_begins (text, "style") && !tb_mermaid_begins (text, "classDef");
}

/* A label goes on to the quote that ends it, an arrow to where it leads. Moves i to its last line. Where that would be
 * too much it was no such thing, and the line stands alone. (transfer full) */
static char *
whole_statement (char **lines, guint *i)
{
  GString *text = g_string_new (lines[*i]);
  guint last = *i;
  while ((is_open (text->str) || ends_in_arrow (text->str)) && last - *i < MOST_LINES && lines[last + 1] != NULL
         && !tb_mermaid_is_fence (g_strstrip (lines[last + 1])))
    g_string_append_printf (text, "\n%s", lines[++last]);
  if (is_open (text->str))
    g_string_assign (text, lines[*i]);
  else
    *i = last;
  return g_string_free (text, FALSE);
}

/* ---- Diagrams -------------------------------------------------------------------------------- */

/* "title: …" of the front matter is the architecture's name; the rest of it is looks. */
static void
read_front (TbMermaid *r, const char *line)
{
  if (!g_str_has_prefix (line, "title:"))
    return;
  g_autofree char *plain = g_strcompress (tb_mermaid_skip_blank (line + strlen ("title:")));
  g_autofree char *title = tb_mermaid_decode (plain, strlen (plain));
  tb_build_set (r->build, tb_build_root (r->build), TB_PROP_NAME, title, r->line);
}

static gboolean
is_architecture (const char *line)
{
  return tb_mermaid_begins (line, "architecture-beta") || tb_mermaid_begins (line, "architecture");
}

static gboolean
is_head (const char *line)
{
  return tb_mermaid_begins (line, "flowchart") || tb_mermaid_begins (line, "graph") || is_architecture (line);
}

gboolean
tb_mermaid_is_fence (const char *line)
{
  return g_str_has_prefix (line, "```") || g_str_has_prefix (line, "~~~");
}

static gboolean
is_mermaid_fence (const char *line)
{
  return tb_mermaid_is_fence (line) && g_str_has_prefix (tb_mermaid_skip_blank (line + 3), "mermaid");
}

/* A drawing is of one diagram; those that come after it in the same text are told. */
static void
tell_others (TbMermaid *r, char **lines, guint from)
{
  for (guint i = from; lines[i] != NULL; i++)
    if (is_mermaid_fence (tb_mermaid_skip_blank (lines[i])))
      tb_build_drop (r->build, i + 1, "another diagram of the same text is left out: save it as a file of its own");
}

/* "graph TD; a --> b": statements may stand behind the head. */
static void
begin_diagram (TbMermaid *r, char **lines, guint i)
{
  char *behind = strchr (lines[i], ';');
  if (is_architecture (lines[i]))
    tb_mermaid_architecture_begin (r);
  else
    tb_mermaid_flow_begin (r, lines + i);
  if (behind != NULL && r->edges == NULL)
    read_line (r, behind + 1);
}

/* Lines of the first diagram; in Markdown (fenced) those between its fences. Returns whether there is one. */
static gboolean
read_diagram (TbMermaid *r, char **lines, gboolean fenced)
{
  gboolean found = FALSE, inside = !fenced;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = lines[i] = g_strstrip (lines[i]);
      r->line = i + 1;
      if (fenced && tb_mermaid_is_fence (line))
        {
          if (found)
            {
              tell_others (r, lines, i + 1);
              break;
            }
          inside = !inside && is_mermaid_fence (line);
        }
      else if (inside && !found)
        {
          found = is_head (line);
          if (found)
            begin_diagram (r, lines, i);
          else
            read_front (r, line);
        }
      else if (inside && !g_str_has_prefix (line, "%%"))
        {
          g_autofree char *statement = whole_statement (lines, &i);
          read_line (r, statement);
        }
    }
  if (r->edges != NULL)
    tb_mermaid_architecture_end (r);
  return found;
}

TbDocument *
tb_read_mermaid (const TbImportSource *source, TbProblems *dropped, GError **error)
{
  TbMermaid r = { .build = tb_build_new (source, "mermaid", dropped), .open = g_ptr_array_new (),
                  .levels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                  .subgraphs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                  .parents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                  .gates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                  .nothing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_auto (GStrv) lines = g_strsplit (source->bytes, "\n", -1);
  gboolean fenced = FALSE;
  for (guint i = 0; lines[i] != NULL && !fenced; i++)
    fenced = is_mermaid_fence (tb_mermaid_skip_blank (lines[i]));
  TbDocument *document = NULL;
  if (read_diagram (&r, lines, fenced))
    document = tb_build_finish (g_steal_pointer (&r.build), error);
  else
    tb_import_fail (source, 0, 0, error, "it has no flowchart and no architecture-beta: those are the kinds of Mermaid "
                                         "diagram that are read here");
  g_clear_pointer (&r.build, tb_build_free);
  g_hash_table_unref (r.levels);
  g_hash_table_unref (r.subgraphs);
  g_hash_table_unref (r.parents);
  g_hash_table_unref (r.gates);
  g_hash_table_unref (r.nothing);
  g_ptr_array_unref (r.open);
  return document;
}
