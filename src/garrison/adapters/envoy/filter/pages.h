/*
 * Objects on large pages (2 MiB on most processors), as far as the system gives them to who asks (transparent_hugepage).
 *
 * An exchange touches objects of Envoy's, the interpreter's and one client's among thousands: many more small pages than
 * a processor remembers the places of. Where there are no large ones everything stays as it is.
 */
#ifndef GARRISON_PAGES_H
#define GARRISON_PAGES_H

/* What Python and malloc allocate from now on. Before the interpreter starts. */
void prefer_large_pages(void);

#endif
