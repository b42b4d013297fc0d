/* A typed line as a new element. The grammar stands in tb-phrase.h. */
#include "phrase-private.h"

#include <string.h>

#define BIT(kind) (G_GUINT64_CONSTANT (1) << (kind))
#define HOMES (BIT (TB_KIND_TIER) | BIT (TB_KIND_LAYER) | BIT (TB_KIND_GROUP))
#define COUNT_MAX 1000

char *
tb_phrase_fold (const char *text)
{
  g_autofree char *plain = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  g_autoptr (GString) bare = g_string_new (NULL);
  for (const char *p = plain ? plain : ""; *p; p = g_utf8_next_char (p))
    if (!g_unichar_ismark (g_utf8_get_char (p)))
      g_string_append_unichar (bare, g_utf8_get_char (p));
  return g_utf8_casefold (bare->str, -1);
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

/* Length of `word` at the beginning of text, as a whole word, in the plural too; 0: not there. */
static gsize
word_length (const char *text, const char *word)
{
  gsize n = strlen (word);
  if (g_ascii_strncasecmp (text, word, n) != 0)
    return 0;
  if (g_ascii_tolower (text[n]) == 's' && (text[n + 1] == ' ' || text[n + 1] == '\0'))
    n++;
  return text[n] == ' ' || text[n] == '\0' ? n : 0;
}

gsize
tb_phrase_kind (const char *text, const TbPaletteRow **row, TbKind *kind)
{
  guint n_rows;
  const TbPaletteRow *rows = tb_palette (&n_rows);
  for (guint i = 0; i < n_rows; i++)
    {
      gsize n = MAX (word_length (text, rows[i].name), word_length (text, rows[i].label));
      if (n == 0)
        continue;
      *row = &rows[i];
      *kind = rows[i].kind;
      return n;
    }
  for (TbKind k = TB_KIND_ARCHITECTURE + 1; k < TB_N_KINDS; k++)
    {
      gsize n = word_length (text, tb_schema_kind (k)->name);
      if (n == 0 || k == TB_KIND_PLACE || k == TB_KIND_ROUTE || k == TB_KIND_BEND)
        continue;
      *row = NULL;
      *kind = k;
      return n;
    }
  return 0;
}

const TbPropSpec *
tb_phrase_prop (TbKind kind, const char *name, TbKind *of)
{
  static const TbKind born[] = { TB_KIND_BUILTIN, TB_KIND_SERVICE };
  const TbPropSpec *spec = tb_schema_prop_from_name (kind, name);
  *of = kind;
  for (guint i = 0; spec == NULL && kind == TB_KIND_COMPONENT && i < G_N_ELEMENTS (born); i++)
    {
      *of = born[i];
      spec = tb_schema_prop_from_name (born[i], name);
    }
  return spec;
}

/* ---- Elements by name ------------------------------------------------------------------------ */

const TbElement *
tb_phrase_find (const TbModel *model, guint64 kinds, const char *name)
{
  const TbElement *by_id = tb_model_lookup (model, name), *equal = NULL, *begins = NULL;
  g_autofree char *wanted = tb_phrase_fold (name);
  guint n_begins = 0;
  if (by_id != NULL && kinds & BIT (tb_element_kind (by_id)))
    return by_id;
  for (TbKind kind = 1; *wanted && kind < TB_N_KINDS; kind++)
    for (guint i = 0; kinds & BIT (kind) && i < tb_model_count (model, kind); i++)
      {
        const TbElement *element = tb_model_nth (model, kind, i);
        g_autofree char *title = tb_phrase_fold (tb_element_title (element));
        if (equal == NULL && strcmp (title, wanted) == 0)
          equal = element;
        if (g_str_has_prefix (title, wanted))
          {
            begins = element;
            n_begins++;
          }
      }
  return equal ? equal : n_begins == 1 ? begins : NULL;
}

/* ---- Where parts go -------------------------------------------------------------------------- */

static gboolean
is_program (TbKind kind)
{
  return kind == TB_KIND_BUILTIN || kind == TB_KIND_TEMPLATE || kind == TB_KIND_COMMAND;
}

/* One program plays a component's part. */
static gboolean
takes (const TbElement *element, TbKind kind)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  if (!(spec->parents & BIT (tb_element_kind (element)))
      || (spec->max_in_parent && tb_element_child_of (element, kind)))
    return FALSE;
  return !is_program (kind)
         || !(tb_element_child_of (element, TB_KIND_BUILTIN)
              || tb_element_child_of (element, TB_KIND_TEMPLATE)
              || tb_element_child_of (element, TB_KIND_COMMAND));
}

/* The last one inside, so that what was made just now goes on being filled. */
static const TbElement *
last_that_takes (const TbElement *element, TbKind kind)
{
  if (takes (element, kind))
    return element;
  for (guint i = tb_element_n_children (element); i-- > 0;)
    {
      const TbElement *found = last_that_takes (tb_element_child (element, i), kind);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static char *
parents_in_words (guint64 parents)
{
  GString *words = g_string_new (NULL);
  for (TbKind kind = 1; kind < TB_N_KINDS; kind++)
    if (parents & BIT (kind))
      {
        g_autofree char *label = g_utf8_strdown (tb_schema_kind (kind)->label, -1);
        g_string_append_printf (words, "%s%s", words->len ? " or " : "", label);
      }
  return g_string_free (words, FALSE);
}

TbUid
tb_phrase_parent (TbEditor *editor, TbKind kind, char **problem)
{
  const TbElement *root = tb_model_root (tb_editor_model (editor));
  const TbElement *one = tb_editor_element (editor, tb_editor_selected_one (editor));
  guint64 parents = tb_schema_kind (kind)->parents;
  const TbElement *found = NULL;
  if (parents & BIT (TB_KIND_ARCHITECTURE))
    return tb_element_uid (root);
  for (const TbElement *e = one; found == NULL && e != NULL && e != root; e = tb_element_parent (e))
    found = last_that_takes (e, kind);
  if (found != NULL)
    return tb_element_uid (found);
  g_autofree char *words = parents_in_words (parents);
  *problem = one ? g_strdup_printf ("%s takes no %s now: it belongs in a %s", tb_element_title (one),
                                    tb_schema_kind (kind)->name, words)
                 : g_strdup_printf ("Select first where it goes: a %s belongs in a %s",
                                    tb_schema_kind (kind)->name, words);
  return 0;
}

/* ---- Settings -------------------------------------------------------------------------------- */

/* The next PROPERTY= of text, or NULL. */
static const char *
next_setting (TbKind kind, const char *text, const TbPropSpec **spec, TbKind *of,
              const char **value)
{
  for (const char *p = text; *p; p++)
    {
      const char *end = p;
      if (p != text && p[-1] != ' ')
        continue;
      while (g_ascii_isalnum (*end) || *end == '-')
        end++;
      if (end == p || *end != '=')
        continue;
      g_autofree char *name = g_strndup (p, (gsize) (end - p));
      *spec = tb_phrase_prop (kind, name, of);
      *value = end + 1;
      if (*spec != NULL)
        return p;
    }
  return NULL;
}

gsize
tb_phrase_head (TbKind kind, const char *text)
{
  const TbPropSpec *spec;
  const char *value, *p;
  TbKind of;
  p = next_setting (kind, text, &spec, &of, &value);
  return p ? (gsize) (p - text) : strlen (text);
}

/* An element may be named where its id is meant. */
static char *
resolved (TbEditor *editor, const TbPropSpec *spec, char *value)
{
  gboolean ref = spec->type == TB_TYPE_REF || spec->type == TB_TYPE_REFS;
  const TbElement *element
      = ref ? tb_phrase_find (tb_editor_model (editor), spec->ref_kinds, value) : NULL;
  if (element == NULL)
    return value;
  g_free (value);
  return g_strdup (tb_element_id (element));
}

static char *
unquoted (const char *text, gsize n)
{
  char *value = g_strstrip (g_strndup (text, n));
  gsize length = strlen (value);
  if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
    {
      char *inner = g_strndup (value + 1, length - 2);
      g_free (value);
      return inner;
    }
  return value;
}

static void
clear_setting (gpointer data)
{
  g_free (((TbSetting *) data)->value);
}

static GArray *
new_settings (void)
{
  GArray *settings = g_array_new (FALSE, FALSE, sizeof (TbSetting));
  g_array_set_clear_func (settings, clear_setting);
  return settings;
}

/* text begins with a setting, or is empty. (transfer full) problem; NULL: none. */
static char *
read_settings (TbEditor *editor, TbKind kind, const char *text, GArray *settings, char **id)
{
  const TbPropSpec *spec, *next_spec;
  const char *value, *next_value;
  TbKind of, next_of;
  const char *p = next_setting (kind, text, &spec, &of, &value);
  while (p != NULL)
    {
      g_autoptr (GError) error = NULL;
      const char *next = next_setting (kind, value, &next_spec, &next_of, &next_value);
      TbSetting setting = { spec->prop, of, NULL };
      setting.value = unquoted (value, next ? (gsize) (next - value) : strlen (value));
      setting.value = resolved (editor, spec, setting.value);
      if (spec->prop == TB_PROP_ID && of == kind)
        {
          g_free (*id);
          *id = setting.value;
        }
      else
        g_array_append_val (settings, setting);
      if (!tb_schema_validate (spec, setting.value, &error))
        return g_strdup_printf ("%s: %s", spec->label, error->message);
      p = next;
      spec = next_spec;
      value = next_value;
      of = next_of;
    }
  return NULL;
}

/* ---- Parsing --------------------------------------------------------------------------------- */

static void
fail (TbPhrase *phrase, char *problem)
{
  if (phrase->problem == NULL)
    phrase->problem = problem;
  else
    g_free (problem);
}

static gsize
read_count (TbPhrase *phrase, const char *text)
{
  char *end;
  guint64 n = g_ascii_strtoull (text, &end, 10);
  if (end == text || *end != ' ' || !g_ascii_isdigit (*text))
    return 0;
  phrase->count = (guint) MIN (n, G_MAXUINT);
  if (n < 1 || n > COUNT_MAX)
    fail (phrase, g_strdup_printf ("Replicas are 1 to %u", COUNT_MAX));
  while (*end == ' ')
    end++;
  return (gsize) (end - text);
}

/* The last one: a name may have an "in" in it. */
static char *
last_in (char *head)
{
  if (g_str_has_prefix (head, "in "))
    return head;
  char *found = g_strrstr (head, " in ");
  return found ? found + 1 : NULL;
}

static void
read_homes (TbPhrase *phrase, char *list)
{
  g_autoptr (GRegex) between = g_regex_new ("\\s*,\\s*|\\s+and\\s+", 0, 0, NULL);
  const TbModel *model = tb_editor_model (phrase->editor);
  const TbElement *whole = tb_phrase_find (model, HOMES, g_strstrip (list));
  if (whole != NULL)
    {
      TbUid uid = tb_element_uid (whole);
      g_array_append_val (phrase->homes, uid);
      return;
    }
  g_auto (GStrv) names = g_regex_split (between, list, 0);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const TbElement *home = tb_phrase_find (model, HOMES, names[i]);
      TbUid uid = home ? tb_element_uid (home) : 0;
      if (home == NULL)
        fail (phrase, g_strdup_printf ("There is no tier, layer or group called “%s”", names[i]));
      else
        g_array_append_val (phrase->homes, uid);
    }
}

/* "Shop to Orders" */
static void
read_ends (TbPhrase *phrase)
{
  const TbModel *model = tb_editor_model (phrase->editor);
  g_auto (GStrv) names = g_strsplit (phrase->name ? phrase->name : "", " to ", 2);
  const TbElement *from = NULL, *to = NULL;
  if (names[0] != NULL && names[1] != NULL)
    {
      from = tb_phrase_find (model, BIT (TB_KIND_COMPONENT), g_strstrip (names[0]));
      to = tb_phrase_find (model, BIT (TB_KIND_COMPONENT), g_strstrip (names[1]));
    }
  g_clear_pointer (&phrase->name, g_free);
  if (from == NULL || to == NULL)
    {
      fail (phrase, g_strdup ("Say between which: link Shop to Orders"));
      return;
    }
  phrase->from = tb_element_uid (from);
  phrase->to = tb_element_uid (to);
  const char *reason = tb_editor_link_reason (phrase->editor, phrase->from, phrase->to);
  if (reason != NULL)
    fail (phrase, g_strdup (reason));
}

/* What stands behind the kind is its name; of a kind without one, the first thing it must say. */
static const TbPropSpec *
named_by (TbKind kind)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  if (spec->has_id)
    return kind == TB_KIND_NOTE ? tb_schema_prop (kind, TB_PROP_TEXT)
                                : tb_schema_prop (kind, TB_PROP_NAME);
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].required)
      return &spec->props[i];
  const TbPropSpec *name = tb_schema_prop (kind, TB_PROP_NAME);
  return name ? name : tb_schema_prop (kind, TB_PROP_TEXT);
}

static gboolean
is_set_by (const TbPhrase *phrase, TbProp prop)
{
  for (guint i = 0; i < phrase->settings->len; i++)
    {
      const TbSetting *s = &g_array_index (phrase->settings, TbSetting, i);
      if (s->prop == prop && s->of == phrase->kind)
        return TRUE;
    }
  return FALSE;
}

/* A device called app-1 has that id and no name besides. */
static void
take_name (TbPhrase *phrase, const char *name)
{
  const TbPropSpec *spec = named_by (phrase->kind);
  gboolean bare = phrase->kind == TB_KIND_DEVICE || phrase->kind == TB_KIND_PHASE;
  if (bare && phrase->id == NULL && tb_id_is_valid (name))
    phrase->id = g_strdup (name);
  else if (spec == NULL)
    fail (phrase, g_strdup_printf ("A %s has no name: what is “%s”?",
                                   tb_schema_kind (phrase->kind)->name, name));
  else if (!is_set_by (phrase, spec->prop))
    {
      g_autoptr (GError) error = NULL;
      TbSetting setting = { spec->prop, phrase->kind, g_strdup (name) };
      setting.value = resolved (phrase->editor, spec, setting.value);
      g_array_append_val (phrase->settings, setting);
      if (!tb_schema_validate (spec, setting.value, &error))
        fail (phrase, g_strdup_printf ("%s: %s", spec->label, error->message));
    }
  phrase->name = g_strdup (name);
}

static void
check_required (TbPhrase *phrase)
{
  const TbKindSpec *spec = tb_schema_kind (phrase->kind);
  for (guint i = 0; phrase->kind != TB_KIND_LINK && i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      if (!prop->required || prop->prop == TB_PROP_ID || is_set_by (phrase, prop->prop)
          || (phrase->kind == TB_KIND_COMPONENT && prop->prop == TB_PROP_KIND))
        continue;
      g_autofree char *expected = tb_schema_expected (prop);
      fail (phrase, g_strdup_printf ("Say its %s: %s", prop->name, expected));
    }
  if (phrase->id != NULL
      && (!tb_id_is_valid (phrase->id)
          || tb_model_lookup (tb_editor_model (phrase->editor), phrase->id) != NULL))
    fail (phrase, g_strdup_printf ("“%s” is taken, or no id", phrase->id));
}

static void
read_rest (TbPhrase *phrase, const char *rest)
{
  g_autofree char *head = g_strndup (rest, tb_phrase_head (phrase->kind, rest));
  char *in = phrase->kind == TB_KIND_COMPONENT ? last_in (head) : NULL;
  g_autofree char *problem = read_settings (phrase->editor, phrase->kind, rest + strlen (head),
                                            phrase->settings, &phrase->id);
  if (in != NULL)
    {
      *in = '\0';
      read_homes (phrase, in + 3);
    }
  g_strstrip (head);
  if (phrase->kind == TB_KIND_LINK)
    {
      phrase->name = g_strdup (head);
      read_ends (phrase);
    }
  else if (*head)
    take_name (phrase, head);
  if (problem != NULL)
    fail (phrase, g_steal_pointer (&problem));
}

TbPhrase *
tb_phrase_parse (TbEditor *editor, const char *text)
{
  TbPhrase *phrase = g_new0 (TbPhrase, 1);
  char *problem = NULL;
  phrase->editor = editor;
  phrase->homes = g_array_new (FALSE, FALSE, sizeof (TbUid));
  phrase->settings = new_settings ();
  while (*text == ' ')
    text++;
  text += read_count (phrase, text);
  gsize n = tb_phrase_kind (text, &phrase->row, &phrase->kind);
  if (n == 0)
    {
      fail (phrase, *text ? g_strdup_printf ("“%s” begins with no kind of element", text)
                          : g_strdup ("Say what it is, then its name"));
      return phrase;
    }
  while (text[n] == ' ')
    n++;
  phrase->parent = tb_phrase_parent (editor, phrase->kind, &problem);
  if (problem != NULL)
    fail (phrase, problem);
  if (phrase->count && phrase->kind != TB_KIND_COMPONENT)
    fail (phrase, g_strdup ("Only components have replicas"));
  read_rest (phrase, text + n);
  check_required (phrase);
  return phrase;
}

void
tb_phrase_free (TbPhrase *phrase)
{
  g_free (phrase->name);
  g_free (phrase->id);
  g_free (phrase->problem);
  g_array_unref (phrase->homes);
  g_array_unref (phrase->settings);
  g_free (phrase);
}

const char *
tb_phrase_problem (const TbPhrase *phrase)
{
  return phrase->problem;
}

char *
tb_phrase_sentence (const TbPhrase *phrase)
{
  const TbModel *model = tb_editor_model (phrase->editor);
  const TbElement *parent = tb_editor_element (phrase->editor, phrase->parent);
  GString *words = g_string_new (phrase->row ? phrase->row->label
                                             : tb_schema_kind (phrase->kind)->label);
  if (phrase->name != NULL)
    g_string_append_printf (words, " “%s”", phrase->name);
  if (phrase->from != 0)
    g_string_append_printf (words, " from %s to %s",
                            tb_element_title (tb_model_get (model, phrase->from)),
                            tb_element_title (tb_model_get (model, phrase->to)));
  for (guint i = 0; i < phrase->homes->len; i++)
    g_string_append_printf (words, "%s%s", i ? ", " : " in ",
                            tb_element_title (tb_model_get (
                                model, g_array_index (phrase->homes, TbUid, i))));
  if (parent != NULL && parent != tb_model_root (model))
    g_string_append_printf (words, " in %s", tb_element_title (parent));
  if (phrase->count > 1)
    g_string_append_printf (words, ", %u replicas", phrase->count);
  return g_string_free (words, FALSE);
}
