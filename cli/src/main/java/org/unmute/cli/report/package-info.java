/** The HTML report: one file, no links to anywhere, readable on a phone and by a screen reader. */
package org.unmute.cli.report;
