/** Tables of the report: one model, written as HTML, CSV, Markdown and LaTeX. */
package org.unmute.cli.report.table;
