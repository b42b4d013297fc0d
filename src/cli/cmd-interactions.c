/* tierboard interactions: what is drawn of who calls whom, and whether it happened so. */
#include <stdio.h>

#include "cli.h"
#include "load.h"
#include "recording.h"
#include "tb-interactions.h"
#include "tb-json.h"

typedef struct
{
  char *against, *interaction;
  gboolean strict, json;
  TbPast *past;
  const TbModel *model;
} Asked;

/* ---- What is drawn ------------------------------------------------------------------------------- */

static void
print_step (const Asked *asked, const TbInteractionStep *s)
{
  const TbElement *link = s->link ? tb_model_get (asked->model, s->link) : NULL;
  g_autofree char *label = tb_cli_plain (s->label);
  g_autofree char *mark = s->mark == TB_STEP_ALIKE ? g_strdup ("") : g_strdup_printf ("  %s", tb_step_mark_name (s->mark));
  printf ("  %s%2u  %-16s %s → %s  %s%s\n", s->mark == TB_STEP_EXTRA ? "+" : " ", s->number,
          link != NULL ? tb_element_id (link) : "–", s->from, s->to, label, mark);
}

static void
print_drawn (const Asked *asked, const TbElement *interaction)
{
  g_autoptr (GPtrArray) steps = tb_steps_of (asked->model, interaction);
  printf ("%s: %s, %u steps\n", tb_element_id (interaction), tb_element_title (interaction), steps->len);
  for (guint i = 0; i < steps->len; i++)
    print_step (asked, g_ptr_array_index (steps, i));
}

/* ---- What was recorded --------------------------------------------------------------------------- */

static gboolean
is_alike (const TbVariant *v)
{
  return *v->difference == '\0';
}

static guint
count (const GPtrArray *variants, gboolean alike_only)
{
  guint n = 0;
  for (guint i = 0; i < variants->len; i++)
    {
      const TbVariant *v = g_ptr_array_index (variants, i);
      n += !alike_only || is_alike (v) ? v->times : 0;
    }
  return n;
}

static void
print_variants (const Asked *asked, const TbElement *interaction, const GPtrArray *variants)
{
  guint times = count (variants, FALSE);
  printf ("%s: recorded %u time%s, %u of them as drawn\n", tb_element_id (interaction), times,
          times == 1 ? "" : "s", count (variants, TRUE));
  for (guint i = 0; i < variants->len; i++)
    {
      const TbVariant *v = g_ptr_array_index (variants, i);
      if (is_alike (v))
        continue;
      g_autofree char *words = tb_cli_plain (v->difference);
      printf (" %u time%s, first at #%" G_GUINT64_FORMAT ": %s\n", v->times, v->times == 1 ? "" : "s",
              v->request, words);
      for (guint k = 0; k < v->compared->len; k++)
        print_step (asked, g_ptr_array_index (v->compared, k));
    }
}

static void
write_variant (TbJson *json, const TbVariant *v)
{
  tb_json_begin_object (json, NULL);
  tb_json_integer (json, "times", v->times);
  tb_json_integer (json, "first", (gint64) v->request);
  tb_json_string (json, "difference", v->difference);
  tb_json_begin_array (json, "steps");
  for (guint i = 0; i < v->compared->len; i++)
    {
      const TbInteractionStep *s = g_ptr_array_index (v->compared, i);
      tb_json_begin_object (json, NULL);
      tb_json_integer (json, "number", s->number);
      tb_json_string (json, "mark", tb_step_mark_name (s->mark));
      tb_json_string (json, "from", s->from);
      tb_json_string (json, "to", s->to);
      tb_json_string (json, "label", s->label);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
  tb_json_end_object (json);
}

static void
print_json (const TbElement *interaction, const GPtrArray *variants)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "interaction", tb_element_id (interaction));
  tb_json_integer (json, "recorded", count (variants, FALSE));
  tb_json_integer (json, "alike", count (variants, TRUE));
  tb_json_begin_array (json, "variants");
  for (guint i = 0; i < variants->len; i++)
    write_variant (json, g_ptr_array_index (variants, i));
  tb_json_end_array (json);
  tb_json_end_object (json);
  puts (tb_json_text (json));
}

static TbExitStatus
compare_one (const Asked *asked, const TbElement *interaction)
{
  g_autoptr (GPtrArray) variants
    = tb_interaction_variants (asked->past, asked->model, interaction, asked->strict, 0, G_MAXUINT64);
  if (asked->json)
    print_json (interaction, variants);
  else if (variants->len == 0)
    printf ("%s: not recorded\n", tb_element_id (interaction));
  else
    print_variants (asked, interaction, variants);
  if (variants->len == 0)
    return TB_EXIT_UNKNOWN;
  return count (variants, TRUE) == count (variants, FALSE) ? TB_EXIT_YES : TB_EXIT_NO;
}

/* A difference outweighs what is not known. */
static TbExitStatus
worse (TbExitStatus a, TbExitStatus b)
{
  if (a == TB_EXIT_NO || b == TB_EXIT_NO)
    return TB_EXIT_NO;
  return a == TB_EXIT_YES ? b : a;
}

static TbExitStatus
go_over (const Asked *asked)
{
  TbExitStatus status = TB_EXIT_YES;
  guint n = tb_model_count (asked->model, TB_KIND_INTERACTION), done = 0;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *interaction = tb_model_nth (asked->model, TB_KIND_INTERACTION, i);
      if (asked->interaction != NULL && !g_str_equal (tb_element_id (interaction), asked->interaction))
        continue;
      done++;
      if (asked->past != NULL)
        status = worse (status, compare_one (asked, interaction));
      else
        print_drawn (asked, interaction);
    }
  if (done > 0)
    return status;
  if (asked->interaction != NULL)
    tb_cli_error ("there is no interaction “%s”", asked->interaction);
  else
    tb_cli_error ("no interaction is drawn");
  return TB_EXIT_REFUSED;
}

/* ---- The command --------------------------------------------------------------------------------- */

static TbExitStatus
read_and_go (Asked *asked, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_cli_load (file, NULL, &error);
  if (document == NULL)
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_REFUSED;
    }
  asked->model = tb_document_model (document);
  g_autoptr (TbPast) past = asked->against != NULL ? tb_cli_open_recording (asked->against) : NULL;
  asked->past = past;
  return asked->against == NULL || past != NULL ? go_over (asked) : TB_EXIT_REFUSED;
}

int
tb_cmd_interactions (int argc, char **argv)
{
  Asked asked = { 0 };
  const GOptionEntry entries[] = {
    { "against", 0, 0, G_OPTION_ARG_FILENAME, &asked.against,
      "A recording: whether each interaction happened as it is drawn", "REC" },
    { "interaction", 'i', 0, G_OPTION_ARG_STRING, &asked.interaction, "Only that one", "ID" },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &asked.strict, "Labels and replies count too", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &asked.json, "With --against: a JSON object a line", NULL },
    { NULL }
  };
  TbExitStatus status = TB_EXIT_REFUSED;
  if (!tb_cli_options (&argc, &argv, "FILE [--against REC]",
                       "Lists the interactions of a drawing. Against a recording: how often each was "
                       "recorded, and which steps were missing, extra or moved. Ends with 0 where all "
                       "happened as drawn, 1 where one did not, 4 where one was not recorded.", entries))
    return TB_EXIT_REFUSED;
  if (argc == 2)
    status = read_and_go (&asked, argv[1]);
  else
    tb_cli_error ("name one drawing; see “%s --help”", argv[0]);
  g_free (asked.against);
  g_free (asked.interaction);
  return status;
}
