/* A field and its kinds of control. */
#pragma once

#include "field.h"

G_BEGIN_DECLS

typedef struct
{
  GtkWidget *(*make) (TbField *field);
  /* Shows a value: NULL where the property is absent. */
  void (*show) (TbField *field, const char *text);
  /* The text the control holds; NULL for none. (transfer full) */
  char *(*read) (TbField *field);
  gboolean wide; /* under its label instead of beside it */
} TbControl;

struct _TbField
{
  GtkWidget parent;
  TbEditor *editor;
  TbUid uid;
  const TbPropSpec *spec;
  const TbControl *control;
  GtkWidget *widget, *error;
  GStrv values;     /* of a choice: what each row of the list writes; "" for none */
  gboolean loading; /* the control is being set from the model */
};

/* field-colour.c */
extern const TbControl tb_control_colour, tb_control_icon;
const TbControl *tb_control_for (const TbPropSpec *spec);
const TbElement *tb_field_element (TbField *field);
const TbModel *tb_field_model (TbField *field);
/* The person changed the control: checks it, and sets the property where it is good. */
void tb_field_changed (TbField *field);
/* Checks what was typed so far and says what is wrong with it, without setting it. */
gboolean tb_field_check (TbField *field);

G_END_DECLS
