/* A sequence diagram: who calls whom in which order, a lifeline a component, an arrow a call, a dashed
 * one its reply. Of an interaction as it is drawn, or laid beside what was recorded: then each step has
 * its mark, in words as well as in colour. No GTK. */
#pragma once

#include "tb-interaction.h"
#include "tb-plot.h"

G_BEGIN_DECLS

typedef struct _TbSequence TbSequence;

/* steps are borrowed as long as it lives. */
TbSequence *tb_sequence_new (const TbModel *model, const TbSteps *steps);
void tb_sequence_free (TbSequence *sequence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbSequence, tb_sequence_free)

double tb_sequence_width (const TbSequence *sequence);
double tb_sequence_height (const TbSequence *sequence);
/* current: the step that is pointed out; G_MAXUINT: none. */
void tb_sequence_paint (const TbSequence *sequence, TbPlot *plot, TbThemeId theme, guint current);
/* The step at that height; G_MAXUINT: none. */
guint tb_sequence_step_at (const TbSequence *sequence, double y);
/* Where a step's call is: FALSE where there is none of that number. */
gboolean tb_sequence_step_rect (const TbSequence *sequence, guint step, TbRect *rect);

G_END_DECLS
