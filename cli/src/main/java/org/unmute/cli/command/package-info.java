/** The commands, one class each. */
package org.unmute.cli.command;
