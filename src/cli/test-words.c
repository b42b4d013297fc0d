/* What `tierboard test` says of a scenario: a line for each expectation, or JSON. */
#include <math.h>
#include <stdio.h>

#include "run-private.h"
#include "tb-json.h"
#include "test-private.h"

static const struct
{
  TbExitStatus status;
  const char *name, *sgr;
  guint rank; /* the worse the higher */
} statuses[] = {
  { TB_EXIT_YES, "held", "32", 0 },
  { TB_EXIT_UNKNOWN, "unknown", "33", 1 },
  { TB_EXIT_NO, "violated", "31", 2 },
  { TB_EXIT_FAILED, "not run", "35", 3 },
  { TB_EXIT_REFUSED, "refused", "35", 4 },
};

static guint
row_of (TbExitStatus status)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == status)
      return i;
  g_return_val_if_reached (0);
}

TbExitStatus
tb_test_worse (TbExitStatus a, TbExitStatus b)
{
  return statuses[row_of (a)].rank >= statuses[row_of (b)].rank ? a : b;
}

const char *
tb_test_status_name (TbExitStatus status)
{
  return statuses[row_of (status)].name;
}

static void
print_word (const char *word, const char *sgr, gboolean colour)
{
  printf (colour ? "  \033[%sm%-8s\033[0m " : "  %.0s%-8s ", sgr, word);
}

static TbExitStatus
status_of (TbOutcome outcome)
{
  return outcome == TB_HELD ? TB_EXIT_YES : outcome == TB_VIOLATED ? TB_EXIT_NO : TB_EXIT_UNKNOWN;
}

/* A drawing's and a program's words are shown, never obeyed. */
static void
print_plain (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
print_plain (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *plain = tb_words_plain (text);
  printf ("%s\n", plain);
}

void
tb_test_print (const TbTestResult *r, gboolean colour, gboolean verbose)
{
  print_plain ("%s: %s (%s), seed %" G_GUINT64_FORMAT ", %.1f s", r->file, r->scenario, r->title, r->seed, r->seconds);
  for (guint i = 0; verbose && i < r->log->len; i++)
    print_plain ("  %s", (const char *) g_ptr_array_index (r->log, i));
  for (guint i = 0; i < r->notes->len; i++)
    print_plain ("  left out %s", (const char *) g_ptr_array_index (r->notes, i));
  for (guint i = 0; i < r->lines->len; i++)
    {
      const TbTestLine *line = g_ptr_array_index (r->lines, i);
      g_autofree char *measured = tb_estimate_words (line->unit, &line->estimate);
      print_word (tb_outcome_name (line->outcome), statuses[row_of (status_of (line->outcome))].sgr, colour);
      print_plain ("%s: %s%s%s", line->text, measured, line->why != NULL ? ", " : "",
                   line->why != NULL ? line->why : "");
    }
  print_word (tb_test_status_name (r->status), statuses[row_of (r->status)].sgr, colour);
  print_plain ("%s%s%s", r->sentence != NULL ? r->sentence : "all of it", r->kept != NULL ? "; see " : "",
               r->kept != NULL ? r->kept : "");
  fflush (stdout);
}

/* JSON has no infinity: what has no end is null. */
static void
add_number (TbJson *json, const char *name, double value)
{
  if (isfinite (value))
    tb_json_number (json, name, value);
  else
    tb_json_null (json, name);
}

static void
add_line (TbJson *json, const TbTestLine *line)
{
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "expect", line->text);
  tb_json_integer (json, "line", line->line);
  tb_json_string (json, "outcome", tb_outcome_name (line->outcome));
  add_number (json, "value", line->estimate.value);
  add_number (json, "low", line->estimate.low);
  add_number (json, "high", line->estimate.high);
  tb_json_integer (json, "n", (gint64) line->estimate.n);
  add_number (json, "at_least", line->least);
  add_number (json, "at_most", line->most);
  tb_json_string (json, "why", line->why);
  tb_json_end_object (json);
}

void
tb_test_print_json (const TbTestResult *r)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "file", r->file);
  tb_json_string (json, "scenario", r->scenario);
  tb_json_string (json, "title", r->title);
  tb_json_integer (json, "seed", (gint64) r->seed);
  tb_json_integer (json, "round", r->round);
  tb_json_number (json, "seconds", r->seconds);
  tb_json_string (json, "outcome", tb_test_status_name (r->status));
  tb_json_integer (json, "status", r->status);
  tb_json_string (json, "sentence", r->sentence);
  tb_json_string (json, "kept", r->kept);
  tb_json_begin_array (json, "expectations");
  for (guint i = 0; i < r->lines->len; i++)
    add_line (json, g_ptr_array_index (r->lines, i));
  tb_json_end_array (json);
  tb_json_begin_array (json, "log");
  for (guint i = 0; i < r->log->len; i++)
    tb_json_string (json, NULL, g_ptr_array_index (r->log, i));
  tb_json_end_array (json);
  tb_json_begin_array (json, "left_out");
  for (guint i = 0; i < r->notes->len; i++)
    tb_json_string (json, NULL, g_ptr_array_index (r->notes, i));
  tb_json_end_array (json);
  tb_json_end_object (json);
  printf ("%s\n", tb_json_text (json));
  fflush (stdout);
}
