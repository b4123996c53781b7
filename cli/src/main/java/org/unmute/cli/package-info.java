/** The {@code unmute} program: {@link org.unmute.cli.Main}. */
package org.unmute.cli;
