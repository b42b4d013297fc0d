/* What is found in one file, and the ways to print it. */
#pragma once

#include "tb-json.h"
#include "tb-rules.h"

/* Of the file itself (schema, references, its icons, whether it can be run) and of the rules. */
typedef struct
{
  const char *file;      /* as it was named; "standard input" */
  const char *unusable;  /* why it is no drawing; NULL: it is one */
  const TbModel *model;  /* NULL where it is none */
  const TbProblems *problems;
  const GPtrArray *findings; /* of TbRuleFinding, ignored ones last; NULL: none */
} TbCheckedFile;

/* "error", "warning", "info" */
const char *tb_check_severity (TbSeverity severity);

/* SARIF 2.1.0 (OASIS, 2020): one log with one run over all files. begin before the first, end after the last. */
void tb_check_sarif_begin (TbJson *json);
void tb_check_sarif_file (TbJson *json, const TbCheckedFile *file);
void tb_check_sarif_end (TbJson *json);
