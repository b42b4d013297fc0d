/* What may be typed where one stands in a drawing's text. A row of `special` for what the schema table
 * alone does not say; everything else follows from its types. */
#include "source-private.h"

#include <string.h>

#include "tb-template.h"

/* Nobody looks through more. */
#define OFFERS_MAX 200

typedef struct
{
  const TbSourceScan *scan;
  TbSourceCompletion *completion;
  GPtrArray *second;  /* what has the typed word elsewhere than at its beginning */
  char *typed;        /* the word to go on with, in small letters */
} Completing;

/* ---- Offers ----------------------------------------------------------------------------------- */

static void
offer_free (gpointer data)
{
  TbSourceOffer *offer = data;
  g_free (offer->insert);
  g_free (offer->label);
  g_free (offer->detail);
  g_free (offer);
}

/* 2: begins with what was typed; 1: has it elsewhere; 0: has it not. */
static int
rank (const char *text, const char *typed)
{
  g_autofree char *small = text ? g_utf8_strdown (text, -1) : NULL;
  const char *found = small ? strstr (small, typed) : NULL;
  return !found ? 0 : found == small ? 2 : 1;
}

/* Adds an offer where it goes with what was typed, and returns it; NULL: it does not. */
static TbSourceOffer *
add (Completing *completing, const char *label, const char *detail, const char *title)
{
  int rank_of = MAX (rank (label, completing->typed), MIN (rank (title, completing->typed), 1));
  if (rank_of == 0)
    return NULL;
  TbSourceOffer *offer = g_new0 (TbSourceOffer, 1);
  offer->label = g_strdup (label);
  offer->insert = g_strdup (label);
  offer->detail = g_strdup (detail);
  offer->caret = (guint) strlen (label);
  g_ptr_array_add (rank_of == 2 ? completing->completion->offers : completing->second, offer);
  return offer;
}

/* caret: where "|" stands in insert, which goes. (transfer full of insert) */
static void
set_insert (TbSourceOffer *offer, char *insert, gboolean again)
{
  char *caret = strchr (insert, '|');
  g_free (offer->insert);
  offer->insert = insert;
  offer->caret = (guint) (caret ? caret - insert : (gssize) strlen (insert));
  offer->again = again;
  if (caret)
    memmove (caret, caret + 1, strlen (caret));
}

static void
add_words (Completing *completing, const char *words, const char *separator)
{
  g_auto (GStrv) list = g_strsplit (words ? words : "", separator, -1);
  for (char **word = list; *word; word++)
    if (**word)
      add (completing, *word, NULL, NULL);
}

static const TbSourceElement *
nth (const Completing *completing, int n)
{
  return n < 0 ? NULL : &g_array_index (completing->scan->elements, TbSourceElement, n);
}

static const TbSourceElement *
current (const Completing *completing)
{
  return nth (completing, completing->scan->tag);
}

/* ---- Elements --------------------------------------------------------------------------------- */

/* Kinds that are nothing without what stands in them. */
static gboolean
is_opened (TbKind kind)
{
  return kind == TB_KIND_ARCHITECTURE || kind == TB_KIND_SCENARIO || kind == TB_KIND_PHASE
         || kind == TB_KIND_INTERACTION || kind == TB_KIND_VIEW;
}

static const TbPropSpec *
text_of (const TbKindSpec *spec)
{
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].type == TB_TYPE_TEXT)
      return &spec->props[i];
  return NULL;
}

/* What the line of the cursor begins with. */
static char *
indent_of (const TbSourceScan *scan)
{
  gsize line = scan->from;
  while (line > 0 && scan->text[line - 1] != '\n')
    line--;
  gsize end = line;
  while (scan->text[end] == ' ' || scan->text[end] == '\t')
    end++;
  return g_strndup (scan->text + line, end - line);
}

/* A whole element with what it must have: `component id="|" kind=""/>`. */
static char *
whole_element (const Completing *completing, const TbKindSpec *spec)
{
  GString *out = g_string_new (completing->scan->where == TB_SOURCE_TEXT ? "<" : "");
  g_string_append (out, spec->name);
  gboolean caret = FALSE;
  if (spec->kind == TB_KIND_ARCHITECTURE)
    g_string_append (out, " xmlns=\"urn:tierboard:1\" name=\"|\"");
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].required)
      {
        g_string_append_printf (out, " %s=\"%s\"", spec->props[i].name, caret ? "" : "|");
        caret = TRUE;
      }
  caret = caret || spec->kind == TB_KIND_ARCHITECTURE;
  g_autofree char *indent = indent_of (completing->scan);
  if (text_of (spec))
    g_string_append_printf (out, ">%s</%s>", caret ? "" : "|", spec->name);
  else if (is_opened (spec->kind))
    g_string_append_printf (out, ">\n%s%s\n%s</%s>", indent, caret ? "  " : "  |", indent, spec->name);
  else
    g_string_append (out, caret ? "/>" : " |/>");
  return g_string_free (out, FALSE);
}

static guint
count_children (const Completing *completing, int parent, TbKind kind)
{
  guint n = 0;
  for (guint i = 0; i < completing->scan->elements->len; i++)
    {
      const TbSourceElement *element = nth (completing, (int) i);
      n += element->parent == parent && element->kind == kind && (int) i != completing->scan->tag;
    }
  return n;
}

static gboolean
may_stand (const Completing *completing, const TbKindSpec *spec)
{
  int inside = completing->scan->inside;
  const TbSourceElement *parent = nth (completing, inside);
  if (!parent)
    return spec->kind == TB_KIND_ARCHITECTURE
           && count_children (completing, -1, TB_KIND_ARCHITECTURE) == 0;
  return parent->kind && (spec->parents >> parent->kind & 1)
         && (spec->max_in_parent == 0
             || count_children (completing, inside, spec->kind) < spec->max_in_parent);
}

/* before: what of "</" is not typed yet. */
static void
add_end (Completing *completing, const char *before)
{
  const TbSourceElement *open = nth (completing, completing->scan->inside);
  if (!open)
    return;
  g_autofree char *name = g_strndup (completing->scan->text + open->name, open->name_end - open->name);
  g_autofree char *label = g_strdup_printf ("%s%s>", before, name);
  g_autofree char *detail = g_strdup_printf ("Ends <%s>.", name);
  add (completing, label, detail, NULL);
}

static void
complete_element (Completing *completing)
{
  const TbSourceScan *scan = completing->scan;
  const TbSourceElement *tag = current (completing);
  /* A tag that is there already only changes its name. */
  gboolean there = tag && scan->text[tag->end] == '>';
  for (guint kind = TB_KIND_ARCHITECTURE; kind < TB_N_KINDS; kind++)
    {
      const TbKindSpec *spec = tb_schema_kind ((TbKind) kind);
      TbSourceOffer *offer = may_stand (completing, spec)
                                 ? add (completing, spec->name, spec->help, NULL) : NULL;
      if (offer && !there)
        set_insert (offer, whole_element (completing, spec), TRUE);
    }
  if (!there)
    add_end (completing, scan->where == TB_SOURCE_TEXT ? "</" : "/");
}

/* ---- Attributes ------------------------------------------------------------------------------- */

static void
complete_attribute (Completing *completing)
{
  const TbSourceScan *scan = completing->scan;
  const TbSourceElement *tag = current (completing);
  const TbKindSpec *spec = tag->kind ? tb_schema_kind (tag->kind) : NULL;
  gsize end = scan->at;
  while (tb_source_is_name (scan->text[end]))
    end++;
  gboolean has_value = scan->text[end] == '=';
  for (guint i = 0; spec && i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      g_autofree char *value = tb_source_value (scan, tag, prop->name);
      TbSourceOffer *offer = prop->type == TB_TYPE_TEXT || value
                                 ? NULL : add (completing, prop->name, prop->help, NULL);
      if (offer && !has_value)
        set_insert (offer, g_strdup_printf ("%s=\"|\"", prop->name), TRUE);
    }
  if (spec)
    completing->completion->about = g_strdup (spec->help);
}

/* ---- Values ----------------------------------------------------------------------------------- */

static void
add_ids (Completing *completing, guint64 kinds)
{
  const TbSourceScan *scan = completing->scan;
  for (guint i = 0; i < scan->elements->len; i++)
    {
      const TbSourceElement *element = nth (completing, (int) i);
      const TbKindSpec *spec = tb_schema_kind (element->kind ? element->kind : TB_KIND_BEND);
      if (!(kinds >> spec->kind & 1) || !spec->has_id || (int) i == scan->tag)
        continue;
      g_autofree char *id = tb_source_value (scan, element, "id");
      g_autofree char *name = tb_source_value (scan, element, "name");
      g_autofree char *detail = g_strdup_printf ("%s%s%s", spec->label, name ? " " : "", name ? name : "");
      if (id && tb_id_is_valid (id))
        add (completing, id, detail, name);
    }
}

/* Values of one attribute of the children of a kind: the services of a component. */
static void
add_of_children (Completing *completing, const TbSourceElement *parent, TbKind kind, const char *attribute)
{
  int at = parent ? (int) (parent - (const TbSourceElement *) (const void *) completing->scan->elements->data) : -2;
  for (guint i = 0; i < completing->scan->elements->len; i++)
    {
      const TbSourceElement *element = nth (completing, (int) i);
      g_autofree char *value = element->parent == at && element->kind == kind
                                   ? tb_source_value (completing->scan, element, attribute) : NULL;
      g_autofree char *name = value ? tb_source_value (completing->scan, element, "name") : NULL;
      if (value && *value)
        add (completing, value, tb_schema_kind (kind)->label, name);
    }
}

static void
add_services (Completing *completing, const TbPropSpec *prop)
{
  g_autofree char *to = tb_source_value (completing->scan, current (completing), "to");
  add_of_children (completing, to ? tb_source_find (completing->scan, to) : NULL, TB_KIND_SERVICE, "name");
}

static void
add_phases (Completing *completing, const TbPropSpec *prop)
{
  add_of_children (completing, nth (completing, completing->scan->inside), TB_KIND_PHASE, "id");
}

static void
add_templates (Completing *completing, const TbPropSpec *prop)
{
  g_auto (GStrv) names = tb_template_names ();
  for (char **name = names; *name; name++)
    {
      const TbTemplate *template = tb_template_find (*name, NULL);
      add (completing, *name, template ? template->help : NULL, template ? template->title : NULL);
    }
}

/* That of the <template> that the cursor's <param> stands in. */
static const TbTemplate *
template_around (const Completing *completing)
{
  const TbSourceElement *around = nth (completing, completing->scan->inside);
  g_autofree char *name = around ? tb_source_value (completing->scan, around, "name") : NULL;
  return name ? tb_template_find (name, NULL) : NULL;
}

static void
add_params (Completing *completing, const TbPropSpec *prop)
{
  const TbTemplate *template = template_around (completing);
  for (guint i = 0; template && i < template->params->len; i++)
    {
      const TbTemplateParam *param = template->params->pdata[i];
      add (completing, param->name, param->help, NULL);
    }
}

static void
add_param_values (Completing *completing, const TbPropSpec *prop)
{
  const TbTemplate *template = template_around (completing);
  g_autofree char *name = tb_source_value (completing->scan, current (completing), "name");
  const TbTemplateParam *param = template && name ? tb_template_param (template, name) : NULL;
  if (!param)
    return;
  add_words (completing, param->choices, " ");
  if (!param->choices && param->default_value && *param->default_value)
    add (completing, param->default_value, "As it is without this", NULL);
}

/* Every word of tags= anywhere in the text. */
static void
add_tags (Completing *completing, const TbPropSpec *prop)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < completing->scan->elements->len; i++)
    {
      g_autofree char *value = (int) i == completing->scan->tag
                                   ? NULL : tb_source_value (completing->scan, nth (completing, (int) i), "tags");
      g_auto (GStrv) words = g_strsplit (value ? value : "", " ", -1);
      for (char **word = words; *word; word++)
        if (**word && g_hash_table_add (seen, g_strdup (*word)))
          add (completing, *word, NULL, NULL);
    }
}

/* orders, orders/1 …, orders/leader, save. */
static void
add_names (Completing *completing, const TbPropSpec *prop)
{
  const char *slash = strchr (completing->typed, '/');
  if (prop->prop == TB_PROP_HEAL)
    add (completing, "all", "Everything", NULL);
  if (!slash)
    {
      add_ids (completing, G_GUINT64_CONSTANT (1) << TB_KIND_COMPONENT | G_GUINT64_CONSTANT (1) << TB_KIND_LINK);
      return;
    }
  g_autofree char *id = g_strndup (completing->typed, (gsize) (slash - completing->typed));
  const TbSourceElement *element = tb_source_find (completing->scan, id);
  g_autofree char *replicas = element ? tb_source_value (completing->scan, element, "replicas") : NULL;
  g_autofree char *leader = g_strdup_printf ("%s/leader", id);
  guint64 n = replicas ? g_ascii_strtoull (replicas, NULL, 10) : 1;
  for (guint64 i = 1; element && i <= MIN (n, 20); i++)
    {
      g_autofree char *instance = g_strdup_printf ("%s/%" G_GUINT64_FORMAT, id, i);
      add (completing, instance, "Replica", NULL);
    }
  if (element && n > 1)
    add (completing, leader, "Whoever leads then", NULL);
}

typedef void (*AddValues) (Completing *completing, const TbPropSpec *prop);

/* Kind NONE: of any kind. */
static const struct
{
  TbKind kind;
  TbProp prop;
  AddValues add;
} special[] = {
  { TB_KIND_LINK, TB_PROP_SERVICE, add_services },
  { TB_KIND_TEMPLATE, TB_PROP_NAME, add_templates },
  { TB_KIND_PARAM, TB_PROP_NAME, add_params },
  { TB_KIND_PARAM, TB_PROP_VALUE, add_param_values },
  { TB_KIND_EXPECT, TB_PROP_DURING, add_phases },
  { TB_KIND_EXPECT, TB_PROP_AGAINST_DURING, add_phases },
  { TB_KIND_NONE, TB_PROP_TAGS, add_tags },
  { TB_KIND_STYLE, TB_PROP_TAG, add_tags },
};

/* What a value may begin as, where a type has no list of words; "|" between them. */
static const char *const samples[TB_TYPE_TEXT + 1] = {
  [TB_TYPE_BOOLEAN] = "yes|no",
  [TB_TYPE_DURATION] = "10ms|100ms|500ms|1s|2s|5s|30s|1min",
  [TB_TYPE_DIST] = "20ms|exponential 20ms|uniform 1ms 3ms|normal 5ms 1ms|pareto 5ms 2",
  [TB_TYPE_THREADS] = "single|pool 8|per-request",
  [TB_TYPE_AMOUNT] = "99.9%|0.999|200ms",
};

static void
add_by_type (Completing *completing, const TbPropSpec *prop)
{
  if (prop->type == TB_TYPE_REF || prop->type == TB_TYPE_REFS)
    add_ids (completing, prop->ref_kinds);
  else if (prop->type == TB_TYPE_NAME)
    add_names (completing, prop);
  else if (prop->prop == TB_PROP_WORK)
    add_words (completing, "wait 2ms|wait exponential 2ms|cpu 5ms|cpu exponential 5ms", "|");
  else if (samples[prop->type])
    add_words (completing, samples[prop->type], "|");
  if (prop->choices)
    add_words (completing, prop->choices, " ");
}

static gboolean
has_words (const TbPropSpec *prop)
{
  return prop->type == TB_TYPE_REFS || prop->type == TB_TYPE_TAGS;
}

static void
say_value (Completing *completing, const TbPropSpec *prop)
{
  g_autofree char *expected = tb_schema_expected (prop);
  if (prop->type == TB_TYPE_ENUM) /* the list says it */
    completing->completion->about = g_strdup (prop->help);
  else
    completing->completion->about = g_strdup_printf ("%s Expected: %s.", prop->help, expected);
}

static const TbPropSpec *
prop_at (const Completing *completing)
{
  const TbSourceScan *scan = completing->scan;
  const TbSourceElement *tag = current (completing);
  g_autofree char *name = g_strndup (scan->text + scan->attribute, scan->attribute_end - scan->attribute);
  return tag->kind ? tb_schema_prop_from_name (tag->kind, name) : NULL;
}

static void
complete_value (Completing *completing)
{
  const TbPropSpec *prop = prop_at (completing);
  TbKind kind = current (completing)->kind;
  if (!prop)
    return;
  say_value (completing, prop);
  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    if (special[i].prop == prop->prop && (special[i].kind == kind || special[i].kind == TB_KIND_NONE))
      {
        special[i].add (completing, prop);
        return;
      }
  add_by_type (completing, prop);
}

/* ---- All of it -------------------------------------------------------------------------------- */

static gsize
word_start (const Completing *completing)
{
  const TbSourceScan *scan = completing->scan;
  const TbPropSpec *prop = scan->where == TB_SOURCE_VALUE ? prop_at (completing) : NULL;
  gsize from = scan->from;
  for (gsize at = from; prop && has_words (prop) && at < scan->at; at++)
    if (scan->text[at] == ' ')
      from = at + 1;
  return from;
}

static void
complete (Completing *completing)
{
  switch (completing->scan->where)
    {
    case TB_SOURCE_TEXT:
    case TB_SOURCE_TAG:
      complete_element (completing);
      break;
    case TB_SOURCE_END:
      add_end (completing, "");
      break;
    case TB_SOURCE_ATTRIBUTE:
      complete_attribute (completing);
      break;
    case TB_SOURCE_VALUE:
      complete_value (completing);
      break;
    case TB_SOURCE_NOTHING:
      break;
    }
}

TbSourceCompletion *
tb_source_complete (const char *text, gsize at)
{
  TbSourceScan scan;
  TbSourceCompletion *completion = g_new0 (TbSourceCompletion, 1);
  tb_source_scan (&scan, text, at);
  Completing completing = { .scan = &scan, .completion = completion };
  completion->where = scan.where;
  completion->from = word_start (&completing);
  completion->to = at;
  completion->offers = g_ptr_array_new_with_free_func (offer_free);
  g_autofree char *typed = g_strndup (text + completion->from, at - completion->from);
  completing.typed = g_utf8_strdown (typed, -1);
  completing.second = g_ptr_array_new ();
  complete (&completing);
  g_ptr_array_extend_and_steal (completion->offers, completing.second);
  if (completion->offers->len > OFFERS_MAX)
    g_ptr_array_set_size (completion->offers, OFFERS_MAX);
  g_free (completing.typed);
  tb_source_scan_clear (&scan);
  return completion;
}

void
tb_source_completion_free (TbSourceCompletion *completion)
{
  g_ptr_array_unref (completion->offers);
  g_free (completion->about);
  g_free (completion);
}

guint
tb_source_span (const char *line, guint column)
{
  gsize length = strlen (line);
  const char *start = g_utf8_offset_to_pointer (line, MIN ((glong) column - 1, g_utf8_strlen (line, -1)));
  gsize at = (gsize) (start - line), end = at;
  if (line[at] == '<')
    end += line[at + 1] == '/' ? 2 : 1;
  while (tb_source_is_name (line[end]))
    end++;
  if (line[at] != '<' && line[end] == '=' && (line[end + 1] == '"' || line[end + 1] == '\''))
    {
      const char *quote = strchr (line + end + 2, line[end + 1]);
      end = quote ? (gsize) (quote - line) + 1 : length;
    }
  return (guint) g_utf8_strlen (line, (gssize) (end > at ? end : length));
}
