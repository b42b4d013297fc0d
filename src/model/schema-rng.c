/* The schema table as RELAX NG, for editors and validators that know nothing of us.
 *
 * Open as the reader is: names that are not in the table may stand anywhere, and mean nothing. What
 * it cannot say (that ids are unique and references lead somewhere) is tb_model_validate()'s. */
#include "schema-private.h"

#include <string.h>

/* Patterns of XML Schema, which are anchored; the same languages as the checks of schema-values.c. */
/* libxml2 matches a number's pattern before it takes the blanks off. */
#define BLANKS "\\s*"
#define DIGITS "[0-9]+"
#define DECIMAL DIGITS "(\\.[0-9]+)?"
#define DURATION DECIMAL "(ns|us|µs|ms|s|m|min|h|d)"
#define ID "[a-z][a-z0-9\\-]{0,126}"
#define ROLE "[a-z][a-z0-9\\-]{0,62}"
#define REPLICA "([1-9][0-9]{0,5}|1000000)"
#define PAIR "\\[" REPLICA ">" REPLICA "\\]"
#define SHAPE DECIMAL
#define DIST                                                                                       \
  "((constant )?" DURATION "|uniform " DURATION " " DURATION "|normal " DURATION " " DURATION      \
  "|exponential " DURATION "|pareto " DURATION "( " SHAPE ")?)"

static const struct
{
  const char *base, *pattern; /* of XML Schema; pattern NULL: any */
} types[] = {
  [TB_TYPE_STRING] = { "string", NULL },
  [TB_TYPE_ID] = { "token", ID },
  [TB_TYPE_REF] = { "token", ID },
  [TB_TYPE_NAME] = { "token", ID "(/" REPLICA "|/" ROLE "|" PAIR "|\\.replicas(" PAIR ")?)?" },
  [TB_TYPE_INTEGER] = { "integer", BLANKS "-?[0-9]{1,18}" BLANKS },
  [TB_TYPE_NUMBER] = { "decimal", BLANKS "-?" DECIMAL BLANKS },
  [TB_TYPE_DURATION] = { "token", DURATION },
  [TB_TYPE_DIST] = { "token", DIST },
  [TB_TYPE_THREADS] = { "token", "single|per-request|pool 0*([1-9][0-9]{0,4}|100000)" },
  [TB_TYPE_COLOUR] = { "token", "#[0-9A-Fa-f]{6}" },
  [TB_TYPE_AMOUNT] = { "token", "-?" DECIMAL "%?|" DURATION },
  [TB_TYPE_TEXT] = { "string", NULL },
};

typedef struct
{
  GString *out;
  guint depth;
} Rng;

static void
line (Rng *rng, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
line (Rng *rng, const char *format, ...)
{
  va_list arguments;
  g_string_append_printf (rng->out, "%*s", (int) rng->depth * 2, "");
  va_start (arguments, format);
  g_string_append_vprintf (rng->out, format, arguments);
  va_end (arguments);
  g_string_append_c (rng->out, '\n');
}

static void
open_tag (Rng *rng, const char *tag)
{
  line (rng, "<%s>", tag);
  rng->depth++;
}

static void
close_tag (Rng *rng, const char *tag)
{
  rng->depth--;
  line (rng, "</%s>", tag);
}

static void
documentation (Rng *rng, const char *help)
{
  g_autofree char *escaped = g_markup_escape_text (help, -1);
  line (rng, "<a:documentation>%s</a:documentation>", escaped);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void
choice (Rng *rng, const char *words)
{
  g_auto (GStrv) values = g_strsplit (words, " ", -1);
  open_tag (rng, "choice");
  for (guint i = 0; values[i] != NULL; i++)
    line (rng, "<value>%s</value>", values[i]);
  close_tag (rng, "choice");
}

static void
data (Rng *rng, const TbPropSpec *spec)
{
  const char *work = tb_schema_is_work (spec) ? "((wait|cpu) )?" : "";
  const char *base = types[spec->type].base, *pattern = types[spec->type].pattern;
  if (pattern == NULL)
    {
      line (rng, "<data type=\"%s\"/>", base);
      return;
    }
  g_autofree char *escaped = g_markup_escape_text (pattern, -1);
  line (rng, "<data type=\"%s\">", base);
  rng->depth++;
  line (rng, "<param name=\"pattern\">%s%s</param>", work, escaped);
  if ((spec->type == TB_TYPE_INTEGER || spec->type == TB_TYPE_NUMBER)
      && (spec->min != 0 || spec->max != 0))
    {
      line (rng, "<param name=\"minInclusive\">%.0f</param>", spec->min);
      line (rng, "<param name=\"maxInclusive\">%.0f</param>", spec->max);
    }
  close_tag (rng, "data");
}

static void
list (Rng *rng, const TbPropSpec *spec)
{
  open_tag (rng, "list");
  open_tag (rng, "oneOrMore");
  if (spec->type == TB_TYPE_REFS)
    line (rng, "<data type=\"token\"><param name=\"pattern\">" ID "</param></data>");
  else if (spec->choices != NULL)
    choice (rng, spec->choices);
  else
    line (rng, "<data type=\"token\"/>");
  close_tag (rng, "oneOrMore");
  close_tag (rng, "list");
}

static void
value (Rng *rng, const TbPropSpec *spec)
{
  if (spec->type == TB_TYPE_BOOLEAN)
    choice (rng, "yes no");
  else if (spec->type == TB_TYPE_ENUM)
    choice (rng, spec->choices);
  else if (spec->type == TB_TYPE_TAGS || spec->type == TB_TYPE_REFS)
    list (rng, spec);
  else
    data (rng, spec);
}

/* ---- Attributes and elements ----------------------------------------------------------------- */

static void
attribute (Rng *rng, const TbPropSpec *spec)
{
  if (!spec->required)
    open_tag (rng, "optional");
  line (rng, "<attribute name=\"%s\">", spec->name);
  rng->depth++;
  documentation (rng, spec->help);
  value (rng, spec);
  close_tag (rng, "attribute");
  if (!spec->required)
    close_tag (rng, "optional");
}

static void
other_attributes (Rng *rng, const TbKindSpec *kind)
{
  open_tag (rng, "zeroOrMore");
  open_tag (rng, "attribute");
  open_tag (rng, "anyName");
  open_tag (rng, "except");
  for (guint i = 0; i < kind->n_props; i++)
    if (kind->props[i].type != TB_TYPE_TEXT)
      line (rng, "<name ns=\"\">%s</name>", kind->props[i].name);
  close_tag (rng, "except");
  close_tag (rng, "anyName");
  close_tag (rng, "attribute");
  close_tag (rng, "zeroOrMore");
}

static gboolean
has_text (const TbKindSpec *kind)
{
  return tb_schema_text_slot (kind->kind) >= 0;
}

/* Children of any order; those that may stand once, once. */
static void
children (Rng *rng, const TbKindSpec *kind)
{
  open_tag (rng, "interleave");
  open_tag (rng, "zeroOrMore");
  open_tag (rng, "choice");
  line (rng, "<ref name=\"other\"/>");
  for (guint child = TB_KIND_NONE + 1; child < TB_N_KINDS; child++)
    if (tb_schema_may_contain (kind->kind, (TbKind) child)
        && tb_schema_kind ((TbKind) child)->max_in_parent == 0)
      line (rng, "<ref name=\"%s\"/>", tb_schema_kind ((TbKind) child)->name);
  close_tag (rng, "choice");
  close_tag (rng, "zeroOrMore");
  for (guint child = TB_KIND_NONE + 1; child < TB_N_KINDS; child++)
    if (tb_schema_may_contain (kind->kind, (TbKind) child)
        && tb_schema_kind ((TbKind) child)->max_in_parent == 1)
      line (rng, "<optional><ref name=\"%s\"/></optional>", tb_schema_kind ((TbKind) child)->name);
  close_tag (rng, "interleave");
}

static void
element (Rng *rng, const TbKindSpec *kind)
{
  line (rng, "<define name=\"%s\">", kind->name);
  rng->depth++;
  line (rng, "<element name=\"%s\">", kind->name);
  rng->depth++;
  documentation (rng, kind->help);
  for (guint i = 0; i < kind->n_props; i++)
    if (kind->props[i].type != TB_TYPE_TEXT)
      attribute (rng, &kind->props[i]);
  other_attributes (rng, kind);
  if (has_text (kind))
    open_tag (rng, "mixed");
  children (rng, kind);
  if (has_text (kind))
    close_tag (rng, "mixed");
  close_tag (rng, "element");
  close_tag (rng, "define");
}

/* Whatever the table does not know: the reader keeps it. */
static void
other (Rng *rng)
{
  open_tag (rng, "define name=\"anything\"");
  open_tag (rng, "element");
  line (rng, "<anyName/>");
  line (rng, "<zeroOrMore><choice><attribute><anyName/></attribute><text/>"
             "<ref name=\"anything\"/></choice></zeroOrMore>");
  close_tag (rng, "element");
  close_tag (rng, "define");
  open_tag (rng, "define name=\"other\"");
  open_tag (rng, "element");
  open_tag (rng, "anyName");
  open_tag (rng, "except");
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    line (rng, "<name>%s</name>", tb_schema_kind ((TbKind) kind)->name);
  close_tag (rng, "except");
  close_tag (rng, "anyName");
  line (rng, "<zeroOrMore><choice><attribute><anyName/></attribute><text/>"
             "<ref name=\"anything\"/></choice></zeroOrMore>");
  close_tag (rng, "element");
  close_tag (rng, "define");
}

char *
tb_schema_to_rng (void)
{
  Rng rng = { g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), 0 };
  line (&rng, "<!-- Made from the schema table by “tierboard schema”: do not edit. -->");
  line (&rng, "<grammar ns=\"" TB_XML_NAMESPACE "\" xmlns=\"http://relaxng.org/ns/structure/1.0\"");
  line (&rng, "    xmlns:a=\"http://relaxng.org/ns/compatibility/annotations/1.0\"");
  line (&rng, "    datatypeLibrary=\"http://www.w3.org/2001/XMLSchema-datatypes\">");
  rng.depth++;
  line (&rng, "<start><ref name=\"architecture\"/></start>");
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    element (&rng, tb_schema_kind ((TbKind) kind));
  other (&rng);
  close_tag (&rng, "grammar");
  return g_string_free (rng.out, FALSE);
}
