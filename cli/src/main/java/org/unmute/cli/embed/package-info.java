/** What the command embed is about to write, and what it has written. */
package org.unmute.cli.embed;
