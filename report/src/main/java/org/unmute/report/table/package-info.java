/** Tables: one model that is written as HTML, CSV, Markdown and LaTeX. */
package org.unmute.report.table;
