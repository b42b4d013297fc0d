/* Conditions: what a wait waits for, what an action begins with.
 *
 *   condition := clause { "and" clause }
 *   clause    := [ "not" ] ( "ready" | "everything" "is" "ready" | "converged" NAME
 *                | NAME ( "is" STATE | "has" ROLE | "has" N "ready" | "carried" N | "failed" N
 *                       | "is" "quiet" | "converged" ) ) */
#include <string.h>

#include "scenario-private.h"

static const TbConditionRow rows[TB_N_CONDITIONS] = {
  [TB_CONDITION_READY] = { "ready", "everything that is drawn is ready" },
  [TB_CONDITION_IS] = { "NAME is down|up|ready|paused|failed", "all instances that it means are so" },
  [TB_CONDITION_HAS] = { "COMPONENT has leader, COMPONENT has 2 ready",
                         "one of its instances says that it is that; so many of them are ready" },
  [TB_CONDITION_CARRIED] = { "LINK carried N",
                             "so many requests were answered over it since the wait or the phase began" },
  [TB_CONDITION_FAILED] = { "LINK failed N", "so many failed since then" },
  [TB_CONDITION_QUIET] = { "NAME is quiet", "nothing was asked, answered or delivered over it for a quarter of a second" },
  [TB_CONDITION_CONVERGED] = { "COMPONENT converged", "its replicas say that they hold the same" },
};

static const char *const states[] = { "down", "up", "ready", "paused", "failed", NULL };

#define TEXT_MOST 1000
#define COUNT_MOST G_GUINT64_CONSTANT (9000000000000000)

const TbConditionRow *
tb_condition_rows (guint *n)
{
  *n = G_N_ELEMENTS (rows);
  return rows;
}

static void
clear_clause (gpointer data)
{
  TbClause *clause = data;
  g_free (clause->name);
  g_free (clause->word);
}

void
tb_condition_free (TbCondition *condition)
{
  if (condition == NULL)
    return;
  g_array_unref (condition->clauses);
  g_free (condition->text);
  g_free (condition);
}

static gboolean
refuse (GError **error, const char *text, const char *why)
{
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
               "“%s” is no condition: %s; it is one like “ready”, “orders has leader”, “orders/2 is down”, "
               "“save carried 1000” or “orders converged”", text, why);
  return FALSE;
}

/* A whole number; FALSE where it is something else. */
static gboolean
read_count (const char *word, guint64 *n)
{
  return g_ascii_string_to_unsigned (word, 10, 0, COUNT_MOST, n, NULL);
}

/* What follows the name; *used words are its. */
static gboolean
read_predicate (char **words, TbClause *c, guint *used)
{
  const char *verb = words[0], *what = verb != NULL ? words[1] : NULL;
  *used = what != NULL ? 2 : 1;
  if (g_strcmp0 (verb, "converged") == 0)
    {
      c->kind = TB_CONDITION_CONVERGED;
      *used = 1;
      return TRUE;
    }
  if (what == NULL)
    return FALSE;
  if (g_str_equal (verb, "is") && g_str_equal (what, "quiet"))
    c->kind = TB_CONDITION_QUIET;
  else if (g_str_equal (verb, "is") && g_strv_contains (states, what))
    c->kind = TB_CONDITION_IS;
  else if (g_str_equal (verb, "has"))
    c->kind = TB_CONDITION_HAS;
  else if (g_str_equal (verb, "carried"))
    c->kind = TB_CONDITION_CARRIED;
  else if (g_str_equal (verb, "failed"))
    c->kind = TB_CONDITION_FAILED;
  else
    return FALSE;
  gboolean counts = c->kind == TB_CONDITION_CARRIED || c->kind == TB_CONDITION_FAILED;
  gboolean number = read_count (what, &c->n);
  if (counts)
    return number && c->n > 0;
  if (c->kind == TB_CONDITION_HAS && number)
    {
      *used = 3;
      return c->n > 0 && g_strcmp0 (words[2], "ready") == 0;
    }
  c->word = g_strdup (what);
  return c->kind != TB_CONDITION_HAS || tb_id_is_valid (what);
}

static gboolean
read_clause (char **words, TbClause *c, guint *used, char **why)
{
  TbName name;
  guint n = 0;
  if (g_strcmp0 (words[0], "not") == 0)
    {
      c->negated = TRUE;
      words++;
      n++;
    }
  if (g_strcmp0 (words[0], "ready") == 0)
    {
      c->kind = TB_CONDITION_READY;
      *used = n + 1;
      return TRUE;
    }
  gboolean before = g_strcmp0 (words[0], "converged") == 0 && words[1] != NULL;
  if (before)
    {
      words++;
      n++;
    }
  if (words[0] == NULL || (!g_str_equal (words[0], "everything") && !tb_name_parse (words[0], &name, NULL)))
    {
      *why = words[0] == NULL ? g_strdup ("something is missing")
                              : g_strdup_printf ("“%s” is no name", words[0]);
      return FALSE;
    }
  c->name = g_str_equal (words[0], "everything") ? NULL : g_strdup (words[0]);
  if (before)
    {
      c->kind = TB_CONDITION_CONVERGED;
      *used = n + 1;
      return c->name != NULL;
    }
  guint more = 0;
  if (!read_predicate (words + 1, c, &more))
    {
      *why = g_strdup_printf ("what follows “%s” says nothing about it", words[0]);
      return FALSE;
    }
  *used = n + 1 + more;
  gboolean of_one = c->kind == TB_CONDITION_CONVERGED || (c->kind == TB_CONDITION_HAS && c->word != NULL);
  if (!of_one || c->name != NULL)
    return TRUE;
  *why = g_strdup ("that is said of one component");
  return FALSE;
}

/* Words that a clause begins with are names too, of who comes later in it. */
static gboolean
begins_clause (const char *name)
{
  static const char *const words[] = { "not", "ready", "converged", NULL };
  return g_strv_contains (words, name);
}

static char *
words_of (const TbCondition *condition)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < condition->clauses->len; i++)
    {
      const TbClause *c = &g_array_index (condition->clauses, TbClause, i);
      const char *name = c->name != NULL ? c->name : "everything";
      g_string_append_printf (text, "%s%s", i > 0 ? " and " : "", c->negated ? "not " : "");
      if (c->kind == TB_CONDITION_READY)
        g_string_append (text, "ready");
      else if (c->kind == TB_CONDITION_CONVERGED)
        g_string_append_printf (text, begins_clause (name) ? "converged %s" : "%s converged", name);
      else if (c->kind == TB_CONDITION_QUIET)
        g_string_append_printf (text, "%s is quiet", name);
      else if (c->kind == TB_CONDITION_IS)
        g_string_append_printf (text, "%s is %s", name, c->word);
      else if (c->kind == TB_CONDITION_HAS && c->word != NULL)
        g_string_append_printf (text, "%s has %s", name, c->word);
      else if (c->kind == TB_CONDITION_HAS)
        g_string_append_printf (text, "%s has %" G_GUINT64_FORMAT " ready", name, c->n);
      else
        g_string_append_printf (text, "%s %s %" G_GUINT64_FORMAT, name,
                                c->kind == TB_CONDITION_CARRIED ? "carried" : "failed", c->n);
    }
  return g_string_free (text, FALSE);
}

static gboolean
read_clauses (TbCondition *condition, const char *text, GError **error)
{
  g_auto (GStrv) all = g_strsplit_set (text, " \t\n\r", -1);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  for (guint i = 0; all[i] != NULL; i++)
    if (*all[i] != '\0')
      g_ptr_array_add (words, all[i]);
  g_ptr_array_add (words, NULL);
  char **next = (char **) words->pdata;
  for (gboolean first = TRUE; first || *next != NULL; first = FALSE)
    {
      TbClause c = { 0 };
      g_autofree char *why = NULL;
      guint used = 0;
      if (!first && !g_str_equal (*next++, "and"))
        return refuse (error, text, "between two clauses stands “and”");
      gboolean good = read_clause (next, &c, &used, &why);
      g_array_append_val (condition->clauses, c);
      if (!good)
        return refuse (error, text, why != NULL ? why : "something is missing");
      next += used;
    }
  return TRUE;
}

TbCondition *
tb_condition_parse (const char *text, GError **error)
{
  g_autoptr (TbCondition) condition = g_new0 (TbCondition, 1);
  condition->clauses = g_array_new (FALSE, FALSE, sizeof (TbClause));
  g_array_set_clear_func (condition->clauses, clear_clause);
  if (strlen (text) > TEXT_MOST || !g_utf8_validate (text, -1, NULL))
    {
      refuse (error, strlen (text) > TEXT_MOST ? "…" : "?", "it is too long, or no text");
      return NULL;
    }
  if (!read_clauses (condition, text, error))
    return NULL;
  condition->text = words_of (condition);
  return g_steal_pointer (&condition);
}
