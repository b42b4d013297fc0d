#include "import-build.h"

#include <math.h>
#include <string.h>

#include "tb-journal.h"
#include "tb-template.h"

/* Of an attribute; the reader's own bound is higher. */
#define LONGEST_TITLE 1000
#define LONGEST_VALUE 60000
/* Services that links make at one component, to be told apart: whoever looks for a link's service looks through them. */
#define MOST_SERVICES 200
/* Of the links between two that are left out: so many are told one by one. */
#define TOLD_REPEATED 5

struct _TbImportBuild
{
  const TbImportSource *source;
  const char *format;
  TbProblems *dropped;
  TbDocument *document; /* in a transaction from tb_build_new() to tb_build_finish() */
  TbUid view;           /* the first; 0: none yet */
  GHashTable *foreign;  /* char * → TbUid */
  GHashTable *calls;    /* "from>to>service" → TbUid of the link; owned keys */
  GHashTable *services; /* "component>name" → itself: of what was made here */
  GHashTable *repeated; /* "from>to" → guint *, how many links between them were left out */
  GHashTable *placed;   /* "view>of" → itself */
  GHashTable *mentions; /* TbUid of places that wait for their corners */
  guint n_elements;
  guint n_components;
};

/* "orders.drawio.png" → "orders": what holds a drawing says so twice. (transfer full) */
static char *
name_of_file (const char *path)
{
  static const char *const inner[] = { ".drawio", ".dio", ".tierboard" };
  g_autofree char *base = g_path_get_basename (path);
  char *dot = strrchr (base, '.');
  if (dot != NULL && dot != base)
    *dot = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (inner); i++)
    if (g_str_has_suffix (base, inner[i]) && strlen (base) > strlen (inner[i]))
      base[strlen (base) - strlen (inner[i])] = '\0';
  return g_utf8_make_valid (base, -1);
}

TbImportBuild *
tb_build_new (const TbImportSource *source, const char *format, TbProblems *dropped)
{
  TbImportBuild *b = g_new0 (TbImportBuild, 1);
  g_autofree char *name = name_of_file (source->name);
  b->source = source;
  b->format = format;
  b->dropped = dropped;
  b->document = tb_document_new (name);
  b->foreign = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  b->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  b->services = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  b->repeated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  b->placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  b->mentions = g_hash_table_new (NULL, NULL);
  tb_document_begin (b->document, "Import", NULL);
  return b;
}

void
tb_build_free (TbImportBuild *b)
{
  if (b == NULL)
    return;
  if (b->document != NULL && tb_document_in_transaction (b->document))
    tb_document_rollback (b->document);
  g_clear_object (&b->document);
  g_hash_table_unref (b->foreign);
  g_hash_table_unref (b->calls);
  g_hash_table_unref (b->services);
  g_hash_table_unref (b->repeated);
  g_hash_table_unref (b->placed);
  g_hash_table_unref (b->mentions);
  g_free (b);
}

TbUid
tb_build_root (const TbImportBuild *b)
{
  return tb_element_uid (tb_model_root (tb_build_model (b)));
}

const TbModel *
tb_build_model (const TbImportBuild *b)
{
  return tb_document_model (b->document);
}

/* ---- Told ------------------------------------------------------------------------------------ */

static void G_GNUC_PRINTF (6, 0)
tell (TbImportBuild *b, TbSeverity severity, const char *rule, TbUid uid, guint line, const char *format, va_list args)
{
  g_autofree char *said = g_strdup_vprintf (format, args);
  g_autofree char *words = g_utf8_make_valid (said, -1); /* what is quoted may be cut anywhere */
  tb_problems_add (b->dropped, severity, rule, uid, line, 0, "%s", words);
}

#define TELL(severity, rule, uid)                                                                                      \
  va_list args;                                                                                                        \
  va_start (args, format);                                                                                             \
  tell (b, severity, rule, uid, line, format, args);                                                                   \
  va_end (args)

void
tb_build_drop (TbImportBuild *b, guint line, const char *format, ...)
{
  TELL (TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, 0);
}

void
tb_build_assume (TbImportBuild *b, TbUid uid, guint line, const char *format, ...)
{
  TELL (TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, uid);
}

void
tb_build_offer (TbImportBuild *b, TbUid uid, guint line, const char *format, ...)
{
  TELL (TB_SEVERITY_INFO, TB_IMPORT_OFFERED, uid);
}

gpointer
tb_import_fail (const TbImportSource *source, guint line, guint column, GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *words = g_strdup_vprintf (format, args);
  va_end (args);
  if (line == 0)
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s: %s", source->name, words);
  else if (column == 0)
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s:%u: %s", source->name, line, words);
  else
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s:%u:%u: %s", source->name, line, column, words);
  return NULL;
}

/* ---- Elements -------------------------------------------------------------------------------- */

/* What XML can hold, at most so long. (transfer full) */
static char *
clean (TbImportBuild *b, const char *text, gsize longest, guint line)
{
  char *valid = g_utf8_make_valid (text, -1);
  for (char *p = valid; *p != '\0'; p++)
    if (((guchar) *p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f)
      *p = ' ';
  if (strlen (valid) <= longest)
    return valid;
  char *end = g_utf8_find_prev_char (valid, valid + longest + 1);
  *end = '\0';
  tb_build_drop (b, line, "a text of more than %" G_GSIZE_FORMAT " bytes is cut there", longest);
  return valid;
}

/* A title is one line of words. (transfer full) */
static char *
clean_title (TbImportBuild *b, const char *text, guint line)
{
  g_autofree char *cleaned = clean (b, text, LONGEST_TITLE, line);
  g_auto (GStrv) words = g_strsplit_set (cleaned, " \t\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_string_append_printf (out, "%s%s", out->len ? " " : "", words[i]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
has_room (TbImportBuild *b)
{
  return ++b->n_elements <= TB_BUILD_MAX_ELEMENTS;
}

/* The file's own name for it where that is an id already, else one made of the title. (transfer full) */
static char *
choose_id (TbImportBuild *b, TbKind kind, const char *foreign, const char *title)
{
  const TbModel *model = tb_build_model (b);
  if (foreign != NULL && strlen (foreign) < 100 && tb_id_is_valid (foreign) && tb_model_lookup (model, foreign) == NULL)
    return g_strdup (foreign);
  gboolean by_name = foreign != NULL && (title == NULL || *title == '\0');
  g_autofree char *base = g_strndup (by_name ? foreign : title != NULL ? title : "", 60);
  g_autofree char *valid = g_utf8_make_valid (base, -1);
  return tb_model_make_id (model, kind, valid);
}

/* wish: what its id is made of. */
static TbUid
add_element (TbImportBuild *b, TbKind kind, TbUid parent, const char *wish, const char *title, guint line)
{
  if (!has_room (b))
    return 0;
  g_autofree char *name = title != NULL ? clean_title (b, title, line) : NULL;
  gboolean local = tb_schema_kind (kind)->local_id;
  g_autofree char *id = !local ? choose_id (b, kind, wish, name)
                        : wish != NULL && tb_id_is_valid (wish) ? g_strdup (wish) : NULL;
  TbUid uid = tb_document_insert (b->document, kind, id, parent != 0 ? parent : tb_build_root (b), G_MAXUINT);
  if (name != NULL && *name != '\0' && g_strcmp0 (name, id) != 0 && tb_schema_prop (kind, TB_PROP_NAME) != NULL)
    tb_document_set (b->document, uid, TB_PROP_NAME, name, NULL);
  if (kind == TB_KIND_VIEW && b->view == 0)
    b->view = uid;
  b->n_components += kind == TB_KIND_COMPONENT;
  return uid;
}

TbUid
tb_build_element (TbImportBuild *b, TbKind kind, TbUid parent, const char *foreign, const char *title, guint line)
{
  TbUid uid = add_element (b, kind, parent, foreign, title, line);
  if (uid != 0 && foreign != NULL && !tb_schema_kind (kind)->local_id && !g_hash_table_contains (b->foreign, foreign))
    g_hash_table_insert (b->foreign, g_strdup (foreign), GUINT_TO_POINTER (uid));
  return uid;
}

TbUid
tb_build_child (TbImportBuild *b, TbKind kind, TbUid parent, guint line)
{
  const TbElement *above = tb_model_get (tb_build_model (b), parent);
  guint most = tb_schema_kind (kind)->max_in_parent;
  if (above == NULL || !has_room (b) || (most == 1 && tb_element_child_of (above, kind) != NULL))
    return 0;
  return tb_document_insert (b->document, kind, NULL, parent, G_MAXUINT);
}

TbUid
tb_build_component (TbImportBuild *b, const char *foreign, const char *title, TbRole role, guint line)
{
  TbUid uid = tb_build_element (b, TB_KIND_COMPONENT, 0, foreign, title, line);
  if (uid != 0)
    tb_document_set (b->document, uid, TB_PROP_KIND, tb_role_name (role), NULL);
  return uid;
}

#define DEEPEST 60u /* of groups: what is read in a group is looked up through all that it is in */

static gboolean
is_too_deep (TbImportBuild *b, TbUid parent)
{
  const TbModel *model = tb_build_model (b);
  guint depth = 0;
  for (const TbElement *up = tb_model_get (model, parent); up != NULL && depth < DEEPEST; depth++)
    up = tb_element_get_ref (model, up, TB_PROP_PARENT);
  return depth >= DEEPEST;
}

TbUid
tb_build_group (TbImportBuild *b, const char *foreign, const char *title, TbUid parent, guint line)
{
  TbUid uid = tb_build_element (b, TB_KIND_GROUP, 0, foreign, title, line);
  if (uid != 0 && parent != 0 && !is_too_deep (b, parent))
    tb_build_refer (b, uid, TB_PROP_PARENT, parent);
  else if (uid != 0 && parent != 0)
    tb_build_drop (b, line, "a group is in more than %u others, one in another: it is in none of them here", DEEPEST);
  return uid;
}

TbUid
tb_build_find (const TbImportBuild *b, const char *foreign)
{
  return foreign != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (b->foreign, foreign)) : 0;
}

/* ---- Values ---------------------------------------------------------------------------------- */

gboolean
tb_build_set (TbImportBuild *b, TbUid uid, TbProp prop, const char *text, guint line)
{
  const TbElement *element = tb_model_get (tb_build_model (b), uid);
  if (element == NULL || text == NULL || *text == '\0')
    return FALSE;
  const TbPropSpec *spec = tb_schema_prop (tb_element_kind (element), prop);
  g_return_val_if_fail (spec != NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *value = prop == TB_PROP_NAME ? clean_title (b, text, line)
                                                : clean (b, text, LONGEST_VALUE, line);
  if (*value == '\0' || tb_document_set (b->document, uid, prop, value, &error))
    return *value != '\0';
  tb_build_drop (b, line, "%s of %s: %s", spec->name, tb_element_title (element), error->message);
  return FALSE;
}

void
tb_build_set_number (TbImportBuild *b, TbUid uid, TbProp prop, double value, guint line)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isfinite (value))
    tb_build_set (b, uid, prop, g_ascii_formatd (text, sizeof text, "%.9g", value), line);
}

void
tb_build_refer (TbImportBuild *b, TbUid uid, TbProp prop, TbUid target)
{
  const TbElement *to = tb_model_get (tb_build_model (b), target);
  if (uid != 0 && to != NULL)
    tb_document_set (b->document, uid, prop, tb_element_id (to), NULL);
}

void
tb_build_tag (TbImportBuild *b, TbUid uid, const char *tag)
{
  const TbElement *element = tb_model_get (tb_build_model (b), uid);
  g_autofree char *word = clean_title (b, tag, 0);
  g_strdelimit (word, " ", '-');
  if (element == NULL || *word == '\0' || tb_element_has_tag (element, word))
    return;
  const char *before = tb_element_get (element, TB_PROP_TAGS);
  g_autofree char *tags = g_strdup_printf ("%s%s%s", before != NULL ? before : "", before != NULL ? " " : "", word);
  tb_build_set (b, uid, TB_PROP_TAGS, tags, 0);
}

static gboolean
has_a_word (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words != NULL ? words : "", " ", -1);
  return g_strv_contains ((const char *const *) list, word);
}

void
tb_build_set_template (TbImportBuild *b, TbUid component, const char *name, guint line)
{
  const TbElement *element = tb_model_get (tb_build_model (b), component);
  const TbTemplate *known = name != NULL ? tb_template_find (name, NULL) : NULL;
  if (element == NULL || known == NULL || !has_a_word (known->kinds, tb_element_get (element, TB_PROP_KIND)))
    return;
  TbUid uid = tb_build_child (b, TB_KIND_TEMPLATE, component, line);
  if (uid != 0)
    tb_document_set (b->document, uid, TB_PROP_NAME, name, NULL);
}

void
tb_build_set_origin (TbImportBuild *b, TbUid uid, const char *name)
{
  g_autofree char *origin = g_strdup_printf ("%s:%s", b->format, name);
  if (strlen (origin) <= LONGEST_TITLE)
    tb_build_set (b, uid, TB_PROP_ORIGIN, origin, 0);
}

/* ---- Links ----------------------------------------------------------------------------------- */

static gboolean
is_template (const TbElement *component)
{
  return tb_element_child_of (component, TB_KIND_TEMPLATE) != NULL;
}

/* The service of that name at a component; made where there is none. */
static void
ensure_service (TbImportBuild *b, TbUid component, const char *name)
{
  if (!g_hash_table_add (b->services, g_strdup_printf ("%u>%s", component, name)))
    return;
  const TbElement *element = tb_model_get (tb_build_model (b), component);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    {
      const TbElement *child = tb_element_child (element, i);
      if (tb_element_kind (child) == TB_KIND_SERVICE && g_strcmp0 (tb_element_get (child, TB_PROP_NAME), name) == 0)
        return;
    }
  TbUid service = tb_build_child (b, TB_KIND_SERVICE, component, 0);
  if (service != 0)
    tb_document_set (b->document, service, TB_PROP_NAME, name, NULL);
}

void
tb_build_call (TbImportBuild *b, TbUid link, const char *service)
{
  const TbModel *model = tb_build_model (b);
  const TbElement *element = tb_model_get (model, link);
  const TbElement *to = element != NULL ? tb_element_get_ref (model, element, TB_PROP_TO) : NULL;
  if (to == NULL || !tb_build_set (b, link, TB_PROP_SERVICE, service, 0))
    return;
  ensure_service (b, tb_element_uid (to), service);
}

/* "reads", of a label or of the count: what a service is called that only one link calls. (transfer full) */
static char *
service_name (TbImportBuild *b, const char *label, guint n)
{
  g_autofree char *made = label != NULL && *label != '\0' ? tb_model_make_id (tb_build_model (b), TB_KIND_SERVICE, label)
                                                          : NULL;
  return made != NULL ? g_steal_pointer (&made) : g_strdup_printf ("service-%u", n);
}

static gboolean
is_new_call (TbImportBuild *b, TbUid from, TbUid to, const char *service)
{
  char *key = g_strdup_printf ("%u>%u>%s", from, to, service);
  return g_hash_table_add (b->calls, key);
}

/* FALSE: it says what another link between the two says already. Sets service to what it must call, NULL where that is
 * the first. */
static gboolean
choose_service (TbImportBuild *b, TbUid from, TbUid to, const char *label, char **service)
{
  const TbElement *target = tb_model_get (tb_build_model (b), to);
  *service = NULL;
  if (is_new_call (b, from, to, ""))
    {
      g_autofree char *said = g_strdup_printf ("label %s", label != NULL ? label : "");
      is_new_call (b, from, to, said);
      return TRUE;
    }
  g_autofree char *said = g_strdup_printf ("label %s", label != NULL ? label : "");
  guint n_services = 0;
  for (guint i = 0; i < tb_element_n_children (target); i++)
    n_services += tb_element_kind (tb_element_child (target, i)) == TB_KIND_SERVICE;
  if (n_services >= MOST_SERVICES || is_template (target) || !is_new_call (b, from, to, said))
    return FALSE;
  if (n_services == 0) /* what the link before this one calls stays the first */
    ensure_service (b, to, "main");
  *service = service_name (b, label, n_services + 2);
  while (!is_new_call (b, from, to, *service))
    {
      g_free (*service);
      *service = g_strdup_printf ("service-%u", ++n_services + 2);
    }
  ensure_service (b, to, *service);
  return TRUE;
}

static void
drop_repeated (TbImportBuild *b, const TbElement *caller, const TbElement *called, guint line)
{
  g_autofree char *key = g_strdup_printf ("%s>%s", tb_element_id (caller), tb_element_id (called));
  guint *n = g_hash_table_lookup (b->repeated, key);
  if (n == NULL)
    g_hash_table_insert (b->repeated, g_steal_pointer (&key), n = g_new0 (guint, 1));
  if (++*n <= TOLD_REPEATED)
    tb_build_drop (b, line, "another link from %s to %s: there is one already", tb_element_title (caller),
                   tb_element_title (called));
}

static void
tell_repeated (TbImportBuild *b)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (b->repeated), (GCompareFunc) strcmp);
  for (const GList *key = keys; key != NULL; key = key->next)
    {
      guint n = *(guint *) g_hash_table_lookup (b->repeated, key->data);
      g_auto (GStrv) ends = g_strsplit (key->data, ">", 2);
      if (n > TOLD_REPEATED)
        tb_build_drop (b, 0, "%u more link%s from %s to %s, for the same reason", n - TOLD_REPEATED,
                       n == TOLD_REPEATED + 1 ? "" : "s", ends[0], ends[1]);
    }
}

TbUid
tb_build_link (TbImportBuild *b, TbUid from, TbUid to, const char *foreign, const char *label, guint line)
{
  const TbModel *model = tb_build_model (b);
  const TbElement *caller = tb_model_get (model, from), *called = tb_model_get (model, to);
  g_autofree char *service = NULL;
  if (caller == NULL || called == NULL)
    return 0;
  g_autofree char *name = label != NULL ? clean_title (b, label, line) : NULL;
  if (!choose_service (b, from, to, name, &service))
    {
      drop_repeated (b, caller, called, line);
      return 0;
    }
  g_autofree char *ends = g_strdup_printf ("%s-to-%s", tb_element_id (caller), tb_element_id (called));
  /* What has no name there is found by none: something else may be called a-to-b. */
  TbUid uid = foreign != NULL ? tb_build_element (b, TB_KIND_LINK, 0, foreign, name, line)
                              : add_element (b, TB_KIND_LINK, 0, ends, name, line);
  tb_build_refer (b, uid, TB_PROP_FROM, from);
  tb_build_refer (b, uid, TB_PROP_TO, to);
  if (uid != 0 && service != NULL)
    tb_document_set (b->document, uid, TB_PROP_SERVICE, service, NULL);
  return uid;
}

/* ---- Views ----------------------------------------------------------------------------------- */

TbUid
tb_build_view (TbImportBuild *b, const char *foreign, const char *title, const char *frame, guint line)
{
  TbUid uid = foreign != NULL ? tb_build_element (b, TB_KIND_VIEW, 0, foreign, title, line)
                              : add_element (b, TB_KIND_VIEW, 0, "main", title, line);
  tb_build_set (b, uid, TB_PROP_FRAME, frame, line);
  return uid;
}

static TbUid
first_view (TbImportBuild *b)
{
  const TbModel *model = tb_build_model (b);
  gboolean framed = tb_model_count (model, TB_KIND_TIER) + tb_model_count (model, TB_KIND_LAYER) > 0;
  if (b->view == 0)
    tb_build_view (b, "main", NULL, framed ? "both" : tb_model_count (model, TB_KIND_GROUP) > 0 ? "groups" : "none", 0);
  return b->view;
}

/* Whether this is the first in that view about that element. */
static gboolean
is_first_of (TbImportBuild *b, TbUid view, TbUid of, const char *what)
{
  return g_hash_table_add (b->placed, g_strdup_printf ("%u>%u>%s", view, of, what));
}

static void
set_coordinate (TbImportBuild *b, TbUid uid, TbProp prop, double value, double least)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isfinite (value))
    tb_document_set (b->document, uid, prop,
                     g_ascii_formatd (text, sizeof text, "%.10g", CLAMP (round (value), least, 1e6)), NULL);
}

void
tb_build_place_at (TbImportBuild *b, TbUid place, const TbRect *rect)
{
  if (g_hash_table_remove (b->mentions, GUINT_TO_POINTER (place)))
    tb_document_set (b->document, place, TB_PROP_HIDDEN, NULL, NULL);
  set_coordinate (b, place, TB_PROP_X, rect->x, -1e6);
  set_coordinate (b, place, TB_PROP_Y, rect->y, -1e6);
  if (rect->width > 0)
    set_coordinate (b, place, TB_PROP_WIDTH, rect->width, 1);
  if (rect->height > 0)
    set_coordinate (b, place, TB_PROP_HEIGHT, rect->height, 1);
}

void
tb_build_place (TbImportBuild *b, TbUid view, TbUid of, const TbRect *rect)
{
  TbUid in = view != 0 ? view : first_view (b);
  if (of == 0 || in == 0 || !is_first_of (b, in, of, "place"))
    return;
  TbUid place = tb_build_child (b, TB_KIND_PLACE, in, 0);
  if (place == 0)
    return;
  tb_build_refer (b, place, TB_PROP_OF, of);
  tb_build_place_at (b, place, rect);
}

static TbUid
add_place (TbImportBuild *b, TbUid view, TbUid of, const char *hidden)
{
  TbUid in = view != 0 ? view : first_view (b);
  TbUid place = of != 0 && in != 0 && is_first_of (b, in, of, "place") ? tb_build_child (b, TB_KIND_PLACE, in, 0) : 0;
  tb_build_refer (b, place, TB_PROP_OF, of);
  if (place != 0)
    tb_document_set (b->document, place, TB_PROP_HIDDEN, hidden, NULL);
  return place;
}

void
tb_build_hide (TbImportBuild *b, TbUid view, TbUid of)
{
  add_place (b, view, of, "yes");
}

void
tb_build_show_placed (TbImportBuild *b, TbUid view)
{
  tb_document_set (b->document, view, TB_PROP_SHOWS, "placed", NULL);
}

void
tb_build_mention (TbImportBuild *b, TbUid view, TbUid of)
{
  g_hash_table_add (b->mentions, GUINT_TO_POINTER (add_place (b, view, of, "no")));
}

gboolean
tb_build_is_mention (const TbImportBuild *b, TbUid place)
{
  return g_hash_table_contains (b->mentions, GUINT_TO_POINTER (place));
}

TbUid
tb_build_route (TbImportBuild *b, TbUid view, TbUid link, const TbPoint *bends, guint n)
{
  TbUid in = view != 0 ? view : first_view (b);
  TbUid route = link != 0 && in != 0 && is_first_of (b, in, link, "route")
                  ? tb_build_child (b, TB_KIND_ROUTE, in, 0) : 0;
  tb_build_refer (b, route, TB_PROP_OF, link);
  for (guint i = 0; i < n && route != 0; i++)
    {
      TbUid bend = tb_build_child (b, TB_KIND_BEND, route, 0);
      if (bend == 0)
        break;
      set_coordinate (b, bend, TB_PROP_X, isfinite (bends[i].x) ? bends[i].x : 0, -1e6);
      set_coordinate (b, bend, TB_PROP_Y, isfinite (bends[i].y) ? bends[i].y : 0, -1e6);
    }
  return route;
}

/* ---- The end --------------------------------------------------------------------------------- */

static gboolean
is_sound (TbImportBuild *b, GError **error)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_build_model (b), problems);
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = problems->pdata[i];
      if (p->severity == TB_SEVERITY_ERROR)
        {
          tb_import_fail (b->source, 0, 0, error, "what is in it contradicts itself: %s", p->message);
          return FALSE;
        }
    }
  return TRUE;
}

TbDocument *
tb_build_finish (TbImportBuild *build, GError **error)
{
  g_autoptr (TbImportBuild) b = build;
  if (b->n_elements > TB_BUILD_MAX_ELEMENTS)
    return tb_import_fail (b->source, 0, 0, error, "it has more than %u elements", TB_BUILD_MAX_ELEMENTS);
  if (b->n_components == 0)
    return tb_import_fail (b->source, 0, 0, error, "there is nothing in it that could be a component");
  tell_repeated (b);
  first_view (b);
  tb_build_place_rest (b);
  if (!is_sound (b, error))
    return NULL;
  tb_document_commit (b->document);
  tb_document_mark_imported (b->document);
  return g_steal_pointer (&b->document);
}
