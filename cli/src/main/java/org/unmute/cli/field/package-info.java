/** What {@code unmute summarize} prints and shows. */
package org.unmute.cli.field;
