/* From the plan's instance to what a leash starts: directory, environment, user. Done once, when the
 * plan comes, so that nothing is looked up or allocated while instances are being started. */
#pragma once

#include "leash.h"

typedef struct
{
  char *dir;      /* run_dir/orders-1 */
  char *log_path; /* run_dir/orders-1.log */
  char **envp;
  char **with_file; /* the same and its environment file, as of the last start; NULL: none */
  char *hosts, *hosts_path;
  char *remark; /* what the person should know of it before it is started; NULL: nothing */
  char **under; /* the tool that its next life is under, and its own words; NULL: none */
  gid_t *groups;
  TbLeashSpec spec; /* out, ready and operations are filled in at each start */
} TbPrepared;

enum
{
  TB_FILES_MAX = 256,
  TB_FILES_BYTES_MAX = 16 << 20
};

/* False with *why (at least 256 bytes) when the instance can never be started as it is planned;
 * then it is still to be cleared. nofile is what its processes get. */
bool tb_prepare (TbPrepared *prepared, const TbWirePlan *plan, uint32_t index,
                 const struct rlimit *nofile, char *why);
/* Reads its environment file anew, as each start does. False with *why where it cannot be read. */
bool tb_prepare_env_file (TbPrepared *prepared, const TbWireInstance *instance, char *why);
/* In under.c: its next life is under "gdb", "strace" or "valgrind". False for another name: then it is
 * alone. */
bool tb_prepare_under (TbPrepared *prepared, const TbWireInstance *instance, const char *tool);
void tb_prepare_alone (TbPrepared *prepared, const TbWireInstance *instance);
/* Where exec will find its program in its PATH; NULL where it will not. (transfer full) */
char *tb_prepare_find_program (const TbPrepared *prepared);
/* From its next start on it has a terminal of its own. */
void tb_prepare_terminal (TbPrepared *prepared);
/* Gives it the drawing's names to look up; machine: what else its /etc/hosts says. */
void tb_prepare_names (TbPrepared *prepared, const TbWirePlan *plan, uint32_t index, TbNamesWay way,
                       const char *machine);
/* In operations.c: whether it tells what it does on stores, or would if it did anything on one. */
bool tb_operations_are_told (const TbWireInstance *instance);
void tb_prepared_clear (TbPrepared *prepared);
