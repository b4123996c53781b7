/** Events in time on the command line: options of event metrics, and the implementation of {@code eval --events}. */
package org.unmute.cli.event;
