/* Graphviz DOT. tierboard-place parses it, with libcgraph, in a process of its own that can be killed; what it writes
 * (src/place/read.c) is built here. Clusters become groups, places are kept, and what our own export put into tb_
 * attributes comes back. */
#include "dot-private.h"

#include <gio/gio.h>

#include <math.h>
#include <string.h>

#include "html-text.h"
#include "import-private.h"
#include "kinds.h"
#include "tb-base.h"
#include "tb-place-program.h"

#define DEADLINE_NS (20 * TB_NS_PER_S)
/* Other people's boxes are smaller than our cards. */
#define FOREIGN_SCALE 2.5
#define DEEPEST 60

/* ---- Looking like it ------------------------------------------------------------------------- */

/* Behind blanks and comments. */
static const char *
skip_blank (const char *p, const char *end)
{
  while (p < end)
    if (g_ascii_isspace (*p))
      p++;
    else if (*p == '#' || (p + 1 < end && p[0] == '/' && p[1] == '/'))
      while (p < end && *p != '\n')
        p++;
    else if (p + 1 < end && p[0] == '/' && p[1] == '*')
      {
        const char *close = g_strstr_len (p + 2, end - p - 2, "*/");
        p = close != NULL ? close + 2 : end;
      }
    else
      break;
  return p;
}

static const char *
skip_word (const char *p, const char *end, const char *word)
{
  gsize n = strlen (word);
  gboolean is = (gsize) (end - p) > n && g_ascii_strncasecmp (p, word, n) == 0
                && !g_ascii_isalnum (p[n]) && p[n] != '_';
  return is ? skip_blank (p + n, end) : NULL;
}

int
tb_sniff_dot (const char *bytes, gsize size)
{
  const char *end = bytes + size, *p = skip_blank (bytes, end), *after;
  if ((after = skip_word (p, end, "strict")) != NULL)
    p = after;
  gboolean digraph = skip_word (p, end, "digraph") != NULL;
  after = digraph ? skip_word (p, end, "digraph") : skip_word (p, end, "graph");
  if (after == NULL)
    return 0;
  const char *brace = memchr (after, '{', (gsize) (end - after));
  const char *line = memchr (after, '\n', (gsize) (end - after));
  gboolean opens = brace != NULL && (line == NULL || brace < line || skip_blank (line, end) == brace);
  return opens ? (digraph ? 95 : 90) : digraph ? 60 : 0;
}

/* ---- The listing ----------------------------------------------------------------------------- */

typedef struct
{
  TbUid uid;
  TbProp prop;
  char *value;
} Later;

typedef struct
{
  TbUid uid;
  TbRect rect;
} Placed;

typedef struct
{
  TbImportBuild *build;
  const TbImportSource *source;
  GHashTable *in;      /* node → uid of its innermost cluster */
  GHashTable *told;    /* attributes told as dropped */
  GString *untold;     /* their names; n_told of them */
  guint n_told, told_line;
  char *first_told;
  GHashTable *nodes;   /* name → uid: a cluster may be called as a node is */
  GArray *later;       /* of Later: references wait for what they name */
  GArray *placed;      /* of Placed: a view of ours must not take a name that is still to come */
  GPtrArray *open;     /* uids of open clusters */
  GHashTable *attributes; /* of what is read now; NULL: nothing is */
  char *kind, *a, *b;  /* it: "N", name */
  gboolean ours;
} Reader;

static void
later_clear (gpointer data)
{
  g_free (((Later *) data)->value);
}

static const char *
get (const Reader *r, const char *name)
{
  return g_hash_table_lookup (r->attributes, name);
}

/* The first line of the input that says it; 0: none. */
static guint
line_of (const Reader *r, const char *word)
{
  const char *found = word != NULL && *word != '\0' ? strstr (r->source->bytes, word) : NULL;
  guint line = 1;
  for (const char *p = r->source->bytes; found != NULL && p < found; p++)
    line += *p == '\n';
  return found != NULL ? line : 0;
}

/* A label's escapes are line ends and the name. (transfer full) */
static char *
unescape (const char *label, const char *name)
{
  GString *out = g_string_new (NULL);
  for (const char *p = label; *p != '\0'; p++)
    {
      gsize n = 0;
      gunichar c = *p == '&' ? tb_html_entity (p, &n) : 0;
      if (c != 0)
        {
          g_string_append_unichar (out, c);
          p += n - 1;
        }
      else if (p[0] == '\\' && p[1] != '\0')
        {
          p++;
          if (*p == 'N' || *p == 'G')
            g_string_append (out, name);
          else
            g_string_append_c (out, strchr ("nlr", *p) != NULL ? '\n' : *p);
        }
      else
        g_string_append_c (out, *p);
    }
  return g_string_free (out, FALSE);
}

static char *
label_of (const char *label, const char *name)
{
  return label[0] == '\1' ? tb_html_text (label + 1) : unescape (label, name);
}

/* A record's label is fields, {a|<port> b}: a line each, without the ports. In place. */
static void
part_record (char *text)
{
  char *to = text;
  gboolean port = FALSE;
  for (const char *p = text; *p != '\0'; p++)
    {
      port |= *p == '<' && strchr (p, '>') != NULL;
      if (!port)
        *to++ = strchr ("{}|", *p) != NULL ? '\n' : *p;
      port &= *p != '>';
    }
  *to = '\0';
}

static char *
plain_label (const Reader *r, const char *name)
{
  const char *label = get (r, "label"), *shape = get (r, "shape");
  char *text = label != NULL ? label_of (label, name) : g_strdup (name);
  if (shape != NULL && label != NULL && label[0] != '\1' && g_str_has_suffix (shape, "ecord"))
    part_record (text);
  return text;
}

/* It is there to keep others apart. */
static gboolean
is_invisible (const Reader *r)
{
  const char *style = get (r, "style");
  return !r->ours && style != NULL && strstr (style, "invis") != NULL;
}

/* Undoes the %XX of our own export. (transfer full) */
static char *
decode_own (const char *value)
{
  GString *out = g_string_new (NULL);
  for (const char *p = value; *p != '\0'; p++)
    {
      gboolean coded = *p == '%' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]);
      int byte = coded ? g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2]) : *p;
      g_string_append_c (out, byte != 0 ? (char) byte : ' ');
      p += coded ? 2 : 0;
    }
  return g_string_free (out, FALSE);
}

/* tb_NAME of ours, as the property NAME of that element; its title is the label, which somebody may have changed. */
static void
take_own (Reader *r, TbUid uid)
{
  const TbElement *element = tb_model_get (tb_build_model (r->build), uid);
  const TbKindSpec *spec = element != NULL ? tb_schema_kind (tb_element_kind (element)) : NULL;
  for (guint i = 0; spec != NULL && i < spec->n_props; i++)
    {
      g_autofree char *name = g_strdup_printf ("tb_%s", spec->props[i].name);
      g_strdelimit (name, "-", '_');
      const char *value = get (r, name);
      TbProp prop = spec->props[i].prop;
      if (value == NULL || prop == TB_PROP_ID || prop == TB_PROP_NAME || prop == TB_PROP_FROM || prop == TB_PROP_TO
          || prop == TB_PROP_SERVICE)
        continue;
      const Later later = { uid, prop, decode_own (value) };
      g_array_append_val (r->later, later);
    }
}

static TbKind
level_of (const char *name)
{
  TbKind kind = name != NULL ? tb_schema_kind_from_name (name) : TB_KIND_NONE;
  return kind == TB_KIND_TIER || kind == TB_KIND_LAYER || kind == TB_KIND_MIDDLEWARE ? kind : TB_KIND_GROUP;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
finish_graph (Reader *r)
{
  GHashTableIter iter;
  gpointer key, value;
  const char *label = get (r, "label");
  r->ours = get (r, "tb_version") != NULL;
  g_autofree char *name = label != NULL ? label_of (label, "") : NULL;
  tb_build_set (r->build, tb_build_root (r->build), TB_PROP_NAME, name, 0);
  if (g_strcmp0 (r->a, "undirected") == 0)
    tb_build_assume (r->build, 0, 0, "its edges have no direction; each is taken as a call from the first to the second");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, r->attributes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_ptr_array_add (names, key);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      const char *attribute = names->pdata[i];
      g_auto (GStrv) parts = g_strsplit (attribute, "_", 3);
      if (g_strv_length (parts) != 3 || !r->ours)
        continue;
      g_autofree char *own = decode_own (get (r, attribute));
      g_auto (GStrv) words = g_strsplit (own, " ", 2);
      if (words[0] != NULL && words[1] != NULL)
        tb_build_element (r->build, level_of (parts[1]), 0, words[0], words[1], 0);
    }
}

static void
finish_cluster (Reader *r)
{
  TbUid parent = r->open->len > 0 ? GPOINTER_TO_UINT (r->open->pdata[r->open->len - 1]) : 0;
  TbKind kind = level_of (r->ours ? get (r, "tb_element") : NULL);
  g_autofree char *title = plain_label (r, r->a);
  const char *name = g_str_has_prefix (r->a, "cluster_") ? r->a + 8 : r->a;
  TbUid uid = kind == TB_KIND_GROUP ? tb_build_group (r->build, name, title, parent, line_of (r, r->a))
                                    : tb_build_element (r->build, kind, 0, name, title, 0);
  g_ptr_array_add (r->open, GUINT_TO_POINTER (uid));
  if (r->ours)
    take_own (r, uid);
  else if (uid != 0)
    tb_build_set_origin (r->build, uid, r->a);
}

static void
place (Reader *r, TbUid uid)
{
  const char *pos = get (r, "pos");
  char *end;
  if (pos == NULL || uid == 0)
    return;
  double x = g_ascii_strtod (pos, &end), y = *end == ',' ? g_ascii_strtod (end + 1, NULL) : NAN;
  double scale = r->ours ? 1 : FOREIGN_SCALE;
  const Placed placed = { uid, { x * scale, -y * scale, 0, 0 } };
  if (*end == ',' && isfinite (x) && isfinite (y))
    g_array_append_val (r->placed, placed);
}

static void
finish_node (Reader *r)
{
  const char *shape = get (r, "shape"), *image = get (r, "image");
  const char *href = get (r, "URL") != NULL ? get (r, "URL") : get (r, "href");
  g_autofree char *words = plain_label (r, r->a), *rest = NULL;
  g_autofree char *title = r->ours ? g_strdup (words) : tb_html_title (words, &rest);
  if (is_invisible (r))
    return;
  TbForeignKind kind = tb_foreign_kind (shape, image, title);
  TbUid uid = tb_build_component (r->build, r->a, title, kind.role, 0);
  g_hash_table_insert (r->nodes, g_strdup (r->a), GUINT_TO_POINTER (uid));
  TbUid cluster = GPOINTER_TO_UINT (g_hash_table_lookup (r->in, r->a));
  const TbElement *in = tb_model_get (tb_build_model (r->build), cluster);
  if (in != NULL && tb_element_kind (in) == TB_KIND_GROUP)
    tb_build_refer (r->build, uid, TB_PROP_GROUP, cluster);
  tb_build_set (r->build, uid, TB_PROP_HREF, href, 0);
  tb_build_set (r->build, uid, TB_PROP_DESCRIPTION, rest != NULL ? rest : get (r, "tooltip"), 0);
  if (r->ours)
    take_own (r, uid);
  else
    tb_build_set_origin (r->build, uid, r->a);
  place (r, uid);
}

/* A link of our own export is one, whatever others say. Its label is its name, or what it carries. */
static void
finish_own_edge (Reader *r, TbUid from, TbUid to)
{
  const char *name = get (r, "tb_name"), *service = get (r, "tb_service"), *label = get (r, "label");
  const char *carries = name == NULL ? get (r, "tb_carries") : NULL;
  g_autofree char *called = service != NULL ? decode_own (service) : NULL;
  g_autofree char *carried = carries != NULL ? decode_own (carries) : NULL;
  g_autofree char *title = label != NULL ? label_of (label, "") : NULL;
  if (g_strcmp0 (title, carried) == 0)
    g_clear_pointer (&title, g_free);
  TbUid uid = from != 0 && to != 0 ? tb_build_element (r->build, TB_KIND_LINK, 0, get (r, "id"), title, 0) : 0;
  tb_build_refer (r->build, uid, TB_PROP_FROM, from);
  tb_build_refer (r->build, uid, TB_PROP_TO, to);
  if (uid != 0 && called != NULL)
    tb_build_call (r->build, uid, called);
  if (uid != 0)
    take_own (r, uid);
}

static void
finish_edge (Reader *r)
{
  TbUid from = GPOINTER_TO_UINT (g_hash_table_lookup (r->nodes, r->a));
  TbUid to = GPOINTER_TO_UINT (g_hash_table_lookup (r->nodes, r->b));
  const char *label = get (r, "label"), *style = get (r, "style");
  if (r->ours && get (r, "id") != NULL) /* else somebody drew it since */
    {
      finish_own_edge (r, from, to);
      return;
    }
  if (is_invisible (r))
    return;
  gboolean back = g_strcmp0 (get (r, "dir"), "back") == 0; /* its head is at its tail */
  g_autofree char *title = label != NULL ? label_of (label, "") : NULL;
  TbUid uid = tb_build_link (r->build, back ? to : from, back ? from : to, get (r, "id"), title, 0);
  if (uid != 0 && style != NULL && (strstr (style, "dashed") != NULL || strstr (style, "dotted") != NULL))
    tb_build_set (r->build, uid, TB_PROP_CALL, "async", 0);
}

static void
finish_one (Reader *r)
{
  if (g_strcmp0 (r->kind, "G") == 0)
    finish_graph (r);
  else if (g_strcmp0 (r->kind, "S") == 0 && r->open->len < DEEPEST)
    finish_cluster (r);
  else if (g_strcmp0 (r->kind, "S") == 0)
    g_ptr_array_add (r->open, NULL);
  else if (g_strcmp0 (r->kind, "N") == 0)
    finish_node (r);
  else if (g_strcmp0 (r->kind, "E") == 0)
    finish_edge (r);
  g_clear_pointer (&r->kind, g_free);
  g_hash_table_remove_all (r->attributes);
}

#define MOST_TOLD 40u

/* A file that was laid out has a dozen of them: told together. */
static void
leave_attribute (Reader *r, const char *name)
{
  guint line = r->n_told < MOST_TOLD ? line_of (r, name) : 0; /* which is looked for */
  if (r->n_told++ == 0)
    {
      r->told_line = line;
      r->first_told = g_strdup (name);
    }
  if (r->n_told <= MOST_TOLD)
    g_string_append_printf (r->untold, "%s%.60s (line %u)", r->n_told > 1 ? ", " : "", name, line);
}

static void
tell_attributes (Reader *r)
{
  if (r->n_told == 1)
    tb_build_drop (r->build, r->told_line, "the attribute %s has no place here", r->first_told);
  else if (r->n_told > MOST_TOLD)
    tb_build_drop (r->build, r->told_line, "attributes have no place here: %s and %u more", r->untold->str, r->n_told - MOST_TOLD);
  else if (r->n_told > 1)
    tb_build_drop (r->build, r->told_line, "attributes have no place here: %s", r->untold->str);
}

static void
begin_one (Reader *r, char **fields, guint n)
{
  g_free (r->a);
  g_free (r->b);
  r->kind = g_strdup (fields[0]);
  r->a = g_strdup (n > 1 ? fields[1] : "");
  r->b = g_strdup (n > 2 ? fields[2] : "");
}

static void
read_line (Reader *r, char **fields, guint n)
{
  const char kind = fields[0][0];
  if ((kind == 'A' || kind == 'H') && n == 3)
    {
      g_hash_table_replace (r->attributes, g_strdup (fields[1]),
                            g_strconcat (kind == 'H' ? "\1" : "", fields[2], NULL));
      return;
    }
  finish_one (r);
  if (kind == 'M' && n == 2 && r->open->len > 0)
    g_hash_table_replace (r->in, g_strdup (fields[1]), r->open->pdata[r->open->len - 1]);
  else if (kind == '}' && r->open->len > 0)
    g_ptr_array_set_size (r->open, (gint) r->open->len - 1);
  else if (kind == 'D' && n == 2 && g_hash_table_add (r->told, g_strdup (fields[1])))
    leave_attribute (r, fields[1]);
  else if (strchr ("GSNE", kind) != NULL)
    begin_one (r, fields, n);
}

/* References last, and only to what is there. */
static gboolean
is_there (const Reader *r, TbUid uid, TbProp prop, const char *value)
{
  const TbModel *model = tb_build_model (r->build);
  const TbElement *element = tb_model_get (model, uid);
  const TbPropSpec *spec = tb_schema_prop (tb_element_kind (element), prop);
  if (spec->type != TB_TYPE_REF && spec->type != TB_TYPE_REFS)
    return TRUE;
  g_auto (GStrv) ids = g_strsplit (value, " ", -1);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      const TbElement *to = tb_model_lookup (model, ids[i]);
      if (to == NULL || (spec->ref_kinds & (G_GUINT64_CONSTANT (1) << tb_element_kind (to))) == 0)
        return FALSE;
    }
  return TRUE;
}

static void
set_later (Reader *r)
{
  for (guint i = 0; i < r->placed->len; i++)
    {
      const Placed *placed = &g_array_index (r->placed, Placed, i);
      tb_build_place (r->build, 0, placed->uid, &placed->rect);
    }
  for (guint i = 0; i < r->later->len; i++)
    {
      const Later *l = &g_array_index (r->later, Later, i);
      if (is_there (r, l->uid, l->prop, l->value))
        tb_build_set (r->build, l->uid, l->prop, l->value, 0);
      else
        tb_build_drop (r->build, 0, "it refers to %s, which is not there", l->value);
    }
}

static void
reader_clear (Reader *r)
{
  g_clear_pointer (&r->build, tb_build_free);
  g_hash_table_unref (r->in);
  g_hash_table_unref (r->told);
  g_string_free (r->untold, TRUE);
  g_free (r->first_told);
  g_hash_table_unref (r->nodes);
  g_hash_table_unref (r->attributes);
  g_array_unref (r->later);
  g_array_unref (r->placed);
  g_ptr_array_unref (r->open);
  g_free (r->kind);
  g_free (r->a);
  g_free (r->b);
}

/* Fields of a line, unescaped in place. Returns how many there are. */
static guint
split_line (char *line, char *fields[3])
{
  guint n = 0;
  for (char *field = strsep (&line, "\t"); field != NULL && n < 3; field = strsep (&line, "\t"))
    {
      char *out = field;
      fields[n++] = field;
      for (char *p = field; *p != '\0'; p++)
        if (*p == '%' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]))
          {
            int byte = g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2]);
            *out++ = byte == 0 ? ' ' : (char) byte;
            p += 2;
          }
        else
          *out++ = *p;
      *out = '\0';
    }
  return n;
}

/* "Error: <stdin>: syntax error in line 3" (older ones leave the name out): our name and line, its words. */
static void
fail_as_said (const TbImportSource *source, char *said, GError **error)
{
  const char *at = strstr (said, "line "), *words = said;
  words += g_str_has_prefix (words, "Error: ") ? strlen ("Error: ") : 0;
  words += g_str_has_prefix (words, "<stdin>: ") ? strlen ("<stdin>: ") : 0;
  g_autofree char *valid = g_utf8_make_valid (words, -1);
  valid[strcspn (valid, "\n")] = '\0';
  tb_import_fail (source, at != NULL ? (guint) g_ascii_strtoull (at + 5, NULL, 10) : 0, 0, error, "it is no graph: %s",
                  g_strstrip (valid));
}

TbDocument *
tb_dot_build (const TbImportSource *source, char *listing, TbProblems *dropped, GError **error)
{
  Reader r = { .build = tb_build_new (source, "dot", dropped), .source = source };
  r.in = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  r.told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  r.untold = g_string_new (NULL);
  r.nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  r.attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  r.later = g_array_new (FALSE, FALSE, sizeof (Later));
  g_array_set_clear_func (r.later, later_clear);
  r.placed = g_array_new (FALSE, FALSE, sizeof (Placed));
  r.open = g_ptr_array_new ();
  TbDocument *document = NULL;
  char *fields[3];
  g_autoptr (GString) wrong = g_string_new (NULL);
  for (char *line = strtok_r (listing, "\n", &listing); line != NULL; line = strtok_r (NULL, "\n", &listing))
    {
      guint n = split_line (line, fields);
      if (n > 1 && fields[0][0] == '!')
        g_string_append (wrong, fields[1]); /* said in pieces */
      else if (n > 0 && wrong->len == 0)
        read_line (&r, fields, n);
    }
  finish_one (&r);
  if (wrong->len > 0)
    fail_as_said (source, wrong->str, error);
  else
    {
      set_later (&r);
      tell_attributes (&r);
      document = tb_build_finish (g_steal_pointer (&r.build), error);
    }
  reader_clear (&r);
  return document;
}

TbDocument *
tb_read_dot (const TbImportSource *source, TbProblems *dropped, GError **error)
{
  g_autofree char *program = tb_program_path ("tierboard-place");
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (GError) failed = NULL;
  if (!tb_place_ask (program, "--read", source->bytes, source->size, tb_now_ns () + DEADLINE_NS, answer, &failed))
    return tb_import_fail (source, 0, 0, error, "%s",
                           g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ? "reading it as a graph took too long"
                           : g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_FAILED)  ? "it is too large or too deep to be read as a graph"
                                                                                      : failed->message);
  return tb_dot_build (source, answer->str, dropped, error);
}
