/* A counter-example on the space-time diagram: its few operations alone, as bars over the lines of their processes, with
 * the arrow that contradicts, and the sentence. */
#pragma once

#include <gtk/gtk.h>

#include "tb-history.h"

G_BEGIN_DECLS

#define TB_TYPE_PROOF_VIEW (tb_proof_view_get_type ())
G_DECLARE_FINAL_TYPE (TbProofView, tb_proof_view, TB, PROOF_VIEW, GtkWidget)

GtkWidget *tb_proof_view_new (void);
/* Both are read now, and not kept. verdict->n_witness > 0. */
void tb_proof_view_show (TbProofView *view, const TbHistory *history, const TbVerdict *verdict);

/* Signal: "closed" (): the diagram of all messages is wanted again. */

G_END_DECLS
