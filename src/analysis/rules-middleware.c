/* Whether the two ends of a link understand each other: languages, standards, protocols. */
#include <string.h>

#include "rules-private.h"
#include "tb-template.h"

static const char *
id_of (const TbRuleRun *run, guint part)
{
  return tb_element_id (run->parts[part].e);
}

/* The language a middleware is bound to; NULL: to none. */
static const char *
language_of (const TbElement *middleware)
{
  const char *language = middleware != NULL ? tb_element_get (middleware, TB_PROP_LANGUAGE) : NULL;
  return language != NULL && strcmp (language, "any") != 0 ? language : NULL;
}

/* What calls over the link go by: its own middleware, or the called's. */
static const TbElement *
middleware_of (const TbRuleRun *run, const TbRuleLink *link)
{
  const TbElement *via = tb_element_get_ref (run->model, link->e, TB_PROP_VIA);
  return via != NULL ? via : run->parts[link->to].middleware;
}

static gboolean
differ (const char *a, const char *b)
{
  return a != NULL && b != NULL && g_ascii_strcasecmp (a, b) != 0;
}

/* The middleware of one end whose language is another than what the calls go by; NULL: they agree. */
static const TbElement *
foreign_end (const TbRuleRun *run, const TbRuleLink *link, const TbElement *by)
{
  const TbElement *from = run->parts[link->from].middleware, *to = run->parts[link->to].middleware;
  if (differ (language_of (from), language_of (by)))
    return from;
  return differ (language_of (to), language_of (by)) ? to : NULL;
}

void
tb_rule_languages (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbElement *by = middleware_of (run, link), *other = foreign_end (run, link, by);
      if (other == NULL)
        continue;
      guint end = run->parts[link->from].middleware == other ? link->from : link->to;
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e,
                                        "calls over it are made in %s, by %s, but %s is part of %s, which is bound to %s",
                                        language_of (by), tb_element_id (by), id_of (run, end), tb_element_id (other),
                                        language_of (other));
      tb_finding_also (finding, by);
      tb_finding_also (finding, other);
      tb_finding_also (finding, run->parts[end].e);
    }
}

/* Whether nobody can say what its program speaks but whoever wrote it: not ours, and no part of that middleware. */
static gboolean
is_foreign (const TbRulePart *part, const TbElement *bound)
{
  return !tb_rule_is_ours (part) && (bound == NULL || part->middleware != bound);
}

/* A call that is bound to a language: curl, and whatever is not written in it, cannot make it. */
void
tb_rule_bound_language (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbElement *service = tb_link_service (run->model, link->e), *by = middleware_of (run, link);
      const char *protocol = tb_element_get (link->e, TB_PROP_PROTOCOL);
      const TbRulePart *from = &run->parts[link->from];
      if (protocol == NULL && service != NULL)
        protocol = tb_element_get (service, TB_PROP_PROTOCOL);
      TbRuleFinding *finding = NULL;
      if (language_of (by) != NULL && is_foreign (from, by) && foreign_end (run, link, by) == NULL)
        finding = tb_rule_say (run, rule, link->e,
                               "%s is called by way of %s, which is bound to %s: %s must be written in it too",
                               id_of (run, link->to), tb_element_id (by), language_of (by), id_of (run, link->from));
      else if (language_of (by) == NULL && g_strcmp0 (protocol, "rpc") == 0 && is_foreign (from, NULL))
        finding = tb_rule_say (
            run, rule, link->e,
            "%s speaks rpc, the built-in programs' own call, which %s cannot make: offer it http too",
            id_of (run, link->to), id_of (run, link->from));
      if (finding != NULL)
        tb_finding_also (finding, from->e);
    }
}

/* A named standard is an open one: only two different names, or proprietary beside anything else, do not fit. */
static gboolean
standards_differ (const TbElement *a, const TbElement *b)
{
  const char *x = a != NULL ? tb_element_get (a, TB_PROP_STANDARD) : NULL;
  const char *y = b != NULL ? tb_element_get (b, TB_PROP_STANDARD) : NULL;
  if (x == NULL || y == NULL || a == b)
    return FALSE;
  if (strcmp (x, "proprietary") == 0 || strcmp (y, "proprietary") == 0)
    return TRUE;
  return strcmp (x, "open") != 0 && strcmp (y, "open") != 0 && differ (x, y);
}

void
tb_rule_standards (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbElement *by = middleware_of (run, link), *own = run->parts[link->from].middleware;
      if (!standards_differ (own, by))
        {
          own = run->parts[link->to].middleware;
          if (!standards_differ (own, by))
            continue;
        }
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "calls over it follow %s's standard, %s, but one end is part of %s, which follows %s",
                                        tb_element_id (by), tb_element_get (by, TB_PROP_STANDARD), tb_element_id (own),
                                        tb_element_get (own, TB_PROP_STANDARD));
      tb_finding_also (finding, by);
      tb_finding_also (finding, own);
    }
}

void
tb_rule_middleware_calls (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbElement *via = tb_element_get_ref (run->model, link->e, TB_PROP_VIA);
      const char *offers = via != NULL ? tb_element_get (via, TB_PROP_CALL) : NULL, *own = link->sync ? "sync" : "async";
      if (offers == NULL || strcmp (offers, "both") == 0 || strcmp (offers, own) == 0)
        continue;
      g_autofree char *label = g_strdup_printf ("Make the link %s", offers);
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "its calls are %s, but %s, by which they go, offers %s calls only",
                                        own, tb_element_id (via), offers);
      tb_finding_also (finding, via);
      tb_finding_fix_set (finding, label, link->e, TB_PROP_CALL, offers);
    }
}

/* ---- Protocols -------------------------------------------------------------------------------- */

/* What the called service speaks by the drawing or its template; NULL: nobody says. */
static const char *
spoken (const TbRuleRun *run, const TbRuleLink *link)
{
  const TbElement *service = tb_link_service (run->model, link->e);
  const TbElement *template = tb_element_child_of (run->parts[link->to].e, TB_KIND_TEMPLATE);
  const TbTemplate *known = template != NULL ? tb_template_find (tb_element_get (template, TB_PROP_NAME), NULL) : NULL;
  const char *name = tb_element_get (link->e, TB_PROP_SERVICE);
  const char *said = service != NULL ? tb_element_get (service, TB_PROP_PROTOCOL) : NULL;
  if (said != NULL || known == NULL || known->services->len == 0)
    return said;
  const TbTemplateService *row = name != NULL ? tb_template_service (known, name) : known->services->pdata[0];
  return row != NULL ? row->protocol : NULL;
}

/* Both are carried by the other, as far as a tap is concerned. */
static gboolean
protocols_fit (const char *a, const char *b)
{
  static const char *const carriers[] = { "tcp", "tls" };
  for (guint i = 0; i < G_N_ELEMENTS (carriers); i++)
    if (strcmp (a, carriers[i]) == 0 || strcmp (b, carriers[i]) == 0)
      return strcmp (a, "udp") != 0 && strcmp (b, "udp") != 0;
  if ((strcmp (a, "grpc") == 0 && strcmp (b, "http2") == 0) || (strcmp (b, "grpc") == 0 && strcmp (a, "http2") == 0))
    return TRUE;
  return strcmp (a, b) == 0;
}

void
tb_rule_protocols (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const char *own = tb_element_get (link->e, TB_PROP_PROTOCOL), *theirs = own != NULL ? spoken (run, link) : NULL;
      if (theirs == NULL || protocols_fit (own, theirs))
        continue;
      g_autofree char *label = g_strdup_printf ("Let it speak %s", theirs);
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "it speaks %s, but %s speaks %s there", own,
                                        id_of (run, link->to), theirs);
      tb_finding_also (finding, run->parts[link->to].e);
      tb_finding_fix_set (finding, label, link->e, TB_PROP_PROTOCOL, NULL);
    }
}

void
tb_rule_no_protocol (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbRulePart *to = &run->parts[link->to];
      gboolean built_in = tb_rule_is_ours (to);
      if (built_in || tb_element_is_set (link->e, TB_PROP_PROTOCOL) || spoken (run, link) != NULL
          || (to->role == TB_ROLE_EXTERNAL && tb_element_is_set (to->e, TB_PROP_ADDRESS)))
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "nothing says what is spoken with %s: only bytes can be counted, no messages",
                                        id_of (run, link->to));
      tb_finding_also (finding, to->e);
    }
}
