/* Reading foreign DOT: read.c says what is written. */
#pragma once

int tb_place_read (void);
