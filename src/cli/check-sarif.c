/* Findings as SARIF 2.1.0, which code hosts and editors read. What is ignored goes along as suppressed. */
#include "check-private.h"
#include "config.h"

static const char *const levels[] = { "error", "warning", "note" };

static void
text (TbJson *json, const char *name, const char *sentence)
{
  tb_json_begin_object (json, name);
  tb_json_string (json, "text", sentence);
  tb_json_end_object (json);
}

static void
write_rule (TbJson *json, const TbRule *rule)
{
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "id", rule->id);
  text (json, "shortDescription", rule->summary);
  text (json, "help", rule->help);
  tb_json_begin_object (json, "defaultConfiguration");
  tb_json_string (json, "level", levels[rule->severity]);
  tb_json_end_object (json);
  tb_json_end_object (json);
}

void
tb_check_sarif_begin (TbJson *json)
{
  guint n;
  const TbRule *rules = tb_rules (&n);
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  tb_json_string (json, "version", "2.1.0");
  tb_json_begin_array (json, "runs");
  tb_json_begin_object (json, NULL);
  tb_json_begin_object (json, "tool");
  tb_json_begin_object (json, "driver");
  tb_json_string (json, "name", "tierboard");
  tb_json_string (json, "version", TB_VERSION);
  tb_json_begin_array (json, "rules");
  for (guint i = 0; i < n; i++)
    write_rule (json, &rules[i]);
  tb_json_end_array (json);
  tb_json_end_object (json);
  tb_json_end_object (json);
  tb_json_string (json, "columnKind", "unicodeCodePoints");
  tb_json_begin_array (json, "results");
}

void
tb_check_sarif_end (TbJson *json)
{
  tb_json_end_array (json);
  tb_json_end_object (json);
  tb_json_end_array (json);
  tb_json_end_object (json);
}

/* line 0: of the whole file. */
static void
write_location (TbJson *json, const TbCheckedFile *file, const TbElement *element, guint line, guint column)
{
  g_autofree char *uri = g_uri_escape_string (file->file, "/", TRUE);
  tb_json_begin_object (json, NULL);
  tb_json_begin_object (json, "physicalLocation");
  tb_json_begin_object (json, "artifactLocation");
  tb_json_string (json, "uri", uri);
  tb_json_end_object (json);
  if (line > 0)
    {
      tb_json_begin_object (json, "region");
      tb_json_integer (json, "startLine", line);
      if (column > 0)
        tb_json_integer (json, "startColumn", column);
      tb_json_end_object (json);
    }
  tb_json_end_object (json);
  if (element != NULL && tb_element_id (element) != NULL)
    {
      tb_json_begin_array (json, "logicalLocations");
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "name", tb_element_id (element));
      tb_json_string (json, "kind", tb_schema_kind (tb_element_kind (element))->name);
      tb_json_end_object (json);
      tb_json_end_array (json);
    }
  tb_json_end_object (json);
}

static void
write_place (TbJson *json, const TbCheckedFile *file, const TbProblem *problem)
{
  tb_json_begin_array (json, "locations");
  write_location (json, file, file->model != NULL ? tb_model_get (file->model, problem->uid) : NULL, problem->line, problem->column);
  tb_json_end_array (json);
}

/* What else it is about, each once, as the schema asks for. */
static void
write_related (TbJson *json, const TbCheckedFile *file, const TbRuleFinding *finding)
{
  gboolean any = FALSE;
  for (guint i = 1; i < finding->uids->len; i++)
    {
      const TbElement *element = tb_model_get (file->model, g_array_index (finding->uids, TbUid, i));
      if (element == NULL || tb_element_line (element) == 0)
        continue;
      if (!any)
        tb_json_begin_array (json, "relatedLocations");
      any = TRUE;
      write_location (json, file, element, tb_element_line (element), tb_element_column (element));
    }
  if (any)
    tb_json_end_array (json);
}

/* finding: NULL for what is no rule's. */
static void
write_result (TbJson *json, const TbCheckedFile *file, const TbProblem *problem, const TbRuleFinding *finding)
{
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "ruleId", problem->rule);
  tb_json_string (json, "level", levels[problem->severity]);
  text (json, "message", problem->message);
  write_place (json, file, problem);
  if (finding != NULL)
    write_related (json, file, finding);
  if (finding != NULL && finding->ignored)
    {
      tb_json_begin_array (json, "suppressions");
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "kind", "inSource");
      tb_json_string (json, "justification", finding->reason);
      tb_json_end_object (json);
      tb_json_end_array (json);
    }
  tb_json_end_object (json);
}

void
tb_check_sarif_file (TbJson *json, const TbCheckedFile *file)
{
  for (guint i = 0; i < file->problems->len; i++)
    write_result (json, file, file->problems->pdata[i], NULL);
  for (guint i = 0; file->findings != NULL && i < file->findings->len; i++)
    {
      const TbRuleFinding *finding = file->findings->pdata[i];
      write_result (json, file, &finding->problem, finding);
    }
  if (file->unusable != NULL && file->problems->len == 0)
    write_result (json, file, &(TbProblem){ TB_SEVERITY_ERROR, "unusable", 0, 0, 0, (char *) file->unusable }, NULL);
}
