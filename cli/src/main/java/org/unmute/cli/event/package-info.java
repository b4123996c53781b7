/** Events with times on the command line: options of event metrics, and what {@code eval --events} does. */
package org.unmute.cli.event;
