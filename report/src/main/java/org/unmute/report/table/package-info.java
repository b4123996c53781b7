/** Tables: one model, written as HTML, CSV, Markdown and LaTeX. */
package org.unmute.report.table;
