/** Console output: tables, progress, messages, exit codes. */
package org.unmute.cli.console;
