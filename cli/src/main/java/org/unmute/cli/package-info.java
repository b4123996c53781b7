/** The command line: commands, options, progress, exit codes. */
package org.unmute.cli;
