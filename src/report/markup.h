/* Text in XML, HTML and Markdown, where a name of a member must not become markup. */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stdio.h>

/*
 * For elements and quoted attributes of XML and HTML. Characters that XML 1.0 does not have, and
 * bytes that are not UTF-8, become U+FFFD.
 */
void markup_xml(FILE *, const char *);
/* The same with a printf format for what is put together here; 64 KiB at most. */
void markup_xml_format(FILE *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * For a cell of a GitHub table: nothing in it is markup, a link, or a mention that sends somebody
 * a mail.
 */
void markup_markdown(FILE *, const char *);

#endif
