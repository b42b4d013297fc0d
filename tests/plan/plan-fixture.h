/* Plans of drawings that a test writes as text, and what stands in these. */
#pragma once

#include "tb-plan.h"

/* A client that calls a server. */
#define TWO "<component id=\"client\" kind=\"client\"/>\n<component id=\"server\" kind=\"server\"/>\n" \
            "<link id=\"call\" from=\"client\" to=\"server\"/>\n"

/* What is between <architecture> and its end, as a document. (transfer full) */
TbDocument *plan_document_of (const char *body);
TbPlan *plan_try (const char *body, GError **error);
TbPlan *plan_of (const char *body);

const TbPlanInstance *plan_instance (const TbPlan *plan, const char *id);
const TbPlanLink *plan_link (const TbPlan *plan, const char *id);
/* What follows an option, or NULL. */
const char *plan_option (const TbPlanInstance *i, const char *name);
/* Of the environment; NULL: it is not there. */
const char *plan_variable (const TbPlanInstance *i, const char *name);
const char *plan_file (const TbPlanInstance *i, const char *name);
char *plan_command_line (const TbPlanInstance *i);

void assert_contains (const char *text, const char *part);
void assert_lacks (const char *text, const char *part);
/* No plan can be made of it, and the reason has these words. */
#define assert_refused(body, sentence) assert_refused_at (body, sentence, G_STRLOC)
void assert_refused_at (const char *body, const char *sentence, const char *where);
