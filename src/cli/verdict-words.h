/* A verdict as people and programs read it. */
#pragma once

#include "cli.h"
#include "tb-json.h"
#include "tb-verdicts.h"

/* Its sentence, the counter-example and the figures, to standard output. final_reads: what was lost is known. */
void tb_verdict_print (const TbHistory *h, const TbVerdict *v, gboolean final_reads);
/* The same as members of an object that is open. */
void tb_verdict_put (TbJson *json, const TbHistory *h, const TbVerdict *v, gboolean final_reads);
/* And which store it is of, and how its history came about. */
void tb_verdict_put_store (TbJson *json, const TbStoreVerdict *store);
/* What a command ends with that found this. */
TbExitStatus tb_verdict_status (TbVerdictKind kind);
