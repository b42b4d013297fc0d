/* The page of interactions' parts, shared by the files that make it: page-interactions.c has the page and its diagram,
 * page-interactions-steps.c the rows of steps, page-interactions-recorded.c what is asked of a recording. */
#pragma once

#include "pages.h"

#include "tb-interact.h"
#include "tb-interactions.h"
#include "tb-sequence.h"

G_BEGIN_DECLS

struct _TbInteractionsPage
{
  GtkWidget parent;
  GtkWidget *box, *stack, *names, *links, *variant_list, *list, *area, *status;
  GtkWidget *remove, *take, *compare, *pick, *add, *previous, *next;
  TbEditor *editor;
  TbMoment *moment;
  TbUid uid;           /* of the interaction; 0: there is none */
  GArray *uids;        /* of TbUid: those in the list of names */
  GArray *link_uids;   /* and in that of links */
  GArray *rows;        /* of TbStepRow */
  TbSteps *steps;      /* as drawn */
  GPtrArray *variants; /* NULL: not compared */
  guint variant;
  TbSequence *sequence; /* of the steps, or of the variant */
  guint current;       /* of what the diagram shows; G_MAXUINT: none */
  gboolean busy;       /* lists are being filled: what they say is not a person's */
};

/* page-interactions.c */
const TbModel *tb_interactions_page_model (TbInteractionsPage *self);
/* Shows an interaction; 0: that there is none. */
void tb_interactions_page_choose (TbInteractionsPage *self, TbUid uid);
/* Points a step of the diagram out, and its link on the drawing. */
void tb_interactions_page_go_to (TbInteractionsPage *self, guint step);
void tb_interactions_page_show_sequence (TbInteractionsPage *self);
/* Reads everything anew from the drawing. */
void tb_interactions_page_show_all (TbInteractionsPage *self);

/* page-interactions-steps.c */
typedef struct
{
  TbUid step;
  GtkWidget *row, *number, *link, *label, *reply, *beside;
} TbStepRow;

GtkWidget *tb_interactions_page_new_list (TbInteractionsPage *self);
void tb_interactions_page_show_steps (TbInteractionsPage *self);

/* page-interactions-recorded.c */
void tb_interactions_page_take (TbInteractionsPage *self);
void tb_interactions_page_compare (GtkToggleButton *button, TbInteractionsPage *self);
/* A person chose one of the ways in which it happened. */
void tb_interactions_page_choose_variant (TbInteractionsPage *self);
void tb_interactions_page_show_variants (TbInteractionsPage *self);
/* What can be taken and compared follows whether there is a recording. */
void tb_interactions_page_past_changed (TbInteractionsPage *self);

G_END_DECLS
