/* The parts of deploy.h, in order:
 *
 *   deploy-plan.c   a copy of the drawing that can be planned, and its plan
 *   deploy-names.c  addresses of the plan become names, folders those of the container
 *   deploy.c        units, and who waits for whom
 *   deploy-probe.c  probes as commands, files as one line of a shell */
#pragma once

#include "deploy.h"

/* Where the plan thinks instances have their folders; no drawing says so. */
#define TB_DEPLOY_RUN_DIR "/tmp/tierboard"

/* Fills copy, model and plan. */
gboolean tb_deploy_make_plan (TbDeploy *deploy, GError **error);
/* Whether something stands in the copy for what could not be planned, or whose image is known. */
gboolean tb_deploy_stands_in (const TbElement *component);
/* "image" or "build" of what a Compose file said when it came in; NULL. (transfer full) */
char *tb_deploy_origin (const TbElement *component, const char *what);

/* What a text of an instance says there. self: what the instance itself is called. (transfer full) */
char *tb_deploy_translate (const TbDeploy *deploy, const TbPlanInstance *instance, const char *dir, const char *self,
                           const char *before, const char *text);


