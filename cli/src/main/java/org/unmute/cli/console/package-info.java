/** What a person at the terminal sees: tables, progress, messages, exit codes. */
package org.unmute.cli.console;
