/* Every command of `tierboard`, in the order its help shows them. A command is a row here and a
 * file cmd-NAME.c with
 *
 *   int tb_cmd_NAME (int argc, char **argv);
 *
 * argv[0] is "tierboard NAME"; it returns a TbExitStatus.
 *
 * X (NAME, what follows it on the command line, one line of help) */
X (edit, "[FILE]", "Open the editor")
X (doctor, "[--json]", "Say what works on this machine, and why not")
