/** Labelled clips that the command labels makes of annotated recordings. */
package org.unmute.cli.label;
