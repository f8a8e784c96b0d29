/*
 * Large pages (2 MiB on most processors), as far as the system has them to give (transparent_hugepage).
 *
 * An exchange runs through Envoy's code, the interpreter's, and objects of thousands of clients: many more small pages
 * than a processor remembers the places of. Where large ones are not to be had everything stays as it is.
 */
#ifndef GARRISON_PAGES_H
#define GARRISON_PAGES_H

/* What Python allocates from now on; before the interpreter starts. */
void large_pages_for_python(void);

/* What malloc gives from now on, and has given; all code that is loaded. Once, while one thread serves nobody yet. */
void large_pages_for_process(void);

#endif
