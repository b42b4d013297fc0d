/* Partitions and clocks of a sheet's run: by menu, by keys and by the palette. */
#pragma once

#include <gio/gio.h>

#include "sheet-private.h"

/* "halves orders", "isolate orders/1 from orders": as the partition that replaces the one before. */
void tb_sheet_partition (TbSheet *self, const char *text);
/* Ends every cut and partition. */
void tb_sheet_heal (TbSheet *self);
/* Where other programs can control the run: to the clipboard. */
void tb_sheet_copy_control_address (TbSheet *self);
/* "orders/1 +1m"; "0" is the true time. */
void tb_sheet_clock (TbSheet *self, const char *text);

/* What can be done between this component (replica 0) or instance and the others. */
void tb_sheet_append_partitions (TbSheet *self, GMenu *menu, TbUid component, guint replica);

/* A row of the palette: its title and the detailed action behind it. */
typedef void (*TbRunRowFunc) (const char *title, const char *action, gpointer data);
/* Everything that can be done to what runs. */
void tb_sheet_run_rows (TbSheet *self, TbRunRowFunc func, gpointer data);
