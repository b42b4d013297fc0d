/* Checks across elements: what the two files of them share. */
#pragma once

#include "model-private.h"

typedef struct
{
  const TbModel *model;
  TbProblems *problems;
  guint n_suggestions; /* each one costs a look at every id */
} TbValidation;

/* "link save: …", at the element's line. */
void tb_validation_add (TbValidation *validation, TbSeverity severity, const char *rule,
                        const TbElement *element, const char *format, ...) G_GNUC_PRINTF (5, 6);

/* How the replicas of a built-in store agree. */
void tb_validate_replication (TbValidation *validation, const TbElement *builtin);

/* The rules of single kinds. */
void tb_validate_rules (TbValidation *validation, const TbElement *element);
