/* What every command of ours ends with. */
#pragma once

typedef enum
{
  TB_EXIT_YES = 0,     /* done; nothing found */
  TB_EXIT_NO = 1,      /* findings, violated, not every instance became ready */
  TB_EXIT_REFUSED = 2, /* the input is unusable, or it was not allowed */
  TB_EXIT_FAILED = 3,  /* it could not be done: this machine, not the input */
  TB_EXIT_UNKNOWN = 4  /* no verdict */
} TbExitStatus;
