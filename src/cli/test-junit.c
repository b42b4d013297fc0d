/* JUnit's XML, as continuous integration reads it: a suite for each run of a scenario, a case for each
 * expectation. A violation is a failure; what is unknown, or could not be run, is an error. */
#include <stdarg.h>

#include "test-private.h"

/* Bytes that XML cannot hold, escaped or not, become “?”. */
static char *
clean (const char *text)
{
  char *made = g_utf8_make_valid (text, -1);
  for (char *p = made; *p != '\0'; p++)
    if ((guchar) *p < ' ' && *p != '\n' && *p != '\t')
      *p = '?';
  return made;
}

static void add (GString *out, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* %s are escaped. */
static void
add (GString *out, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_markup_vprintf_escaped (format, arguments);
  va_end (arguments);
  g_string_append (out, text);
}

static const char *
seconds (double value, char *out, gsize size)
{
  return g_ascii_formatd (out, (int) size, "%.3f", value);
}

static void
add_case (GString *out, const TbTestResult *r, const char *name, double time_s, TbOutcome outcome, gboolean broken,
          const char *message)
{
  char time[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *said = clean (message), *file = clean (r->file), *called = clean (name);
  add (out, "    <testcase classname=\"%s:%s\" name=\"%s\" time=\"%s\"", file, r->scenario, called,
       seconds (time_s, time, sizeof time));
  if (outcome == TB_HELD)
    {
      g_string_append (out, "/>\n");
      return;
    }
  const char *kind = outcome == TB_VIOLATED ? "failure" : "error";
  add (out, ">\n      <%s type=\"%s\" message=\"%s\"/>\n    </testcase>\n", kind,
       broken ? "not run" : tb_outcome_name (outcome), said);
}

static void
count (const TbTestResult *r, guint *tests, guint *failures, guint *errors)
{
  *tests += r->lines->len + 1;
  *failures += r->late != NULL;
  *errors += r->broken != NULL;
  for (guint i = 0; i < r->lines->len; i++)
    {
      const TbTestLine *line = g_ptr_array_index (r->lines, i);
      *failures += line->outcome == TB_VIOLATED;
      *errors += line->outcome == TB_UNKNOWN;
    }
}

static void
add_suite (GString *out, const TbTestResult *r)
{
  char time[G_ASCII_DTOSTR_BUF_SIZE];
  guint tests = 0, failures = 0, errors = 0;
  g_autofree char *file = clean (r->file);
  count (r, &tests, &failures, &errors);
  add (out, "  <testsuite name=\"%s: %s\" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"0\" time=\"%s\">\n", file,
       r->scenario, tests, failures, errors, seconds (r->seconds, time, sizeof time));
  add (out, "    <properties>\n      <property name=\"seed\" value=\"%" G_GUINT64_FORMAT "\"/>\n"
       "      <property name=\"round\" value=\"%u\"/>\n    </properties>\n", r->seed, r->round);
  TbOutcome whole = r->broken != NULL ? TB_UNKNOWN : r->late != NULL ? TB_VIOLATED : TB_HELD;
  const char *why = r->broken != NULL ? r->broken : r->late != NULL ? r->late : "";
  add_case (out, r, "the scenario was carried out", r->seconds, whole, r->broken != NULL, why);
  for (guint i = 0; i < r->lines->len; i++)
    {
      const TbTestLine *line = g_ptr_array_index (r->lines, i);
      g_autofree char *measured = tb_estimate_words (line->unit, &line->estimate);
      g_autofree char *said = g_strdup_printf ("line %u: %s: %s%s%s", line->line, line->text, measured,
                                               line->why != NULL ? ", " : "", line->why != NULL ? line->why : "");
      add_case (out, r, line->text, 0, line->outcome, FALSE, said);
    }
  if (r->kept != NULL)
    {
      g_autofree char *kept = clean (r->kept);
      add (out, "    <system-out>%s</system-out>\n", kept);
    }
  g_string_append (out, "  </testsuite>\n");
}

char *
tb_test_junit (const GPtrArray *results)
{
  GString *out = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  char time[G_ASCII_DTOSTR_BUF_SIZE];
  guint tests = 0, failures = 0, errors = 0;
  double all = 0;
  for (guint i = 0; i < results->len; i++)
    {
      const TbTestResult *r = g_ptr_array_index (results, i);
      count (r, &tests, &failures, &errors);
      all += r->seconds;
    }
  add (out, "<testsuites name=\"tierboard\" tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"%s\">\n", tests, failures,
       errors, seconds (all, time, sizeof time));
  for (guint i = 0; i < results->len; i++)
    add_suite (out, g_ptr_array_index (results, i));
  g_string_append (out, "</testsuites>\n");
  return g_string_free (out, FALSE);
}
